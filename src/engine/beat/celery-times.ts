/** The `schedule` of an entry of Celery's `beat_schedule`, as JSON. Pure. */
import { type Fields, readFields, readNumber, refuse } from './timing/faults.js'
import { type CeleryCrontab, SOLAR_EVENTS, type SolarEvent, type TimingRule } from './timing/index.js'

/** The longest catch-up window of a schedule, and the longest interval here, s: 366 days. */
export const LONGEST_DEADLINE_S = 366 * 86_400
const SHORTEST_S = 0.001

/** By which RedBeat tells its objects apart; `type` means the same. */
const TYPES = ['__type__', 'type']
const CRONTAB = ['minute', 'hour', 'day_of_week', 'day_of_month', 'month_of_year']
const INTERVAL = ['every', 'relative']
const SOLAR = ['event', 'lat', 'lon']
const KINDS = ['crontab', 'interval', 'solar'] as const
type Kind = (typeof KINDS)[number]

const FORMS = 'must be seconds, {"crontab": {…}}, {"solar": {…}}, or an object with "__type__": crontab, interval or solar'

/**
 * Accepts `30.0`; `{"minute": 30, "hour": 7}`; `{"crontab": {…}}`; `{"every": 30}`; `{"event": "sunset", "lat": …, "lon": …}`; `{"solar": {…}}`; each object
 * with or without `"__type__"` or `"type"`.
 * @throws ChordisError `schedule-invalid` with the path
 */
export function readCeleryTimes(schedule: unknown, path: string): { rule: TimingRule; isCrontab: boolean } {
  if (typeof schedule === 'number') return { rule: intervalOf(schedule, path), isCrontab: false }
  if (typeof schedule !== 'object' || schedule === null || Array.isArray(schedule)) refuse(path, FORMS)
  const { kind, fields, at } = unwrapped(schedule as Fields, path)
  if (kind === 'crontab') return { rule: { crontab: crontabOf(fields, at) }, isCrontab: true }
  if (kind === 'solar') return { rule: solarOf(fields, at), isCrontab: false }
  const { every } = readFields(fields, at, [...INTERVAL, ...TYPES], 'an interval')
  return { rule: intervalOf(every, `${at}.every`), isCrontab: false }
}

/** `{"crontab": {…}}` is what is in it. */
function unwrapped(schedule: Fields, path: string): { kind: Kind; fields: Fields; at: string } {
  const names = Object.keys(schedule)
  const outer = KINDS.find((kind) => names.length === 1 && names[0] === kind)
  if (outer !== undefined) return { kind: outer, fields: schedule[outer] as Fields, at: `${path}.${outer}` }
  return { kind: kindOf(schedule, path), fields: schedule, at: path }
}

function kindOf(schedule: Fields, path: string): Kind {
  // biome-ignore lint/complexity/useLiteralKeys: it is no identifier of ours
  const named = schedule['__type__'] ?? schedule.type
  if (named !== undefined) return KINDS.find((kind) => kind === named) ?? refuse(path, FORMS)
  if ('event' in schedule) return 'solar'
  if ('every' in schedule) return 'interval'
  return CRONTAB.some((name) => name in schedule) ? 'crontab' : refuse(path, FORMS)
}

function crontabOf(given: Fields, path: string): CeleryCrontab {
  const fields = readFields(given, path, [...CRONTAB, ...TYPES], 'a crontab')
  return Object.fromEntries(CRONTAB.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]])) as CeleryCrontab
}

function intervalOf(seconds: unknown, path: string): TimingRule {
  return { everyMs: Math.round(readNumber(seconds, path, SHORTEST_S, LONGEST_DEADLINE_S) * 1_000) }
}

function solarOf(given: Fields, path: string): TimingRule {
  const { event, lat, lon } = readFields(given, path, [...SOLAR, ...TYPES], 'a solar event')
  if (!SOLAR_EVENTS.includes(event as SolarEvent)) refuse(`${path}.event`, `must be one of ${SOLAR_EVENTS.join(', ')}`)
  return {
    solar: event as SolarEvent,
    latitude: readNumber(lat, `${path}.lat`, -90, 90),
    longitude: readNumber(lon, `${path}.lon`, -180, 180),
  }
}
