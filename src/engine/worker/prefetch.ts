/**
 * How many attempts a process may hold beyond those that run, so that a free slot is filled at once instead of a round trip later: what it ends in
 * AHEAD_MS at the rate of the last moments. Long tasks and idle workers hold nothing ahead; and a worker whose slots all turn out to be taken by
 * long tasks gives back what it cannot start (see {@link GIVE_BACK_MS}), so no task waits for one worker while another is idle.
 */
const AHEAD_MS = 5
/** How often the rate is measured, ms. */
const WINDOW_MS = 10
/** In such a time at least as many attempts must have started as still wait; the rest goes back, uncharged. */
export const GIVE_BACK_MS = 100

export class Prefetch {
  private from: number
  private ended = 0
  /** Attempts per ms. */
  private rate = 0

  /** @param now a monotonic clock, ms */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.from = now()
  }

  /** An attempt ended. */
  over(): void {
    this.ended++
  }

  /** Attempts that may be held beyond the concurrency now. */
  size(): number {
    const now = this.now()
    const span = now - this.from
    if (span >= WINDOW_MS) {
      this.rate = this.ended / span
      this.ended = 0
      this.from = now
    }
    return Math.floor(this.rate * AHEAD_MS)
  }
}
