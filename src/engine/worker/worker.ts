/**
 * A worker process: leases nodes in every partition, runs their handlers, reports what became of them. Execution is at least once; every state
 * change happens exactly once.
 *
 * Parts: Partition (turns), Executor (handlers), Heartbeat (a thread that vouches), Waker (sleep until there is work), Tender (upkeep and the sweep
 * for dead processes). stop(): fetch nothing, finish or give back within the grace time, leave.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Canvas } from '../canvas/types.js'
import { Surveyor } from '../maintenance/surveyor.js'
import { Tender, type Work } from '../maintenance/tender.js'
import { type AttemptList, checkSlots, type RunningAttempt } from '../protocol/control.js'
import { ChordisError } from '../protocol/errors.js'
import { checkName, newIncarnation } from '../protocol/ids.js'
import type { WorkerSample } from '../protocol/worker-view.js'
import { connect, type RedisConnection } from '../redis/connection.js'
import { Namespace } from '../redis/namespace.js'
import { runEnd } from '../tracing/tracer.js'
import { untilAnswered } from './answers.js'
import { Attempt, type AttemptHost } from './attempt.js'
import type { ChildOptions, StartedChild } from './child-options.js'
import { type Controlled, Controller } from './control.js'
import { Announcer } from './events.js'
import { Executor, type ExecutorHost } from './executor.js'
import { Fences } from './fences.js'
import type { Grant } from './grants.js'
import { Heartbeat } from './heartbeat.js'
import { DEFAULT_LOGGER, type Logger, withFields } from './logger.js'
import { Partition, type PartitionHost } from './partition.js'
import { Pools } from './pools/pools.js'
import { Presence } from './presence.js'
import { settingsOf, type WorkerOptions, type WorkerSettings } from './settings.js'
import { Slots } from './slots.js'
import { reportText, type StartedMeta, StateReports } from './state-reports.js'
import { RedisStore } from './store.js'
import { homesOf, Wakers } from './wakers.js'
import { Watch } from './watch.js'

/** Handlers that the heartbeat thread can watch, at least: slots may be added later. */
const WATCHED = 1_000
/** A timer due later than this is heard of again before it is due, from the upkeep. */
const LOOK_MS = 2_000
/** How long a worker that leaves waits for what does not answer, ms. */
const LEAVE_MS = 2_000

/** Leases nodes, runs their handlers and reports what became of them, from start() to stop(). */
export class Worker implements PartitionHost, ExecutorHost, AttemptHost, Controlled {
  /** @internal */
  readonly process = newIncarnation()
  /** The queues it serves; {@link addConsumer} and {@link cancelConsumer} change them. */
  readonly queues: string[]
  /** Names of the tasks it runs. */
  readonly tasks: string[]
  /** The same with what they are called with, as it is announced. */
  readonly announced: readonly string[]
  /** Where it writes what it notices. */
  readonly logger: Logger
  /** @internal */
  readonly announcer: Announcer | null
  /** @internal */
  readonly namespace: Namespace
  /** @internal */
  connection!: RedisConnection
  /** How often its heart beats, ms. */
  private readonly beatMs: number
  private readonly partitions: Partition[] = []
  private readonly running = new Set<Attempt>()
  private readonly settings: WorkerSettings
  private readonly executor: Executor
  private readonly pools: Pools
  private readonly watch: Watch
  /** Resolves when it has stopped: because it was asked to, or because a handler ran past its hard limit (see `onOverrun`). */
  readonly ended: Promise<'asked' | 'overrun'>
  private end!: (why: 'asked' | 'overrun') => void
  private overrun = false
  private readonly slots: Slots
  private store!: RedisStore
  private heartbeat: Heartbeat | null = null
  private tender: Tender | null = null
  private surveyor: Surveyor | null = null
  private wakers: Wakers | null = null
  private readonly fences: Fences
  private readonly controller = new Controller(this)
  private readonly presence: Presence
  private readonly reports = new StateReports<Attempt>((attempt, text) => this.send(attempt, text))
  /** Until the next delayed node of an idle partition is due. */
  private readonly alarms = new Map<Partition, NodeJS.Timeout>()
  private idleWaiters: (() => void)[] = []
  private state: 'new' | 'running' | 'stopping' | 'stopped' = 'new'
  /** Fetches nothing until it is told to. */
  private isQuiet = false
  private starting: Promise<void> | null = null
  private stopping: Promise<void> | null = null
  /** Fires when it stops, for what waits for Redis without end. */
  private readonly leaving = new AbortController()
  /** Until when running handlers may go on, on the monotonic clock. */
  private graceUntil = Number.POSITIVE_INFINITY

  constructor(private readonly options: WorkerOptions) {
    this.ended = new Promise((resolve) => {
      this.end = resolve
    })
    this.namespace = new Namespace(options)
    this.settings = settingsOf(options)
    this.queues = this.settings.queues
    this.beatMs = Math.max(100, Math.round(this.settings.leaseMs / 3))
    this.tasks = options.tasks.names()
    this.announced = options.tasks.announcements()
    this.logger = options.logger ?? DEFAULT_LOGGER
    const announcer = options.listener ? new Announcer(options.listener, this.logger) : null
    this.announcer = announcer
    const { concurrency, limits, maxResultBytes } = this.settings
    this.pools = new Pools(options, options.tasks, concurrency, maxResultBytes, this.logger)
    this.watch = new Watch(Math.max(concurrency, WATCHED), limits, (attempt, definition, error) =>
      this.executor.verdict(attempt, definition, error),
    )
    const slots = new Slots(concurrency, {
      held: () => this.running.size,
      executor: () => this.executor,
      giveBack: (keep) => this.giveBack(this.executor.drain(keep)),
    })
    this.slots = slots
    this.executor = new Executor(this, {
      ...this.settings,
      get concurrency() {
        return slots.size
      },
      tasks: options.tasks,
      store: () => this.store,
      random: Math.random,
      pools: this.pools,
      watch: this.watch,
      ...(options.tracer === undefined ? {} : { tracer: options.tracer }),
      ...(announcer && options.listener?.task ? { begins: (attempt: Attempt) => announcer.started(attempt) } : {}),
    })
    this.fences = new Fences({
      redis: options.redis,
      namespace: this.namespace,
      logger: this.logger,
      held: this.running,
      store: () => this.store,
      withdraw: (attempt) => {
        if (this.executor.withdraw(attempt)) this.complete(attempt, 'b|')
      },
      leaving: this.leaving.signal,
    })
    this.presence = new Presence({
      ...this.settings,
      tasks: this.tasks,
      beatMs: this.beatMs,
      held: this.running,
      now: () => ({ state: this.shownState, slots: slots.size, waiting: this.executor.waiting, home: this.home }),
      say: (sample, now) => this.heartbeat?.report(sample, now),
    })
  }

  /** Connects (waiting for Redis as long as it takes), announces itself and begins to work. Throws `closed` when `stop()` came before. */
  async start(): Promise<void> {
    if (this.state !== 'new') throw new ChordisError('closed', `this worker is ${this.state}`)
    this.state = 'running'
    this.starting = this.launch()
    try {
      await this.starting
    } catch (error) {
      if (!this.leaving.signal.aborted) throw error
      throw new ChordisError('closed', 'this worker was stopped before it had started', { cause: error })
    }
  }

  private async launch(): Promise<void> {
    const { redis } = this.options
    const onError = (error: Error) => this.logger.debug({ err: error }, 'redis connection')
    this.connection = await connect(redis, 'worker', onError, undefined, this.leaving.signal)
    // Tasks that cannot be loaded are a mistake that is said before anything is leased.
    await this.pools.start()
    const load = () => this.namespace.load(this.connection)
    await untilAnswered(this.connection, load, () => this.leaving.signal.aborted)
    this.store = new RedisStore(this.connection, this.namespace, this.process, () => this.state === 'stopped')
    this.startHeartbeat()
    for (let p = 0; p < this.namespace.partitions; p++) {
      const partition = new Partition(this, p)
      await partition.open()
      this.partitions.push(partition)
    }
    this.connection.on('close', () => {
      for (const partition of this.partitions) partition.suspect()
    })
    this.startTender()
    this.startSurveyor()
    this.startWakers()
    this.fences.start()
    this.presence.start()
    for (const partition of this.partitions) partition.wake(true)
  }

  private startHeartbeat(): void {
    const { redis } = this.options
    const { leaseMs, maxDeliveries } = this.settings
    this.heartbeat = new Heartbeat({
      redis,
      namespace: this.namespace,
      process: this.process,
      home: this.home,
      intervalMs: this.beatMs,
      leaseMs,
      maxDeliveries,
      watch: this.watch,
      onUnknown: (p) =>
        void this.partitions[p]?.reopen().catch((error: unknown) => this.logger.debug({ err: error }, 'opening lanes again')),
    })
    this.heartbeat.start()
  }

  private startTender(): void {
    const { leaseMs, maxDeliveries } = this.settings
    const { connection, namespace, logger } = this
    this.tender = new Tender({
      connection,
      namespace,
      process: this.process,
      logger,
      leaseMs,
      intervalMs: Math.min(1_000, leaseMs / 4),
      maxDeliveries,
      random: Math.random,
      ...(this.options.listener?.workflow ? { news: (text: string) => this.announcer?.turn([], text) } : {}),
      suspect: (partition) => this.partitions[partition]?.suspect(),
      seen: (number, work) => {
        const partition = this.partitions[number]
        if (partition) this.seen(partition, work)
      },
    })
    this.tender.start()
  }

  private startSurveyor(): void {
    const { surveyMs: lapMs } = this.settings
    const { connection, namespace, logger } = this
    if (lapMs === 0) return
    this.surveyor = new Surveyor({ connection, namespace, process: this.process, logger, random: Math.random, lapMs })
    this.surveyor.start()
  }

  /**
   * The upkeep looks into every partition once a second. A wake token that was lost with somebody's connection, a task that another worker
   * did not know, a timer that another process set: all are noticed here at the latest.
   */
  private seen(partition: Partition, { lists, parked, dueMs, commands, signals }: Work): void {
    this.fences.seen(partition.number, signals)
    if (commands > 0) this.controller.called()
    const serves = (list: string) => this.queues.includes(list.slice(0, list.indexOf(':')))
    const known = (list: string) => this.tasks.includes(list.slice(list.indexOf(':', list.indexOf(':') + 1) + 1))
    if (parked.some((list) => serves(list) && known(list))) partition.wake(true)
    else if (lists.some(serves)) partition.wake()
    else if (partition.isIdle) this.idle(partition, dueMs)
  }

  private startWakers(): void {
    this.wakers = new Wakers({
      redis: this.options.redis,
      namespace: this.namespace,
      process: this.process,
      partitions: this.partitions,
      queues: () => (this.isQuiet ? [] : this.queues),
      idle: () => this.whenIdle(),
      called: () => this.controller.called(),
    })
    this.wakers.start()
  }

  /** Resolves when there is room for work and no partition is known to have any. */
  private whenIdle(): Promise<void> {
    if (this.mayWait()) return Promise.resolve()
    return new Promise((resolve) => this.idleWaiters.push(resolve))
  }

  private mayWait(): boolean {
    return this.state !== 'running' || this.isQuiet || this.isIdle()
  }

  private isIdle(): boolean {
    return !this.slots.full && this.partitions.some((partition) => partition.isIdle)
  }

  private checkIdle(): void {
    if (this.idleWaiters.length === 0 || !this.mayWait()) return
    const waiters = this.idleWaiters
    this.idleWaiters = []
    for (const resolve of waiters) resolve()
  }

  // Controlled: what remote control does with a worker, and whoever holds it

  /** Partition in which it says how it is and is told what to do. @internal */
  get home(): number {
    return homesOf(this.process, this.namespace.partitions)[0] ?? 0
  }

  /** Attempts that may run at the same time; {@link resize} changes it. */
  get concurrency(): number {
    return this.slots.size
  }

  private get shownState(): WorkerSample['state'] {
    if (this.state === 'stopping' || this.state === 'stopped') return 'stopping'
    return this.isQuiet ? 'quiet' : 'running'
  }

  /** How it is, as it tells others with every beat. */
  get sample(): WorkerSample {
    return this.presence.sample
  }

  /** Attempts whose handlers run, the oldest first, so many of them. */
  active(limit: number): AttemptList<RunningAttempt> {
    return this.presence.active(limit)
  }

  /** Attempts that were granted and have not started, so many of them. */
  reserved(limit: number): AttemptList {
    return this.presence.reserved(limit)
  }

  /**
   * Gives it another number of slots. What runs goes on, also when that is more than there are slots now.
   * @throws ChordisError `request-invalid` unless it is an integer from 1 to 10,000
   */
  resize(slots: number): void {
    this.pools.resize(checkSlots(slots, 'concurrency'))
    this.slots.size = slots
    this.executor.run()
    this.slots.watchSurplus()
    this.slots.feed()
    this.checkIdle()
    this.presence.tell()
  }

  /** It serves this queue too. @throws ChordisError `name-invalid` */
  addConsumer(queue: string): void {
    if (this.queues.includes(checkName(queue, 'queue'))) return
    this.queues.push(queue)
    this.queuesChanged()
  }

  /** It takes nothing more from this queue; what it was granted goes on. @throws ChordisError `name-invalid` */
  cancelConsumer(queue: string): void {
    const at = this.queues.indexOf(checkName(queue, 'queue'))
    if (at < 0) return
    this.queues.splice(at, 1)
    this.queuesChanged()
  }

  private queuesChanged(): void {
    this.wakers?.refresh()
    for (const partition of this.partitions) partition.wake(true)
    this.presence.tell()
  }

  /** Fetches nothing more and gives back what has not started. What runs goes on, with its lease. Throws `closed` when it is stopping. */
  quiet(): void {
    this.setQuiet(true)
    for (const partition of this.partitions) partition.stopFetching()
    this.giveBack(this.executor.drain())
    this.checkIdle()
  }

  /** Fetches again. Throws `closed` when it is stopping. */
  resume(): void {
    this.setQuiet(false)
    for (const partition of this.partitions) partition.resumeFetching()
  }

  private setQuiet(quiet: boolean): void {
    if (this.state === 'stopping' || this.state === 'stopped') throw new ChordisError('closed', `this worker is ${this.state}`)
    if (this.isQuiet === quiet) return
    this.isQuiet = quiet
    this.wakers?.refresh()
    this.presence.tell()
  }

  // PartitionHost

  /** What it announces in every partition. @internal */
  get info(): string {
    return this.presence.info
  }

  /** Promises slots to a turn. When there are none, the partition is told as soon as there are. @internal */
  reserve(partition: Partition): number {
    return this.slots.reserve(partition)
  }

  /** A turn that was given fewer attempts than it asked for gives the other slots back. @internal */
  release(slots: number): void {
    this.slots.release(slots)
  }

  /** An attempt was leased into a slot that was reserved. @internal */
  granted(grant: Grant, workflow: string, index: number, definition: string): Attempt {
    this.slots.fill()
    const attempt = new Attempt(this, grant, workflow, index, definition)
    this.running.add(attempt)
    this.executor.enqueue(attempt)
    return attempt
  }

  /** Runs what was granted; while stopping, gives it back. @internal */
  run(): void {
    if (this.state === 'running' && !this.isQuiet) {
      this.executor.run()
      this.slots.watchSurplus()
    } else this.giveBack(this.executor.drain())
  }

  private giveBack(attempts: Attempt[]): void {
    for (const attempt of attempts) this.complete(attempt, 'b|')
  }

  /** Ids of the attempts of a partition that this process holds. @internal */
  held(partition: Partition): string[] {
    return [...this.running].flatMap((attempt) => (attempt.grant.partition === partition ? [attempt.id] : []))
  }

  /** Completions of these nodes changed nothing: their leases had been lost, or they were revoked in the same moment. @internal */
  lost(nodes: string[]): void {
    const lost = this.fences.unexpected(nodes)
    if (lost.length === 0) return
    this.presence.vitals.processed.lost += lost.length
    this.logger.warn({ nodes: lost.slice(0, 10), count: lost.length }, 'leases were lost before these attempts ended; others run them')
  }

  /** The process was given up for dead and lives: attempts that others run now are told so. @internal */
  doubt(partition: Partition): void {
    this.fences.doubt(partition.number)
  }

  /** A partition has nothing to do until `dueMs` from now (-1: until it is woken). @internal */
  idle(partition: Partition, dueMs: number): void {
    clearTimeout(this.alarms.get(partition))
    this.alarms.delete(partition)
    // A timer of our own: Redis ends a block up to 100 ms late. What is due later than the next look waits for that.
    if (dueMs >= 0 && dueMs <= LOOK_MS && this.state === 'running') {
      this.alarms.set(
        partition,
        setTimeout(() => partition.wake(), dueMs + 1),
      )
    }
    this.checkIdle()
  }

  // ExecutorHost

  /** An attempt ended with this record. @internal */
  complete(attempt: Attempt, record: string): void {
    if (!this.running.delete(attempt)) return
    attempt.over = true
    this.announcer?.ended(attempt)
    this.reports.over(attempt)
    const told = attempt.revoked ? 'b|' : record
    this.fences.ended(attempt)
    this.presence.vitals.count(told)
    attempt.span?.end(runEnd(told))
    attempt.grant.partition.complete(attempt.grant, attempt.key, attempt.traced(told), true)
    this.slots.over()
    if (attempt.started) this.executor.over(attempt)
    this.slots.feed()
    this.checkIdle()
  }

  /** A handler ran past its hard limit; it was told so and cannot be stopped. @internal */
  overran(attempt: Attempt): void {
    const stops = this.settings.onOverrun === 'stop' && this.state === 'running'
    const what = stops ? 'the worker stops, for a new one to take its place' : 'its outcome is told; the handler goes on'
    attempt.logger.error({}, `a task ran past its time limit on the main loop; ${what}`)
    if (!stops) return
    this.overrun = true
    void this.stop()
  }

  /** A handler is called that says so. @internal */
  track(attempt: Attempt): void {
    const started: StartedMeta = { startedAt: Date.now(), worker: this.settings.name, pid: process.pid }
    this.report(attempt, reportText('STARTED', started))
  }

  // AttemptHost

  /** Every line of a handler, and about it, says whose it is. @internal */
  loggerOf({ id, task, attempt, workflowId }: Attempt): Logger {
    return withFields(this.logger, { workflow: workflowId, id, task, attempt })
  }

  /** What a handler says of itself; the latest counts. @internal */
  report(attempt: Attempt, text: string): void {
    if (this.running.has(attempt)) this.reports.report(attempt, text)
  }

  /** A handler starts another workflow. @internal */
  startChild(attempt: Attempt, canvas: Canvas, options: ChildOptions, ordinal: number): Promise<StartedChild> {
    return this.store.startChild(attempt, canvas, options, ordinal)
  }

  private send(attempt: Attempt, text: string): void {
    attempt.grant.partition.complete(attempt.grant, attempt.key, `%${text}`, false)
  }

  /**
   * Stops: nothing more is fetched, what has not started goes back at once, running handlers get `graceMs` to end; then their signals fire and
   * what they hold goes back too, uncharged. Called again, it may shorten the grace time, never lengthen it; every call ends when it has stopped.
   */
  stop(options: { graceMs?: number } = {}): Promise<void> {
    this.graceUntil = Math.min(this.graceUntil, performance.now() + (options.graceMs ?? this.settings.graceMs))
    this.stopping ??= this.shutDown()
    return this.stopping
  }

  private async shutDown(): Promise<void> {
    const started = this.state === 'running'
    this.state = 'stopping'
    if (!started) {
      this.state = 'stopped'
      await this.pools.stop()
      this.end('asked')
      return
    }
    this.leaving.abort()
    this.presence.tell()
    const surveyed = this.surveyor?.stop()
    await Promise.race([this.starting?.catch(() => {}), sleep(LEAVE_MS, undefined, { ref: false })])
    for (const alarm of this.alarms.values()) clearTimeout(alarm)
    for (const partition of this.partitions) partition.stopFetching()
    this.slots.close()
    this.giveBack(this.executor.drain())
    await this.wakers?.stop()
    this.fences.stop()
    while (this.busy() && performance.now() < this.graceUntil) await sleep(5)
    if (this.running.size > 0) {
      const nodes = [...this.running].map(({ id }) => id)
      this.logger.debug({ process: this.process, nodes }, 'the grace time is over; what runs here goes back')
    }
    for (const attempt of this.running) {
      // It goes back: how it takes the signal is not how it ended.
      attempt.over = true
      attempt.abort(new ChordisError('closed', 'the worker stops'))
      attempt.span?.end({ outcome: 'givenBack' })
    }
    // Nothing may run any more when others are given it; only then is it given back.
    await this.pools.stop()
    // A round that is under way may wait for Redis, which must not keep back what is told last.
    const tended = this.tender?.stop()
    this.presence.stop()
    const heard = await Promise.all(this.partitions.map((partition) => partition.leave(LEAVE_MS)))
    if (heard.includes(false))
      this.logger.warn(
        { process: this.process },
        'Redis did not answer before the worker left: what it had told last may not have been heard',
      )
    await this.heartbeat?.stop()
    await Promise.race([Promise.all([surveyed, tended]), sleep(LEAVE_MS, undefined, { ref: false })])
    this.connection?.disconnect()
    this.state = 'stopped'
    this.checkIdle()
    this.end(this.overrun ? 'overrun' : 'asked')
  }

  private busy(): boolean {
    return this.running.size > 0 || this.partitions.some((partition) => !partition.quiet)
  }
}
