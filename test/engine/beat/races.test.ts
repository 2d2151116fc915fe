/** Everybody at once: one next run comes of it, and what beats were down for is caught up as the schedule says. */
import { expect, test } from 'vitest'
import type { ScheduleDefinition, ScheduleView } from '../../../src/engine/index.js'
import { parseState } from '../../../src/engine/protocol/schedules.js'
import { useRedis } from '../../support/redis-server.js'
import { seeded } from '../../support/seed.js'
import { until } from '../../support/wait.js'
import { COMMON, call, TestEngine } from '../harness.js'

const redis = useRedis()
/** 10,000 under `npm run verify`. */
const ROUNDS = process.env.CHORDIS_VERIFY === '1' ? 10_000 : 300
const HOUR_MS = 3_600_000

let shared: ReturnType<typeof redis.connect> | undefined

/** What Redis holds of a schedule. */
async function stored(engine: TestEngine, id: string) {
  shared ??= redis.connect()
  const connection = shared
  const [key] = await connection.keys(`${engine.namespace}:*:s:-:${id}`)
  if (key === undefined) return null
  const base = key.slice(0, -`s:-:${id}`.length)
  const [state, paused, due, listed] = await Promise.all([
    connection.hget(key, 's'),
    connection.hget(key, 'p'),
    connection.zscore(`${base}due`, `-:${id}`),
    connection.zscore(`${base}schedules`, `-:${id}`),
  ])
  return { key, base, connection, state: parseState(state ?? ''), text: state ?? '', paused, due, listed }
}

test(`upsert, pause, resume, trigger and delete, ${ROUNDS} times at once, leave one next run or none`, async () => {
  const engine = await TestEngine.open(redis.url)
  const clients = [engine.client, await engine.connect(), await engine.connect()]
  await engine.beat()
  const random = seeded()
  const definition = (everyMs: number): ScheduleDefinition => ({
    id: 'r',
    rules: { everyMs },
    overlap: 'allowAll',
    canvas: call('echo', [1]),
  })
  const gone = (error: unknown): void => {
    if ((error as { code?: string }).code !== 'not-found') throw error
  }
  const acts = [
    (k: number) => clients[k]!.schedules.upsert(definition(3_600_000 * (1 + random.int(0, 5)))),
    (k: number) => clients[k]!.schedules.pause('r', { reason: 'x' }).catch(gone),
    (k: number) => clients[k]!.schedules.resume('r').catch(gone),
    (k: number) => clients[k]!.schedules.trigger('r').catch(gone),
    (k: number) => clients[k]!.schedules.delete('r'),
  ]
  for (let round = 0; round < ROUNDS; round++) {
    const chosen = Array.from({ length: 4 }, () => acts[random.int(0, acts.length - 1)]!)
    await Promise.all(chosen.map((act, k) => act(k % clients.length)))
    const found = await stored(engine, 'r')
    if (found === null) {
      const connection = shared as NonNullable<typeof shared>
      // Nothing is left of it where beats and lists look.
      expect(await connection.keys(`${engine.namespace}:*:due`)).toEqual([])
      expect(await connection.keys(`${engine.namespace}:*:schedules`)).toEqual([])
      continue
    }
    expect(found.listed).toBe('0')
    if (found.paused === null)
      expect({ due: Number(found.due), one: true }).toEqual({ due: found.state?.due, one: found.state?.next !== null })
    else expect({ due: found.due, next: found.state?.next }).toEqual({ due: null, next: null })
    expect(await found.connection.zcard(`${found.base}due`)).toBe(found.paused === null ? 1 : 0)
  }
}, 600_000)

/** As if no beat had looked since then. */
async function downSince(engine: TestEngine, id: string, agoMs: number): Promise<number> {
  const found = (await stored(engine, id))!
  const next = (found.state?.next as number) - agoMs
  const parts = found.text.split(' ')
  await redis.connect().hset(found.key, 's', [parts[0], next, next, ...parts.slice(3)].join(' '))
  await redis.connect().zadd(`${found.base}due`, next, `-:${id}`)
  return next
}

test('after three hours without beats each catch-up mode does what it says', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(COMMON)
  const { schedules } = engine.client
  const rules = { everyMs: 600_000 }
  const modes = {
    none: 'none',
    latest: { mode: 'latest', windowMs: HOUR_MS },
    all: { mode: 'all', windowMs: 2 * HOUR_MS },
    few: { mode: 'all', windowMs: 6 * HOUR_MS, max: 4 },
  } as const
  const from: { [id: string]: number } = {}
  for (const [id, catchUp] of Object.entries(modes)) {
    await schedules.upsert({ id, rules, catchUp, overlap: 'allowAll', canvas: call('echo', [1]) })
    from[id] = await downSince(engine, id, 3 * HOUR_MS)
  }
  await engine.beat()
  const views = await until(
    async () => {
      const all: ScheduleView[] = await Promise.all(Object.keys(modes).map((id) => schedules.get(id)))
      return all.every(({ next }) => next !== null && next > Date.now()) && all
    },
    { what: 'all are up to date' },
  )
  const now = Date.now()
  const { none, latest, all, few } = Object.fromEntries(views.map((view) => [view.id, view])) as {
    [id in keyof typeof modes]: ScheduleView
  }
  const missed = (view: ScheduleView): number => ((view.next as number) - (from[view.id] as number)) / 600_000
  for (const view of views) expect(view.counts.fired + view.counts.missed).toBe(missed(view))
  // A tick of this very moment is on time in every mode.
  const onTime = views.map(({ next }) => (now - ((next as number) - 600_000) < 15_000 ? 1 : 0))
  expect(none.counts.fired).toBeLessThanOrEqual(onTime[0] as number)
  expect(latest.counts.fired).toBe(1)
  expect(latest.runs[0]?.nominalTime).toBe((latest.next as number) - 600_000)
  expect(all.counts.fired).toBeGreaterThanOrEqual(12)
  expect(all.counts.fired).toBeLessThanOrEqual(13)
  expect(few.counts.fired - 4).toBeLessThanOrEqual(onTime[3] as number)
  expect(few.counts.fired).toBeGreaterThanOrEqual(4)
  for (const { runs } of views)
    expect(runs.every(({ nominalTime }, k) => k === 0 || nominalTime < (runs[k - 1]?.nominalTime as number))).toBe(true)
})

test('a backfill submits each time once, whoever else fires it, and a dry run only counts', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(COMMON)
  await engine.beat()
  const { schedules } = engine.client
  await schedules.upsert({ id: 'b', rules: { everyMs: 60_000 }, canvas: call('echo', [1]) })
  const to = Math.floor(Date.now() / 60_000) * 60_000 - 60_000
  const range = { from: to - 30 * 60_000, to, overlap: 'allowAll' } as const
  expect(await schedules.backfill('b', { ...range, dryRun: true })).toMatchObject({ fired: 0, known: 0 })
  const reports = await Promise.all([1, 2, 3].map(() => schedules.backfill('b', range)))
  expect(reports.map(({ times }) => times.length)).toEqual([30, 30, 30])
  expect(reports.reduce((sum, { fired }) => sum + fired, 0)).toBe(30)
  expect(reports.reduce((sum, { known }) => sum + known, 0)).toBe(60)
  const one = await schedules.backfill('b', { from: range.from - 5 * 60_000, to: range.from })
  expect(one.fired + one.waiting).toBe(5)
  await until(async () => (await schedules.get('b')).waiting.length === 0, { what: 'what waited has started' })
  await expect(schedules.backfill('b', { from: 0, to: Date.now() + HOUR_MS })).rejects.toThrow(/to: must not be in the future/)
})

test('a request for a run that is repeated submits once', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.client.schedules.upsert({ id: 't', rules: '@yearly', overlap: 'allowAll', canvas: call('echo', [1]) })
  const answers = await Promise.all([1, 2, 3, 4].map(() => engine.client.schedules.trigger('t', { requestId: 'once' })))
  expect(answers.filter(({ outcome }) => outcome === 'fired')).toHaveLength(1)
  expect(new Set(answers.map(({ workflow }) => workflow)).size).toBe(1)
  expect((await engine.client.schedules.get('t')).counts.fired).toBe(1)
})
