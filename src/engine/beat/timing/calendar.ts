/** Calendars as Temporal's schedules have them: every field must match. */
import { bitsOf, bothDays, MONTHS, upTo, WEEKDAYS } from './days.js'
import { readFields, readInteger, refuse } from './faults.js'
import type { CalendarField, CalendarRule, CalendarValue } from './types.js'
import type { WallFields } from './wall-clock.js'

interface Unit {
  least: number
  most: number
  names: readonly string[]
  /** What is meant when the field is left out. */
  absent: CalendarValue
}
const UNITS = {
  second: { least: 0, most: 59, names: [], absent: 0 },
  minute: { least: 0, most: 59, names: [], absent: 0 },
  hour: { least: 0, most: 23, names: [], absent: 0 },
  dayOfMonth: { least: 1, most: 31, names: [], absent: '*' },
  month: { least: 1, most: 12, names: MONTHS, absent: '*' },
  year: { least: 1970, most: 9999, names: [], absent: '*' },
  dayOfWeek: { least: 0, most: 6, names: WEEKDAYS, absent: '*' },
} as const satisfies Record<keyof CalendarRule, Unit>
type Name = keyof CalendarRule
const NAMES = Object.keys(UNITS) as Name[]
const RANGE = ['start', 'end', 'step']

/** A checked copy; what is left out stays out. */
export function readCalendar(value: unknown, path: string): CalendarRule {
  const fields = readFields(value, path, NAMES, `an object: {${NAMES.join(', ')}}`)
  const read: CalendarRule = {}
  for (const name of NAMES) {
    if (fields[name] === undefined) continue
    valuesOf(fields[name], UNITS[name], `${path}.${name}`)
    read[name] = structuredClone(fields[name]) as CalendarField
  }
  return read
}

/** What a calendar that was read says. */
export function fieldsOfCalendar(calendar: CalendarRule, path: string): WallFields {
  const of = (name: Name) => valuesOf(calendar[name] ?? UNITS[name].absent, UNITS[name], `${path}.${name}`)
  return {
    seconds: of('second'),
    minutes: of('minute'),
    hours: of('hour'),
    months: bitsOf(of('month').map((month) => month - 1)),
    years: [calendar.year ?? '*'].flat().includes('*') ? null : of('year'),
    days: bothDays(bitsOf(of('dayOfMonth').map((day) => day - 1)), bitsOf(of('dayOfWeek'))),
    everyHour: [calendar.hour ?? 0].flat().some(isWholeDay),
    wholeMinute: calendar.second === undefined,
  }
}

/** `*`, or a range with or without a step through all hours: what a cron line writes as `*` and `*` + `/n`. */
function isWholeDay(value: CalendarValue): boolean {
  return value === '*' || (typeof value === 'object' && value.start === 0 && value.end === 23)
}

function valuesOf(field: unknown, unit: Unit, path: string): number[] {
  const items = Array.isArray(field) ? field : [field]
  if (items.length === 0) refuse(path, 'must name at least one value')
  const values = items.flatMap((item, i) => valuesOfItem(item, unit, Array.isArray(field) ? `${path}[${i}]` : path))
  return [...new Set(values)].sort((a, b) => a - b)
}

function valuesOfItem(item: unknown, unit: Unit, path: string): number[] {
  if (item === '*') return rangeOf(unit.least, unit.most, 1)
  if (typeof item !== 'object') return [numberOf(item, unit, path)]
  const range = readFields(item, path, RANGE, `a number, ${unit.names.length > 0 ? 'a name, ' : ''}"*", or {start, end, step}`)
  const start = numberOf(range.start, unit, `${path}.start`)
  const end = range.end === undefined ? start : numberOf(range.end, unit, `${path}.end`)
  const step = range.step === undefined ? 1 : readInteger(range.step, `${path}.step`, 1, 9999)
  if (end < start) refuse(`${path}.end`, 'must not be before start')
  return rangeOf(start, end, step)
}

function rangeOf(start: number, end: number, step: number): number[] {
  return upTo(Math.floor((end - start) / step) + 1).map((i) => start + i * step)
}

function numberOf(value: unknown, { least, most, names }: Unit, path: string): number {
  if (typeof value !== 'string' || names.length === 0) return readInteger(value, path, least, most)
  const wanted = value.toLowerCase()
  const index = names.findIndex((name) => wanted === name.toLowerCase() || wanted === name.slice(0, 3).toLowerCase())
  if (index < 0) refuse(path, `${JSON.stringify(value.slice(0, 40))} is no name: ${names[0]}, ${names[1]}, …`)
  return index + least
}
