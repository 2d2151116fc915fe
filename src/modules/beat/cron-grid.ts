/** The instant for which a cron job fired: on the grid of its line, not the moment at which its timer ran. */
import type { CronTime } from './schedule-library.js'

const SECOND_MS = 1_000
/** 34 years: beyond any gap of a cron line. */
const LONGEST_MS = 2 ** 40

/**
 * The last instant of the line at or before `now`, Unix ms; `undefined` when there is none.
 * @param zone as of the job's next date: a zone of Luxon's
 */
export function lastInstant(cronTime: CronTime, zone: unknown, now: number): number | undefined {
  const after = (ms: number): number => cronTime.getNextDateFrom(new Date(ms), zone).toMillis()
  const second = Math.floor(now / SECOND_MS) * SECOND_MS
  // A timer that is on time fired in this very second. One that is late (a blocked loop, a suspended machine) looks back, twice as far each time.
  let span = SECOND_MS
  while (after(second - span) > now) {
    span *= 2
    if (span > LONGEST_MS) return undefined
  }
  let from = second - span
  let to = second - span / 2
  // The last one lies behind `from` and not behind `to`.
  while (to - from > SECOND_MS) {
    const middle = from + Math.ceil((to - from) / 2 / SECOND_MS) * SECOND_MS
    if (middle === to) break
    if (after(middle) <= now) from = middle
    else to = middle
  }
  return after(from)
}
