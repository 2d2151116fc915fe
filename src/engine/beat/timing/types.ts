/**
 * What a user writes to say when a schedule is due, and what is made of it.
 *
 * **Daylight saving time**, the rule of Vixie cron, for cron lines, crontabs and calendars: a wall time that a change of the clock skips is
 * due once, at the first instant after the gap; several skipped times meet there. A wall time that comes twice is due the first time only,
 * unless the hour is `*` or a step of it (`*` + `/2`): such a rule follows the clock's hands and is due both times.
 */

/** One value of a calendar's field: a number, a name (months, weekdays; three letters are enough), `*`, or a range; `end` defaults to `start`, `step` to 1. */
export type CalendarValue = number | string | { start: number | string; end?: number | string; step?: number }
/** A field of a calendar: one value or several. */
export type CalendarField = CalendarValue | CalendarValue[]

/**
 * A calendar as Temporal's schedules have them: due when every field matches. Left out, `second`, `minute` and `hour` are 0, all others `*`.
 */
export interface CalendarRule {
  /** 0 to 59. */
  second?: CalendarField
  /** 0 to 59. */
  minute?: CalendarField
  /** 0 to 23. */
  hour?: CalendarField
  /** 1 to 31. */
  dayOfMonth?: CalendarField
  /** 1 to 12, or a name. */
  month?: CalendarField
  /** 1970 to 9999. */
  year?: CalendarField
  /** 0 (Sunday) to 6, or a name. */
  dayOfWeek?: CalendarField
}

/** A field of Celery's `crontab()`: a number, a text of its grammar (`*`, `n`, `a-b`, `*` + `/s`, `a-b/s`, commas), or a list of these. */
export type CeleryField = string | number | (string | number)[]

/**
 * Celery's `crontab(...)`: every field must match (cron lines join day of month and day of week with OR). Left out means `*`. Ranges wrap
 * around (`sat-mon`, `50-10`); Sunday is 0, and 7 is invalid. Each name may be written as Celery writes it.
 */
export interface CeleryCrontab {
  minute?: CeleryField
  hour?: CeleryField
  dayOfWeek?: CeleryField
  day_of_week?: CeleryField
  dayOfMonth?: CeleryField
  day_of_month?: CeleryField
  monthOfYear?: CeleryField
  month_of_year?: CeleryField
}

/** The solar events that Celery names: the sun 18, 12 and 6 degrees below the horizon, its upper edge on it, and its highest point. */
export const SOLAR_EVENTS = [
  'dawn_astronomical',
  'dawn_nautical',
  'dawn_civil',
  'sunrise',
  'solar_noon',
  'sunset',
  'dusk_civil',
  'dusk_nautical',
  'dusk_astronomical',
] as const
/** The name of a solar event. */
export type SolarEvent = (typeof SOLAR_EVENTS)[number]

/** One rule by which a schedule is due. */
export type TimingRule =
  /** A cron line of 5 fields (or 6, seconds first), or `@yearly`, `@monthly`, `@weekly`, `@daily`, `@hourly`. */
  | string
  /** The same. */
  | { cron: string }
  /** Celery's `crontab()`. */
  | { crontab: CeleryCrontab }
  /** Multiples of `everyMs` (ms) since 1970-01-01T00:00Z, plus `offsetMs` (ms, less than `everyMs`; default 0). Neither drifts nor knows of zones. */
  | { everyMs: number; offsetMs?: number }
  /** Calendars as Temporal's; several: the union. */
  | { calendar: CalendarRule | CalendarRule[] }
  /** Once: ISO 8601 with an offset, or without one as wall time in the schedule's zone, or Unix ms. */
  | { at: string | number }
  /** A solar event at a place, in degrees north and east, rounded to the second. Days without the event are passed over. */
  | { solar: SolarEvent; latitude: number; longitude: number }

/** When a schedule is due. */
export interface Timing {
  /** 1 to 100 rules: due whenever one of them is. */
  rules: TimingRule[]
  /**
   * Up to 100 rules of times that are left out. A cron line of 5 fields, a crontab, and a calendar without `second` leave out each whole
   * minute that they match on the wall clock; a cron line of 6 fields and a calendar with `second` each whole second. Both passes of a repeated
   * wall time count. Intervals, one-shots and solar events leave out the very instants at which they would be due, and no others.
   */
  except?: TimingRule[]
  /** IANA name of the zone whose wall clock is meant. Default `UTC`. */
  timeZone?: string
  /** No time before this: ISO 8601 (without an offset: wall time in the zone) or Unix ms. */
  start?: string | number
  /** No time after this, which is the last possible one: ISO 8601 or Unix ms. */
  end?: string | number
}

/** The nominal times of a schedule, from 1970 to 9999, in Unix ms. It is pure: the same timing gives the same times in every process. */
export interface Timetable {
  /** The first nominal time after `ms` (exclusive), Unix ms; null: never again. */
  after(ms: number): number | null
  /** Nominal times in (from, to], at most `limit`, ascending. */
  between(from: number, to: number, limit: number): number[]
  /** The newest nominal time at or before `ms` and after `floor`; null when there is none. */
  latest(floor: number, ms: number): number | null
  /** What a person would read: `at 03:00 every day (Europe/Berlin)`. */
  describe(): string
}

/** A stretch of Unix ms: `from` inclusive, `to` exclusive. */
export interface Span {
  from: number
  to: number
}

/** The times of one rule, Unix ms. */
export interface Times {
  /** The first at or after `ms`; null: none. */
  next(ms: number): number | null
  /** The newest at or before `ms`; null: none. */
  previous(ms: number): number | null
  /** As an exclusion: a stretch around `ms` that is left out; null: `ms` is not. */
  covers(ms: number): Span | null
}
