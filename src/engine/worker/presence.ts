/**
 * What a worker says of itself: who it is, when it announces itself, and how it is, with every beat of its heart, so that `workers()` needs to ask nobody. A change
 * that somebody may wait to see (queues, slots, quiet, stopping) is told at once.
 */
import os from 'node:os'
import type { AttemptList, HeldAttempt, RunningAttempt } from '../protocol/control.js'
import type { WorkerInfo, WorkerSample } from '../protocol/worker-view.js'
import { VERSION } from '../version.js'
import type { Attempt } from './attempt.js'
import { Vitals } from './vitals.js'

/** Of the attempts that run, those that are named with every beat. */
const NAMED = 3

/** The worker that is described. */
export interface PresenceOptions {
  name: string
  /** Served now. */
  queues: readonly string[]
  tasks: readonly string[]
  /** How handlers run where their tasks do not say. */
  pool: string
  /** Silent for so long it is dead, ms. */
  leaseMs: number
  /** How often its heart beats, ms. */
  beatMs: number
  /** Attempts that it holds, in the order in which they were granted, which is that in which they start. */
  held: ReadonlySet<Attempt>
  /** `waiting`: those of the held attempts that have not started. */
  now(): { state: WorkerSample['state']; slots: number; waiting: number; home: number }
  /** Has it stored with the next beat, or `now`. */
  say(sample: string, now: boolean): void
}

export class Presence {
  readonly vitals = new Vitals()
  private timer: NodeJS.Timeout | null = null

  constructor(private readonly options: PresenceOptions) {}

  start(): void {
    this.vitals.start()
    // After all timers that are due: after a block, ours may come before the one that measures how long it was.
    this.timer = setInterval(() => setImmediate(() => this.tick()), this.options.beatMs)
    this.tell()
  }

  private tick(): void {
    this.vitals.tick()
    this.options.say(JSON.stringify(this.sample), false)
  }

  /** Tells at once how it is. */
  tell(): void {
    this.options.say(JSON.stringify(this.sample), true)
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer)
    this.vitals.stop()
  }

  /** What it announces in every partition, as JSON. */
  get info(): string {
    const { name, queues, tasks, pool, leaseMs } = this.options
    const { slots, home } = this.options.now()
    const info: WorkerInfo = {
      name,
      host: os.hostname(),
      pid: process.pid,
      version: VERSION,
      node: process.versions.node,
      queues: [...queues],
      pool,
      concurrency: slots,
      tasks: tasks.length,
      home,
      leaseMs,
    }
    return JSON.stringify(info)
  }

  get sample(): WorkerSample {
    const { state, slots, waiting } = this.options.now()
    return {
      state,
      queues: [...this.options.queues],
      slots,
      running: this.running,
      reserved: waiting,
      oldest: this.active(NAMED).attempts,
      ...this.vitals.measures,
      uptimeMs: this.vitals.uptimeMs,
      processed: { ...this.vitals.processed },
    }
  }

  private get running(): number {
    return this.options.held.size - this.options.now().waiting
  }

  /** Attempts whose handlers run, the oldest first, so many of them. */
  active(limit: number): AttemptList<RunningAttempt> {
    const now = performance.now()
    const shown = (attempt: Attempt): RunningAttempt => ({
      ...shownHeld(attempt),
      runningMs: Math.max(0, Math.round(now - attempt.startedAt)),
    })
    return { total: this.running, attempts: this.first(limit, true).map(shown) }
  }

  /** Attempts that were granted and have not started, so many of them. */
  reserved(limit: number): AttemptList {
    return { total: this.options.now().waiting, attempts: this.first(limit, false).map(shownHeld) }
  }

  private first(limit: number, started: boolean): Attempt[] {
    const found: Attempt[] = []
    for (const attempt of this.options.held) {
      if (found.length >= limit) break
      if (attempt.started === started) found.push(attempt)
    }
    return found
  }
}

const shownHeld = ({ id, task, attempt }: Attempt): HeldAttempt => ({ id, task, attempt })
