/**
 * One attempt: a node that this process holds a lease on, and the context that its handler sees. The signal is made only when asked for:
 * most handlers are short and never look at it.
 */
import type { Canvas, Json } from '../canvas/types.js'
import type { TaskSpec } from '../protocol/stored.js'
import { parseOrigin, spanIdOf, type TraceContext } from '../tracing/trace-context.js'
import type { RunSpan, Tracer } from '../tracing/tracer.js'
import type { ChildOptions, StartedChild } from './child-options.js'
import type { Grant } from './grants.js'
import type { LimitTimers } from './limits.js'
import type { Logger } from './logger.js'
import type { RetryOptions, TaskContext } from './registry.js'
import { ChildSignal, IgnoreSignal, ReplaceSignal, RetrySignal } from './signals.js'
import { reportText } from './state-reports.js'

export interface AttemptHost {
  /** What its handler writes to. */
  loggerOf(attempt: Attempt): Logger
  /** Takes a report of a running attempt: see state-reports. */
  report(attempt: Attempt, text: string): void
  /** Starts the `ordinal`th child of the attempt's node, from 1. */
  startChild(attempt: Attempt, canvas: Canvas, options: ChildOptions, ordinal: number): Promise<StartedChild>
}

export class Attempt implements TaskContext {
  args: Json[] = []
  kwargs: { [name: string]: Json } = {}
  readonly added: Canvas[] = []
  /** Its handler was called, or is about to be. */
  started = false
  /** When, of performance.now(). */
  startedAt = 0
  /** When it became ready, of performance.now(), where that is known: see `waited` of a grant. */
  readyAt: number | null = null
  /** Its handler was called. */
  begun = false
  /** Of its run, where it is traced. */
  span: RunSpan | null = null
  /** It was told how it ended; what else it does counts for nothing. */
  over = false
  /** It was revoked: how its handler ends counts for nothing. */
  revoked = false
  /** Its time limits while it waits on the main loop. */
  timers: LimitTimers | null = null
  /** Where the heartbeat thread sees it (watch.ts); 0: nowhere. */
  slot = 0
  /** Calls of startChild so far. */
  private children = 0
  private controller: AbortController | null = null
  private abortReason: unknown
  private ownLogger: Logger | null = null

  constructor(
    private readonly host: AttemptHost,
    readonly grant: Grant,
    readonly workflowId: string,
    /** Index within the segment. */
    readonly index: number,
    readonly definition: string,
  ) {}

  get spec(): TaskSpec {
    return this.grant.spec
  }

  get node(): string {
    return `${this.grant.prefix}${this.index}`
  }

  get id(): string {
    return `${this.workflowId}:${this.node}`
  }

  /** What names the attempt's completion within its grant. */
  get key(): number | string {
    return this.grant.lone ? this.workflowId : this.index
  }

  get task(): string {
    return this.grant.spec.task
  }

  get attempt(): number {
    return this.grant.attemptNumber
  }

  get workflow(): { id: string } {
    return { id: this.workflowId }
  }

  get logger(): Logger {
    this.ownLogger ??= this.host.loggerOf(this)
    return this.ownLogger
  }

  get signal(): AbortSignal {
    this.controller ??= new AbortController()
    if (this.abortReason !== undefined) this.controller.abort(this.abortReason)
    return this.controller.signal
  }

  /** Its handler is about to be called. What carries no trace makes no span. */
  trace(tracer: Tracer): void {
    const known = this.grant.trace === '' ? undefined : parseOrigin(this.grant.trace)
    if (known === undefined) return
    const { task, workflowId: workflow, id, attempt } = this
    this.span = tracer.run({ task, workflow, id, attempt, parent: known.origin, links: known.links })
  }

  /** What the workflows carry that it starts: its own span, or as it was told where nobody makes spans here. */
  get traceContext(): TraceContext | undefined {
    return this.span === null ? parseOrigin(this.grant.trace)?.origin : this.span.context
  }

  /** Its completion with the span that ran in front, for a join behind it to link to. */
  traced(record: string): string {
    const context = this.span?.context
    return context !== undefined && /^[SIFXY+]/.test(record) ? `~${spanIdOf(context)}\n${record}` : record
  }

  abort(reason: unknown): void {
    this.abortReason = reason
    this.controller?.abort(reason)
  }

  retry(options: RetryOptions = {}): never {
    throw new RetrySignal(options)
  }

  replace(canvas: Canvas): never {
    throw new ReplaceSignal(canvas)
  }

  startChild(canvas: Canvas, options: ChildOptions = {}): Promise<StartedChild> {
    return this.host.startChild(this, canvas, options, ++this.children)
  }

  executeChild(canvas: Canvas, options: ChildOptions = {}): never {
    throw new ChildSignal(canvas, options)
  }

  addToChord(canvas: Canvas): void {
    this.added.push(canvas)
  }

  updateState(state: string, meta?: unknown): void {
    this.report(reportText(state, meta))
  }

  /** A report that is a text already. */
  report(text: string): void {
    this.host.report(this, text)
  }

  progress(current: number, total?: number, message?: string): void {
    this.updateState('PROGRESS', { current, ...(total === undefined ? {} : { total }), ...(message === undefined ? {} : { message }) })
  }

  ignore(): never {
    throw new IgnoreSignal()
  }
}
