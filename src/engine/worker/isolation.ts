/**
 * Which of the attempts that are ready to start may do so. Tasks that were held by a process when it died are suspects (redis/lua/lib/loss.lua): one of
 * them may have brought it down. A few run beside others; one that is at its last chance runs alone, so that a next loss convicts nobody else.
 */
import type { Attempt } from './attempt.js'

/**
 * Suspects of a first loss that run at a time, as a part of the concurrency: when the guilty one strikes again, so few are left to be tried one by one.
 * Most losses have no guilty one (a machine that went away), and then this is what the rest waits for.
 */
const SUSPECTS_AT_ONCE = 1 / 2
/** How long one waits for the others to end before it starts beside them after all, ms. */
const ALONE_WAIT_MS = 5_000

/** What a suspect says before it starts: begun beside others, or alone. */
export type Mark = 'a' | 'b'

export class Isolation {
  private beside = 0
  private readonly marked = new Map<Attempt, Mark>()
  /** It runs alone, or waits until it may. */
  private loner: Attempt | null = null
  private timer: NodeJS.Timeout | null = null
  private patient = true

  /**
   * @param maxDeliveries losses that a task survives but the last
   * @param concurrency attempts that run at a time
   * @param again something may start now that might not before
   */
  constructor(
    private readonly maxDeliveries: number,
    private readonly concurrency: () => number,
    private readonly again: () => void,
  ) {}

  /** Nothing else may start. */
  get closed(): boolean {
    return this.loner !== null
  }

  /** Whether a suspect may start beside `active` others; null: not now. */
  admit(attempt: Attempt, active: number): Mark | null {
    if (this.loner !== null && this.loner !== attempt) return null
    if (attempt.grant.suspicion < this.maxDeliveries - 1) {
      if (this.beside >= Math.ceil(this.concurrency() * SUSPECTS_AT_ONCE)) return null
      this.beside++
      return this.mark(attempt, 'b')
    }
    this.loner = attempt
    if (active === 0) return this.mark(attempt, 'a')
    if (!this.patient) {
      this.release()
      this.beside++
      return this.mark(attempt, 'b')
    }
    this.timer ??= setTimeout(() => {
      this.patient = false
      this.again()
    }, ALONE_WAIT_MS)
    return null
  }

  private mark(attempt: Attempt, mark: Mark): Mark {
    this.stopWaiting()
    this.marked.set(attempt, mark)
    return mark
  }

  /** An attempt is over, or will not start here. */
  over(attempt: Attempt): void {
    if (this.marked.get(attempt) === 'b') this.beside--
    this.marked.delete(attempt)
    if (this.loner === attempt) this.release()
  }

  private release(): void {
    this.loner = null
    this.stopWaiting()
  }

  private stopWaiting(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    this.patient = true
  }
}
