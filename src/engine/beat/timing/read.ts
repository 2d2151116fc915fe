/** Checks and normalises what a user wrote. */
import { LONGEST_MS } from '../../canvas/fields.js'
import { hint } from '../../canvas/hint.js'
import { readCalendar } from './calendar.js'
import { readCrontab } from './crontab.js'
import { readFields, readInteger, readNumber, refuse } from './faults.js'
import { instantOf, readInstant } from './instants.js'
import { timesOf, wallFieldsOf } from './rules.js'
import { timetableOf } from './timetable.js'
import { SOLAR_EVENTS, type SolarEvent, type Timing, type TimingRule } from './types.js'
import { WallClock } from './wall-clock.js'
import { type Clock, zoneOf } from './zone.js'

const MOST_RULES = 100
const TIMING = ['rules', 'except', 'timeZone', 'start', 'end']
/** The fields of each kind of rule; the first one tells the kind. */
const KINDS = {
  cron: ['cron'],
  crontab: ['crontab'],
  everyMs: ['everyMs', 'offsetMs'],
  calendar: ['calendar'],
  at: ['at'],
  solar: ['solar', 'latitude', 'longitude'],
} as const
type Kind = keyof typeof KINDS
const KIND_NAMES = Object.keys(KINDS) as Kind[]

/**
 * Checks what a user wrote (a cron line, one rule, or a timing) and returns a copy in one form: cron lines as `{cron}`, Celery's names as ours,
 * the zone written out. The same input gives the same output. Refuses what is never due: an impossible date, an `at` before `start`.
 *
 * @param path Where the value stands in what the user wrote; errors begin with it.
 * @throws ChordisError `schedule-invalid` with path and rule: `timing.rules[2].cron: must be a cron line …`.
 */
export function readTiming(value: unknown, path = 'timing'): Timing {
  if (!isTiming(value)) return { rules: [readRule(value, path, zoneOf('UTC'))], timeZone: 'UTC' }
  const fields = readFields(value, path, TIMING, 'a timing')
  const timeZone = readZone(fields.timeZone ?? 'UTC', `${path}.timeZone`)
  const zone = zoneOf(timeZone)
  const timing: Timing = { rules: readRules(fields.rules, `${path}.rules`, zone, 1), timeZone }
  if (fields.except !== undefined) timing.except = readRules(fields.except, `${path}.except`, zone, 0)
  if (fields.start !== undefined) timing.start = readInstant(fields.start, `${path}.start`, zone)
  if (fields.end !== undefined) timing.end = readInstant(fields.end, `${path}.end`, zone)
  checkEver(timing, path, zone)
  return timing
}

function isTiming(value: unknown): boolean {
  return typeof value === 'object' && value !== null && TIMING.some((name) => name in value)
}

/** Together, rules, exclusions, start and end must leave a time. */
function checkEver(timing: Timing, path: string, zone: Clock): void {
  const { start, end } = timing
  if (start !== undefined && end !== undefined && instantOf(end, zone) < instantOf(start, zone)) {
    refuse(`${path}.end`, 'must not be before start')
  }
  if (timetableOf(timing).after(-1) === null) refuse(path, 'is never due: exclusions, start and end leave no time')
}

/** Offsets are no zones: they know nothing of daylight saving time, and Node 20 refuses what Node 22 takes. */
function readZone(value: unknown, path: string): string {
  const rule = 'must be the IANA name of a time zone: Europe/Berlin'
  if (typeof value !== 'string' || !/^[A-Za-z]/.test(value)) refuse(path, rule)
  try {
    zoneOf(value)
  } catch (error) {
    refuse(path, rule, error)
  }
  return value
}

function readRules(value: unknown, path: string, zone: Clock, least: number): TimingRule[] {
  if (!Array.isArray(value) || value.length < least || value.length > MOST_RULES) {
    refuse(path, `must be a list of ${least} to ${MOST_RULES} rules`)
  }
  return value.map((rule, i) => readRule(rule, `${path}[${i}]`, zone))
}

function readRule(value: unknown, path: string, zone: Clock): TimingRule {
  const rule = typeof value === 'string' ? readCronRule(value, path) : readKind(value, path, zone)
  const isDue = wallFieldsOf(rule, path)?.map((fields) => new WallClock(fields).next(0) !== null)
  if (isDue?.includes(false))
    refuse(typeof value === 'string' ? path : `${path}.${kindOf(value, path)}`, 'is never due: no such date exists')
  const isSolar = typeof rule === 'object' && 'solar' in rule
  if (isSolar && timesOf(rule, zone)[0]?.next(0) === null) refuse(path, 'is never due: the sun does not do that at this place')
  return rule
}

function kindOf(value: unknown, path: string): Kind {
  const rule = `must be a cron line or an object with one of ${KIND_NAMES.join(', ')}`
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(path, rule)
  const found = KIND_NAMES.filter((kind) => (value as { [name: string]: unknown })[kind] !== undefined)
  if (found.length > 1) refuse(path, `must be of one kind, not ${found.join(' and ')}`)
  const name = Object.keys(value)[0]
  return found[0] ?? refuse(path, name === undefined ? rule : `${rule}${hint(name, KIND_NAMES)}`)
}

function readKind(value: unknown, path: string, zone: Clock): TimingRule {
  const kind = kindOf(value, path)
  const fields = readFields(value, path, KINDS[kind], 'a rule')
  const at = `${path}.${kind}`
  switch (kind) {
    case 'cron':
      return readCronRule(fields.cron, at)
    case 'crontab':
      return { crontab: readCrontab(fields.crontab, at) }
    case 'calendar':
      return { calendar: readCalendars(fields.calendar, at) }
    case 'at':
      return { at: readInstant(fields.at, at, zone) }
    case 'everyMs':
      return readInterval(fields.everyMs, fields.offsetMs, path)
    case 'solar':
      return readSolar(fields, path)
  }
}

/** Blanks are made one, so that the same line is the same text; wallFieldsOf() reads it. */
function readCronRule(value: unknown, path: string): TimingRule {
  if (typeof value !== 'string') refuse(path, 'must be a text: a cron line of 5 or 6 fields')
  const cron = value.trim().replace(/\s+/g, ' ')
  wallFieldsOf(cron, path)
  return { cron }
}

function readCalendars(value: unknown, path: string) {
  if (!Array.isArray(value)) return readCalendar(value, path)
  if (value.length < 1 || value.length > MOST_RULES) refuse(path, `must be a calendar or a list of 1 to ${MOST_RULES}`)
  return value.map((calendar, i) => readCalendar(calendar, `${path}[${i}]`))
}

function readInterval(every: unknown, offset: unknown, path: string): TimingRule {
  const everyMs = readInteger(every, `${path}.everyMs`, 1, LONGEST_MS)
  if (offset === undefined) return { everyMs }
  return { everyMs, offsetMs: readInteger(offset, `${path}.offsetMs`, 0, everyMs - 1) }
}

function readSolar({ solar, latitude, longitude }: { readonly [name: string]: unknown }, path: string): TimingRule {
  if (!SOLAR_EVENTS.includes(solar as SolarEvent)) refuse(`${path}.solar`, `must be one of ${SOLAR_EVENTS.join(', ')}`)
  return {
    solar: solar as SolarEvent,
    latitude: readNumber(latitude, `${path}.latitude`, -90, 90),
    longitude: readNumber(longitude, `${path}.longitude`, -180, 180),
  }
}
