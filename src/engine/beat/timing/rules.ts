/** From a rule that was read to its times. */
import { fieldsOfCalendar } from './calendar.js'
import { readCron } from './cron.js'
import { fieldsOfCrontab } from './crontab.js'
import { instantOf } from './instants.js'
import { Interval, Once } from './points.js'
import { SolarTimes } from './solar.js'
import type { Times, TimingRule } from './types.js'
import { WallClock, type WallFields } from './wall-clock.js'
import type { Clock } from './zone.js'
import { ZonedTimes } from './zoned.js'

/** What a rule of wall time says: several calendars, several; null: the rule knows no wall time. */
export function wallFieldsOf(rule: TimingRule, path: string): WallFields[] | null {
  if (typeof rule === 'string') return [readCron(rule, path)]
  if ('cron' in rule) return [readCron(rule.cron, `${path}.cron`)]
  if ('crontab' in rule) return [fieldsOfCrontab(rule.crontab, `${path}.crontab`)]
  if (!('calendar' in rule)) return null
  return [rule.calendar].flat().map((calendar) => fieldsOfCalendar(calendar, `${path}.calendar`))
}

/** The times of a rule in a zone. */
export function timesOf(rule: TimingRule, zone: Clock): Times[] {
  const walls = wallFieldsOf(rule, 'rule')
  if (walls !== null) return walls.map((fields) => new ZonedTimes(new WallClock(fields), zone))
  if (typeof rule === 'object' && 'everyMs' in rule) return [new Interval(rule.everyMs, rule.offsetMs ?? 0)]
  if (typeof rule === 'object' && 'at' in rule) return [new Once(instantOf(rule.at, zone))]
  if (typeof rule === 'object' && 'solar' in rule) return [new SolarTimes(rule.solar, rule.latitude, rule.longitude)]
  throw new TypeError('a timing rule of no known kind: read it with readTiming() first')
}
