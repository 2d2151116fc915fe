/** The runs of a workflow, read from its control field and its history (field H, redis/lua/lib/reset.lua). Pure. */
import { type Control, parseControl, type WorkflowState, workflowState } from '../protocol/states.js'

/** One run of a workflow. Times are Unix ms by Redis's clock. */
export interface RunView {
  /** From 1. */
  run: number
  /** What opened it: the submission, a retry from the failures, or a rerun of the first ten of these nodes. */
  opened: 'submit' | 'retry' | 'rerun'
  tasks?: string[]
  state: WorkflowState
  /** When it was opened. */
  openedAt: number
  /** When its first attempt started; null: none did, or has yet. */
  startedAt: number | null
  /** When its last task ended; null before. */
  endedAt: number | null
  /** Tasks of the whole workflow by how they had ended at the end of the run; `remaining` have not yet. */
  counts: { success: number; failure: number; revoked: number; skipped: number; remaining: number }
}

const LINE = /^(\d+) (\d+) (\S+) (.*)$/

/** @param control the control field; @param history lines: a run, when and why it was opened, and the control field of the run before */
export function runsOf(control: string, history: string): RunView[] {
  const lines = history.split('\n').flatMap((line) => {
    const [, run, at, what = '', before = ''] = LINE.exec(line) ?? []
    return run === undefined ? [] : [{ run: Number(run), at: Number(at), what, before }]
  })
  const views: RunView[] = []
  const controls = [...lines.map(({ before }) => before), control]
  for (const [k, text] of controls.entries()) {
    const parsed = parseControl(text)
    const line = lines[k - 1]
    if (parsed) views.push(viewOf(parsed, line?.what ?? (parsed.run === 1 ? 'submit' : 'retry'), line?.at ?? parsed.created))
  }
  return views
}

function viewOf(control: Control, what: string, openedAt: number): RunView {
  const [opened = 'submit', tasks] = what.split(':')
  const { success, failure, revoked, skipped, remaining } = control
  return {
    run: control.run,
    opened: opened as RunView['opened'],
    ...(tasks ? { tasks: tasks.split(',') } : {}),
    state: workflowState(control),
    openedAt,
    startedAt: control.started || null,
    endedAt: control.ended || null,
    counts: { success, failure, revoked, skipped, remaining },
  }
}
