/**
 * An interval whose ticks lie on a grid that all replicas share: multiples of its length on Redis's clock.
 *
 * Who looks it up in the registry gets a real `setInterval`, and `clearInterval` of it ends the ticks, as the documentation of Nest shows. That timer also takes up
 * what the timers on the grid left: they do not tick while it is not certain that it lives.
 */

/** Longest timer of Node, ms. */
const LONGEST_MS = 2 ** 31 - 1

/** What an interval needs to know. */
export interface GridIntervalOptions {
  /** Milliseconds between two ticks. */
  everyMs: number
  /** Redis's time as well as it is known, Unix ms. */
  now: () => number
  /** Told the nominal time of each tick, Unix ms, in order and none twice. */
  tick: (nominalMs: number) => void
}

export class GridInterval {
  /** What `clearInterval` takes. */
  readonly ref: NodeJS.Timeout
  private readonly everyMs: number
  private last: number
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly options: GridIntervalOptions) {
    // As setInterval reads it: what is no length is 1 ms.
    this.everyMs = options.everyMs >= 1 && options.everyMs <= LONGEST_MS ? Math.trunc(options.everyMs) : 1
    this.last = this.current()
    this.ref = setInterval(() => this.look(), this.everyMs)
    this.arm()
  }

  private current(): number {
    return Math.floor(this.options.now() / this.everyMs) * this.everyMs
  }

  /** A tick that came while nothing could be armed, or was late, is made up for: the newest one only, as setInterval does. */
  private look(): void {
    const current = this.current()
    if (current > this.last) this.fire(current)
    // Redis's time was guessed at boot, or belongs to another server now. What is told twice is claimed once.
    if (current < this.last - this.everyMs) this.last = current
    this.arm()
  }

  private arm(): void {
    clearTimeout(this.timer)
    const next = this.last + this.everyMs
    this.timer = setTimeout(() => this.reach(), Math.max(1, Math.ceil(next - this.options.now()))).unref()
  }

  /** `hasRef` is false of a timer that was cleared, and of one that only does not keep the process alive: then the next look tells. */
  private reach(): void {
    if (this.ref.hasRef()) this.look()
  }

  private fire(nominalMs: number): void {
    this.last = nominalMs
    this.options.tick(nominalMs)
  }
}
