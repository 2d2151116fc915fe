import { expect, test } from 'vitest'
import { chain, chord, group, signature } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { openPoolWorkers } from '../workers/pool-workers.js'
import { Chaos, work } from './harness.js'

const redis = useRedis({ appendonly: true })

const WIDTH = 2_000
const RIGHT = { count: WIDTH, sum: (WIDTH * (WIDTH - 1)) / 2 }

test('kill -9 of one of two workers in the middle of a chord of 2,000: it ends right within 15 s, with default settings', async () => {
  const chaos = await Chaos.open(redis.url, 2)
  const handle = await chaos.client.submit(
    chord(
      Array.from({ length: WIDTH }, (_, i) => work(i, 150)),
      signature('total'),
    ),
  )
  await until(async () => (await handle.status()).counts.success > 500, { what: 'the chord is in its middle' })
  await chaos.processes[0]?.kill9()
  const from = performance.now()
  expect((await handle.status()).counts.success).toBeLessThan(WIDTH)
  expect(await handle.result({ timeoutMs: 30_000 })).toEqual(RIGHT)
  const took = performance.now() - from
  console.log(`recovered ${Math.round(took)} ms after the kill`)
  expect(took).toBeLessThan(15_000)
  const nodes = await handle.results()
  expect(nodes.filter(({ state }) => state !== 'SUCCESS')).toEqual([])
  expect((await handle.status()).counts).toMatchObject({ total: WIDTH + 1, success: WIDTH + 1, remaining: 0 })
})

test('kill -9 of the only worker: another one that starts later goes on with what it held', async () => {
  const chaos = await Chaos.open(redis.url, 1, { leaseMs: 2_000 })
  const members = Array.from({ length: 50 }, (_, i) => work(i, 300))
  const handle = await chaos.client.submit(chain(group(members), signature('total'), signature('become')))
  await until(async () => (await handle.results()).filter(({ state }) => state === 'STARTED').length === 50, { what: 'all have started' })
  await chaos.processes[0]?.kill9()
  await chaos.worker()
  expect(await handle.result({ timeoutMs: 20_000 })).toEqual({ count: 50, sum: 1_225 })
})

test('a task that takes its worker down with it each time ends FAILURE after its deliveries', async () => {
  const chaos = await Chaos.open(redis.url, 1, { leaseMs: 600, concurrency: 1 })
  const handle = await chaos.client.submit(work('poison', 60_000))
  for (let deliveries = 1; deliveries <= 3; deliveries++) {
    const worker = chaos.processes.at(-1)
    await until(async () => (await handle.results())[0]?.state === 'STARTED', { what: `delivery ${deliveries} has started` })
    await worker?.kill9()
    await chaos.worker()
    await until(async () => (await handle.results())[0]?.state !== 'STARTED' || deliveries < 3, { what: 'the loss is seen' })
    if (deliveries < 3) await until(() => /was lost/.test(chaos.processes.at(-1)?.output ?? ''), { what: 'the process is given up' })
  }
  expect(await handle.outcome({ waitMs: 10_000 })).toMatchObject({ state: 'FAILURE', error: { type: 'WorkerLostError' } })
})

test('a worker that was frozen for longer than its lease loses its work; what it says when it wakes changes nothing', async () => {
  const chaos = await Chaos.open(redis.url, 1, { leaseMs: 2_000 })
  const members = Array.from({ length: 40 }, (_, i) => work(i, 200))
  const handle = await chaos.client.submit(chord(members, signature('total')))
  await until(async () => (await handle.results()).some(({ state }) => state === 'STARTED'), { what: 'members have started' })
  const frozen = chaos.processes[0]
  frozen?.stop()
  await chaos.worker()
  expect(await handle.result({ timeoutMs: 20_000 })).toEqual({ count: 40, sum: 780 })
  frozen?.cont()
  await until(() => /leases were lost/.test(frozen?.output ?? ''), { what: 'the frozen one was told' })
  expect(await handle.result()).toEqual({ count: 40, sum: 780 })
  // It works again under the same name.
  await chaos.processes[1]?.kill9()
  expect(await (await chaos.client.submit(work('again'))).result({ timeoutMs: 10_000 })).toBe('again')
})

test.each(['inline', 'thread', 'process'] as const)(
  'a frozen worker of kind %s that wakes tells its attempts that their leases are lost',
  async (pool) => {
    const { client, start } = await openPoolWorkers(redis.url, { leaseMs: 3_000, pool, concurrency: 2 })
    const frozen = await start()
    const handle = await client.submit(signature('says', [], {}, { timeLimitMs: 60_000 }))
    await frozen.line(/^begun/)
    frozen.stop()
    const other = await start()
    await other.line(/^begun/, 20_000)
    frozen.cont()
    await frozen.line(/^told LeaseLost lease-lost/)
    expect((await handle.results())[0]).toMatchObject({ state: 'STARTED' })
    expect(other.output).not.toMatch(/told/)
  },
)
