/**
 * Time zones: which offset holds when, from the tables that Node carries (Intl), cached.
 *
 * Asking Intl takes 2 us; a schedule asks several times per firing. So time is cut into chunks of 400 days, and the changes inside a chunk are
 * looked for once, when somebody first asks about it: some 140 questions, 0.2 ms per zone and chunk (0.5 ms for the first, which loads the zone). After
 * that an answer takes 0.01 us.
 */
const DAY_MS = 86_400_000
const CHUNK_MS = 400 * DAY_MS
/** Shorter than any time between two changes of a zone's clock since 1970: the shortest was 7 days (Brazil's north-east, October 2000). */
const STEP_MS = 3 * DAY_MS
const OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/

/** More than any zone is away from UTC, or any change moves a clock (Samoa's, a whole day in 2011). */
export const SLACK_MS = 2 * DAY_MS

/** A stretch of one offset, or a piece of it. Wall time = instant + offset. */
export interface Segment {
  /** First instant, Unix ms. */
  start: number
  /** First instant behind it. */
  end: number
  /** Wall time minus UTC, ms. */
  offset: number
  /** The offset just before `start`: less than `offset` when the clock jumps ahead there (a gap), more when wall time repeats. */
  before: number
}

/** A zone's clock. */
export class Zone {
  private readonly chunks = new Map<number, Segment[]>()

  constructor(private readonly offsetAt: (ms: number) => number) {}

  /** The segment that contains the instant. */
  segmentAt(ms: number): Segment {
    const index = Math.floor(ms / CHUNK_MS)
    let chunk = this.chunks.get(index)
    if (chunk === undefined) {
      chunk = this.survey(index * CHUNK_MS)
      this.chunks.set(index, chunk)
    }
    let found = chunk[0] as Segment
    for (const segment of chunk) if (segment.start <= ms) found = segment
    return found
  }

  /** The first instant at which a clock of the zone shows this wall time or, when it skips it, a later one. */
  instantOf(wall: number): number {
    let segment = this.segmentAt(wall - SLACK_MS)
    while (wall - segment.offset >= segment.end) segment = this.segmentAt(segment.end)
    return Math.max(segment.start, wall - segment.offset)
  }

  private survey(start: number): Segment[] {
    const end = start + CHUNK_MS
    const segments: Segment[] = [{ start, end, offset: this.offsetAt(start), before: this.offsetAt(start - 1) }]
    for (let from = start; from < end; from += STEP_MS) {
      const last = segments.at(-1) as Segment
      const to = Math.min(from + STEP_MS, end - 1)
      const offset = this.offsetAt(to)
      if (offset === last.offset) continue
      last.end = this.changeBetween(from, to, offset)
      segments.push({ start: last.end, end, offset, before: last.offset })
    }
    return segments
  }

  /** The first instant of the new offset, which holds at `late` and not at `early`. Changes come at whole seconds. */
  private changeBetween(early: number, late: number, offset: number): number {
    let low = Math.floor(early / 1000)
    let high = Math.floor(late / 1000)
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.offsetAt(middle * 1000) === offset) high = middle
      else low = middle
    }
    return high * 1000
  }
}

const FOREVER: Segment = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY, offset: 0, before: 0 }
const UTC = { segmentAt: () => FOREVER, instantOf: (wall: number) => wall }
/** What rules need of a zone. */
export type Clock = Pick<Zone, 'segmentAt' | 'instantOf'>

/** By name in lower case: as many as the tz database has, 600 or so. */
const zones = new Map<string, Clock>([['utc', UTC]])

/** The clock of a zone; throws a RangeError when Node does not know the name. */
export function zoneOf(name: string): Clock {
  const key = name.toLowerCase()
  let zone = zones.get(key)
  if (zone === undefined) {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
    zone = new Zone((ms) => readOffset(format.format(ms)))
    zones.set(key, zone)
  }
  return zone
}

/** `1/31/2026, GMT-03:30` -> ms. */
function readOffset(text: string): number {
  const match = OFFSET.exec(text)
  if (match === null) throw new Error(`Intl wrote an offset as ${JSON.stringify(text)}`)
  const [, sign, hours = 0, minutes = 0, seconds = 0] = match
  const ms = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
  return sign === '-' ? -ms : ms
}
