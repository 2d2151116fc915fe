/**
 * Reads a stored workflow: its tasks with states and results, definitions, what error callbacks are told. Where the fields come from is the
 * reader's own: Redis (redis/reader.ts), or memory (testing/).
 */
import type { Json } from '../canvas/types.js'
import { parseDefinition } from './blocks.js'
import { awaitedChild, type Lineage } from './children.js'
import type { WireError } from './errors.js'
import { splitNode } from './ids.js'
import { type Control, liveReport, nodeState, parseControl, type TaskState } from './states.js'
import { BLOCK, parseTemplate, type TaskSpec, type WorkflowMeta } from './stored.js'
import { errorOf, lastErrorOf, type NodeRange, parseTerminal, parseValue, type RecordSource, Remembered, valueText } from './values.js'

/** Nodes whose definitions are read in one call: 32 blocks. */
export const LISTED_NODES = BLOCK * 32

/** One task call of a workflow as users see it, without what it came to. */
export interface TaskView {
  /** Within its workflow: `17`, or `17/0` for what task `17` added. */
  id: string
  /** The id that its signature was given. */
  taskId?: string
  task: string
  /** While it runs, what the task calls it with `ctx.updateState()`. */
  state: TaskState
  attempts: number
  /** What the running task says of itself: the meta of `ctx.updateState()`, `ctx.progress()` or `trackStarted`. */
  info?: Json
  /** The child workflow that it waits for. */
  child?: string
}

/** A task call with its result or its error. */
export interface NodeResult extends TaskView {
  result?: Json
  error?: WireError
  /** SUCCESS, and `result` is null: `ignoreResult`, or it ended with `ctx.ignore()`. */
  ignored?: true
}

/** A part of a workflow's tasks. `cursor` is where the next part begins; null at the end. */
export interface TaskPage {
  tasks: TaskView[]
  cursor: string | null
}

/** The submitted graph (prefix '') or what one task added. */
export interface Segment {
  prefix: string
  nodes: number
}

export function headOf(control: string, meta: string | null, damage: string | null): Head {
  return { control: parseControl(control), meta: metaOf(meta), damage, text: control }
}

/** A node as its error callbacks are told of it. */
export interface NodeCall {
  id: string
  task: string
  args: Json[]
  kwargs: { [name: string]: Json }
  attempt: number
  error: WireError | undefined
}

export interface Head {
  control: Control | null
  meta: WorkflowMeta
  damage: string | null
  /** The control field as it is stored. */
  text: string
}

/** Of one workflow. */
export abstract class WorkflowReader implements RecordSource {
  abstract readonly id: string
  abstract readonly partition: number

  /** Control and meta, or null when there is no such workflow. */
  abstract head(): Promise<Head | null>

  /** Fields of the workflow: records by node id, `t…` templates, `g…` reports. Shorter than asked when the workflow is gone. */
  abstract read(names: readonly string[]): Promise<(string | null)[]>

  abstract joined(range: NodeRange): Promise<string | null>

  /** Definitions of nodes `from` … `to - 1` of a segment. */
  abstract definitions(prefix: string, from: number, to: number): Promise<string[]>

  /** Who started it, and what it started. */
  abstract lineage(): Promise<Lineage>

  /** The submitted graph, and what tasks added to it so far: in the order in which it was added. */
  abstract segments(meta: WorkflowMeta): Promise<Segment[]>

  /**
   * A node as its error callbacks are told of it: what it was called with, how often it ran, what went wrong.
   * @param id `17` or `17/0`
   */
  async describe(id: string): Promise<NodeCall> {
    const slash = id.lastIndexOf('/') + 1
    const prefix = id.slice(0, slash)
    const index = Number(id.slice(slash))
    const [text = ''] = await this.definitions(prefix, index, index + 1)
    const { template } = parseDefinition(text)
    const [templateText] = await this.read([`t${prefix}${template}`])
    const { input, spec } = parseTemplate(templateText ?? '')
    const [argsText = '[]', kwargsText = '{}'] = text.slice(text.indexOf(';') + 1).split('\n')
    // A node that no worker runs has none: a group that failed as such.
    const args = JSON.parse(argsText || '[]') as Json[]
    const [record] = await this.read([id])
    const ran = attemptsOf(record ?? null)
    if (input !== '-' && ran > 0) args.unshift(JSON.parse(await valueText(this, { prefix, index, expr: input })) as Json)
    // Requeued meanwhile: it is told of the failure that it was called for.
    const error = (await errorOf(this, id)) ?? (await lastErrorOf(this, id))
    return { id, task: spec.task ?? '', args, kwargs: JSON.parse(kwargsText) as NodeCall['kwargs'], attempt: ran, error }
  }

  async endsGroup(id: string): Promise<boolean> {
    const place = splitNode(id)
    if (place === null) return false
    const [text = ''] = await this.definitions(place.prefix, place.index, place.index + 1)
    const [template] = await this.read([`t${place.prefix}${parseDefinition(text).template}`])
    return parseTemplate(template ?? '').group
  }

  /** Every task of the workflow in definition order, segments after the submitted graph. */
  async *nodes(meta: WorkflowMeta): AsyncGenerator<NodeResult> {
    for (const { prefix, nodes } of await this.segments(meta)) {
      const specs = new Map<string, TaskSpec>()
      for (let from = 0; from < nodes; from += LISTED_NODES) {
        yield* this.page(prefix, from, Math.min(from + LISTED_NODES, nodes), specs)
      }
    }
  }

  /**
   * Tasks in the order of {@link nodes}, without results and errors.
   * @param cursor where to go on, as answered before; '' from the beginning. Null when it is none
   */
  async list(meta: WorkflowMeta, cursor: string, limit: number): Promise<TaskPage | null> {
    const start = /^(\d{1,6})\.(\d{1,9})$/.exec(cursor === '' ? '0.0' : cursor)
    if (!start) return null
    const segments = await this.segments(meta)
    const tasks: TaskView[] = []
    for (let s = Number(start[1]), from = Number(start[2]); s < segments.length; s++, from = 0) {
      const { prefix, nodes } = segments[s] as Segment
      const specs = new Map<string, TaskSpec>()
      while (from < nodes) {
        if (tasks.length >= limit) return { tasks, cursor: `${s}.${from}` }
        const to = Math.min(from + limit - tasks.length, nodes)
        for await (const task of this.page(prefix, from, to, specs, true)) tasks.push(task)
        from = to
      }
    }
    return { tasks, cursor: null }
  }

  /** One task of the workflow; null when there is none under this id. */
  async node(meta: WorkflowMeta, id: string): Promise<NodeResult | null> {
    const place = splitNode(id)
    if (place === null) return null
    const segments = place.prefix === '' ? [{ prefix: '', nodes: meta.n }] : await this.segments(meta)
    if (!segments.some(({ prefix, nodes }) => prefix === place.prefix && place.index < nodes)) return null
    for await (const node of this.page(place.prefix, place.index, place.index + 1, new Map())) return node
    return null
  }

  private async *page(prefix: string, from: number, to: number, specs: Map<string, TaskSpec>, brief = false): AsyncGenerator<NodeResult> {
    const definitions = (await this.definitions(prefix, from, to)).map(parseDefinition)
    await this.loadSpecs(
      prefix,
      definitions.map(({ template }) => template),
      specs,
    )
    const ids = definitions.map((_, k) => `${prefix}${from + k}`)
    const records = await this.read(ids)
    const reports = await this.reports(ids, records)
    const remembered = new Remembered(this, ids, records)
    for (const [k, { template, taskId }] of definitions.entries()) {
      const spec = specs.get(template)
      if (!spec?.task) continue
      const id = ids[k] as string
      const record = records[k] ?? null
      const view: TaskView = { id, task: spec.task, state: nodeState(record), attempts: attemptsOf(record) }
      if (taskId !== undefined) view.taskId = taskId
      const child = awaitedChild(record)
      if (child !== undefined) view.child = child
      const report = liveReport(record, reports.get(id) ?? null)
      if (report) Object.assign(view, { state: report.state, info: JSON.parse(report.meta) as Json })
      yield brief ? view : await this.withResult(view, spec, record, remembered)
    }
  }

  /** What running tasks say of themselves; only those that are leased can have said anything that counts. */
  private async reports(ids: readonly string[], records: readonly (string | null)[]): Promise<Map<string, string | null>> {
    const leased = ids.filter((_, k) => records[k]?.startsWith('L '))
    const reports = leased.length === 0 ? [] : await this.read(leased.map((id) => `g${id}`))
    return new Map(leased.map((id, k) => [id, reports[k] ?? null]))
  }

  private async loadSpecs(prefix: string, templates: string[], specs: Map<string, TaskSpec>): Promise<void> {
    const missing = [...new Set(templates)].filter((t) => !specs.has(t))
    const texts = await this.read(missing.map((t) => `t${prefix}${t}`))
    missing.forEach((t, k) => {
      const text = texts[k] ?? ''
      specs.set(t, JSON.parse(text.slice(text.indexOf('\n') + 1) || '{}') as TaskSpec)
    })
  }

  private async withResult(view: TaskView, spec: TaskSpec, record: string | null, records: RecordSource): Promise<NodeResult> {
    const out: NodeResult = view
    const terminal = parseTerminal(record)
    if (terminal === null) return out
    if (terminal.ignored || (terminal.code === 'S' && spec.ignoreResult)) {
      out.result = null
      out.ignored = true
    } else if (terminal.code === 'S') out.result = JSON.parse(terminal.body) as Json
    else if (terminal.code === 'V') out.result = JSON.parse(await valueText(this, parseValue(terminal.body))) as Json
    else {
      const error = await errorOf(records, view.id)
      if (error) out.error = error
    }
    return out
  }
}

/** Attempts that have begun. */
export function attemptsOf(record: string | null): number {
  const terminal = parseTerminal(record)
  if (terminal) return terminal.code === 'K' || terminal.code === 'C' ? 0 : terminal.attempts
  const waits = awaitedChild(record) === undefined ? null : /^(?:[WQ]|L \S+) (\d+)/.exec(record ?? '')
  if (waits) return Number(waits[1])
  const open = record === null ? null : /^(?:[QD]|L \S+) (\d+)/.exec(record)
  if (!open) return 0
  return record?.startsWith('L') ? Number(open[1]) : Number(open[1]) - 1
}

/** The meta field; what cannot be read stands for an empty workflow. */
export function metaOf(text: string | null): WorkflowMeta {
  // Workflows of one task that came by enqueue have none.
  if (text === null) return { o: 0, n: 1, c: 1 }
  try {
    const meta = JSON.parse(text) as WorkflowMeta
    if (meta !== null && typeof meta === 'object' && meta.o !== undefined) return meta
  } catch {
    // Damaged: shown as such through the control field.
  }
  return { o: 0, n: 0, c: 0 }
}

/** What an error callback is given: (request, error, traceback). */
export function failureArguments({ error, ...request }: NodeCall, workflow: string): Json[] {
  const { stack, ...rest } = error ?? { type: 'UnknownError', message: '' }
  return [{ ...request, workflow }, rest as unknown as Json, stack ?? null]
}
