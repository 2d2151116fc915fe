/** A workflow seen from outside: its state, its outcome, its nodes. A handle is only an id; making one costs nothing. */
import type { Json } from '../canvas/types.js'
import { ChordisError, type WireError } from '../protocol/errors.js'
import { type Control, type WorkflowState, workflowState } from '../protocol/states.js'
import type { WorkflowMeta } from '../protocol/stored.js'
import { nodeOutcome, type Outcome, outcomeOf, type RecordSource } from '../protocol/values.js'
import { explain } from '../redis/connection.js'
import { type Head, headOf, type NodeResult } from '../redis/reader.js'
import type { WaitAnswer } from './waiter.js'

/** State, counts and times of a workflow. Times are Unix ms by Redis's clock. */
export interface WorkflowStatus {
  id: string
  name?: string
  tags: string[]
  tenant: string
  partition: number
  state: WorkflowState
  /** Every node is terminal, callbacks included. */
  ended: boolean
  counts: { total: number; success: number; failure: number; revoked: number; skipped: number; remaining: number }
  createdAt: number
  startedAt: number | null
  outcomeAt: number | null
  endedAt: number | null
}

/** Thrown by {@link WorkflowHandle.result} when the workflow did not succeed. */
export class WorkflowFailedError extends Error {
  constructor(
    readonly workflow: string,
    readonly outcome: Outcome,
  ) {
    super(describe(outcome))
    this.name = 'WorkflowFailedError'
  }
}

function describe(outcome: Outcome): string {
  if (outcome.state === 'FAILURE') return `${outcome.error.type}: ${rootMessage(outcome.error)}`
  if (outcome.state === 'GROUP') return describe(outcome.results.find((r) => r.state !== 'SUCCESS') ?? { state: 'SKIPPED' })
  return `the workflow ended ${outcome.state}`
}

function rootMessage(error: WireError): string {
  let root = error
  while (root.cause) root = root.cause
  return root.message
}

/** The plain value of an outcome; a group's is the list of its members' values. */
function plainValue(outcome: Outcome): Json | undefined {
  if (outcome.state === 'SUCCESS') return outcome.result
  if (outcome.state !== 'GROUP') return undefined
  const values = outcome.results.map(plainValue)
  return values.includes(undefined) ? undefined : (values as Json[])
}

/** What a handle reads from: a workflow in Redis, or one in memory (src/engine/testing). */
export interface StoredWorkflow extends RecordSource {
  readonly partition: number
  /** Null when there is no such workflow. */
  head(): Promise<Head | null>
  nodes(meta: WorkflowMeta): AsyncGenerator<NodeResult>
}

export interface HandleDependencies {
  reader(id: string): StoredWorkflow
  wait(id: string, timeoutMs: number): Promise<WaitAnswer | null>
  /** Why a wait gave up before its time, where there is a reason. */
  why?(id: string): string | undefined
}

/** `R`: its result, as the canvas's types say; they are not checked at run time. */
export class WorkflowHandle<R = Json> {
  private made: StoredWorkflow | undefined

  constructor(
    private readonly dependencies: HandleDependencies,
    readonly id: string,
    /** Submitting found it already there, by id or by idempotency key. */
    readonly duplicate = false,
  ) {}

  private get reader(): StoredWorkflow {
    this.made ??= this.dependencies.reader(this.id)
    return this.made
  }

  /** State, counts and times. Throws `not-found` when there is no such workflow (any more). */
  async status(): Promise<WorkflowStatus> {
    const head = await this.head()
    const control = head.control ?? DAMAGED
    return {
      id: this.id,
      ...(head.meta.name === undefined ? {} : { name: head.meta.name }),
      tags: head.meta.tags ?? [],
      tenant: head.meta.tenant ?? '-',
      partition: this.reader.partition,
      state: workflowState(control),
      ended: control.ended > 0,
      counts: countsOf(control),
      createdAt: control.created,
      startedAt: control.started || null,
      outcomeAt: control.outcome || null,
      endedAt: control.ended || null,
    }
  }

  /** The outcome, or null when it is not known within `waitMs` (default 0: do not wait). */
  async outcome(options: { waitMs?: number } = {}): Promise<Outcome | null> {
    const waitMs = options.waitMs ?? 0
    if (waitMs <= 0) {
      const head = await this.head()
      return known(head) ? this.read(head) : null
    }
    const answer = await this.waitFor(waitMs)
    if (answer === null) return null
    if (answer[0] === 'pushed') {
      const [, node, record] = answer
      return this.explained(() => nodeOutcome(withFirst(this.reader, node, record), node, record))
    }
    if (answer[0] !== 'outcome') throw this.notFound()
    const [, control, meta, damage, record] = answer
    return this.read(headOf(control, meta, damage), record)
  }

  private async waitFor(waitMs: number): Promise<WaitAnswer | null> {
    try {
      return await this.dependencies.wait(this.id, waitMs)
    } catch (error) {
      if (isWrongType(error)) return ['outcome', '', null, NOT_A_HASH, null]
      throw explainRead(error, this.id)
    }
  }

  /**
   * The value: waits up to `timeoutMs` (default 60,000 ms).
   * @throws WorkflowFailedError when it ended otherwise, ChordisError `timeout` when it did not end in time
   */
  async result(options: { timeoutMs?: number } = {}): Promise<R> {
    const timeoutMs = options.timeoutMs ?? 60_000
    const outcome = await this.outcome({ waitMs: timeoutMs })
    if (outcome === null) {
      const why = this.dependencies.why?.(this.id) ?? `no outcome within ${timeoutMs} ms`
      throw new ChordisError('timeout', why, { workflow: this.id })
    }
    const value = plainValue(outcome)
    if (value === undefined) throw new WorkflowFailedError(this.id, outcome)
    return value as R
  }

  /** Every task of the workflow with its state and result, in definition order. */
  async results(): Promise<NodeResult[]> {
    const out: NodeResult[] = []
    for await (const node of this.nodes()) out.push(node)
    return out
  }

  /** As {@link results}, page by page. */
  async *nodes(): AsyncGenerator<NodeResult> {
    const head = await this.head()
    try {
      yield* this.reader.nodes(head.meta)
    } catch (error) {
      throw explainRead(error, this.id)
    }
  }

  /** `record`: that of the output node, where it came along. */
  private async read(head: Head, record: string | null = null): Promise<Outcome | null> {
    if (head.control?.state === 'x' || head.control === null) return corrupt(head.damage ?? 'control field')
    const { o } = head.meta
    return this.explained(() => outcomeOf(record === null ? this.reader : withFirst(this.reader, String(o), record), o))
  }

  private async explained(read: () => Promise<Outcome | null>): Promise<Outcome | null> {
    try {
      return await read()
    } catch (error) {
      if (error instanceof SyntaxError) return corrupt('a result')
      throw explainRead(error, this.id)
    }
  }

  private async head(): Promise<Head> {
    let head: Head | null
    try {
      head = await this.reader.head()
    } catch (error) {
      if (!isWrongType(error)) throw explainRead(error, this.id)
      head = { control: null, meta: { o: 0, n: 0, c: 0 }, damage: NOT_A_HASH }
    }
    if (head === null) throw this.notFound()
    return head
  }

  private notFound(): ChordisError {
    return new ChordisError('not-found', `there is no workflow ${this.id}`, { workflow: this.id })
  }
}

function corrupt(what: string): Outcome {
  const error: WireError = { type: 'WorkflowCorruptError', message: `the stored workflow is damaged: ${what}`, code: 'workflow-corrupt' }
  return { state: 'FAILURE', error }
}

const NOT_A_HASH = 'it is not a hash'
const isWrongType = (error: unknown): boolean => error instanceof Error && error.message.includes('WRONGTYPE')

/** A source that knows one record already. */
function withFirst(source: RecordSource, id: string, record: string): RecordSource {
  return { read: async (ids) => (ids.length === 1 && ids[0] === id ? [record] : source.read(ids)) }
}

/** A read that got no answer did nothing: Redis cannot be reached. */
function explainRead(error: unknown, id: string): ChordisError {
  if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) {
    return new ChordisError('workflow-corrupt', `what is stored of it cannot be read: ${error.message}`, { cause: error, workflow: id })
  }
  const why = explain(error, id)
  return why.code === 'outcome-unknown' ? new ChordisError('redis-unavailable', why.message, { cause: error, workflow: id }) : why
}

const known = (head: Head): boolean => head.control === null || head.control.outcome > 0

const DAMAGED: Control = {
  state: 'x',
  run: 1,
  remaining: 0,
  outs: 0,
  worst: 'F',
  created: 0,
  started: 0,
  outcome: 1,
  ended: 1,
  success: 0,
  failure: 0,
  revoked: 0,
  skipped: 0,
  keepMs: 0,
}

function countsOf(c: Control): WorkflowStatus['counts'] {
  const total = c.success + c.failure + c.revoked + c.skipped + c.remaining
  return { total, success: c.success, failure: c.failure, revoked: c.revoked, skipped: c.skipped, remaining: c.remaining }
}
