/** Celery's `crontab(...)`, by the grammar of its `crontab_parser` (celery/schedules.py), read strictly: what Celery ignores is refused. */
import { ALL_MONTHS, bitsOf, bothDays, MONTHS, upTo, WEEKDAYS } from './days.js'
import { readFields, refuse } from './faults.js'
import type { CeleryCrontab, CeleryField } from './types.js'
import type { WallFields } from './wall-clock.js'

interface Unit {
  least: number
  count: number
  /** Names of the values from `least` on; the first three letters count. */
  names: readonly string[]
}
/** Our name, Celery's, and what is allowed. */
const UNITS = {
  minute: { least: 0, count: 60, names: [], celery: 'minute' },
  hour: { least: 0, count: 24, names: [], celery: 'hour' },
  dayOfWeek: { least: 0, count: 7, names: WEEKDAYS, celery: 'day_of_week' },
  dayOfMonth: { least: 1, count: 31, names: [], celery: 'day_of_month' },
  monthOfYear: { least: 1, count: 12, names: MONTHS, celery: 'month_of_year' },
} as const
type Name = keyof typeof UNITS
const NAMES = Object.keys(UNITS) as Name[]
const KNOWN = NAMES.flatMap((name) => (name === UNITS[name].celery ? [name] : [name, UNITS[name].celery]))
const PART = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/

/** A checked copy under our names; what is left out stays out. */
export function readCrontab(value: unknown, path: string): CeleryCrontab {
  const fields = readFields(value, path, KNOWN, 'an object: {minute, hour, dayOfWeek, dayOfMonth, monthOfYear}')
  const read: CeleryCrontab = {}
  for (const name of NAMES) {
    const { celery } = UNITS[name]
    const twice = celery !== name && fields[name] !== undefined && fields[celery] !== undefined
    if (twice) refuse(`${path}.${celery}`, `is given twice: as ${name} too`)
    const key = fields[name] === undefined ? celery : name
    const field = fields[key]
    if (field === undefined) continue
    valuesOf(field, UNITS[name], `${path}.${key}`)
    read[name] = (Array.isArray(field) ? [...field] : field) as CeleryField
  }
  return read
}

/** What a crontab that was read says. */
export function fieldsOfCrontab(crontab: CeleryCrontab, path: string): WallFields {
  const of = (name: Name) => valuesOf(crontab[name] ?? '*', UNITS[name], `${path}.${name}`)
  const months = of('monthOfYear').map((month) => month - 1)
  return {
    seconds: [0],
    minutes: of('minute'),
    hours: of('hour'),
    months: months.length === 12 ? ALL_MONTHS : bitsOf(months),
    years: null,
    days: bothDays(bitsOf(of('dayOfMonth').map((day) => day - 1)), bitsOf(of('dayOfWeek'))),
    everyHour: typeof (crontab.hour ?? '*') === 'string' && String(crontab.hour ?? '*').startsWith('*'),
    wholeMinute: true,
  }
}

/** The values of a field, ascending. */
function valuesOf(field: unknown, unit: Unit, path: string): number[] {
  const values = new Set<number>()
  const items = Array.isArray(field) ? field : [field]
  if (items.length === 0) refuse(path, 'must name at least one value')
  items.forEach((item, i) => {
    for (const value of valuesOfItem(item, unit, Array.isArray(field) ? `${path}[${i}]` : path)) values.add(value)
  })
  return [...values].sort((a, b) => a - b)
}

function valuesOfItem(item: unknown, unit: Unit, path: string): number[] {
  if (typeof item === 'number') return [numberOf(String(item), unit, path)]
  if (typeof item !== 'string') refuse(path, 'must be a number, a text, or a list of these')
  return item.split(',').flatMap((part) => valuesOfPart(part.trim(), unit, path))
}

function valuesOfPart(part: string, unit: Unit, path: string): number[] {
  const match = PART.exec(part)
  if (match === null) refuse(path, `${JSON.stringify(part.slice(0, 40))} is none of *, n, a-b, */s, a-b/s`)
  const [, star, from = '', to, step] = match
  if (step !== undefined && Number(step) < 1) refuse(path, 'a step must be 1 or more')
  if (step !== undefined && star === undefined && to === undefined) refuse(path, `a step needs * or a range: ${JSON.stringify(part)}`)
  const all = upTo(unit.count).map((value) => value + unit.least)
  const range = star === undefined ? rangeOf(numberOf(from, unit, path), numberOf(to ?? from, unit, path), all) : all
  return range.filter((_, i) => i % Number(step ?? 1) === 0)
}

/** `a` to `b`, around the end of all values where `b` comes before `a`. */
function rangeOf(a: number, b: number, all: readonly number[]): number[] {
  if (a <= b) return all.filter((value) => value >= a && value <= b)
  return [...all.filter((value) => value >= a), ...all.filter((value) => value <= b)]
}

function numberOf(text: string, { least, count, names }: Unit, path: string): number {
  const named = names.findIndex((name) => text.length >= 3 && text.slice(0, 3).toLowerCase() === name.slice(0, 3).toLowerCase())
  const value = named >= 0 ? named + least : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value < least + count) return value
  refuse(path, `${JSON.stringify(text.slice(0, 40))} is not from ${least} to ${least + count - 1}${names.length > 0 ? ' or a name' : ''}`)
}
