import { expect, test } from 'vitest'
import { checkSchedule, isCelerySchedule, readCelerySchedule, timetableOf } from '../../../src/engine/index.js'

const YEAR_MS = 366 * 86_400_000

const one = (schedule: unknown, options?: { timeZone?: string }) => {
  const [definition] = readCelerySchedule({ x: { task: 'tasks.add', schedule } }, options)
  return checkSchedule(definition!)
}

const firstAfter = (schedule: unknown, after: string, timeZone = 'UTC') =>
  new Date(timetableOf(one(schedule, { timeZone }).timing).after(Date.parse(after)) as number).toISOString()

test('an entry becomes a schedule that does what Celery’s beat does: runs overlap, and the newest missed time runs', () => {
  const options = { queue: 'mail', expires: 60, countdown: 5, priority: 3 }
  const entry = { task: 'tasks.add', schedule: 30.0, args: [16, 16], kwargs: { fast: true }, options, relative: true }
  const [definition] = readCelerySchedule({ 'add every 30 seconds': entry })
  expect(checkSchedule(definition!)).toMatchObject({
    id: 'add-every-30-seconds',
    note: 'add every 30 seconds',
    timing: { rules: [{ everyMs: 30_000 }], timeZone: 'UTC' },
    overlap: 'allowAll',
    catchUp: { mode: 'latest', windowMs: YEAR_MS },
    canvas: {
      task: 'tasks.add',
      args: [16, 16],
      kwargs: { fast: true },
      options: { queue: 'mail', priority: 3, countdownMs: 5_000, expiresInMs: 60_000 },
    },
  })
})

test.each([
  ['a crontab’s fields', { minute: 30, hour: 7, day_of_week: 1 }],
  ['RedBeat’s crontab', { __type__: 'crontab', minute: '30', hour: '7', day_of_week: 'mon', day_of_month: '*', month_of_year: '*' }],
  ['a crontab with its type', { type: 'crontab', minute: '30', hour: '7', day_of_week: '1' }],
  ['a crontab by name', { crontab: { minute: [30], hour: '7', day_of_week: 'monday' } }],
])('%s in the zone of the settings', (_what, schedule) => {
  expect(firstAfter(schedule, '2026-03-26T00:00:00Z', 'Europe/Paris')).toBe('2026-03-30T05:30:00.000Z')
})

test.each([
  ['seconds', 0.5, '2026-01-01T00:00:00.500Z'],
  ['an interval', { every: 90 }, '2026-01-01T00:01:30.000Z'],
  ['RedBeat’s interval', { __type__: 'interval', every: 3_600, relative: false }, '2026-01-01T01:00:00.000Z'],
])('%s, counted from 1970', (_what, schedule, first) => {
  expect(firstAfter(schedule, '2026-01-01T00:00:00Z')).toBe(first)
})

test.each([
  ['by its event', { event: 'sunset', lat: -37.81753, lon: 144.96715 }],
  ['by name', { solar: { event: 'sunset', lat: -37.81753, lon: 144.96715 } }],
])('a solar event %s', (_what, schedule) => {
  expect(one(schedule).timing.rules).toEqual([{ solar: 'sunset', latitude: -37.81753, longitude: 144.96715 }])
})

test('settings bring the zone, and how late a crontab may run', () => {
  const entries = { cron: { task: 'a', schedule: { hour: 3, minute: 0 } }, often: { task: 'a', schedule: 10 } }
  const settings = { beat_schedule: entries, timezone: 'Asia/Tokyo', beat_cron_starting_deadline: 3_600 }
  const [cron, often] = readCelerySchedule(settings).map((definition) => checkSchedule(definition))
  expect(cron).toMatchObject({ timing: { timeZone: 'Asia/Tokyo' }, catchUp: { mode: 'latest', windowMs: 3_600_000 } })
  expect(often).toMatchObject({ timing: { timeZone: 'Asia/Tokyo' }, catchUp: { windowMs: YEAR_MS } })
})

test.each([
  [{ x: { task: 'a', schedule: {} } }, /^beat_schedule\.x\.schedule: must be seconds, /],
  [{ x: { task: 'a', schedule: '30' } }, /^beat_schedule\.x\.schedule: must be seconds, /],
  [{ x: { task: 'a', schedule: 0 } }, /^beat_schedule\.x\.schedule: must be a number from 0\.001/],
  [{ x: { task: 'a', schedule: { __type__: 'rrule', freq: 3 } } }, /^beat_schedule\.x\.schedule: must be seconds, /],
  [{ x: { task: 'a', schedule: { crontab: 7 } } }, /^beat_schedule\.x\.schedule\.crontab: must be a crontab/],
  [{ x: { task: 'a', schedule: { minute: 1, hours: 2 } } }, /^beat_schedule\.x\.schedule\.hours: unknown field \(did you mean "hour"\?\)/],
  [{ x: { task: 'a', schedule: { event: 'moonrise', lat: 0, lon: 0 } } }, /^beat_schedule\.x\.schedule\.event: must be one of dawn/],
  [{ x: { task: 'a', schedule: { event: 'sunset', lat: 91, lon: 0 } } }, /^beat_schedule\.x\.schedule\.lat: must be a number from -90/],
  [{ 'a b': { task: 7, schedule: 1 } }, /^beat_schedule\["a b"\]\.task: must be the name of a task/],
  [{ x: { task: 'a', schedule: 1, arguments: [] } }, /^beat_schedule\.x\.arguments: unknown field/],
  [{ x: { task: 'a', schedule: 1, relative: 1 } }, /^beat_schedule\.x\.relative: must be true or false/],
  [
    { 'a b': { task: 'a', schedule: 1 }, 'a/b': { task: 'a', schedule: 1 } },
    /^beat_schedule\["a\/b"\]: would have the id a-b, as "a b" has/,
  ],
  [{ '': { task: 'a', schedule: 1 } }, /its name must have 1 to 128 characters/],
  [{ beat_schedule: [] }, /^beat_schedule: must be an object/],
  [{ beat_schedule: {}, timezone: 7 }, /^settings\.timezone: must be the name/],
  [{ beat_schedule: {}, beat_cron_starting_deadline: 1 }, /^settings\.beat_cron_starting_deadline: must be a number from 10/],
  [[], /^beat_schedule: must be an object/],
])('%j is refused with the place', (json, message) => {
  expect(() => readCelerySchedule(json)).toThrow(message)
})

test('what looks like a beat_schedule is one, a schedule of ours is not', () => {
  expect(isCelerySchedule({ x: { task: 'a', schedule: 1 } })).toBe(true)
  expect(isCelerySchedule({ beat_schedule: {} })).toBe(true)
  expect(isCelerySchedule({ id: 'x', rules: '@daily', canvas: { task: 'a' } })).toBe(false)
  expect([null, [], {}, 7].map(isCelerySchedule)).toEqual([false, false, false, false])
})
