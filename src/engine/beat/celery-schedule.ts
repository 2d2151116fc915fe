/** Celery's `beat_schedule`, as JSON, made into schedules that do what Celery's beat does with it. Pure. */
import { keyed } from '../canvas/paths.js'
import { LONGEST_DEADLINE_S, readCeleryTimes } from './celery-times.js'
import type { ScheduleDefinition } from './definition.js'
import { type Fields, readFields, readNumber, refuse } from './timing/faults.js'

/** What a `beat_schedule` does not say itself. */
export interface CeleryScheduleOptions {
  /** Celery's setting `timezone`, the zone of its crontabs. Default `UTC`, as Celery's. */
  timeZone?: string
  /** What the input is called in messages. Default `beat_schedule`. */
  path?: string
}

const SETTINGS = ['beat_schedule', 'timezone', 'beat_cron_starting_deadline']
const ENTRY = ['task', 'schedule', 'args', 'kwargs', 'options', 'relative']
/** Letters, digits, dots, low lines and hyphens: what a name may be made of. */
const NO_NAME = /[^A-Za-z0-9._-]+/g
const LONGEST_ID = 128

/** Whether a value looks like a `beat_schedule`, or like settings with one: an object of entries that have a task and a schedule. */
export function isCelerySchedule(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  if ('beat_schedule' in value) return true
  const entries = Object.values(value)
  return (
    entries.length > 0 && entries.every((entry) => typeof entry === 'object' && entry !== null && 'task' in entry && 'schedule' in entry)
  )
}

/**
 * Reads Celery's `beat_schedule`: an object of entries by name, `{task, schedule, args, kwargs, options, relative}`, or settings
 * `{beat_schedule, timezone, beat_cron_starting_deadline}`. A `schedule` is a number of seconds (a timedelta's), a crontab, an interval as RedBeat
 * writes it, or a solar event.
 *
 * What Celery's beat does is kept: runs of one schedule may overlap, and of what was missed while no beat ran, the newest time runs, however old
 * (within `beat_cron_starting_deadline`, of crontabs). One thing differs: an interval counts from 1970-01-01T00:00Z, not from the start of a beat, as
 * Celery's with `relative` does.
 *
 * Ids are the names; what no id may have becomes `-`, and `note` keeps the name.
 * @throws ChordisError `schedule-invalid` with the path: `beat_schedule["every monday"].schedule.minute: …`
 */
export function readCelerySchedule(json: unknown, { timeZone, path = 'beat_schedule' }: CeleryScheduleOptions = {}): ScheduleDefinition[] {
  const { entries, zone, deadlineMs } = settingsOf(json, timeZone, path)
  const names = new Map<string, string>()
  return Object.entries(entries).map(([name, entry]) => {
    const at = keyed(path, name)
    const id = idOf(name, at)
    const other = names.get(id)
    if (other !== undefined) refuse(at, `would have the id ${id}, as ${JSON.stringify(other)} has`)
    names.set(id, name)
    return {
      id,
      ...(id === name ? {} : { note: name }),
      ...(zone === undefined ? {} : { timeZone: zone }),
      ...definitionOf(entry, at, deadlineMs),
    }
  })
}

function settingsOf(
  json: unknown,
  timeZone: string | undefined,
  path: string,
): { entries: Fields; zone: string | undefined; deadlineMs: number } {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) refuse(path, 'must be an object of entries by name')
  const longest = LONGEST_DEADLINE_S * 1_000
  if (!('beat_schedule' in json)) return { entries: json as Fields, zone: timeZone, deadlineMs: longest }
  const settings = readFields(json, 'settings', SETTINGS, 'an object')
  const { beat_schedule: entries, timezone = timeZone, beat_cron_starting_deadline: deadline } = settings
  if (typeof entries !== 'object' || entries === null || Array.isArray(entries)) refuse(path, 'must be an object of entries by name')
  if (timezone !== undefined && timezone !== null && typeof timezone !== 'string')
    refuse('settings.timezone', 'must be the name of a time zone')
  const deadlineMs = deadline === undefined || deadline === null ? longest : deadlineOf(deadline)
  return { entries: entries as Fields, zone: (timezone as string | null | undefined) ?? undefined, deadlineMs }
}

const deadlineOf = (seconds: unknown): number =>
  Math.round(readNumber(seconds, 'settings.beat_cron_starting_deadline', 10, LONGEST_DEADLINE_S) * 1_000)

function idOf(name: string, at: string): string {
  const id = name.replace(NO_NAME, '-')
  if (id === '' || id.length > LONGEST_ID) refuse(at, `its name must have 1 to ${LONGEST_ID} characters`)
  return id
}

function definitionOf(entry: unknown, at: string, deadlineMs: number): Omit<ScheduleDefinition, 'id'> {
  const { task, schedule, args, kwargs, options, relative } = readFields(entry, at, ENTRY, `an entry: {${ENTRY.join(', ')}}`)
  if (typeof task !== 'string') refuse(`${at}.task`, 'must be the name of a task')
  if (relative !== undefined && typeof relative !== 'boolean') refuse(`${at}.relative`, 'must be true or false')
  const { rule, isCrontab } = readCeleryTimes(schedule, `${at}.schedule`)
  const windowMs = isCrontab ? deadlineMs : LONGEST_DEADLINE_S * 1_000
  return {
    rules: rule,
    // Celery's own form, so that options are read as Celery means them: `expires` and `countdown` in seconds.
    canvas: { task, args: args ?? [], kwargs: kwargs ?? {}, options: options ?? {}, subtask_type: null, immutable: false },
    overlap: 'allowAll',
    catchUp: { mode: 'latest', windowMs },
  }
}
