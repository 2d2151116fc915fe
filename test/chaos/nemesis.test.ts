import { randomInt } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { isSound, type Verdict } from './nemesis/checker.js'
import { FAULTS, faultsOf } from './nemesis/faults.js'
import { plan } from './nemesis/plan.js'
import { runNemesis } from './nemesis/run.js'
import type { Workload } from './nemesis/stage.js'
import { shapeNames, unitOf } from './nemesis/workload.js'
import { controlledShapes, controlUnitOf } from './nemesis/workload-control.js'

const LARGE = process.env.CHORDIS_VERIFY === '1'
/** Under `npm run verify`; fewer for a piece of it. */
const RUNS = LARGE ? Number(process.env.CHORDIS_CHAOS_RUNS ?? 300) : 0
const MINUTES = LARGE ? Number(process.env.CHORDIS_CHAOS_MINUTES ?? 30) : 0
const SHORT_S = 8

async function sound(seed: number, seconds: number, workload: Workload = 'canvas'): Promise<Verdict> {
  const verdict = await runNemesis({
    ...{ seed, seconds, faults: faultsOf('single'), topology: 'single', workload, workers: 3, leaseMs: 1_500, inFlight: 24 },
  })
  const { violations, lost, stuck, doubleJoins, unexplainedDuplicates } = verdict
  const found = { seed, lost, stuck, doubleJoins, unexplainedDuplicates, violations: violations.slice(0, 5) }
  expect(found).toEqual({ seed, lost: 0, stuck: 0, doubleJoins: 0, unexplainedDuplicates: 0, violations: [] })
  expect(isSound(verdict)).toBe(true)
  return verdict
}

test('while faults of all sorts follow one another, nothing is lost, stuck, or run twice without a reason (fixed seed)', async () => {
  const { accepted, finished, faults } = await sound(20_260_101, SHORT_S)
  expect(accepted).toBeGreaterThan(500)
  expect(finished).toBeGreaterThanOrEqual(accepted)
  expect(faults.length).toBeGreaterThanOrEqual(3)
}, 120_000)

test('the same with a seed that nobody has seen', async () => {
  await sound(randomInt(2 ** 32), SHORT_S)
}, 120_000)

test('while workflows are revoked, paused, resumed, retried and run again meanwhile, each run ends once and right (fixed seed)', async () => {
  const { accepted, operations } = await sound(20_260_102, SHORT_S, 'control')
  expect(accepted).toBeGreaterThan(500)
  const effective = operations.filter((operation) => operation.effective > 0).map(({ kind }) => kind)
  expect(effective).toEqual(expect.arrayContaining(['pause', 'resume', 'retry', 'revoke']))
}, 120_000)

test('the same with operations and a seed that nobody has seen', async () => {
  await sound(randomInt(2 ** 32), SHORT_S, 'control')
}, 120_000)

describe.runIf(LARGE)('the long form', () => {
  for (let run = 1; run <= RUNS; run++) {
    const workload = run % 3 === 0 ? 'control' : 'canvas'
    test(`seeded run ${run} of ${RUNS} (${workload})`, () => sound(randomInt(2 ** 32), 15, workload).then(() => undefined), 180_000)
  }

  test.runIf(MINUTES > 0)(
    `one run of ${MINUTES} minutes`,
    () => sound(randomInt(2 ** 32), MINUTES * 60).then(() => undefined),
    (MINUTES + 15) * 60_000,
  )
})

describe('a guard that is broken on purpose is noticed:', () => {
  type Mutation = [name: string, fault: string, invariant: RegExp, find: string, replacement: string, workload?: Workload]
  const MUTATIONS: Mutation[] = [
    ['a join counts every input twice', 'client-kill-pubsub', /^I6/, 'j[1] = j[1] - 1', 'j[1] = j[1] - 2'],
    ['a join forgets its last input', 'client-kill-pubsub', /^I1 stuck/, 'if j[1] > 0 then return', 'if j[1] >= 0 then return'],
    ['a node is counted twice at its end', 'client-kill-pubsub', /^I[48]/, 'c.rem = c.rem - 1', 'c.rem = c.rem - 2'],
    [
      'an entry counts whatever its node is',
      'doubled-entries',
      /^I(6|9|10|4|8)/,
      'elseif r or not ready_derived',
      'elseif not ready_derived',
    ],
    ['a repeated turn answers no grants', 'lost-reply-turn', /^I1 stuck/, 'if record then regrant(record, attempt) end', ''],
    [
      'a paused workflow is leased like any other',
      'client-kill-pubsub',
      /^I13 lease while paused/,
      'if not c or c.run ~= run_ or not leasable(c) then',
      "if not c or c.run ~= run_ or not (leasable(c) or c.state == 'h') then",
      'control',
    ],
    [
      'a revoked task that is ready runs all the same',
      'client-kill-pubsub',
      /^I13 lease after revoke/,
      'MOVES.q = function(c, p, i, _, _, x, r)\nif terminal(r) then return end',
      'MOVES.q = function(c, p, i, _, _, x, r)\nif terminal(r) or not r then return end',
      'control',
    ],
    [
      'a wide revocation is not gone on with',
      'client-kill-pubsub',
      /^I1 stuck/,
      'OUTLIVES.w, OUTLIVES.o, OUTLIVES.h = true, true, true',
      'OUTLIVES.o, OUTLIVES.h = true, true',
      'control',
    ],
    [
      'a retry does not reset what comes after what it chose',
      'client-kill-pubsub',
      /^I[1468] /,
      'join_close(c, id)\nreset_successors(c, p, i, T)',
      'join_close(c, id)',
      'control',
    ],
  ]

  test.runIf(LARGE).each(MUTATIONS)(
    '%s (%s)',
    async (_name, fault, invariant, find, replacement, workload = 'canvas') => {
      const { violations } = await runNemesis({
        ...{ seed: 5, seconds: 5, faults: faultsOf('single', [fault]), topology: 'single', workers: 2, leaseMs: 1_500, inFlight: 12 },
        ...{ workload, settleMs: 3_000, library: { find, replacement } },
      })
      expect(violations.map((violation) => violation.invariant)).toContainEqual(expect.stringMatching(invariant))
    },
    180_000,
  )
})

describe('the plan', () => {
  const names = (seed: number): string[] =>
    [...plan(seed, FAULTS).values()].flatMap((steps) =>
      Array.from({ length: 10 }, () => {
        const { fault, gapMs, random } = steps.next().value
        return `${fault.name} ${gapMs} ${random.seed}`
      }),
    )

  test('is the same for the same seed, and another for another', () => {
    expect(names(7)).toEqual(names(7))
    expect(names(7)).not.toEqual(names(8))
  })

  test('knows at least 30 faults, each under a name of its own, with a line of what it does', () => {
    expect(FAULTS.length).toBeGreaterThanOrEqual(30)
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length)
    expect(FAULTS.filter(({ doc }) => doc.length < 15)).toEqual([])
  })

  test('brings every fault of a lane before any of it comes again', () => {
    for (const [lane, steps] of plan(3, FAULTS)) {
      const ofLane = FAULTS.filter((fault) => fault.lane === lane)
      const first = new Set(ofLane.map(() => steps.next().value.fault.name))
      expect(first.size).toBe(ofLane.length)
    }
  })
})

describe('the workload', () => {
  test('is the same for the same seed, and another for another', () => {
    const units = (seed: number) => JSON.stringify(Array.from({ length: 30 }, (_, n) => unitOf(seed, n)))
    expect(units(7)).toBe(units(7))
    expect(units(7)).not.toBe(units(8))
  })

  test('has every shape, and knows which tasks must have ended before a join', () => {
    const cases = Array.from({ length: 1_500 }, (_, n) => unitOf(1, n)).flat()
    expect([...new Set(cases.map(({ shape }) => shape))].sort()).toEqual(shapeNames().sort())
    const nested = cases.find(({ shape }) => shape === 'nested')
    expect(nested?.tasks).toBe(10)
    expect(nested?.joins.map(({ after }) => after)).toEqual([['0-5'], ['7-8']])
  })
})

describe('the workload of operations', () => {
  test('is the same for the same seed, and another for another', () => {
    const units = (seed: number) => JSON.stringify(Array.from({ length: 30 }, (_, n) => controlUnitOf(seed, n)))
    expect(units(7)).toBe(units(7))
    expect(units(7)).not.toBe(units(8))
  })

  test('has every shape of its own beside the others, and every operation', () => {
    const cases = Array.from({ length: 1_500 }, (_, n) => controlUnitOf(1, n)).flat()
    const shapes = cases.filter(({ plan: operations }) => operations !== undefined).map(({ shape }) => shape)
    expect([...new Set(shapes)].sort()).toEqual(controlledShapes().sort())
    expect(cases.length).toBeGreaterThan(shapes.length)
    const kinds = cases.flatMap(({ plan: operations }) => operations?.deeds.map(({ kind }) => kind) ?? [])
    expect([...new Set(kinds)].sort()).toEqual(['pause', 'rerun', 'resume', 'retry', 'revoke', 'revoke-task'])
  })
})
