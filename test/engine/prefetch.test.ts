import { expect, test } from 'vitest'
import { group } from '../../src/engine/index.js'
import { Prefetch } from '../../src/engine/worker/prefetch.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { call, Gate, TestEngine } from './harness.js'

const redis = useRedis()

test('as much is held ahead as ends in 5 ms, and nothing after a lull', () => {
  let now = 0
  const prefetch = new Prefetch(() => now)
  expect(prefetch.size()).toBe(0)
  for (let k = 0; k < 100; k++) prefetch.over()
  now = 9
  expect(prefetch.size()).toBe(0)
  now = 10
  expect(prefetch.size()).toBe(50)
  now = 1_000
  expect(prefetch.size()).toBe(0)
  prefetch.over()
  now = 2_000
  expect(prefetch.size()).toBe(0)
})

test('what is held ahead does not run beyond the concurrency', async () => {
  const engine = await TestEngine.open(redis.url)
  let [running, most] = [0, 0]
  const short = async (): Promise<void> => {
    most = Math.max(most, ++running)
    await new Promise(setImmediate)
    running--
  }
  await engine.worker({ short }, { concurrency: 3 })
  const handle = await engine.client.submit(group(Array.from({ length: 3_000 }, () => call('short'))))
  await handle.result()
  expect(most).toBe(3)
})

test('what a worker holds ahead of a long task goes to another worker, uncharged', async () => {
  const engine = await TestEngine.open(redis.url)
  const gate = new Gate()
  const handlers = { short: () => null, hold: gate.handler }
  await engine.worker(handlers, { concurrency: 1 })
  const short = (count: number) => Array.from({ length: count }, () => call('short'))
  const handle = await engine.client.submit(group([...short(2_000), call('hold'), ...short(500)]))
  await gate.entries(1)
  await engine.worker(handlers, { concurrency: 1 })
  await until(async () => (await handle.status()).counts.remaining === 1, { what: 'all but the long one have ended' })
  gate.open()
  await handle.result()
  expect(new Set((await handle.results()).map(({ attempts }) => attempts))).toEqual(new Set([1]))
})
