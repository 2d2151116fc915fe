import { randomInt } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type BeatVerdict, isSoundBeat } from './nemesis/beat/checker.js'
import { BEAT_FAULTS, BEAT_GAPS, beatFaultsOf } from './nemesis/beat/faults.js'
import { beatShortfalls } from './nemesis/beat/report.js'
import { runBeatNemesis } from './nemesis/beat/run.js'
import { changedGrids, changedSchedule, watchedSchedules } from './nemesis/beat/schedules.js'
import { plan } from './nemesis/plan.js'

const LARGE = process.env.CHORDIS_VERIFY === '1'
/** Under `npm run verify`; fewer for a piece of it. */
const MINUTES = LARGE ? Math.min(10, Number(process.env.CHORDIS_CHAOS_MINUTES ?? 10)) : 0
const SHORT_S = 8
const PROCESSES = { beats: 5, workers: 2, leaseMs: 1_500 }

async function sound(seed: number, seconds: number): Promise<BeatVerdict> {
  const verdict = await runBeatNemesis({ seed, seconds, faults: beatFaultsOf(), ...PROCESSES })
  const { missed, duplicated, violations } = verdict
  expect({ seed, missed, duplicated, violations: violations.slice(0, 5) }).toEqual({ seed, missed: 0, duplicated: 0, violations: [] })
  expect(isSoundBeat(verdict)).toBe(true)
  return verdict
}

test('while beats are killed, frozen and cut off and people change schedules, every nominal time has one workflow (fixed seed)', async () => {
  const { schedules, ticks, changes, faults } = await sound(20_260_107, SHORT_S)
  expect(schedules).toBe(200)
  expect(ticks).toBeGreaterThan((2_000 / 45) * SHORT_S)
  expect(changes).toBeGreaterThan(20)
  expect(faults.length).toBeGreaterThanOrEqual(2)
}, 180_000)

test.runIf(LARGE)(
  'the same with schedules and a seed that nobody has seen',
  async () => {
    await sound(randomInt(2 ** 32), SHORT_S)
  },
  180_000,
)

test.runIf(MINUTES > 0)(
  `the long form: one run of ${MINUTES} minutes`,
  async () => {
    const verdict = await sound(randomInt(2 ** 32), MINUTES * 60)
    expect(beatShortfalls(MINUTES * 60, verdict, BEAT_FAULTS, false)).toEqual([])
    expect(verdict.takeOverMs.count).toBeGreaterThan(0)
  },
  (MINUTES + 15) * 60_000,
)

describe('a guard that is broken on purpose is noticed:', () => {
  type Mutation = [name: string, faults: string[], invariant: RegExp, find: string, replacement: string]
  const MUTATIONS: Mutation[] = [
    [
      'a tick fires whatever comes next',
      ['fire-repeated', 'fire-late'],
      /^S4 step back/,
      "if s.next ~= expected then return 'stale' end",
      '',
    ],
    [
      'a nominal time that has its workflow is submitted again',
      ['client-kill-pubsub'],
      /^S6 ran twice/,
      'local known = control and byte(control) ~= 103',
      'local known = false',
    ],
    [
      'a schedule steps over a time',
      ['fire-repeated'],
      /^S1 missed/,
      'advance(s, next_, due)\nend',
      "advance(s, text(tonumber(next_) + (s.name == '-:watched-3' and 1000 or 0)), due)\nend",
    ],
  ]

  test.runIf(LARGE).each(MUTATIONS)(
    '%s (%s)',
    async (_name, names, invariant, find, replacement) => {
      const library = { find, replacement }
      const { violations } = await runBeatNemesis({ seed: 5, seconds: 15, faults: beatFaultsOf(names), ...PROCESSES, library })
      expect(violations.map((violation) => violation.invariant)).toContainEqual(expect.stringMatching(invariant))
    },
    180_000,
  )
})

describe('the schedules of a run', () => {
  test('are the same for the same seed, and others for another', () => {
    expect(JSON.stringify(watchedSchedules(7))).toBe(JSON.stringify(watchedSchedules(7)))
    expect(JSON.stringify(watchedSchedules(7))).not.toBe(JSON.stringify(watchedSchedules(8)))
  })

  test('are 200, from every second to every minute, with all overlap policies, cron lines, intervals, zones and jitter', () => {
    const all = watchedSchedules(1)
    expect(all).toHaveLength(200)
    expect([...new Set(all.map(({ grid }) => grid.periodMs / 1_000))]).toEqual([1, 2, 5, 10, 30, 60])
    expect(new Set(all.map(({ definition }) => definition.overlap)).size).toBe(6)
    const { rules, jitterMs, timeZone } = {
      rules: new Set(all.map(({ definition }) => (Array.isArray(definition.rules) ? 'lines' : typeof definition.rules))),
      jitterMs: all.filter(({ definition }) => (definition.jitterMs ?? 0) > 0),
      timeZone: new Set(all.map(({ definition }) => definition.timeZone)),
    }
    expect([...rules].sort()).toEqual(['lines', 'object', 'string'])
    expect(jitterMs.length).toBeGreaterThan(5)
    expect(timeZone.size).toBe(6)
    const perSecond = all.reduce((sum, { grid }) => sum + 1_000 / grid.periodMs, 0)
    expect(perSecond).toBeGreaterThan((2_000 / 45) * 2)
  })

  test('that are changed are on one of their grids in every variant', () => {
    for (let variant = 0; variant < 4; variant++) expect(changedGrids()).toContainEqual(changedSchedule(0, variant).grid)
  })
})

describe('the faults of schedules', () => {
  test('are at least 20, each under a name of its own, with a line of what it does, in three lanes', () => {
    expect(BEAT_FAULTS.length).toBeGreaterThanOrEqual(20)
    expect(new Set(BEAT_FAULTS.map(({ name }) => name)).size).toBe(BEAT_FAULTS.length)
    expect(BEAT_FAULTS.filter(({ doc }) => doc.length < 15)).toEqual([])
    expect([...plan(1, BEAT_FAULTS, BEAT_GAPS).keys()].sort()).toEqual(['client', 'redis', 'worker'])
  })

  test('are chosen by name, or by how their names begin', () => {
    expect(beatFaultsOf(['beat-freeze*', 'fire-late']).map(({ name }) => name)).toEqual(['beat-freeze', 'beat-freeze-claimed', 'fire-late'])
    expect(() => beatFaultsOf(['worker-kill-in-handler'])).toThrow('no such fault with schedules: worker-kill-in-handler')
  })
})
