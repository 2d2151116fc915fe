/**
 * Starts attempts, inline or in a pool, and turns what their handlers do into completions.
 *
 * A handler that returns at once costs no promise. Attempts run in slices: after SLICE_MS the event loop gets its turn, so that turns, timers and
 * sockets are served between short CPU-bound tasks. Exactly one outcome of an attempt is told: the first. What a handler does after its hard limit,
 * or after its lease was lost, counts for nothing.
 */
import type { PoolKind } from '../canvas/task.js'
import type { Tracer } from '../tracing/tracer.js'
import type { Attempt } from './attempt.js'
import { callHandler, damage, type Inputs, isThenable, parseArguments } from './call.js'
import { Isolation, type Mark } from './isolation.js'
import { type Limits, LimitTimers, limitsOf, type TimeLimitExceeded } from './limits.js'
import { Outcomes } from './outcomes.js'
import type { Pool, PoolEnd } from './pools/pool.js'
import type { Pools } from './pools/pools.js'
import type { TaskDefinition, TaskRegistry } from './registry.js'
import { ChildSignal, ReplaceSignal, signalOf } from './signals.js'
import type { AttemptStore } from './store.js'
import type { Watch } from './watch.js'

export interface ExecutorHost {
  complete(attempt: Attempt, record: string): void
  /** A handler that is to be tracked is about to be called. */
  track(attempt: Attempt): void
  /** A handler on the main loop ran past its hard limit; it cannot be stopped. */
  overran(attempt: Attempt): void
}

export interface ExecutorOptions {
  tasks: TaskRegistry
  /** Asked when the first attempt needs it. */
  store: () => AttemptStore
  random: () => number
  /** Longest result, bytes of JSON. */
  maxResultBytes: number
  /** Attempts that run at the same time. */
  concurrency: number
  /** Every task says when its handler starts; a task's own option wins. */
  trackStarted: boolean
  /** Limits of tasks that have none of their own. */
  limits: Limits
  /** Losses with its worker that a task survives. */
  maxDeliveries: number
  /** Of tasks that name none. */
  pool?: PoolKind
  /** Threads and processes, where there are any. */
  pools?: Pools
  /** Shows the heartbeat thread what runs on the main loop. */
  watch?: Watch
  /** Makes spans of runs. */
  tracer?: Tracer
  /** Told of every attempt whose handler is about to be called, when somebody listens. */
  begins?: (attempt: Attempt) => void
}

const SLICE_MS = 5
/** How often the clock is read while handlers return at once. */
const CHECK_EVERY = 16
/** What could not begin is tried again after this long, ms. */
const GO_BACK_MS = 250
/** Places of started attempts at the head of the queue that are kept before it is cut. */
const CUT = 1_024

export class Executor {
  private readonly queue: Attempt[] = []
  private head = 0
  private running = false
  private readonly outcomes: Outcomes
  private readonly isolation: Isolation
  /** Suspects that wait until they may start. */
  private suspects: Attempt[] = []
  /** Attempts that have started and are not over. */
  active = 0
  /** Attempts started so far. */
  started = 0
  /** The time, as the last look at the clock said: at most a slice ago. */
  private clock = 0

  constructor(
    private readonly host: ExecutorHost,
    private readonly options: ExecutorOptions,
  ) {
    this.outcomes = new Outcomes(options)
    this.isolation = new Isolation(
      options.maxDeliveries,
      () => options.concurrency,
      () => this.run(),
    )
  }

  /** Attempts that have not started. */
  get waiting(): number {
    return this.queue.length - this.head + this.suspects.length
  }

  /** One attempt runs alone, or is about to. */
  get closed(): boolean {
    return this.isolation.closed
  }

  /** Nothing more can be started now. */
  get full(): boolean {
    return this.active >= this.options.concurrency || this.isolation.closed
  }

  /** Queues attempts; they start in this order. */
  enqueue(attempt: Attempt): void {
    if (attempt.grant.suspicion > 0) this.suspects.push(attempt)
    else this.queue.push(attempt)
  }

  /** Takes back all that has not started but the first `keep`. */
  drain(keep = 0): Attempt[] {
    const drained = this.queue.splice(this.head + keep)
    if (keep > 0) return drained
    for (const suspect of this.suspects) this.isolation.over(suspect)
    return drained.concat(this.suspects.splice(0))
  }

  /** Takes back one attempt; false when it has started. */
  withdraw(attempt: Attempt): boolean {
    const waiting = this.queue.indexOf(attempt, this.head)
    if (waiting >= 0) this.queue.splice(waiting, 1)
    const suspect = this.suspects.indexOf(attempt)
    if (suspect >= 0) {
      this.isolation.over(attempt)
      this.suspects.splice(suspect, 1)
    }
    return waiting >= 0 || suspect >= 0
  }

  /** An attempt that had been started is over: its slot is free. */
  over(attempt: Attempt): void {
    attempt.timers?.clear()
    if (attempt.slot > 0) this.options.watch?.free(attempt.slot)
    if (attempt.grant.suspicion > 0) this.isolation.over(attempt)
    this.active--
    if (this.waiting > 0) this.run()
  }

  /** The completion of an attempt that cannot be asked any more, by its hard limit. */
  verdict(attempt: Attempt, definition: TaskDefinition, error: TimeLimitExceeded): string {
    return this.outcomes.verdict(attempt, definition, error)
  }

  /** Starts what is queued while there are slots, slice by slice. */
  run(): void {
    if (this.running || this.active >= this.options.concurrency) return
    this.running = true
    this.clock = performance.now()
    if (this.suspects.length > 0) this.admitSuspects()
    const until = this.clock + SLICE_MS
    let n = 0
    while (this.queue.length > this.head && !this.full) {
      this.start(this.queue[this.head++] as Attempt)
      if (++n % CHECK_EVERY === 0 && performance.now() > until) break
      if (n % CHECK_EVERY !== 0 && n < CHECK_EVERY && performance.now() > until) break
    }
    this.cut()
    if (this.queue.length === this.head || this.full) this.running = false
    else {
      setImmediate(() => {
        this.running = false
        this.run()
      })
    }
  }

  private cut(): void {
    if (this.queue.length > this.head && this.head < CUT) return
    this.queue.splice(0, this.head)
    this.head = 0
  }

  private admitSuspects(): void {
    const { suspects } = this
    this.suspects = []
    for (const suspect of suspects) {
      // Who is admitted starts, or its place would stay taken.
      const mark = this.active < this.options.concurrency ? this.markOf(suspect) : null
      if (mark === null) this.suspects.push(suspect)
      else this.start(suspect, mark)
    }
  }

  /** Null: it must wait. In a pool it is alone in its process or thread, and needs no mark. */
  private markOf(suspect: Attempt): Mark | undefined | null {
    return this.poolOf(this.options.tasks.get(suspect.task)) ? undefined : this.isolation.admit(suspect, this.active)
  }

  /** Where a task runs; undefined: here. */
  private poolOf(definition: TaskDefinition | undefined): Pool | undefined {
    const kind = definition?.options?.pool ?? this.options.pool ?? 'inline'
    return kind === 'inline' ? undefined : this.options.pools?.of(kind)
  }

  /** @param mark of a suspect that runs here: what is to be written down first */
  private start(attempt: Attempt, mark?: Mark): void {
    attempt.started = true
    attempt.startedAt = this.clock
    this.active++
    this.started++
    const definition = this.options.tasks.get(attempt.task)
    if (!definition) {
      // The script grants only what this process registered; a task that vanished since goes back to the queue.
      this.host.complete(attempt, 'b|')
      return
    }
    if (attempt.grant.child !== undefined) {
      void this.readChild(attempt, definition, attempt.grant.child)
      return
    }
    const begins = definition.options?.acksLate === false ? 'n' : mark
    const { input } = attempt.grant
    if (begins !== undefined) void this.startMarked(attempt, definition, begins)
    else if (isReference(input) || attempt.spec.errorInput) void this.startLater(attempt, definition)
    else this.call(attempt, definition, { prepended: travelled(input), failure: null })
  }

  /** The child that its node waited for has ended, and what came of it is to be read: no handler is called. */
  private async readChild(attempt: Attempt, definition: TaskDefinition, child: string): Promise<void> {
    try {
      const outcome = await this.options.store().fetchChild(attempt, child)
      this.host.complete(attempt, this.outcomes.child(attempt, definition, outcome))
    } catch (error) {
      if (error instanceof SyntaxError) this.fail(attempt, damage(error))
      else this.goesBack(attempt, `its child could not be read: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** It is said before it starts that it does. */
  private async startMarked(attempt: Attempt, definition: TaskDefinition, mark: Mark | 'n'): Promise<void> {
    if (await this.options.store().begin(attempt, mark)) await this.startLater(attempt, definition)
    else this.host.complete(attempt, 'b|')
  }

  private async startLater(attempt: Attempt, definition: TaskDefinition): Promise<void> {
    const { input } = attempt.grant
    const store = this.options.store()
    let inputs: Inputs
    try {
      inputs = {
        prepended: isReference(input) ? await store.fetchInput(attempt, input.slice(1)) : travelled(input),
        failure: attempt.spec.errorInput ? await store.fetchFailure(attempt) : null,
      }
    } catch (error) {
      if (error instanceof SyntaxError) return this.fail(attempt, damage(error))
      return this.goesBack(attempt, `its inputs could not be read: ${error instanceof Error ? error.message : String(error)}`)
    }
    if (!attempt.over) this.call(attempt, definition, inputs)
  }

  private call(attempt: Attempt, definition: TaskDefinition, inputs: Inputs): void {
    if (attempt.revoked) {
      this.host.complete(attempt, 'b|')
      return
    }
    const pool = this.poolOf(definition)
    if (pool !== undefined) {
      const limits = limitsOf(attempt.spec, definition.options, this.options.limits)
      const begun = () => this.begins(attempt, definition)
      void pool.run(attempt, inputs, { limits, begun }).then((end) => this.pooled(attempt, definition, end))
      return
    }
    try {
      parseArguments(attempt, inputs)
    } catch (error) {
      this.fail(attempt, damage(error))
      return
    }
    this.begins(attempt, definition)
    this.callInline(attempt, definition)
  }

  private pooled(attempt: Attempt, definition: TaskDefinition, end: PoolEnd): void {
    if (attempt.over) return
    if ('record' in end) this.ended(attempt, end.record)
    else if ('replace' in end) this.staged(attempt, this.options.store().stageReplacement(attempt, end.replace))
    else if ('child' in end) this.awaitsChild(attempt, definition, end.child)
    else if ('thrown' in end) this.threw(attempt, definition, end.thrown)
    else if (attempt.revoked) this.host.complete(attempt, 'b|')
    else if ('lost' in end) {
      attempt.logger.error({ reason: end.lost }, 'a task took its thread or process down')
      this.host.complete(attempt, `l${this.options.maxDeliveries}|`)
    } else this.goesBack(attempt, end.back)
  }

  /** It never began, and not through its own fault. */
  private goesBack(attempt: Attempt, reason: string): void {
    attempt.logger.warn({ reason }, 'an attempt could not begin; it goes back')
    setTimeout(() => this.host.complete(attempt, 'b|'), GO_BACK_MS)
  }

  private begins(attempt: Attempt, definition: TaskDefinition): void {
    if (definition.options?.trackStarted ?? this.options.trackStarted) this.host.track(attempt)
    if (this.options.tracer !== undefined) attempt.trace(this.options.tracer)
    this.options.begins?.(attempt)
  }

  private callInline(attempt: Attempt, definition: TaskDefinition): void {
    const { watch } = this.options
    let value: unknown
    let pending: boolean
    watch?.enter(attempt, definition)
    try {
      value = attempt.span === null ? callHandler(attempt, definition) : attempt.span.within(() => callHandler(attempt, definition))
      pending = isThenable(value)
    } catch (thrown) {
      watch?.leave()
      this.threw(attempt, definition, thrown)
      return
    }
    watch?.leave()
    if (!pending) {
      this.returned(attempt, definition, value)
      return
    }
    this.limit(attempt, definition)
    // resolve() gives a promise back as it is, and takes what else has a `then` by its word without trusting it.
    Promise.resolve(value).then(
      (result) => this.returned(attempt, definition, result),
      (thrown: unknown) => this.threw(attempt, definition, thrown),
    )
  }

  /** A handler that waits is watched by timers, and by the thread in case that they never fire. */
  private limit(attempt: Attempt, definition: TaskDefinition): void {
    const limits = limitsOf(attempt.spec, definition.options, this.options.limits)
    if (limits.hardMs > 0) attempt.slot = this.options.watch?.hold(attempt, definition, limits.hardMs) ?? 0
    attempt.timers = new LimitTimers(attempt, limits, (error) => {
      if (attempt.over) return
      attempt.abort(error)
      this.threw(attempt, definition, error)
      this.host.overran(attempt)
    })
  }

  private returned(attempt: Attempt, definition: TaskDefinition, value: unknown): void {
    if (!attempt.over) this.ended(attempt, this.outcomes.returned(attempt, definition, value))
  }

  private threw(attempt: Attempt, definition: TaskDefinition, thrown: unknown): void {
    if (attempt.over) return
    const signal = signalOf(thrown)
    if (signal instanceof ReplaceSignal) this.staged(attempt, this.options.store().stageReplacement(attempt, signal.canvas))
    else if (signal instanceof ChildSignal) this.awaitsChild(attempt, definition, signal)
    else this.host.complete(attempt, this.outcomes.threw(attempt, definition, thrown))
  }

  /** A child that cannot be started fails the attempt as any other error of its handler does: the task's retry policy counts. */
  private awaitsChild(attempt: Attempt, definition: TaskDefinition, { canvas, options }: ChildSignal): void {
    this.options
      .store()
      .stageChild(attempt, canvas, options)
      .then(
        (child) => this.host.complete(attempt, this.outcomes.waits(attempt, definition, child)),
        (error: unknown) => this.host.complete(attempt, this.outcomes.threw(attempt, definition, error)),
      )
  }

  /** A success brings along what the attempt added to its chord. */
  private ended(attempt: Attempt, record: string): void {
    if (attempt.added.length === 0 || !/^S/.test(record)) this.host.complete(attempt, record)
    else this.staged(attempt, this.options.store().stageMembers(attempt, record))
  }

  private fail(attempt: Attempt, thrown: unknown): void {
    this.host.complete(attempt, this.outcomes.failed(attempt, thrown))
  }

  /** What a task adds is compiled and stored before the attempt is finished. A canvas that is not valid fails the task. */
  private staged(attempt: Attempt, record: Promise<string>): void {
    record.then(
      (text) => this.host.complete(attempt, text),
      (error: unknown) => this.fail(attempt, error),
    )
  }
}

/** An input that did not travel with its grant: an expression to be read (redis/lua/lib/grant.lua). */
const isReference = (input: string): boolean => input.charCodeAt(0) === 64

/** The JSON of an input that did; null where there is none. */
const travelled = (input: string): string | null => (input === '' ? null : input.slice(1))
