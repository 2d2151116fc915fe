/**
 * The rule of Vixie cron by brute force: time is walked minute by minute, and what the wall clock shows is asked of Intl. Nothing here is shared
 * with the code under test.
 */
import type { Line } from './random-line.js'

const MINUTE_MS = 60_000

/** What the wall clock of a zone shows at each minute, as minutes since 1970-01-01T00:00. */
export interface Walk {
  zone: string
  /** Unix ms of the first minute. */
  from: number
  walls: Int32Array
}

/** Intl is asked every quarter of an hour, and every minute of a quarter in which the clock was moved. */
export function walkOf(zone: string, from: number, to: number): Walk {
  const wallAt = clockOf(zone)
  const walls = new Int32Array((to - from) / MINUTE_MS)
  let early = wallAt(from)
  for (let i = 0; i < walls.length; i += 15) {
    const late = wallAt(from + (i + 15) * MINUTE_MS)
    for (let k = 0; k < 15 && i + k < walls.length; k++) {
      walls[i + k] = late - early === 15 ? early + k : wallAt(from + (i + k) * MINUTE_MS)
    }
    early = late
  }
  return { zone, from, walls }
}

function clockOf(zone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })
  return (ms) => Date.parse(`${format.format(ms).replace(' ', 'T')}Z`) / MINUTE_MS
}

/** Unix ms of every minute at which the line is due. */
export function dueByWalking(line: Line, { from, walls }: Walk): number[] {
  const due: number[] = []
  const matches = matcherOf(line)
  let newest = walls[0]! - 1
  for (let i = 0; i < walls.length; i++) {
    const wall = walls[i]!
    const isFresh = wall > newest
    let isDue = (isFresh || line.everyHour) && matches(wall)
    for (let skipped = newest + 1; skipped < wall && !isDue; skipped++) isDue = matches(skipped)
    if (isDue) due.push(from + i * MINUTE_MS)
    if (isFresh) newest = wall
  }
  return due
}

function matcherOf(line: Line): (wall: number) => boolean {
  const minutes = Uint8Array.from({ length: 60 }, (_, minute) => Number(line.minutes.has(minute)))
  const hours = Uint8Array.from({ length: 24 }, (_, hour) => Number(line.hours.has(hour)))
  let [known, isDay] = [-1, false]
  return (wall) => {
    if (minutes[wall % 60] === 0 || hours[Math.floor(wall / 60) % 24] === 0) return false
    const day = Math.floor(wall / 1440)
    if (day !== known) [known, isDay] = [day, isDayOf(line, day)]
    return isDay
  }
}

function isDayOf(line: Line, day: number): boolean {
  const date = new Date(day * 86_400_000)
  const month = date.getUTCMonth() + 1
  const length = new Date(Date.UTC(date.getUTCFullYear(), month, 0)).getUTCDate()
  return line.months.has(month) && line.day({ number: date.getUTCDate(), weekday: date.getUTCDay(), length })
}
