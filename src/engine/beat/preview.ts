/** Times that come next, as people read them. Pure. */
import { type Timing, timetableOf } from './timing/index.js'

/** A time at which a schedule is due. */
export interface PreviewTick {
  /** Unix ms. */
  time: number
  /** ISO 8601 in UTC. */
  utc: string
  /** ISO 8601 in the schedule's zone, with its offset: `2026-03-29T03:00:00+02:00`. */
  local: string
}

/** The next times after an instant (Unix ms), at most `count`. */
export function preview(timing: Timing, after: number, count: number): PreviewTick[] {
  const timetable = timetableOf(timing)
  const format = localTime(timing.timeZone ?? 'UTC')
  const ticks: PreviewTick[] = []
  for (let time = timetable.after(after); time !== null && ticks.length < count; time = timetable.after(time)) {
    ticks.push({ time, utc: new Date(time).toISOString(), local: format(time) })
  }
  return ticks
}

/** Writes instants (Unix ms) as a zone's wall clock shows them, in ISO 8601 with its offset: `2026-03-29T03:00:00+02:00`. */
export function localTime(timeZone: string): (time: number) => string {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  return (time) => {
    const wall = parts.format(time).replace(' ', 'T')
    return `${wall}${offsetText(Date.parse(`${wall}Z`) - Math.floor(time / 1_000) * 1_000)}`
  }
}

function offsetText(ms: number): string {
  const minutes = Math.abs(Math.round(ms / 60_000))
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${ms < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
