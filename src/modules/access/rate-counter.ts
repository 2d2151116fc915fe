/**
 * How often somebody asked, in windows that all processes share. A request is counted and judged here, without a round trip; what was counted is settled with
 * Redis every 100 ms. So several processes together let through what a limit allows, and what they took in the last 100 ms. While Redis is away each process
 * holds the limit by itself.
 */
import { MOST_COUNTED, type RateWindow } from '../../engine/index.js'

/** How windows are, and how they are settled. */
export interface RateCounterOptions {
  /** Length of a window, ms. */
  windowMs: number
  /** Between two settlements, ms. Default 100. */
  settleMs?: number
  /** Names that are counted at the same time. Default 50,000; beyond, the oldest is forgotten. */
  most?: number
  /** Milliseconds since any instant, never set back. */
  clock?: () => number
}

/** Whether one request more is within a limit. */
export interface Judgement {
  /** True: it is not, and was not counted. */
  blocked: boolean
  /** How many the window holds, this one included. */
  total: number
  /** Until the window ends, ms. */
  resetMs: number
}

interface Count {
  /** What Redis answered last. */
  settled: number
  /** On its way to Redis. */
  sent: number
  /** Counted since. */
  unsent: number
  resetAt: number
}

/** Adds counts to windows that are shared, and answers what they hold. */
export type Settle = (counts: ReadonlyMap<string, number>, windowMs: number) => Promise<ReadonlyMap<string, RateWindow>>

/** Counts requests by name. */
export class RateCounter {
  private readonly counts = new Map<string, Count>()
  private dirty = new Set<string>()
  private timer: NodeJS.Timeout | undefined
  private readonly windowMs: number
  private readonly settleMs: number
  private readonly most: number
  private readonly clock: () => number

  constructor(
    private readonly settle: Settle,
    { windowMs, settleMs = 100, most = 50_000, clock = () => performance.now() }: RateCounterOptions,
  ) {
    this.windowMs = windowMs
    this.settleMs = settleMs
    this.most = most
    this.clock = clock
  }

  /** Counts one, if it is within the limit. */
  hit(name: string, limit: number): Judgement {
    const now = this.clock()
    const count = this.current(name, now)
    const total = count.settled + count.sent + count.unsent + 1
    // What was added to a fraction and taken off again may be a hair more: told in whole seconds, that would be one more than a window has.
    const resetMs = Math.min(count.resetAt - now, this.windowMs)
    if (total > limit) return { blocked: true, total: limit, resetMs }
    count.unsent++
    this.dirty.add(name)
    this.plan()
    return { blocked: false, total, resetMs }
  }

  private current(name: string, now: number): Count {
    const known = this.counts.get(name)
    if (known !== undefined && now < known.resetAt) return known
    const count = { settled: 0, sent: 0, unsent: 0, resetAt: now + this.windowMs }
    this.counts.delete(name)
    this.counts.set(name, count)
    if (this.counts.size > this.most) this.forgetOldest()
    return count
  }

  private forgetOldest(): void {
    const [oldest] = this.counts.keys()
    if (oldest !== undefined) this.counts.delete(oldest)
  }

  /** One settlement at a time: while one is on its way, what is counted waits for the next. */
  private plan(): void {
    if (this.timer !== undefined) return
    this.timer = setTimeout(() => {
      void this.settleAll().finally(() => {
        this.timer = undefined
        if (this.dirty.size > 0) this.plan()
      })
    }, this.settleMs)
    this.timer.unref()
  }

  private async settleAll(): Promise<void> {
    const names = [...this.dirty]
    this.dirty = new Set()
    for (let k = 0; k < names.length; k += MOST_COUNTED) await this.settleSome(names.slice(k, k + MOST_COUNTED))
  }

  private async settleSome(names: readonly string[]): Promise<void> {
    const going = names.flatMap((name) => {
      const count = this.counts.get(name)
      return count === undefined || count.unsent === 0 ? [] : [[name, count] as const]
    })
    if (going.length === 0) return
    for (const [, count] of going) {
      count.sent = count.unsent
      count.unsent = 0
    }
    const windows = await this.settle(new Map(going.map(([name, { sent }]) => [name, sent])), this.windowMs).catch(() => undefined)
    const now = this.clock()
    for (const [name, count] of going) {
      const window = windows?.get(name)
      // Redis is away, or does not say whether it counted: this process holds the limit by itself.
      count.settled = window?.total ?? count.settled + count.sent
      if (window !== undefined) count.resetAt = now + window.leftMs
      count.sent = 0
    }
  }
}
