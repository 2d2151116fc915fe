/** One workflow as handles see it: reads whose errors are explained, ids that signatures were given, and waiting in growing steps. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ControlsWorkflows } from '../control/workflow-control.js'
import { parseDefinition } from '../protocol/blocks.js'
import { ChordisError } from '../protocol/errors.js'
import { type Head, LISTED_NODES, type NodeResult, type WorkflowReader } from '../protocol/reader.js'
import type { WorkflowMeta } from '../protocol/stored.js'
import { nodeOutcome, type Outcome } from '../protocol/values.js'
import type { Segment } from '../protocol/view.js'
import { corrupt, explainRead } from './failures.js'
import { Neighbours } from './neighbours.js'
import type { WaitAnswer } from './waiter.js'

export interface HandleDependencies {
  /** Resolves when the others may be called: there may be no connection yet. */
  ready?(): Promise<void>
  reader(id: string): WorkflowReader
  /** The graph without arguments and results. */
  outline(reader: WorkflowReader, meta: WorkflowMeta): Promise<Segment[]>
  wait(id: string, timeoutMs: number): Promise<WaitAnswer | null>
  /** Why a wait gave up before its time, where there is a reason. */
  why?(id: string): string | undefined
  /** What may be done with workflows. */
  readonly control: ControlsWorkflows
}

export const NOT_A_HASH = 'it is not a hash'
export const isWrongType = (error: unknown): boolean => error instanceof Error && error.message.includes('WRONGTYPE')

export class Look {
  private made: WorkflowReader | undefined
  /** Nodes by the ids that their signatures were given, as far as the definitions were read. */
  private readonly named = new Map<string, string>()
  private read = { segment: 0, index: 0 }

  constructor(
    readonly dependencies: HandleDependencies,
    readonly id: string,
  ) {}

  get reader(): WorkflowReader {
    this.made ??= this.dependencies.reader(this.id)
    return this.made
  }

  /** {@link reader} may be used then. Throws what connecting throws; the next call tries again. */
  private async ready(): Promise<void> {
    if (this.made === undefined) await this.dependencies.ready?.()
  }

  /** Control and meta; throws `not-found`. */
  async head(): Promise<Head> {
    await this.ready()
    let head: Head | null
    try {
      head = await this.reader.head()
    } catch (error) {
      if (!isWrongType(error)) throw explainRead(error, this.id)
      head = { control: null, meta: { o: 0, n: 0, c: 0 }, damage: NOT_A_HASH, text: '' }
    }
    if (head === null) throw this.notFound()
    return head
  }

  notFound(task?: string): ChordisError {
    const what = task === undefined ? `workflow ${this.id}` : `task ${task} in workflow ${this.id}`
    return new ChordisError('not-found', `there is no ${what}`, { workflow: this.id })
  }

  /** Does something with the workflow. */
  async controlled<T>(act: (control: ControlsWorkflows) => Promise<T>): Promise<T> {
    await this.ready()
    return act(this.dependencies.control)
  }

  /** Runs a read; what it throws is a ChordisError then. */
  async explained<T>(read: () => Promise<T>): Promise<T> {
    await this.ready()
    try {
      return await read()
    } catch (error) {
      throw error instanceof ChordisError ? error : explainRead(error, this.id)
    }
  }

  /** As {@link explained}, for an outcome: one that cannot be read is a FAILURE. */
  async outcome(read: () => Promise<Outcome | null>): Promise<Outcome | null> {
    await this.ready()
    try {
      return await read()
    } catch (error) {
      if (error instanceof SyntaxError) return corrupt('a result')
      throw explainRead(error, this.id)
    }
  }

  /** The outcome of a node; null while it is open. `record`: where it has been read. */
  nodeOutcome(id: string, record?: string | null): Promise<Outcome | null> {
    return this.outcome(async () => {
      const [read = null] = record === undefined ? await this.reader.read([id]) : [record]
      return nodeOutcome(this.reader, id, read)
    })
  }

  /** A task by its node or by the id that its signature was given; throws `not-found`. */
  async task(name: string): Promise<NodeResult> {
    const { meta } = await this.head()
    return this.explained(async () => {
      const node = await this.reader.node(meta, name)
      if (node) return node
      const id = await this.byTaskId(name)
      const found = id === undefined ? null : await this.reader.node(meta, id)
      if (!found) throw this.notFound(name)
      return found
    })
  }

  /** Reads definitions page by page, where it stopped the last time, until the id is found. */
  private async byTaskId(taskId: string): Promise<string | undefined> {
    const segments = await this.reader.segments((await this.head()).meta)
    while (!this.named.has(taskId)) {
      const { segment, index } = this.read
      const part = segments[segment]
      if (!part) break
      const to = Math.min(index + LISTED_NODES, part.nodes)
      const texts = await this.reader.definitions(part.prefix, index, to)
      for (const [k, text] of texts.entries()) {
        const { taskId: found } = parseDefinition(text)
        if (found !== undefined && !this.named.has(found)) this.named.set(found, `${part.prefix}${index + k}`)
      }
      this.read = to < part.nodes ? { segment, index: to } : { segment: segment + 1, index: 0 }
    }
    return this.named.get(taskId)
  }

  /** Task calls around one: asks a {@link Neighbours}. */
  async around(ask: (neighbours: Neighbours) => Promise<string[]>): Promise<string[]> {
    const { meta } = await this.head()
    return this.explained(() => ask(new Neighbours(this.reader, meta)))
  }
}

const SHORTEST_MS = 20
const LONGEST_MS = 1_000
const GROWTH = 1.5

/**
 * How long to wait between two looks: 20 ms at first, half as long again each time, 1 s at most, and never less than twice what the last look
 * took. The end of the workflow wakes at once.
 */
export class Pace {
  private ms = SHORTEST_MS
  private since = performance.now()
  private ended = false

  constructor(private readonly look: Look) {}

  /** A look begins. */
  begin(): void {
    this.since = performance.now()
  }

  /** Something happened: more may be near. */
  reset(): void {
    this.ms = SHORTEST_MS
  }

  /** Waits for the next look, at most until `deadline` (of performance.now()). */
  async pause(deadline: number): Promise<void> {
    const now = performance.now()
    const ms = Math.max(0, Math.min(Math.max(this.ms, 2 * (now - this.since)), LONGEST_MS, deadline - now))
    this.ms = Math.min(this.ms * GROWTH, LONGEST_MS)
    if (this.ended) {
      await sleep(ms)
      // It may have been forgotten, or be past its retention, meanwhile.
      await this.look.head()
      return
    }
    const { look } = this
    const answer = await look.explained(() => look.dependencies.wait(look.id, ms))
    if (answer?.[0] === 'none') throw look.notFound()
    // Where nothing can go on, waiting ends at once.
    const left = ms - (performance.now() - now)
    if (answer === null && left > 1) await sleep(left)
    this.ended = answer !== null
  }
}
