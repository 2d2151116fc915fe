/** Solar events against PyEphem, through Celery's solar(): celery-solar.json (celery-solar.py writes it). */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readTiming, timetableOf } from '../../../src/engine/beat/timing/index.js'
import { SOLAR_EVENTS, type SolarEvent } from '../../../src/engine/beat/timing/types.js'

const TOLERANCE_MS = 120_000
/** Where days without the event were passed over, the first one grazes the horizon: a fraction of an arc minute decides on which day it is. */
const GRAZING_MS = 2 * 86_400_000
const { rows } = JSON.parse(readFileSync(new URL('celery-solar.json', import.meta.url), 'utf8')) as {
  rows: [event: SolarEvent, latitude: number, longitude: number, startS: number, nextS: number][]
}

test.each(SOLAR_EVENTS)('%s is due within two minutes of what PyEphem says, at eight places', (solar) => {
  const wrong = rows
    .filter(([event]) => event === solar)
    .map(([, latitude, longitude, start, next]) => {
      const timetable = timetableOf(readTiming({ solar, latitude, longitude }))
      const time = timetable.after(start * 1000) as number
      expect(timetable.latest(start * 1000, time + 3_600_000)).toBe(time)
      const isGrazing = next - start > 2 * 86_400
      return { latitude, longitude, start, late: time - next * 1000, tolerance: isGrazing ? GRAZING_MS : TOLERANCE_MS }
    })
    .filter(({ late, tolerance }) => Math.abs(late) > tolerance)
  expect(wrong).toEqual([])
})

test('the last sunrise before a polar night is followed by the first one after it', () => {
  const longyearbyen = timetableOf(readTiming({ solar: 'sunrise', latitude: 78.2232, longitude: 15.6267 }))
  const [last, first] = longyearbyen.between(Date.UTC(2026, 9, 20), Date.UTC(2027, 1, 17), 100).slice(-2) as [number, number]
  expect(first - last).toBeGreaterThan(110 * 86_400_000)
  expect(longyearbyen.latest(0, first - 1)).toBe(last)
})

test('an event that the sun never reaches at a place is refused', () => {
  expect(() => readTiming({ solar: 'sunrise', latitude: 90, longitude: 0 })).toThrow(
    'timing: is never due: the sun does not do that at this place',
  )
})
