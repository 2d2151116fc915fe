/**
 * Time limits of attempts. Soft: its signal fires, and it may still end as it likes. Hard: it is over at once, TimeLimitExceeded. A handler that
 * blocks the event loop stops these timers too; the heartbeat thread watches for that (watch.ts).
 */
import type { TaskSpec } from '../protocol/stored.js'
import type { TaskOptions } from './registry.js'

/** What fires a signal at the soft limit; a handler that lets it through fails with it, and the retry policy may name it. Celery's name. */
export class SoftTimeLimitExceeded extends Error {
  override readonly name = 'SoftTimeLimitExceeded'

  /** @param ms the limit */
  constructor(ms: number) {
    super(`the task ran longer than its soft time limit of ${ms} ms`)
  }
}

/** How an attempt ends that ran longer than its hard limit; the retry policy may name it. Celery's name. */
export class TimeLimitExceeded extends Error {
  override readonly name = 'TimeLimitExceeded'

  /** @param ms the limit */
  constructor(ms: number) {
    super(`the task ran longer than its time limit of ${ms} ms and was stopped`)
    // Where it was is unknown; where the limit was noticed tells nobody anything.
    this.stack = `${this.name}: ${this.message}`
  }
}

/** Limits of an attempt, ms; 0: none. */
export interface Limits {
  hardMs: number
  softMs: number
}

/** What the call says, else the task, else the worker. */
export function limitsOf(spec: TaskSpec, options: TaskOptions | undefined, defaults: Limits): Limits {
  return {
    hardMs: spec.timeLimitMs ?? options?.timeLimitMs ?? defaults.hardMs,
    softMs: spec.softTimeLimitMs ?? options?.softTimeLimitMs ?? defaults.softMs,
  }
}

/** setTimeout counts in 32 bits, 24.8 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The timers of one attempt. */
export class LimitTimers {
  private readonly timers: NodeJS.Timeout[] = []

  /** Starts them. @param exceeded called at the hard limit */
  constructor(attempt: { abort(reason: unknown): void }, { hardMs, softMs }: Limits, exceeded: (error: TimeLimitExceeded) => void) {
    if (softMs > 0) this.after(softMs, () => attempt.abort(new SoftTimeLimitExceeded(softMs)))
    if (hardMs > 0) this.after(hardMs, () => exceeded(new TimeLimitExceeded(hardMs)))
  }

  private after(ms: number, then: () => void): void {
    if (ms <= LONGEST_TIMER_MS) this.timers.push(setTimeout(then, ms))
  }

  /** The attempt is over. */
  clear(): void {
    for (const timer of this.timers) clearTimeout(timer)
  }
}
