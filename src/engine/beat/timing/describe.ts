/** What a person would read of a timing, in a line. */
import { MONTHS, pickDays, WEEKDAYS } from './days.js'
import { wallFieldsOf } from './rules.js'
import type { Timing, TimingRule } from './types.js'
import type { WallFields } from './wall-clock.js'

const MOST_RULES = 3
const UNITS = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
] as const

/** `at 03:00 every day (Europe/Berlin)`; rules after the third and all exclusions are counted. */
export function describeTiming({ rules, except = [], timeZone = 'UTC', start, end }: Timing): string {
  const shown = rules.slice(0, MOST_RULES).map(describeRule)
  const left = rules.length - MOST_RULES
  const more = left > 0 ? [`and ${left} more ${left === 1 ? 'rule' : 'rules'}`] : []
  const limits = [
    except.length > 0 ? `, less ${except.length} ${except.length === 1 ? 'exclusion' : 'exclusions'}` : '',
    start === undefined ? '' : `, from ${shownInstant(start)}`,
    end === undefined ? '' : `, until ${shownInstant(end)}`,
  ]
  return `${[...shown, ...more].join('; ')}${limits.join('')} (${timeZone})`
}

function describeRule(rule: TimingRule): string {
  if (typeof rule === 'object' && 'everyMs' in rule) {
    return `every ${duration(rule.everyMs)}${rule.offsetMs ? ` and ${duration(rule.offsetMs)} past` : ''}`
  }
  if (typeof rule === 'object' && 'at' in rule) return `once, at ${shownInstant(rule.at)}`
  if (typeof rule === 'object' && 'solar' in rule) return `at ${rule.solar.replace('_', ' ')} at ${rule.latitude}, ${rule.longitude}`
  const line = typeof rule === 'string' ? rule : 'cron' in rule ? rule.cron : undefined
  return (wallFieldsOf(rule, 'rule') ?? []).map((fields) => describeWall(fields, line)).join('; ')
}

function describeWall(fields: WallFields, line: string | undefined): string {
  const days = daysOf(fields, line)
  const months = [...MONTHS.keys()].filter((month) => (fields.months & (1 << month)) !== 0)
  const inMonths = months.length === 12 ? '' : ` in ${list(months, (month) => MONTHS[month] as string)}`
  const inYears = fields.years === null ? '' : ` of ${list(fields.years, String)}`
  return `${timeOf(fields)}${days}${inMonths}${inYears}`
}

function timeOf({ hours, minutes, seconds }: WallFields): string {
  const [second] = seconds
  const isWholeMinute = seconds.length === 1 && second === 0
  const of = isWholeMinute ? '' : `${stepOf(seconds, 60, 'second')} of `
  if (hours.length * minutes.length <= 4 && seconds.length === 1) {
    const tail = isWholeMinute ? '' : `:${two(second as number)}`
    return `at ${hours.flatMap((hour) => minutes.map((minute) => `${two(hour)}:${two(minute)}${tail}`)).join(', ')}`
  }
  const ofHours = hours.length === 24 ? '' : ` of ${stepOf(hours, 24, 'hour')}`
  if (minutes.length === 60) return isWholeMinute ? `every minute${ofHours}` : `${stepOf(seconds, 60, 'second')}${ofHours}`
  return `${of}${stepOf(minutes, 60, 'minute')}${ofHours || (stepOf(minutes, 60, 'minute').startsWith('every') ? '' : ' of every hour')}`
}

/** `every minute`, `every 5 minutes`, `minutes 5, 10 to 12`. */
function stepOf(values: readonly number[], count: number, unit: string): string {
  const step = (values[1] ?? count) - (values[0] as number)
  const isStep = values[0] === 0 && values.length === count / step && values.every((value, i) => value === i * step)
  if (isStep) return step === 1 ? `every ${unit}` : step === count ? `${unit} 0` : `every ${step} ${unit}s`
  return `${unit}${values.length > 1 ? 's' : ''} ${list(values, String)}`
}

/** By the first month of 31 days that begins on a Sunday: whole weekdays and plain days show; what else a line can say is quoted. */
function daysOf(fields: WallFields, line: string | undefined): string {
  const months = [...WEEKDAYS.keys()].map((first) => fields.days(first, 31))
  const weekdays = [...WEEKDAYS.keys()].filter((weekday) => (fields.days(0, 31) & (1 << weekday)) !== 0)
  const numbers = [...Array(31).keys()].filter((day) => ((months[0] as number) & (1 << day)) !== 0)
  if (numbers.length === 31) return ' every day'
  const isWeekly = months.every((days, first) => days === pickDays(first, 31, (_, weekday) => weekdays.includes(weekday)))
  if (isWeekly) return ` on ${list(weekdays, (weekday) => WEEKDAYS[weekday] as string)}`
  const isPlain = months.every((days) => days === months[0]) && fields.days(0, 28) === ((months[0] as number) & 0xfff_ffff)
  if (isPlain) return ` on day ${list(numbers, (day) => String(day + 1))} of the month`
  return ` on the days of ${line === undefined ? 'its crontab or calendar' : JSON.stringify(line)}`
}

/** Runs of three and more as `a to b`. */
function list(values: readonly number[], name: (value: number) => string): string {
  const runs: number[][] = []
  for (const value of values) {
    const run = runs.at(-1)
    if (run !== undefined && run.at(-1) === value - 1) run.push(value)
    else runs.push([value])
  }
  const shown = (run: number[]) => (run.length < 3 ? run.map(name) : [`${name(run[0] as number)} to ${name(run.at(-1) as number)}`])
  return runs.flatMap(shown).join(', ')
}

const two = (value: number) => String(value).padStart(2, '0')
const shownInstant = (value: string | number) => (typeof value === 'number' ? new Date(value).toISOString() : value)

/** In the largest unit that divides it. */
function duration(ms: number): string {
  const [unitMs, unit] = UNITS.find(([size]) => ms % size === 0) ?? [1, 'ms']
  const count = ms / unitMs
  if (unit === 'ms') return `${count} ms`
  return count === 1 ? unit : `${count} ${unit}s`
}
