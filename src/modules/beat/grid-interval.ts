/**
 * An interval whose ticks lie on a grid that all replicas share: multiples of its length on Redis's clock.
 *
 * Who looks it up in the registry gets a real `setInterval`, and `clearInterval` of it ends the ticks, as the documentation of Nest shows. Nothing tells whether a
 * timer was cleared but that it fires. So this one fires shortly before each tick, which a timer of its own then hits: a tick that was cleared within that
 * time (100 ms, or a quarter of a short interval) still comes.
 */

/** Longest timer of Node, ms. */
const LONGEST_MS = 2 ** 31 - 1
/** How long before a tick the interval fires, ms. */
const EARLY_MS = 100

/** What an interval needs to know. */
export interface GridIntervalOptions {
  /** Milliseconds between two ticks. */
  everyMs: number
  /** Redis's time as well as it is known, Unix ms. */
  now: () => number
  /** Told the nominal time of each tick, Unix ms. */
  tick: (nominalMs: number) => void
}

/** Ticks at multiples of its length. */
export class GridInterval {
  /** What `clearInterval` takes. */
  readonly ref: NodeJS.Timeout
  private readonly everyMs: number
  private last: number
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly options: GridIntervalOptions) {
    // As setInterval reads it: what is no length is 1 ms.
    this.everyMs = options.everyMs >= 1 && options.everyMs <= LONGEST_MS ? Math.trunc(options.everyMs) : 1
    const lookMs = Math.max(1, this.everyMs - Math.min(EARLY_MS, Math.floor(this.everyMs / 4)))
    this.last = this.current()
    this.ref = setInterval(() => this.look(), lookMs)
  }

  private current(): number {
    return Math.floor(this.options.now() / this.everyMs) * this.everyMs
  }

  /** The interval lives. The tick before the next look is hit exactly; one that went by (the loop was blocked, or has only begun) comes late. */
  private look(): void {
    const current = this.current()
    if (current > this.last) this.fire(current)
    // Redis's time was guessed at boot, or belongs to another server now. What is told twice is claimed once.
    if (current < this.last - this.everyMs) this.last = current
    this.aim(current + this.everyMs)
  }

  private aim(next: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.reach(next), Math.max(1, Math.ceil(next - this.options.now()))).unref()
  }

  private reach(next: number): void {
    if (this.options.now() < next) {
      this.aim(next)
      return
    }
    if (next > this.last) this.fire(next)
    // From now on: the next look comes shortly before the next tick. Of a timer that was cleared it does nothing.
    this.ref.refresh()
  }

  private fire(nominalMs: number): void {
    this.last = nominalMs
    this.options.tick(nominalMs)
  }
}
