import { expect, test } from 'vitest'
import { group, task } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { COMMON, call, Gate, TestEngine } from './harness.js'

const redis = useRedis()

test('what is ready runs by priority, 0 first, and in the order of arrival among equals', async () => {
  const engine = await TestEngine.open(redis.url)
  const gate = new Gate()
  const order: string[] = []
  await engine.worker({ hold: gate.handler, note: (_ctx, [what]) => void order.push(String(what)) }, { concurrency: 1 })
  const first = await engine.client.submit(call('hold'))
  await gate.entries(1)
  const priorities = [7, 0, 3, 9, 1, 8, 2, 6, 4, 5]
  const members = priorities.flatMap((priority) => ['a', 'b'].map((name) => call('note', [`${priority}${name}`], { priority })))
  const rest = await engine.client.submit(group(members))
  gate.open()
  await first.result()
  await rest.result()
  expect(order).toEqual([...order].sort())
  expect(order).toHaveLength(20)
})

test('no priority given is the most urgent one', async () => {
  const engine = await TestEngine.open(redis.url)
  const gate = new Gate()
  const order: number[] = []
  await engine.worker({ hold: gate.handler, note: (_ctx, [n]) => void order.push(Number(n)) }, { concurrency: 1 })
  await engine.client.submit(call('hold'))
  await gate.entries(1)
  const handle = await engine.client.submit(group(call('note', [1], { priority: 1 }), call('note', [0])))
  gate.open()
  await handle.result()
  expect(order).toEqual([0, 1])
})

test('a worker serves all of its queues and no other', async () => {
  const engine = await TestEngine.open(redis.url, 2)
  await engine.worker(COMMON, { queues: ['mail', 'images'] })
  const served = await engine.client.submit(group(call('echo', [1], { queue: 'mail' }), call('echo', [2], { queue: 'images' })))
  const other = await engine.client.submit(call('echo', [3], { queue: 'video' }))
  const unnamed = await engine.client.submit(call('echo', [4]))
  expect(await served.result()).toEqual([1, 2])
  expect((await other.status()).state).toBe('PENDING')
  expect((await unnamed.status()).state).toBe('PENDING')
  await engine.worker(COMMON, { queues: ['video', 'default'] })
  expect(await other.result()).toBe(3)
  expect(await unnamed.result()).toBe(4)
})

test("a task's own queue is the queue of its calls unless they name another", async () => {
  const engine = await TestEngine.open(redis.url)
  const double = task('double', { queue: 'math' }, (n: number) => n * 2)
  await engine.worker({ double: double.definition }, { queues: ['math'] })
  expect(await (await engine.client.submit(double.s(4))).result()).toBe(8)
  const elsewhere = await engine.client.submit(double.s(4).set({ queue: 'slow' }))
  await engine.worker({ double: double.definition }, { queues: ['slow'] })
  expect(await elsewhere.result()).toBe(8)
})

test('a busy queue does not keep another one of the same priority waiting for ever', async () => {
  const engine = await TestEngine.open(redis.url)
  const seen: string[] = []
  const note = (_ctx: unknown, [queue]: unknown[]) => void seen.push(String(queue))
  await engine.client.submit(group(Array.from({ length: 400 }, () => call('note', ['long'], { queue: 'long' }))))
  const short = await engine.client.submit(call('note', ['short'], { queue: 'short' }))
  await engine.worker({ note }, { queues: ['long', 'short'], concurrency: 4 })
  await short.result()
  expect(seen.length).toBeLessThan(300)
})

test('a worker takes no more than its concurrency at a time', async () => {
  const engine = await TestEngine.open(redis.url)
  const gate = new Gate()
  await engine.worker({ hold: gate.handler }, { concurrency: 3 })
  const handle = await engine.client.submit(group(Array.from({ length: 10 }, (_, i) => call('hold', [i]))))
  await gate.entries(3)
  await until(async () => (await handle.results()).filter(({ state }) => state === 'STARTED').length === 3)
  expect(gate.entered).toBe(3)
  gate.open()
  expect(await handle.result()).toHaveLength(10)
})
