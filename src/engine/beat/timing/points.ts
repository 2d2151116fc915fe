/** The times of rules that know no wall clock: intervals and one-shots. */
import type { Span, Times } from './types.js'

/** Every rule of this file leaves out, as an exclusion, the instants at which it would be due. */
const only = (times: Times, ms: number): Span | null => (times.next(ms) === ms ? { from: ms, to: ms + 1 } : null)

/** Multiples of `everyMs` since the epoch, plus `offsetMs`. */
export class Interval implements Times {
  constructor(
    private readonly everyMs: number,
    private readonly offsetMs: number,
  ) {}

  next(ms: number): number {
    return Math.ceil((ms - this.offsetMs) / this.everyMs) * this.everyMs + this.offsetMs
  }

  previous(ms: number): number {
    return Math.floor((ms - this.offsetMs) / this.everyMs) * this.everyMs + this.offsetMs
  }

  covers(ms: number): Span | null {
    return only(this, ms)
  }
}

/** One instant. */
export class Once implements Times {
  constructor(private readonly at: number) {}

  next(ms: number): number | null {
    return ms <= this.at ? this.at : null
  }

  previous(ms: number): number | null {
    return ms >= this.at ? this.at : null
  }

  covers(ms: number): Span | null {
    return only(this, ms)
  }
}
