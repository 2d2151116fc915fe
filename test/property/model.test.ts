/**
 * Legal moves only: random calls on random workflows, one script at a time on a real Redis, each held against the table of states and moves
 * (protocol/state-machine.ts). Whatever was done, the workflow is then driven to its end.
 */
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Canvas, Client } from '../../src/engine/index.js'
import { STRIKE_NAMES, walks } from '../support/model/commands.js'
import { Walk } from '../support/model/walk.js'
import { useRedis } from '../support/redis-server.js'
import { mutateScripts } from '../support/scripts.js'
import { seeded } from '../support/seed.js'
import { canvasOf, type Spec } from './trial.js'

const RUNS = process.env.CHORDIS_VERIFY === '1' ? 5_000 : 75
const STEPS = 60
/** Moves that one script makes at most, in place of 500: so a few nodes are a wide workflow, and every step of one is a call of its own. */
const NARROW = 3

interface WalkSpec extends Spec {
  expires: boolean
  timeoutMs: number | undefined
  without: string[]
}

const SPECS: fc.Arbitrary<WalkSpec> = fc.record({
  seed: fc.nat(),
  nodes: fc.integer({ min: 1, max: 14 }),
  shape: fc.constantFrom(undefined, 'mixed' as const, 'graph' as const),
  expires: fc.boolean(),
  timeoutMs: fc.constantFrom(undefined, undefined, 3_600_000),
  without: fc.subarray<string>(STRIKE_NAMES),
})

const redis = useRedis()
let connection: Redis

beforeAll(() => {
  connection = new Redis(redis.url)
})
afterAll(() => connection.disconnect())

/** Walks a workflow through the commands and to its end, in a namespace of its own. */
async function play(spec: WalkSpec, commands: Iterable<fc.AsyncCommand<Walk, Walk>>): Promise<void> {
  const namespace = redis.ns()
  const client = await Client.connect({ redis: redis.url, namespace })
  try {
    const canvas = canvasOf(spec) as Canvas & { options: object }
    const options = spec.expires ? { ...canvas.options, expiresInMs: 3_600_000 } : canvas.options
    const walk = await Walk.begin(connection, namespace, client, { ...canvas, options } as Canvas, spec.timeoutMs)
    walk.without = spec.without
    await fc.asyncModelRun(() => ({ model: walk, real: walk }), commands)
    await walk.finish()
    await walk.forget()
  } finally {
    await client.close()
  }
}

/** `shrinks`: a walk that fails is made as short as can be, which takes a while. */
const walkAll = (numRuns: number, shrinks = true): Promise<void> =>
  fc.assert(fc.asyncProperty(SPECS, walks(STEPS), play), { numRuns, seed: seeded().int(0, 2 ** 31), endOnFailure: !shrinks })

/** While a library with this change is in use. */
async function mutated(find: string | RegExp, replacement: string, run: () => Promise<void>): Promise<void> {
  const restore = mutateScripts(find, replacement)
  try {
    await run()
  } finally {
    restore()
  }
}

describe('whatever is called in whatever order, a workflow makes only moves of the table, and ends with nothing left behind:', () => {
  test('at once', () => walkAll(RUNS))

  test('in steps of a few nodes', () => mutated(/(?<=\b(?:run|take_spreads)\()500(?=\))/g, String(NARROW), () => walkAll(RUNS)))
})

/** Walks until one fails; more than enough for these. */
const MOST = 2_000

test.each([
  ['any attempt may finish a leased node', 'if owner ~= attempt then return nil end', '', 'went from L'],
  ['what is paused is leased', '{ p = true, r = true }', '{ p = true, r = true, h = true }', 'to L'],
  ['a paused workflow is forgotten', 'not STATES.over[state]', "not STATES.over[state] and state ~= 'h'", 'from h to -'],
  ['a failed task keeps its dead letter in the next run', 'if #undead > 0 then', 'if false then', 'dead letters'],
])('a walk notices when a guard is broken: %s', async (_what, find, replacement, message) => {
  await mutated(find, replacement, async () => {
    const failure = await walkAll(MOST, false).catch((error: Error) => `${error.message} ${(error.cause as Error).message}`)
    expect(failure).toContain(message)
  })
})
