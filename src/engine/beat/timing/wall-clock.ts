/**
 * Which wall times a rule names: arithmetic on a calendar without zones. Wall times are ms since 1970-01-01T00:00 as the wall clock shows it.
 *
 * Which days of a month match depends on nothing but its first weekday and its length, so there are 28 answers per rule at most; each is kept
 * as the bits of a number. That makes a search through years a search through months.
 */
import type { Span } from './types.js'

const DAY_MS = 86_400_000
const DAY_S = 86_400
/**
 * How many years a search goes on without a match. Days of month, months and weekdays meet again within 40 years at the latest (29 February on a
 * given weekday, across 2100).
 */
const SEARCH_YEARS = 50

/** What a rule says about wall time. Lists ascend and are not empty. */
export interface WallFields {
  seconds: readonly number[]
  minutes: readonly number[]
  hours: readonly number[]
  /** Bit m for month m, 0 (January) to 11. */
  months: number
  /** null: every year. */
  years: readonly number[] | null
  /** Bit d-1 for each day d that matches, in a month whose first day is weekday `first` (0 is Sunday) and that has `length` days. */
  days(first: number, length: number): number
  /** The hour is `*` or a step of it: a wall time that comes twice is due twice. */
  everyHour: boolean
  /** As an exclusion it leaves out whole minutes, not seconds. */
  wholeMinute: boolean
}

/** The wall times of one rule. */
export class WallClock {
  private readonly masks: (number | undefined)[] = []

  constructor(readonly fields: WallFields) {}

  /** The first wall time at or after `wall`; null: none. */
  next(wall: number): number | null {
    const second = Math.ceil(wall / 1000)
    const day = Math.floor(second / DAY_S)
    const time = timeFrom(this.fields, second - day * DAY_S)
    if (time !== undefined && this.hasDay(day)) return day * DAY_MS + time * 1000
    const later = this.nextDay(day + 1)
    return later === null ? null : later * DAY_MS + (timeFrom(this.fields, 0) as number) * 1000
  }

  /** The newest wall time at or before `wall`; null: none. */
  previous(wall: number): number | null {
    const second = Math.floor(wall / 1000)
    const day = Math.floor(second / DAY_S)
    const time = timeUpTo(this.fields, second - day * DAY_S)
    if (time !== undefined && this.hasDay(day)) return day * DAY_MS + time * 1000
    const earlier = this.previousDay(day - 1)
    return earlier === null ? null : earlier * DAY_MS + (timeUpTo(this.fields, DAY_S - 1) as number) * 1000
  }

  /** A stretch around `wall` of which the rule, as an exclusion, leaves out everything; null: `wall` is not left out. */
  covers(wall: number): Span | null {
    const day = Math.floor(wall / DAY_MS)
    const second = Math.floor((wall - day * DAY_MS) / 1000)
    const run = this.hasDay(day) ? runOfSeconds(this.fields, second) : null
    return run === null ? null : { from: day * DAY_MS + run.from * 1000, to: day * DAY_MS + run.to * 1000 }
  }

  private hasDay(day: number): boolean {
    const date = new Date(day * DAY_MS)
    return (this.daysOf(date.getUTCFullYear(), date.getUTCMonth()) & (1 << (date.getUTCDate() - 1))) !== 0
  }

  /** Days are counted from 1970-01-01. */
  private nextDay(day: number): number | null {
    const date = new Date(day * DAY_MS)
    let [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
    const last = this.fields.years?.at(-1) ?? year + SEARCH_YEARS
    let found = this.daysOf(year, month) & (-1 << (date.getUTCDate() - 1))
    while (found === 0) {
      if (month === 11 || !this.hasYear(year)) [year, month] = [year + 1, 0]
      else month += 1
      if (year > last) return null
      found = this.daysOf(year, month)
    }
    return firstOf(year, month) + 31 - Math.clz32(found & -found)
  }

  private previousDay(day: number): number | null {
    const date = new Date(day * DAY_MS)
    let [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
    const first = this.fields.years?.[0] ?? year - SEARCH_YEARS
    let found = this.daysOf(year, month) & (0x7fff_ffff >>> (31 - date.getUTCDate()))
    while (found === 0) {
      if (month === 0 || !this.hasYear(year)) [year, month] = [year - 1, 11]
      else month -= 1
      if (year < first) return null
      found = this.daysOf(year, month)
    }
    return firstOf(year, month) + 31 - Math.clz32(found)
  }

  private hasYear(year: number): boolean {
    return this.fields.years === null || this.fields.years.includes(year)
  }

  /** The days of a month that match, as bits. */
  private daysOf(year: number, month: number): number {
    if ((this.fields.months & (1 << month)) === 0 || !this.hasYear(year)) return 0
    const start = firstOf(year, month)
    const length = firstOf(year, month + 1) - start
    const weekday = (((start + 4) % 7) + 7) % 7
    const key = weekday * 4 + length - 28
    this.masks[key] ??= this.fields.days(weekday, length)
    return this.masks[key] as number
  }
}

function firstOf(year: number, month: number): number {
  return Date.UTC(year, month, 1) / DAY_MS
}

/** The first time of day at or after `second`, in seconds; undefined: none on this day. */
function timeFrom({ hours, minutes, seconds }: WallFields, second: number): number | undefined {
  const [hour, minute] = [Math.floor(second / 3600), Math.floor(second / 60) % 60]
  const sameHour = hours.includes(hour)
  const s = sameHour && minutes.includes(minute) ? atLeast(seconds, second % 60) : undefined
  if (s !== undefined) return hour * 3600 + minute * 60 + s
  const m = sameHour ? atLeast(minutes, minute + 1) : undefined
  if (m !== undefined) return hour * 3600 + m * 60 + (seconds[0] as number)
  const h = atLeast(hours, hour + 1)
  return h === undefined ? undefined : h * 3600 + (minutes[0] as number) * 60 + (seconds[0] as number)
}

/** The last time of day at or before `second`. */
function timeUpTo({ hours, minutes, seconds }: WallFields, second: number): number | undefined {
  const [hour, minute] = [Math.floor(second / 3600), Math.floor(second / 60) % 60]
  const sameHour = hours.includes(hour)
  const s = sameHour && minutes.includes(minute) ? atMost(seconds, second % 60) : undefined
  if (s !== undefined) return hour * 3600 + minute * 60 + s
  const m = sameHour ? atMost(minutes, minute - 1) : undefined
  if (m !== undefined) return hour * 3600 + m * 60 + (seconds.at(-1) as number)
  const h = atMost(hours, hour - 1)
  return h === undefined ? undefined : h * 3600 + (minutes.at(-1) as number) * 60 + (seconds.at(-1) as number)
}

const atLeast = (list: readonly number[], least: number) => list.find((value) => value >= least)
const atMost = (list: readonly number[], most: number) => list.findLast((value) => value <= most)

/** The run of seconds of the day around `second` that match; the whole day when all do. */
function runOfSeconds({ hours, minutes, seconds, wholeMinute }: WallFields, second: number): Span | null {
  const [hour, minute] = [Math.floor(second / 3600), Math.floor(second / 60) % 60]
  const [h, m] = [runAround(hours, hour), runAround(minutes, minute)]
  const s = wholeMinute ? { from: 0, to: 60 } : runAround(seconds, second % 60)
  if (h === null || m === null || s === null) return null
  if (s.to - s.from < 60) return { from: hour * 3600 + minute * 60 + s.from, to: hour * 3600 + minute * 60 + s.to }
  if (m.to - m.from < 60) return { from: hour * 3600 + m.from * 60, to: hour * 3600 + m.to * 60 }
  return { from: h.from * 3600, to: h.to * 3600 }
}

/** The neighbours of `value` in an ascending list that follow one another without a hole. */
function runAround(list: readonly number[], value: number): Span | null {
  const index = list.indexOf(value)
  if (index < 0) return null
  let [low, high] = [index, index]
  while (list[low - 1] === (list[low] as number) - 1) low -= 1
  while (list[high + 1] === (list[high] as number) + 1) high += 1
  return { from: list[low] as number, to: (list[high] as number) + 1 }
}
