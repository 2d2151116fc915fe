/**
 * How a worker process is: lateness of its event loop, CPU, memory, and what became of its attempts. Measured once per heartbeat, so that a worker pays
 * for it with nothing per task but a count.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Processed } from '../protocol/worker-view.js'

/** How often the loop is asked whether it is late, ms: what the histogram adds to every delay. */
const RESOLUTION_MS = 20
const NS_PER_MS = 1e6

/** What was measured in the last interval; the lag, in the last two. */
export interface Measures {
  loopLagMs: number
  cpuPercent: number
  rssBytes: number
  heapUsedBytes: number
}

/** Letters with which a completion begins, and what it counts as. What begins with `+` is a success that adds members. */
const OUTCOMES: { readonly [letter: string]: keyof Processed } = {
  S: 'succeeded',
  I: 'succeeded',
  '+': 'succeeded',
  F: 'failed',
  r: 'retried',
  X: 'replaced',
  b: 'givenBack',
}

export class Vitals {
  private readonly delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  private readonly startedAt = performance.now()
  private at = this.startedAt
  private cpu = process.cpuUsage()
  private loopLagMs = 0
  /** Of the interval that is over. */
  private lastLagMs = 0
  private cpuPercent = 0
  readonly processed: Processed = { succeeded: 0, failed: 0, retried: 0, replaced: 0, givenBack: 0, lost: 0 }

  start(): void {
    this.delay.enable()
  }

  /** A completion leaves the worker. */
  count(record: string): void {
    const outcome = OUTCOMES[record[0] as string]
    if (outcome !== undefined) this.processed[outcome]++
  }

  /** An interval is over: its lag and CPU are what is told until the next. */
  tick(): void {
    const now = performance.now()
    const { user, system } = process.cpuUsage(this.cpu)
    this.cpu = process.cpuUsage()
    this.cpuPercent = Math.round((user + system) / 10 / Math.max(1, now - this.at))
    this.at = now
    const lagMs = this.delay.count === 0 ? 0 : Math.max(0, Math.round(this.delay.percentile(99) / NS_PER_MS - RESOLUTION_MS))
    // Of two intervals: the heartbeat has a clock of its own, and what was said of one may be overtaken by the next before it is sent.
    this.loopLagMs = Math.max(lagMs, this.lastLagMs)
    this.lastLagMs = lagMs
    this.delay.reset()
  }

  get uptimeMs(): number {
    return Math.round(performance.now() - this.startedAt)
  }

  get measures(): Measures {
    const { rss, heapUsed } = process.memoryUsage()
    return { loopLagMs: this.loopLagMs, cpuPercent: this.cpuPercent, rssBytes: rss, heapUsedBytes: heapUsed }
  }

  stop(): void {
    this.delay.disable()
  }
}
