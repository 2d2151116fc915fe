/** Counting requests: judged here at once, settled with other processes through Redis, and held alone while that is away. */
import { expect, onTestFinished, test } from 'vitest'
import { ChordisError, Client } from '../../../src/engine/index.js'
import { RateCounter, type Settle } from '../../../src/modules/access/rate-counter.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'

const redis = useRedis()

async function connected(namespace: string): Promise<Client> {
  const client = await Client.connect({ redis: redis.url, namespace })
  onTestFinished(() => client.close())
  return client
}

const settleBy =
  ({ rates }: Client): Settle =>
  (counts, windowMs) =>
    rates.add(counts, windowMs)

/** Counts until it is refused. */
function fill(counter: RateCounter, name: string, limit: number): number {
  let passed = 0
  while (!counter.hit(name, limit).blocked) passed++
  return passed
}

test('what is within the limit passes, what is beyond is told when the window ends and is not counted', () => {
  const clock = { now: 0 }
  const counter = new RateCounter(() => Promise.reject(new Error('away')), { windowMs: 1_000, clock: () => clock.now })
  expect(counter.hit('a', 3)).toEqual({ blocked: false, total: 1, resetMs: 1_000 })
  clock.now = 400
  expect(fill(counter, 'a', 3)).toBe(2)
  for (let k = 0; k < 100; k++) expect(counter.hit('a', 3)).toEqual({ blocked: true, total: 3, resetMs: 600 })
  expect(counter.hit('b', 3).blocked).toBe(false)
  expect(counter.hit('a', 4).blocked).toBe(false)
  clock.now = 1_000
  expect(counter.hit('a', 3)).toEqual({ blocked: false, total: 1, resetMs: 1_000 })
})

test('a thousand requests of one tick are one settlement, and no request waits for it', async () => {
  const calls: ReadonlyMap<string, number>[] = []
  const counter = new RateCounter(
    async (counts) => {
      calls.push(counts)
      return new Map([...counts].map(([name, total]) => [name, { total, leftMs: 10_000 }]))
    },
    { windowMs: 10_000, settleMs: 10 },
  )
  for (let k = 0; k < 1_000; k++) counter.hit(k % 2 === 0 ? 'a' : 'b', 10_000)
  expect(calls).toEqual([])
  await until(() => calls.length > 0, { what: 'it is settled' })
  expect(calls).toEqual([
    new Map([
      ['a', 500],
      ['b', 500],
    ]),
  ])
  expect(counter.hit('a', 10_000).total).toBe(501)
})

test('two processes share a limit: together they let through what it allows, and what one took before the other had heard', async () => {
  const namespace = redis.ns()
  const [one, two] = (await Promise.all([connected(namespace), connected(namespace)])).map(
    (client) => new RateCounter(settleBy(client), { windowMs: 60_000, settleMs: 10 }),
  ) as [RateCounter, RateCounter]
  expect(fill(one, 'key:a', 100)).toBe(100)
  await until(
    async () => {
      const { total } = two.hit('key:a', 1_000)
      return total > 100
    },
    { what: 'the other process has heard of it' },
  )
  expect(two.hit('key:a', 100)).toMatchObject({ blocked: true, total: 100 })
  expect(two.hit('key:b', 100).blocked).toBe(false)
})

test('no window lasts longer than a window, whatever fraction of a millisecond it begins at', () => {
  const beginsAt = 27_332.314876137152
  expect(beginsAt + 10_000 - beginsAt).toBeGreaterThan(10_000)
  const counter = new RateCounter(() => Promise.reject(new Error('away')), { windowMs: 10_000, clock: () => beginsAt })
  expect(counter.hit('a', 1)).toEqual({ blocked: false, total: 1, resetMs: 10_000 })
})

test('the window of Redis counts, not that of a process: it ends for all at the same time', async () => {
  const namespace = redis.ns()
  const [first, second] = await Promise.all([connected(namespace), connected(namespace)])
  const begun = await first.rates.add(new Map([['a', 5]]), 5_000)
  expect(begun.get('a')).toEqual({ total: 5, leftMs: 5_000 })
  const counter = new RateCounter(settleBy(second), { windowMs: 60_000, settleMs: 10 })
  expect(counter.hit('a', 10).resetMs).toBeGreaterThan(5_000)
  await until(() => counter.hit('a', 1).resetMs <= 5_000, { what: 'the window is that of Redis' })
})

test('while Redis is away a process holds the limit by itself, and settles again afterwards', async () => {
  let away = true
  let settled = 0
  const counter = new RateCounter(
    async (counts) => {
      if (away) throw new ChordisError('redis-unavailable', 'away')
      settled++
      return new Map([...counts].map(([name, total]) => [name, { total: total + 7, leftMs: 5_000 }]))
    },
    { windowMs: 60_000, settleMs: 5 },
  )
  expect(fill(counter, 'a', 50)).toBe(50)
  away = false
  expect(counter.hit('b', 100).blocked).toBe(false)
  await until(() => settled > 0, { what: 'it settles again' })
  expect(counter.hit('a', 50).blocked).toBe(true)
  expect(counter.hit('b', 100).total).toBe(9)
})

test('counts of names that ask no more are forgotten in Redis, and a process keeps no more than it may', async () => {
  const client = await connected(redis.ns())
  await client.rates.add(new Map([['a', 1]]), 50)
  await until(async () => (await client.rates.add(new Map([['a', 1]]), 50)).get('a')?.total === 1, { what: 'the window has ended' })
  const counter = new RateCounter(settleBy(client), { windowMs: 60_000, most: 10 })
  fill(counter, 'first', 5)
  for (let k = 0; k < 10; k++) counter.hit(`n${k}`, 5)
  expect(counter.hit('first', 5).total).toBe(1)
  for (const counts of [new Map<string, number>(), new Map(Array.from({ length: 501 }, (_, k) => [`n${k}`, 1]))])
    await expect(client.rates.add(counts, 1_000)).rejects.toMatchObject({ code: 'request-invalid', path: 'counts' })
})
