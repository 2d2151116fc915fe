/** `chordis list`: workflows, the newest first, and how many are in which state. */
import {
  given,
  WORKFLOW_STATES,
  type WorkflowCounts,
  type WorkflowFilter,
  type WorkflowPage,
  type WorkflowRow,
  type WorkflowState,
} from '../../engine/index.js'
import { withBackend } from '../backend/open.js'
import type { Context } from '../context.js'
import { bar, type Cell, columns, cut, duration, number, type Paint, safe } from '../terminal.js'
import { stateColour } from './run.js'

/** Which workflows are meant. */
export interface FilterArguments {
  state?: WorkflowState[]
  task?: string
  tag?: string
  name?: string
  tenant?: string
  parent?: string
  schedule?: string
  since?: number
  until?: number
}

export interface ListWorkflowsArguments extends FilterArguments {
  limit: number
  cursor?: string
}

/** The same under the engine's names; nothing stands for what was not said. */
export function filterOf({ state, task, tag, name, tenant, parent, schedule, since, until }: FilterArguments): WorkflowFilter {
  const all: { [path in keyof WorkflowFilter]: WorkflowFilter[path] | undefined } = {
    state,
    task,
    tag,
    name,
    tenant,
    parent,
    schedule,
    after: since,
    before: until,
  }
  return given(all)
}

/** `chordis list`. `now`: Unix ms, for ages. */
export function listWorkflows(context: Context, { limit, cursor, ...filter }: ListWorkflowsArguments, now: number): Promise<number> {
  return withBackend(context, async ({ workflows }) => {
    const { tenant } = filter
    const [counts, page] = await Promise.all([
      workflows.count(tenant === undefined ? {} : { tenant }),
      workflows.list({ ...filterOf(filter), limit, ...(cursor === undefined ? {} : { cursor }) }),
    ])
    if (context.json) context.print(JSON.stringify({ counts, ...page }))
    else for (const line of listLines(counts, page, context.out, now)) context.print(line)
    return 0
  })
}

const HEAD = ['STATE', 'ID', 'NAME', 'TASKS', '', 'AGE', 'TOOK', 'TAGS']
const BAR = 10
const WIDEST = 40

/** What `chordis list` prints. Pure. */
export function listLines(counts: WorkflowCounts, { workflows, cursor }: WorkflowPage, style: Paint, now: number): string[] {
  const lines = [countsLine(counts, style)]
  const head: Cell[] = HEAD.map((text) => ({ text, colour: style.faint }))
  if (workflows.length > 0) lines.push('', ...columns([head, ...workflows.map((row) => rowOf(row, style, now))]))
  if (cursor !== null) lines.push(`  ${style.faint(`… and perhaps more; --cursor ${cursor} goes on`)}`)
  return lines
}

/** `12 workflows  3 PENDING  1 STARTED  8 SUCCESS`: states that nobody is in are left out. */
function countsLine(counts: WorkflowCounts, style: Paint): string {
  const parts = WORKFLOW_STATES.filter((state) => counts[state] > 0).map((state) =>
    stateColour(state, style)(`${number(counts[state])} ${state}`),
  )
  return [`${style.strong(number(counts.total))} ${counts.total === 1 ? 'workflow' : 'workflows'}`, ...parts].join('  ')
}

function rowOf(row: WorkflowRow, style: Paint, now: number): Cell[] {
  const { state, counts, createdAt, outcomeAt, paused } = row
  const colour = stateColour(state, style)
  const done = counts.total - counts.remaining
  return [
    { text: paused ? `${state} (paused)` : state, colour },
    row.id,
    cut(safe(row.name ?? row.task ?? '-'), WIDEST),
    { text: bar(done, counts.total, BAR), colour },
    `${number(done)}/${number(counts.total)}`,
    duration(Math.max(0, now - createdAt)),
    outcomeAt === null ? '-' : duration(outcomeAt - createdAt),
    cut(row.tags.join(' '), WIDEST),
  ]
}
