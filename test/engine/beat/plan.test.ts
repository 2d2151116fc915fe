import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CatchUp } from '../../../src/engine/beat/definition.js'
import { type PlannedStep, Ticks } from '../../../src/engine/beat/plan.js'
import { timetableOf } from '../../../src/engine/beat/timing/index.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NOON = Date.UTC(2026, 2, 3, 12)

function ticksOf(rules: Parameters<typeof timetableOf>[0]['rules'], catchUp: Partial<CatchUp> = {}, jitterMs = 0): Ticks {
  return new Ticks('-:x', { catchUp: { mode: 'latest', windowMs: 600_000, max: 100, ...catchUp }, jitterMs }, timetableOf({ rules }))
}

const fired = (steps: readonly PlannedStep[]): number[] => steps.filter(({ fires }) => fires).map(({ expected }) => expected)
const passed = (steps: readonly PlannedStep[]): number => steps.reduce((sum, step) => sum + step.passed, 0)

/** Every minute, beats down from 9:00:30 until a moment after noon. */
const downFor3Hours = (catchUp: Partial<CatchUp>) => ticksOf([{ everyMs: MINUTE }], catchUp).plan(NOON - 3 * HOUR + MINUTE, NOON + 30_000)

describe('three hours without beats, of a schedule of every minute', () => {
  test('none: nothing of it fires', () => {
    const steps = downFor3Hours({ mode: 'none' })
    expect(steps).toEqual([{ expected: NOON - 3 * HOUR + MINUTE, fires: false, passed: 180, next: NOON + MINUTE, due: NOON + MINUTE }])
  })

  test('latest: the newest that was missed', () => {
    const steps = downFor3Hours({ mode: 'latest' })
    expect({ fired: fired(steps), passed: passed(steps) }).toEqual({ fired: [NOON], passed: 179 })
  })

  test('latest: nothing missed where one is on time', () => {
    const steps = ticksOf([{ everyMs: MINUTE }]).plan(NOON - 3 * HOUR + MINUTE, NOON + 2_000)
    expect({ fired: fired(steps), passed: passed(steps) }).toEqual({ fired: [NOON], passed: 179 })
  })

  test('latest: nothing that is older than the window', () => {
    const daily = ticksOf(['0 9 * * *'], { windowMs: 2 * HOUR }).plan(NOON - 3 * HOUR, NOON)
    expect({ fired: fired(daily), passed: passed(daily) }).toEqual({ fired: [], passed: 1 })
    const within = ticksOf(['0 9 * * *'], { windowMs: 4 * HOUR }).plan(NOON - 3 * HOUR, NOON)
    expect({ fired: fired(within), passed: passed(within) }).toEqual({ fired: [NOON - 3 * HOUR], passed: 0 })
  })

  test('all: those within the window, the oldest first', () => {
    const steps = downFor3Hours({ mode: 'all' })
    expect(fired(steps)).toEqual(Array.from({ length: 10 }, (_, k) => NOON - (9 - k) * MINUTE))
    expect(passed(steps)).toBe(170)
  })

  test('all: no more than the maximum, the newest', () => {
    const steps = downFor3Hours({ mode: 'all', windowMs: 4 * HOUR, max: 3 })
    expect({ fired: fired(steps), passed: passed(steps) }).toEqual({ fired: [NOON - 2 * MINUTE, NOON - MINUTE, NOON], passed: 177 })
  })
})

test('in every mode, what is less than 10 s late fires', () => {
  for (const mode of ['none', 'latest', 'all'] as const) {
    const steps = ticksOf([{ everyMs: 1_000 }], { mode }).plan(NOON, NOON + 4_500)
    expect({ fired: fired(steps), passed: passed(steps) }).toEqual({ fired: [0, 1, 2, 3, 4].map((s) => NOON + s * 1_000), passed: 0 })
  }
})

test('nothing is due before its time, nor when a clock went back', () => {
  expect(ticksOf([{ everyMs: MINUTE }]).plan(NOON, NOON - 1)).toEqual([])
})

test('a schedule of a year of seconds is planned at once', () => {
  const year = 366 * 24 * HOUR
  const steps = ticksOf([{ everyMs: 1_000 }], { mode: 'all', windowMs: year, max: 5 }).plan(NOON - year, NOON + 30_000)
  // Beside them those that are on time.
  expect(fired(steps).length).toBeGreaterThanOrEqual(15)
  expect(passed(steps)).toBe(10_000)
})

test('jitter follows from the schedule and the time, and ends before the next one', () => {
  const ticks = ticksOf([{ everyMs: MINUTE }], {}, 24 * HOUR)
  const dues = Array.from({ length: 100 }, (_, k) => ticks.dueAt(NOON + k * MINUTE) - (NOON + k * MINUTE))
  expect(dues.every((late) => late >= 0 && late < MINUTE)).toBe(true)
  expect(new Set(dues).size).toBeGreaterThan(90)
  expect(ticks.dueAt(NOON)).toBe(ticksOf([{ everyMs: MINUTE }], {}, 24 * HOUR).dueAt(NOON))
})

test('steps follow one another, account for every tick once, and end with the first that is not due', () => {
  const mode = fc.constantFrom('none', 'latest', 'all')
  const windowMs = fc.integer({ min: 10_000, max: 7_200_000 })
  const input = fc.record({
    ...{ everyMs: fc.integer({ min: 1_000, max: 600_000 }), late: fc.integer({ min: 0, max: 4 * HOUR }), mode, windowMs },
    ...{ max: fc.integer({ min: 1, max: 200 }), jitterMs: fc.constantFrom(0, 0, 500, 30_000, HOUR) },
  })
  fc.assert(
    fc.property(input, ({ everyMs, late, jitterMs, ...catchUp }) => {
      const ticks = ticksOf([{ everyMs }], catchUp, jitterMs)
      const from = Math.ceil(NOON / everyMs) * everyMs
      const now = from + late
      const steps = ticks.plan(from, now)
      let expected: number | null = from
      let accounted = 0
      for (const step of steps) {
        expect(step.expected).toBe(expected)
        expect(step.due).toBe(step.next === null ? null : ticks.dueAt(step.next))
        accounted += step.fires ? 1 : step.passed
        if (step.fires) expect(ticks.dueAt(step.expected)).toBeLessThanOrEqual(now)
        expected = step.next
      }
      const next = expected as number
      expect(accounted).toBe(Math.min((next - from) / everyMs, accounted < 10_000 ? Infinity : accounted))
      // At most a thousand fire in one look.
      if (fired(steps).length < 1_000) expect(ticks.dueAt(next)).toBeGreaterThan(now)
      const missed = fired(steps).filter((tick) => ticks.dueAt(tick) < now - 10_000)
      expect(missed.length).toBeLessThanOrEqual(catchUp.mode === 'none' ? 0 : catchUp.mode === 'latest' ? 1 : catchUp.max)
      expect(missed.every((tick) => tick >= now - catchUp.windowMs)).toBe(true)
    }),
    { numRuns: 300 },
  )
})

// The table in docs/guides/schedules.md.
const DOWN_AT = Date.UTC(2026, 2, 3, 0, 30, 30)
const at = (hour: number, minute: number): number => Date.UTC(2026, 2, 3, hour, minute)

test.each([
  [{ mode: 'none' }, [], []],
  [{ mode: 'latest' }, [], [at(3, 30)]],
  [{ mode: 'latest', windowMs: 4 * HOUR }, [at(3, 0)], [at(3, 30)]],
  [{ mode: 'all', windowMs: 2 * HOUR }, [at(2, 0), at(3, 0)], 100],
  [{ mode: 'all', windowMs: 4 * HOUR }, [at(1, 0), at(2, 0), at(3, 0)], 100],
  [{ mode: 'all', windowMs: 4 * HOUR, max: 2 }, [at(2, 0), at(3, 0)], [at(3, 29), at(3, 30)]],
] as const)('after three hours without beats %j is what the guide says', (catchUp, hourly, everyMinute) => {
  const steps = (everyMs: number) => {
    const ticks = ticksOf([{ everyMs }], catchUp)
    return ticks.plan(ticks.first(DOWN_AT).next as number, DOWN_AT + 3 * HOUR)
  }
  expect(fired(steps(HOUR))).toEqual(hourly)
  expect(fired(steps(HOUR)).length + passed(steps(HOUR))).toBe(3)
  const minutes = fired(steps(MINUTE))
  if (typeof everyMinute === 'number') expect([minutes.length, minutes.at(-1)]).toEqual([everyMinute, at(3, 30)])
  else expect(minutes).toEqual(everyMinute)
  expect(minutes.length + passed(steps(MINUTE))).toBe(180)
})
