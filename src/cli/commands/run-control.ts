/** `chordis run revoke`, `pause`, `resume`, `priority`, `retry`, `rerun`, `history` and `forget`: what may be done with a workflow that was submitted. */
import type { ChangedCall, RunView } from '../../engine/index.js'
import type { SeenWorkflow } from '../backend/backend.js'
import { withBackend } from '../backend/open.js'
import type { Context } from '../context.js'
import { CliError } from '../failure.js'
import { type Cell, columns, duration, type Paint } from '../terminal.js'
import { stateColour } from './run.js'

export interface RevokeArguments {
  task?: string[]
  reason?: string
  terminate?: boolean
}

export interface PriorityArguments {
  task?: string[]
}

export interface RerunArguments {
  args?: string
  kwargs?: string
}

/** Does something with one workflow, and says what came of it: an object for programs, a line for people. */
function change(context: Context, id: string, act: (handle: SeenWorkflow) => Promise<{ answer: object; line: string }>): Promise<number> {
  return withBackend(context, async (backend) => {
    const { answer, line } = await act(backend.workflow(id))
    context.print(context.json ? JSON.stringify({ id, ...answer }) : line)
    return 0
  })
}

/** `chordis run revoke ID [--task NODE]…`. */
export function revoke(context: Context, id: string, { task, ...options }: RevokeArguments): Promise<number> {
  return change(context, id, async (handle) => {
    if (task === undefined) {
      const revoked = await handle.revoke(options)
      return { answer: { revoked }, line: revoked ? `${id} is revoked` : `${id} had ended` }
    }
    const ended: boolean[] = []
    for (const name of task) ended.push(await handle.task(name).revoke(options))
    const count = ended.filter(Boolean).length
    return { answer: { revoked: count > 0, tasks: count }, line: `${count} of ${task.length} tasks of ${id} revoked` }
  })
}

/** `chordis run pause ID`. */
export function pause(context: Context, id: string, options: { reason?: string }): Promise<number> {
  return change(context, id, async (handle) => {
    const paused = await handle.pause(options)
    return { answer: { paused }, line: paused ? `${id} is paused; what runs may end` : `${id} has ended, or was revoked` }
  })
}

/** `chordis run resume ID`. */
export function resume(context: Context, id: string): Promise<number> {
  return change(context, id, async (handle) => {
    const resumed = await handle.resume()
    return { answer: { resumed }, line: resumed ? `${id} goes on` : `${id} has ended, or was revoked` }
  })
}

/** `chordis run priority ID N [--task NODE]…`. */
export function priority(context: Context, id: string, n: number, { task }: PriorityArguments): Promise<number> {
  return change(context, id, async (handle) => {
    const changed = await handle.setPriority(n, task === undefined ? {} : { tasks: task })
    const what = task === undefined ? `of ${id}` : `of ${task.join(', ')} of ${id}`
    const ended = task === undefined ? `${id} has ended, or was revoked` : `none of these tasks of ${id} is open`
    return { answer: { changed }, line: changed ? `what waits ${what} has the priority ${n}` : ended }
  })
}

/** `chordis run retry ID`. */
export function retry(context: Context, id: string): Promise<number> {
  return change(context, id, async (handle) => {
    const run = await handle.retry()
    return { answer: { run }, line: run === null ? `nothing of ${id} had failed` : `${id} runs again from its failures: run ${run}` }
  })
}

/** `chordis run rerun ID TASK…`. */
export function rerun(context: Context, id: string, tasks: string[], options: RerunArguments): Promise<number> {
  const changes: ChangedCall = {
    ...(options.args === undefined ? {} : { args: json(options.args, '--args') as never }),
    ...(options.kwargs === undefined ? {} : { kwargs: json(options.kwargs, '--kwargs') as never }),
  }
  return change(context, id, async (handle) => {
    const run = await handle.rerun(tasks, changes)
    return { answer: { run }, line: `${id} runs again from ${tasks.join(', ')}: run ${run}` }
  })
}

function json(text: string, option: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CliError('usage', `${option}: must be JSON: ${(error as Error).message}`)
  }
}

/** `chordis run forget ID`. */
export function forget(context: Context, id: string): Promise<number> {
  return change(context, id, async (handle) => {
    const forgotten = await handle.forget()
    return { answer: { forgotten }, line: forgotten ? `${id} is gone` : `there was no ${id}` }
  })
}

/** `chordis run history ID`. */
export function history(context: Context, id: string): Promise<number> {
  return withBackend(context, async (backend) => {
    const runs = await backend.workflow(id).runs()
    if (context.json) context.print(JSON.stringify({ id, runs }))
    else for (const line of historyLines(runs, context.out)) context.print(line)
    return 0
  })
}

function historyLines(runs: readonly RunView[], style: Paint): string[] {
  const head: Cell[] = ['RUN', 'OPENED', 'BY', 'STATE', 'TOOK', 'OK', 'FAILED', 'REVOKED', 'SKIPPED', 'OPEN'].map((text) => ({
    text,
    colour: style.faint,
  }))
  return columns([head, ...runs.map((run) => row(run, style))])
}

function row({ run, opened, tasks, openedAt, endedAt, state, counts }: RunView, style: Paint): Cell[] {
  const { success, failure, revoked, skipped, remaining } = counts
  const by = tasks === undefined ? opened : `${opened} of ${tasks.join(', ')}`
  const took = endedAt === null ? '-' : duration(endedAt - openedAt)
  const numbers = [success, failure, revoked, skipped, remaining].map(String)
  return [String(run), new Date(openedAt).toISOString(), by, { text: state, colour: stateColour(state, style) }, took, ...numbers]
}
