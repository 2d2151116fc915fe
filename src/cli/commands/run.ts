/** `chordis run`: looks at a workflow that was submitted. */
import { ChordisError, type NodeResult, type NodeState, type TaskState, type WorkflowStatus } from '../../engine/index.js'
import { HIDDEN, isHidden, type SeenWorkflow } from '../backend/backend.js'
import { withBackend } from '../backend/open.js'
import type { Context } from '../context.js'
import { countsText } from '../follow.js'
import { exitOf, type OutcomeShape, printOutcome, shapeOf } from '../outcome.js'
import { type Cell, columns, cut, duration, type Paint, safe } from '../terminal.js'

export interface ShowArguments {
  /** Most tasks to list. */
  limit: number
  /** Only tasks in these states. */
  state?: NodeState[]
}

/** Asks something about one workflow and lets go of it. */
function withWorkflow(context: Context, id: string, ask: (handle: SeenWorkflow) => Promise<number>): Promise<number> {
  return withBackend(context, (backend) => ask(backend.workflow(id)))
}

/** Ms from its submission to its outcome; null while there is none. */
export function durationOf({ createdAt, outcomeAt }: WorkflowStatus): number | null {
  return outcomeAt === null ? null : outcomeAt - createdAt
}

/** `chordis run show ID`. */
export function show(context: Context, id: string, options: ShowArguments): Promise<number> {
  return withWorkflow(context, id, async (handle) => {
    const status = await handle.status()
    const outcome = status.outcomeAt === null ? null : await handle.outcome()
    const shape = outcome === null ? null : shapeOf(outcome, status.state)
    const { tasks, more } = await tasksOf(handle, options)
    if (context.json) context.print(JSON.stringify({ ...status, durationMs: durationOf(status), outcome: shape, tasks, more }))
    else
      for (const line of showLines({ status, shape, tasks, more, ...options }, context.out, process.stdout.columns || 120))
        context.print(line)
    return 0
  })
}

async function tasksOf(handle: SeenWorkflow, { limit, state }: ShowArguments): Promise<{ tasks: NodeResult[]; more: boolean }> {
  const tasks: NodeResult[] = []
  if (limit === 0) return { tasks, more: false }
  for await (const node of handle.nodes(state)) {
    if (state !== undefined && !(state as readonly string[]).includes(node.state)) continue
    if (tasks.length === limit) return { tasks, more: true }
    tasks.push(node)
  }
  return { tasks, more: false }
}

/** A state that a task gave itself is that of one that runs. */
export function stateColour(state: TaskState, style: Paint): (text: string) => string {
  if (state === 'SUCCESS') return style.good
  if (state === 'FAILURE') return style.bad
  if (state === 'REVOKED' || state === 'SKIPPED' || state === 'RETRY') return style.warn
  return state === 'PENDING' ? style.faint : style.accent
}

export interface Shown extends ShowArguments {
  status: WorkflowStatus
  shape: OutcomeShape | null
  tasks: readonly NodeResult[]
  more: boolean
}

/** What `run show` prints. Pure. */
export function showLines({ status, shape, tasks, more, limit, state }: Shown, style: Paint, width: number): string[] {
  const colour = stateColour(status.state, style)
  const head = `${style.strong(status.id)}  ${colour(status.state)}  ${countsText(status, style)}`
  const outcome = shape === null ? [] : outcomeRow(shape, width - 12)
  const facts = columns([...factsOf(status), ...outcome].map(([name, text]) => [{ text: name, colour: style.faint }, text]))
  const lines = [head, ...facts]
  if (tasks.length > 0)
    lines.push('', ...columns([header(style), ...tasks.map((task) => row(task, style))]).map((line) => within(line, width)))
  else if (state !== undefined) lines.push('', `  ${style.faint(`no task is ${state.join(' or ')}`)}`)
  if (more) lines.push(`  ${style.faint(`… and more; --limit ${limit * 10} shows up to that many`)}`)
  return lines
}

function factsOf(status: WorkflowStatus): [string, string][] {
  const { createdAt, startedAt, endedAt, name, tags, tenant } = status
  const after = (at: number | null): string => (at === null ? '-' : `+${duration(at - createdAt)}`)
  const facts: [string, string][] = []
  if (name !== undefined) facts.push(['name', safe(name)])
  if (tags.length > 0) facts.push(['tags', tags.join(' ')])
  if (tenant !== '-') facts.push(['tenant', tenant])
  if (status.run > 1) facts.push(['run', String(status.run)])
  if (status.paused) facts.push(['paused', pausedText(status.paused)])
  facts.push(['created', new Date(createdAt).toISOString()])
  if (startedAt !== null) facts.push(['started', after(startedAt)])
  const took = durationOf(status)
  if (took !== null) facts.push(['outcome', `+${duration(took)}`])
  if (endedAt !== null && endedAt !== status.outcomeAt) facts.push(['ended', after(endedAt)])
  return facts
}

const pausedText = ({ since, reason }: NonNullable<WorkflowStatus['paused']>): string =>
  `since ${new Date(since).toISOString()}${reason === null ? '' : `: ${safe(reason)}`}`

function outcomeRow(shape: OutcomeShape, width: number): [string, string][] {
  if (shape.hidden) return [['result', HIDDEN]]
  if (shape.state === 'SUCCESS') return [['result', cut(JSON.stringify(shape.result ?? null), width)]]
  if (shape.error === undefined) return []
  const causes: [string, string][] = []
  for (let error = shape.error.cause; error !== undefined; error = error.cause) {
    causes.push(['because', cut(safe(`${error.type}: ${error.message}`), width)])
  }
  return [['error', cut(safe(`${shape.error.type}: ${shape.error.message}`), width)], ...causes]
}

const header = (style: Paint): Cell[] => ['NODE', 'TASK', 'STATE', 'TRIES', 'RESULT'].map((text) => ({ text, colour: style.faint }))

function row(task: NodeResult, style: Paint): Cell[] {
  const { id, state, attempts, result, error, info, ignored } = task
  const said = error ? `${error.type}: ${error.message}` : result !== undefined ? JSON.stringify(result) : ''
  const note = isHidden(task) ? 'hidden' : ignored ? 'ignored' : said === '' && info !== undefined ? JSON.stringify(info) : said
  return [id, safe(task.task), { text: state, colour: stateColour(state, style) }, String(attempts), cut(safe(note), 2_000)]
}

/** Cuts a line at the width of the screen, counting no colours. Only its last cell, which has none, is ever that long. */
function within(line: string, width: number): string {
  const hidden = line.length - line.replace(/\x1b\[\d+m/g, '').length
  return cut(line, width + hidden)
}

/** `chordis run result ID`. */
export function result(context: Context, id: string, { wait }: { wait: number }): Promise<number> {
  return withWorkflow(context, id, async (handle) => {
    const outcome = await handle.outcome({ waitMs: wait * 1_000 })
    if (outcome === null) {
      const { state } = await handle.status()
      throw new ChordisError('timeout', `workflow ${id} is ${state}: no outcome ${wait === 0 ? 'yet' : `within ${wait} s`}`, {
        workflow: id,
      })
    }
    const shape = shapeOf(outcome, outcome.state === 'GROUP' ? (await handle.status()).state : 'FAILURE')
    if (shape.hidden) throw new ChordisError('forbidden', `what workflow ${id} came to needs the scope payloads:read`, { workflow: id })
    if (context.json) context.print(JSON.stringify({ id, ...shape }))
    else printOutcome(context, id, outcome, shape)
    return exitOf(shape)
  })
}
