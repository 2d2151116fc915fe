/**
 * Cron lines: croner reads them, with 5 fields or 6 (seconds first), names, lists, ranges, steps, `L`, `W`, `#`, `+` and `@daily` and friends.
 *
 * Day of month and day of week, both restricted, are joined with OR, unless the day of week begins with `+`. As in croner and cron-parser, and
 * unlike in Vixie's C code, a step (`*` + `/2`) restricts.
 */
import { CronPattern } from 'croner'
import { pickDays } from './days.js'
import { refuse } from './faults.js'
import type { WallFields } from './wall-clock.js'

/** croner's bit of a weekday for "the last of the month"; bits 0 to 4 are the first to the fifth. */
const LAST = 32
const LONGEST_LINE = 1000

/** What a cron line says; refuses one that croner cannot read. */
export function readCron(line: string, path: string): WallFields {
  const parts = line.trim().split(/\s+/)
  const pattern = parse(line.trim(), path)
  const hour = parts.at(-4)
  return {
    seconds: setOf(pattern.second),
    minutes: setOf(pattern.minute),
    hours: setOf(pattern.hour),
    months: setOf(pattern.month).reduce((bits, month) => bits | (1 << month), 0),
    years: null,
    days: (first, length) => daysOf(pattern, first, length),
    everyHour: hour === undefined ? setOf(pattern.hour).length === 24 : /^[*?]/.test(hour),
    wholeMinute: parts.length !== 6,
  }
}

function parse(line: string, path: string): CronPattern {
  if (line.length > LONGEST_LINE) refuse(path, `a cron line must be at most ${LONGEST_LINE} characters`)
  if (line.startsWith('@reboot')) refuse(path, '@reboot names no time')
  try {
    return new CronPattern(line, undefined, { mode: '5-or-6-parts' })
  } catch (error) {
    refuse(path, `must be a cron line of 5 or 6 fields: ${String((error as Error).message).replace('CronPattern: ', '')}`, error)
  }
}

const setOf = (flags: readonly number[]): number[] => flags.flatMap((flag, value) => (flag ? [value] : []))

function daysOf(pattern: CronPattern, first: number, length: number): number {
  const near = pattern.nearestWeekdays.flatMap((flag, i) => (flag && i < length ? [nearestWeekday(i + 1, first, length)] : []))
  const lastWeekday = pattern.lastWeekday ? nearestWeekday(length, first, length) : 0
  const byNumber = (day: number): boolean =>
    pattern.starDOM ||
    Boolean(pattern.day[day - 1]) ||
    (pattern.lastDayOfMonth && day === length) ||
    day === lastWeekday ||
    near.includes(day)
  const byWeekday = (day: number, weekday: number): boolean => pattern.starDOW || isNth(pattern.dayOfWeek[weekday] ?? 0, day, length)
  const both = pattern.useAndLogic || pattern.starDOM || pattern.starDOW
  return pickDays(first, length, (day, weekday) =>
    both ? byNumber(day) && byWeekday(day, weekday) : byNumber(day) || byWeekday(day, weekday),
  )
}

function isNth(bits: number, day: number, length: number): boolean {
  return (bits & (1 << Math.floor((day - 1) / 7))) !== 0 || ((bits & LAST) !== 0 && day + 7 > length)
}

/** The weekday, Monday to Friday, nearest to a day, inside the month. */
function nearestWeekday(day: number, first: number, length: number): number {
  const weekday = (first + day - 1) % 7
  if (weekday === 6) return day === 1 ? 3 : day - 1
  if (weekday === 0) return day === length ? day - 2 : day + 1
  return day
}
