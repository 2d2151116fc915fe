/** When a schedule is due: pure code, without a clock, I/O or Redis. */
export { readTiming } from './read.js'
export { timetableOf } from './timetable.js'
export {
  type CalendarField,
  type CalendarRule,
  type CalendarValue,
  type CeleryCrontab,
  type CeleryField,
  SOLAR_EVENTS,
  type SolarEvent,
  type Timetable,
  type Timing,
  type TimingRule,
} from './types.js'
