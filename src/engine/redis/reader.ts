/** Reads stored workflows: control, meta, records in bounded pages, definitions. */

import type { Json } from '../canvas/types.js'
import type { WireError } from '../protocol/errors.js'
import { type Control, type NodeState, nodeState, parseControl } from '../protocol/states.js'
import { BLOCK, MARKER, parseTemplate, type TaskSpec, type WorkflowMeta } from '../protocol/stored.js'
import { errorOf, type NodeRange, parseTerminal, parseValue, type RecordSource, valueText } from '../protocol/values.js'
import type { RedisConnection } from './connection.js'
import type { Namespace } from './namespace.js'
import { calls } from './scripts.generated.js'

/** Bytes of records fetched per call. */
const PAGE_BYTES = 256 * 1024
const PAGE_FIELDS = 2_000
const PAGES_AT_ONCE = 4

/** One node of a workflow as users see it. */
export interface NodeResult {
  id: string
  task: string
  state: NodeState
  attempts: number
  result?: Json
  error?: WireError
  /** It ended with `ctx.ignore()`: SUCCESS with null. */
  ignored?: true
  /** What the task reported last with `ctx.progress()`. */
  progress?: Json
}

export function headOf(control: string, meta: string | null, damage: string | null): Head {
  return { control: parseControl(control), meta: parseMeta(meta), damage }
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
}

export class WorkflowReader implements RecordSource {
  private readonly key: string

  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
    readonly id: string,
    /** Makes one call; a worker's makes it until it is answered. */
    private readonly ask: <T>(call: () => Promise<T>) => Promise<T> = (call) => call(),
  ) {
    this.key = namespace.keys(this.partition).of('workflow', id)
  }

  get partition(): number {
    return this.namespace.partitionOf(this.id)
  }

  /** Control and meta, or null when there is no such workflow. */
  async head(): Promise<Head | null> {
    const [s, m, x] = await this.ask(() => this.connection.hmget(this.key, 's', 'm', 'x'))
    if (!s) return null
    return headOf(s, m ?? null, x ?? null)
  }

  async read(ids: readonly string[]): Promise<(string | null)[]> {
    if (ids.length <= PAGE_FIELDS) return this.fields(ids)
    const pages = await inPages(ids.length, (from, count) => this.fields(ids.slice(from, from + count)))
    return pages.flat()
  }

  async joined({ prefix, first, count, stride }: NodeRange): Promise<string | null> {
    const pages = await inPages(count, (from, most) => this.values({ prefix, first: first + from * stride, count: most, stride }))
    return pages.includes(null) ? null : pages.join(',')
  }

  /** Results joined by commas, in as many calls as their bytes want; null when one is no plain success. */
  private async values({ prefix, first, count, stride }: NodeRange): Promise<string | null> {
    const texts: string[] = []
    for (let done = 0; done < count; ) {
      const call = calls.values(this.id, PAGE_BYTES, prefix, first + done * stride, count - done, stride)
      const [text, n, plain] = (await this.ask(() => this.namespace.run(this.connection, this.partition, call))) as [string, number, number]
      if (plain === 0) return null
      texts.push(text)
      done += n
    }
    return texts.join(',')
  }

  /** Fields in as many calls as its bytes want. Shorter than asked when the workflow is gone. */
  private async fields(ids: readonly string[]): Promise<(string | null)[]> {
    const out: (string | null)[] = []
    while (out.length < ids.length) {
      const rest = out.length === 0 ? ids : ids.slice(out.length)
      const read = () => this.namespace.run(this.connection, this.partition, calls.read(this.id, PAGE_BYTES, rest))
      const values = (await this.ask(read)) as (string | null)[]
      for (const value of values) out.push(value)
      if (values.length === 0) break
    }
    return out
  }

  /**
   * A node as its error callbacks are told of it: what it was called with, how often it ran, what went wrong.
   * @param id `17` or `17/0`
   */
  async describe(id: string): Promise<NodeCall> {
    const slash = id.lastIndexOf('/') + 1
    const prefix = id.slice(0, slash)
    const index = Number(id.slice(slash))
    const text = await this.definition(prefix, index)
    const template = text.slice(0, text.indexOf(';'))
    const [templateText] = await this.read([`t${prefix}${template}`])
    const { input, spec } = parseTemplate(templateText ?? '')
    const [argsText = '[]', kwargsText = '{}'] = text.slice(text.indexOf(';') + 1).split('\n')
    const args = JSON.parse(argsText) as Json[]
    const [record] = await this.read([id])
    const ran = attemptsOf(record ?? null)
    if (input !== '-' && ran > 0) args.unshift(JSON.parse(await valueText(this, { prefix, index, expr: input })) as Json)
    const error = await errorOf(this, id)
    return { id, task: spec.task, args, kwargs: JSON.parse(kwargsText) as NodeCall['kwargs'], attempt: ran, error }
  }

  private async definition(prefix: string, index: number): Promise<string> {
    const [block] = await this.ask(() => this.connection.hmgetBuffer(this.key, `b${prefix}${Math.floor(index / BLOCK)}`))
    const text = block ? definitionAt(block, index % BLOCK) : ''
    return text === MARKER ? ((await this.ask(() => this.connection.hget(this.key, `a${prefix}${index}`))) ?? '') : text
  }

  /** Segments that tasks added: prefix and number of nodes. */
  private async segments(meta: WorkflowMeta): Promise<{ prefix: string; nodes: number }[]> {
    const text = (await this.connection.hget(this.key, 'G')) ?? ''
    const added = text.split('\n').filter(Boolean)
    return [
      { prefix: '', nodes: meta.n },
      ...added.map((line) => ({ prefix: line.split(' ')[0] as string, nodes: Number(line.split(' ')[1]) })),
    ]
  }

  /** Every task of the workflow in definition order, segments after the submitted graph. */
  async *nodes(meta: WorkflowMeta): AsyncGenerator<NodeResult> {
    for (const { prefix, nodes } of await this.segments(meta)) {
      const specs = new Map<string, TaskSpec>()
      for (let from = 0; from < nodes; from += BLOCK * 32) {
        yield* this.page(prefix, from, Math.min(from + BLOCK * 32, nodes), specs)
      }
    }
  }

  private async *page(prefix: string, from: number, to: number, specs: Map<string, TaskSpec>): AsyncGenerator<NodeResult> {
    const templates = await this.templatesOf(prefix, from, to)
    await this.loadSpecs(prefix, templates, specs)
    const ids = templates.map((_, k) => `${prefix}${from + k}`)
    const records = await this.read(ids)
    const progress = await this.read(ids.map((id) => `g${id}`))
    for (let k = 0; k < ids.length; k++) {
      const spec = specs.get(templates[k] as string)
      if (spec?.task) yield await nodeResult(this, ids[k] as string, spec, records[k] ?? null, progress[k] ?? null)
    }
  }

  private async templatesOf(prefix: string, from: number, to: number): Promise<string[]> {
    const names: string[] = []
    for (let block = from / BLOCK; block * BLOCK < to; block++) names.push(`b${prefix}${block}`)
    const blocks = await this.connection.hmgetBuffer(this.key, ...names)
    const out: string[] = []
    for (const [b, block] of blocks.entries()) {
      for (let j = 0; j < BLOCK && from + b * BLOCK + j < to; j++) {
        const text = block ? definitionAt(block, j) : ''
        out.push(text === MARKER ? ((await this.connection.hget(this.key, `a${prefix}${from + b * BLOCK + j}`)) ?? '') : text)
      }
    }
    return out.map((text) => text.slice(0, text.indexOf(';')))
  }

  private async loadSpecs(prefix: string, templates: string[], specs: Map<string, TaskSpec>): Promise<void> {
    const missing = [...new Set(templates)].filter((t) => !specs.has(t))
    const texts = await this.read(missing.map((t) => `t${prefix}${t}`))
    missing.forEach((t, k) => {
      const text = texts[k] ?? ''
      specs.set(t, JSON.parse(text.slice(text.indexOf('\n') + 1) || '{}') as TaskSpec)
    })
  }
}

/** What an error callback is given: (request, error, traceback). */
export function failureArguments({ error, ...request }: NodeCall, workflow: string): Json[] {
  const { stack, ...rest } = error ?? { type: 'UnknownError', message: '' }
  return [{ ...request, workflow }, rest as unknown as Json, stack ?? null]
}

/** A node as users see it, from its record. `progress`: JSON of what it reported last. */
export async function nodeResult(
  source: RecordSource,
  id: string,
  spec: TaskSpec,
  record: string | null,
  progress: string | null,
): Promise<NodeResult> {
  const out: NodeResult = { id, task: spec.task, state: nodeState(record), attempts: attemptsOf(record) }
  const terminal = parseTerminal(record)
  if (terminal?.code === 'S' && !spec.ignoreResult) out.result = JSON.parse(terminal.body) as Json
  else if (terminal?.code === 'V') out.result = JSON.parse(await valueText(source, parseValue(terminal.body))) as Json
  else if (terminal && terminal.code !== 'S' && terminal.code !== 'I') {
    const error = await errorOf(source, id)
    if (error) out.error = error
  }
  if (terminal?.code === 'I') out.ignored = true
  if (progress !== null) out.progress = JSON.parse(progress) as Json
  return out
}

function definitionAt(block: Buffer, j: number): string {
  const count = block[0] as number
  if (j >= count) return ''
  const base = 1 + 2 * count
  const from = j === 0 ? 0 : block.readUInt16BE(1 + 2 * (j - 1))
  return block.toString('utf8', base + from, base + block.readUInt16BE(1 + 2 * j) - 1)
}

/** Attempts that have begun. */
export function attemptsOf(record: string | null): number {
  const terminal = parseTerminal(record)
  if (terminal) return terminal.code === 'K' || terminal.code === 'C' ? 0 : terminal.attempts
  const open = record === null ? null : /^(?:[QD]|L \S+) (\d+)/.exec(record)
  if (!open) return 0
  return record?.startsWith('L') ? Number(open[1]) : Number(open[1]) - 1
}

function parseMeta(text: string | null): WorkflowMeta {
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

/** Reads `count` things in bounded pages, a few of which are on their way at the same time. Answers the pages in order. */
async function inPages<T>(count: number, read: (from: number, count: number) => Promise<T>): Promise<T[]> {
  const pages: T[] = []
  let next = 0
  const readSome = async (): Promise<void> => {
    while (next < count) {
      const from = next
      next += PAGE_FIELDS
      pages[from / PAGE_FIELDS] = await read(from, Math.min(PAGE_FIELDS, count - from))
    }
  }
  await Promise.all(Array.from({ length: PAGES_AT_ONCE }, readSome))
  return pages
}
