/**
 * The times of a wall-clock rule in a zone: here alone stands the rule for daylight saving time (see types.ts).
 *
 * croner has a rule of its own: it drops skipped times unless hour, minute and second are single values, and counts `30 1,2 * * *` as an interval
 * that repeats. So croner reads the lines, and the times are counted here: wall times in wall time, then mapped segment by segment.
 */
import type { Span, Times } from './types.js'
import type { WallClock } from './wall-clock.js'
import { type Clock, type Segment, SLACK_MS } from './zone.js'

export class ZonedTimes implements Times {
  constructor(
    private readonly clock: WallClock,
    private readonly zone: Clock,
  ) {}

  next(ms: number): number | null {
    let from = ms
    for (;;) {
      const segment = this.zone.segmentAt(from)
      if (from === segment.start && this.fallsIntoGap(segment)) return from
      const wall = this.clock.next(Math.max(from + segment.offset, this.freshFrom(segment)))
      if (wall !== null && wall - segment.offset < segment.end) return wall - segment.offset
      if (segment.end === Number.POSITIVE_INFINITY) return null
      // What comes later shows a wall time after this one, or repeats one of the last hours.
      const bound = this.clock.next(from + segment.offset - SLACK_MS)
      if (bound === null) return null
      from = Math.max(segment.end, bound - SLACK_MS)
    }
  }

  previous(ms: number): number | null {
    let to = ms
    for (;;) {
      const segment = this.zone.segmentAt(to)
      const wall = this.clock.previous(to + segment.offset)
      if (wall !== null && wall >= this.freshFrom(segment)) return wall - segment.offset
      if (this.fallsIntoGap(segment)) return segment.start
      if (segment.start === Number.NEGATIVE_INFINITY) return null
      const bound = this.clock.previous(to + segment.offset + SLACK_MS)
      if (bound === null) return null
      to = Math.min(segment.start - 1, bound + SLACK_MS)
    }
  }

  /** By what the wall clock shows; and where skipped times are due at the end of a gap, that instant too. */
  covers(ms: number): Span | null {
    const { start, end, offset } = this.zone.segmentAt(ms)
    const span = this.clock.covers(ms + offset)
    if (span === null) return this.previous(ms) === ms ? { from: ms, to: ms + 1 } : null
    return { from: Math.max(start, span.from - offset), to: Math.min(end, span.to - offset) }
  }

  /** Whether a wall time of the rule is skipped where the segment begins. */
  private fallsIntoGap({ start, offset, before }: Segment): boolean {
    if (before >= offset) return false
    const wall = this.clock.next(start + before)
    return wall !== null && wall < start + offset
  }

  /** The first wall time of a segment that counts: behind a repetition, unless the rule repeats with the clock. */
  private freshFrom({ start, offset, before }: Segment): number {
    return start + (this.clock.fields.everyHour ? offset : Math.max(offset, before))
  }
}
