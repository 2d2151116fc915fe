import { expect, test } from 'vitest'
import { chain, group } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { COMMON, call, end, Gate, TestEngine } from './harness.js'

const redis = useRedis()
/** This machine's clock is Redis's here. The slack is for a busy machine, not for the engine. */
const SLACK_MS = 3_000

const clockTasks = { ...COMMON, now: () => Date.now() }
const EXPIRED = { state: 'REVOKED', error: { type: 'TaskRevokedError', message: 'expired', code: 'expired' } }

test('a countdown of the first step counts from the submit', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(clockTasks)
  const handle = await engine.client.submit(call('now', [], { countdownMs: 300 }))
  const waited = Number(await handle.result()) - (await handle.status()).createdAt
  expect(waited).toBeGreaterThanOrEqual(299)
  expect(waited).toBeLessThan(300 + SLACK_MS)
})

test('a countdown of a later step counts from the moment it became ready', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker({ ...clockTasks, since: (_ctx, [then]) => Date.now() - Number(then) })
  const waited = Number(await (await engine.client.submit(chain(call('now'), call('since', [], { countdown: 0.3 })))).result())
  expect(waited).toBeGreaterThanOrEqual(295)
  expect(waited).toBeLessThan(300 + SLACK_MS)
})

test('an eta is absolute, and one in the past does not delay', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(clockTasks)
  const eta = Date.now() + 400
  expect(Number(await (await engine.client.submit(call('now', [], { etaMs: eta }))).result())).toBeGreaterThanOrEqual(eta - 1)
  expect(await (await engine.client.submit(call('echo', ['at once'], { eta: '2020-01-01T00:00:00Z' }))).result()).toBe('at once')
})

test('delayed nodes become due in the order of their time', async () => {
  const engine = await TestEngine.open(redis.url)
  const order: number[] = []
  await engine.worker({ note: (_ctx, [n]) => void order.push(Number(n)) })
  const members = [300, 100, 200, 0].map((countdownMs) => call('note', [countdownMs], { countdownMs }))
  await (await engine.client.submit(group(members))).result()
  expect(order).toEqual([0, 100, 200, 300])
})

test('a task that does not start before it expires ends REVOKED and what follows SKIPPED', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(COMMON)
  const canvas = chain(call('echo', [1]), call('echo', [], { expiresInMs: 200, queue: 'nobody' }), call('echo'))
  const { outcome, nodes, handle } = await engine.run(canvas)
  expect(outcome).toEqual(EXPIRED)
  expect(nodes.map(({ state }) => state)).toEqual(['SUCCESS', 'REVOKED', 'SKIPPED'])
  expect((await handle.status()).state).toBe('REVOKED')
})

test('a relative expires of a later step counts from the moment that it became ready', async () => {
  const engine = await TestEngine.open(redis.url)
  const gate = new Gate()
  await engine.worker({ ...COMMON, hold: gate.handler })
  const handle = await engine.client.submit(chain(call('hold', ['late']), call('echo', [], { expiresInMs: 2_000 })))
  const submitted = (await handle.status()).createdAt
  await until(() => Date.now() > submitted + 2_300, { timeoutMs: 5_000, what: 'more time than the second step has' })
  gate.open()
  expect(await handle.result()).toBe('late')
})

test('what is due after it expires is revoked without having run', async () => {
  const engine = await TestEngine.open(redis.url)
  let runs = 0
  await engine.worker({ count: () => void runs++ })
  const { outcome, node } = await engine.run(call('count', [], { countdownMs: 60_000, expiresInMs: 150 }))
  expect(outcome).toEqual(EXPIRED)
  expect(node('count').attempts).toBe(0)
  const past = await engine.run(call('count', [], { expiresAtMs: Date.now() - 1_000 }))
  expect(past.outcome).toEqual(EXPIRED)
  expect(runs).toBe(0)
})

test('a retry that waits past its expires is revoked', async () => {
  const engine = await TestEngine.open(redis.url)
  let runs = 0
  await engine.worker({
    again: (ctx) => {
      runs++
      ctx.retry({ countdownMs: 600_000 })
    },
  })
  const { outcome, node } = await engine.run(call('again', [], { expiresInMs: 400 }))
  expect(outcome).toEqual(EXPIRED)
  expect(node('again').attempts).toBe(1)
  expect(runs).toBe(1)
})

test('a task that is running when it expires may end, but gets no retry', async () => {
  const engine = await TestEngine.open(redis.url)
  const [ends, retries] = [new Gate(), new Gate()]
  await engine.worker({
    ends: ends.handler,
    retries: async (ctx, args) => {
      await retries.handler(ctx, args)
      ctx.retry({ countdownMs: 0 })
    },
  })
  const soon = { expiresInMs: 300 }
  const [one, two] = [await engine.client.submit(call('ends', ['in time'], soon)), await engine.client.submit(call('retries', [], soon))]
  await Promise.all([ends.entries(1), retries.entries(1)])
  const { createdAt } = await two.status()
  // The upkeep looks once a second.
  await until(() => Date.now() > createdAt + 1_600, { what: 'both are past their time and the upkeep has seen it' })
  ends.open()
  retries.open()
  expect(await one.result()).toBe('in time')
  expect((await end(two)).outcome).toEqual(EXPIRED)
})

test('a revoked member of a header is the cause of the ChordError that the body ends with', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(COMMON)
  const header = group(call('echo', [1]), call('echo', [2], { expiresInMs: 100, queue: 'nobody' }))
  const { outcome, nodes } = await engine.run(chain(header, call('add')))
  expect(outcome).toMatchObject({ state: 'FAILURE', error: { type: 'ChordError', cause: { type: 'TaskRevokedError' } } })
  expect(nodes.map(({ state }) => state)).toEqual(['SUCCESS', 'REVOKED', 'FAILURE'])
})
