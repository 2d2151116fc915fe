/** The times of a timing: the union of its rules, less what its exclusions leave out, between start and end. */
import { LATEST_MS } from '../../canvas/fields.js'
import { describeTiming } from './describe.js'
import { instantOf } from './instants.js'
import { timesOf } from './rules.js'
import type { Span, Times, Timetable, Timing } from './types.js'
import { zoneOf } from './zone.js'

/** So many stretches that are left out in a row are taken for the end: exclusions may leave out everything, for ever. That is found in 0.2 s. */
const MOST_LEFT_OUT = 100_000

/**
 * The times of a timing that `readTiming` has read. To make one costs some 25 us for a cron line, most of it croner's; to ask it, 0.25 to 1 us
 * (20 us for the sun, 0.3 ms in a polar night). A timetable keeps nothing but its rules, so it can be kept and shared.
 */
export function timetableOf(timing: Timing): Timetable {
  return new RuleTimetable(timing)
}

class RuleTimetable implements Timetable {
  private readonly rules: Times[]
  private readonly except: Times[]
  private readonly start: number
  private readonly end: number

  constructor(private readonly timing: Timing) {
    const zone = zoneOf(timing.timeZone ?? 'UTC')
    this.rules = timing.rules.flatMap((rule) => timesOf(rule, zone))
    this.except = (timing.except ?? []).flatMap((rule) => timesOf(rule, zone))
    this.start = timing.start === undefined ? 0 : instantOf(timing.start, zone)
    this.end = timing.end === undefined ? LATEST_MS : instantOf(timing.end, zone)
  }

  after(ms: number): number | null {
    let from = Math.max(Math.floor(ms) + 1, this.start)
    for (let left = 0; from <= this.end && left < MOST_LEFT_OUT; left++) {
      const time = this.next(from)
      if (time === null || time > this.end) return null
      const span = this.leftOut(time)
      if (span === null) return time
      from = span.to
    }
    return null
  }

  between(from: number, to: number, limit: number): number[] {
    const times: number[] = []
    let time = limit > 0 ? this.after(from) : null
    while (time !== null && time <= to) {
      times.push(time)
      time = times.length < limit ? this.after(time) : null
    }
    return times
  }

  latest(floor: number, ms: number): number | null {
    const least = Math.max(Math.floor(floor) + 1, this.start)
    let to = Math.min(Math.floor(ms), this.end)
    for (let left = 0; to >= least && left < MOST_LEFT_OUT; left++) {
      const time = this.previous(to)
      if (time === null || time < least) return null
      const span = this.leftOut(time)
      if (span === null) return time
      to = span.from - 1
    }
    return null
  }

  describe(): string {
    return describeTiming(this.timing)
  }

  private next(ms: number): number | null {
    let first: number | null = null
    for (const rule of this.rules) {
      const time = rule.next(ms)
      if (time !== null && (first === null || time < first)) first = time
    }
    return first
  }

  private previous(ms: number): number | null {
    let newest: number | null = null
    for (const rule of this.rules) {
      const time = rule.previous(ms)
      if (time !== null && (newest === null || time > newest)) newest = time
    }
    return newest
  }

  private leftOut(ms: number): Span | null {
    for (const rule of this.except) {
      const span = rule.covers(ms)
      if (span !== null) return span
    }
    return null
  }
}
