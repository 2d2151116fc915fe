/** For which instant a cron job fired, against a walk over every second, with the cron lines of the library itself. */
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { CronNominals, lastInstant } from '../../../src/modules/beat/cron-grid.js'
import type { CronJob, CronTime } from '../../../src/modules/beat/schedule-library.js'
import { SeededRandom } from '../../support/random.js'

const schedule = createRequire(import.meta.url).resolve('@nestjs/schedule')
const cron = createRequire(schedule)('cron') as { CronTime: new (source: string, zone: string) => CronTime }
const LINES = [
  '* * * * * *',
  '*/7 * * * * *',
  '5,6,50 * * * * *',
  '* 3 * * * *',
  '0 */5 * * * *',
  '0 0 3 * * *',
  '30 15 2 * * 0',
  '0 0 0 29 2 *',
]
const ZONES = ['UTC', 'Europe/Paris', 'America/New_York', 'Asia/Kathmandu']

describe.each(LINES)('%s', (line) => {
  test('the last instant is a time of the line, and the next one after it has not come', () => {
    const random = new SeededRandom(1)
    for (let k = 0; k < 20; k++) {
      const zone = ZONES[k % ZONES.length] as string
      const time = new cron.CronTime(line, zone)
      const now = Date.UTC(2026, 0, 1) + Math.floor(random.next() * 31_536_000_000)
      const last = lastInstant(time, zone, now) as number
      expect(last).toBeLessThanOrEqual(now)
      expect(time.getNextDateFrom(new Date(last), zone).toMillis()).toBeGreaterThan(now)
      // Where summer time begins, the library finds the end of the gap from before it only.
      const from = [1_000, 10_800_000].map((before) => time.getNextDateFrom(new Date(last - before), zone).toMillis())
      expect(from).toContain(last)
    }
  })
})

test.each([
  ['Europe/Paris', 'a gap', '2026-03-28T12:00:00Z'],
  ['Europe/Paris', 'a fold', '2026-10-24T12:00:00Z'],
  ['America/New_York', 'a gap', '2026-03-07T20:00:00Z'],
  ['America/New_York', 'a fold', '2026-10-31T20:00:00Z'],
])('in %s, a line that meets %s fires for the instant that its timer was set to, on time and late', (zone, _, dayBefore) => {
  const time = new cron.CronTime('0 30 2 * * *', zone)
  const set = time.getNextDateFrom(new Date(dayBefore), zone).toMillis()
  for (const late of [0, 3, 999, 1_200, 60_000]) expect(lastInstant(time, zone, set + late)).toBe(set)
})

/** Ticks of a job that fires every second by a clock which is wrong, while Redis's is known to some ms. */
function nominals(offsetMs: number, errorMs: (k: number) => number): number[] {
  const time = new cron.CronTime('* * * * * *', 'UTC')
  const job = { cronTime: time, nextDate: () => ({ zone: 'UTC' }) } as unknown as CronJob
  const from = Date.UTC(2026, 5, 1)
  let wall = 0
  let redis = 0
  const of = new CronNominals(
    job,
    () => redis,
    () => wall,
  )
  return Array.from({ length: 100 }, (_, k) => {
    wall = from + k * 1_000 + 3
    redis = wall - offsetMs + errorMs(k)
    return (of.next() - from) / 1_000
  })
}

describe('a clock', () => {
  const jitter = (k: number) => ((k * 37) % 21) - 10

  test.each([0, -20, 20, 600_000, 3_600_123])('that is %d ms ahead asks for the times that it shows', (offset) => {
    expect(nominals(offset, jitter)).toEqual(Array.from({ length: 100 }, (_, k) => k))
  })

  test.each([-600_000, -600_250, -600_750, -7_200_000])('that is %d ms off asks for each of Redis’s times once', (offset) => {
    const asked = nominals(offset, jitter)
    const first = asked[0] as number
    expect(asked).toEqual(Array.from({ length: 100 }, (_, k) => first + k))
    expect(Math.abs(first - -offset / 1_000)).toBeLessThan(1)
  })

  test('that is off by half a second more asks for none twice, and leaves out one at most', () => {
    const asked = nominals(-600_500, jitter)
    expect(new Set(asked).size).toBe(100)
    expect((asked.at(-1) as number) - (asked[0] as number)).toBeLessThanOrEqual(100)
  })
})
