import { expect, test } from 'vitest'
import { chord, type Json, type TaskContext } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { COMMON, call, errorOf, TestEngine } from './harness.js'

const redis = useRedis()

/** Fails in the first `fails` attempts, then gives the number of the attempt. */
const failing =
  (seen: { attempt: number; id: string; at: number }[]) =>
  (ctx: TaskContext, [fails = 0]: Json[]) => {
    seen.push({ attempt: ctx.attempt, id: ctx.id, at: performance.now() })
    if (ctx.attempt <= Number(fails)) throw new RangeError(`attempt ${ctx.attempt}`)
    return ctx.attempt
  }

test('a task that throws is not tried again unless asked for', async () => {
  const engine = await TestEngine.open(redis.url)
  const seen: never[] = []
  await engine.worker({ failing: failing(seen) })
  const { outcome } = await engine.run(call('failing', [1]))
  expect(errorOf(outcome)).toMatchObject({ type: 'RangeError', message: 'attempt 1' })
  expect(seen).toHaveLength(1)
})

test('an automatic retry runs the same node again, each delay twice as long as the one before', async () => {
  const engine = await TestEngine.open(redis.url)
  const seen: { attempt: number; id: string; at: number }[] = []
  await engine.worker({ failing: failing(seen) })
  const { outcome, node } = await engine.run(call('failing', [3], { retry: { auto: true, factorMs: 80 } }))
  expect(outcome).toEqual({ state: 'SUCCESS', result: 4 })
  expect(node('failing').attempts).toBe(4)
  expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4])
  expect(new Set(seen.map(({ id }) => id)).size).toBe(1)
  const delays = seen.slice(1).map(({ at }, i) => at - (seen[i]?.at ?? 0))
  for (const [i, delay] of delays.entries()) expect(delay).toBeGreaterThanOrEqual(80 * 2 ** i - 5)
})

test('the longest delay bounds the backoff', async () => {
  const engine = await TestEngine.open(redis.url)
  const seen: never[] = []
  await engine.worker({ failing: failing(seen) })
  const retry = { auto: true, maxRetries: 6, factorMs: 10, maxDelayMs: 20 }
  expect((await engine.run(call('failing', [6], { retry }))).outcome).toEqual({ state: 'SUCCESS', result: 7 })
})

test('exhausted automatic retries end with the error of the last attempt', async () => {
  const engine = await TestEngine.open(redis.url)
  const seen: never[] = []
  await engine.worker({ failing: failing(seen) })
  const { outcome, node } = await engine.run(call('failing', [99], { retry: { auto: true, maxRetries: 2, factorMs: 1 } }))
  expect(errorOf(outcome)).toMatchObject({ type: 'RangeError', message: 'attempt 3' })
  expect(node('failing')).toMatchObject({ state: 'FAILURE', attempts: 3 })
})

test("a task's own policy holds where the signature says nothing, and the signature's wins", async () => {
  const engine = await TestEngine.open(redis.url)
  const seen: never[] = []
  await engine.worker({ failing: { handler: failing(seen), options: { retry: { auto: true, maxRetries: 1, factorMs: 1 } } } })
  expect((await engine.run(call('failing', [1]))).outcome).toEqual({ state: 'SUCCESS', result: 2 })
  expect((await engine.run(call('failing', [2]))).outcome).toMatchObject({ state: 'FAILURE' })
  expect((await engine.run(call('failing', [2], { retry: { maxRetries: 2 } }))).outcome).toEqual({ state: 'SUCCESS', result: 3 })
  expect((await engine.run(call('failing', [1], { retry: { auto: false } }))).outcome).toMatchObject({ state: 'FAILURE' })
})

test('retry() asks for three more attempts by default, then ends MaxRetriesExceeded or with the error given', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker({
    plain: (ctx) => ctx.retry({ countdownMs: 0 }),
    given: (ctx) => ctx.retry({ countdownMs: 0, maxRetries: 1, error: new RangeError('still not there') }),
  })
  const plain = await engine.run(call('plain'))
  expect(errorOf(plain.outcome)).toMatchObject({ type: 'MaxRetriesExceeded', message: expect.stringContaining('plain') })
  expect(plain.node('plain').attempts).toBe(4)
  const given = await engine.run(call('given'))
  expect(errorOf(given.outcome)).toMatchObject({ type: 'RangeError', message: 'still not there' })
  expect(given.node('given').attempts).toBe(2)
})

test('retries without end go on until the task succeeds', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker({ stubborn: (ctx) => (ctx.attempt < 30 ? ctx.retry({ countdownMs: 0, maxRetries: null }) : ctx.attempt) })
  expect((await engine.run(call('stubborn'))).outcome).toEqual({ state: 'SUCCESS', result: 30 })
})

test('a node that waits for its next attempt is shown as RETRY', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker({ later: (ctx) => (ctx.attempt === 1 ? ctx.retry({ countdownMs: 700, error: new Error('not yet') }) : 'done') })
  const handle = await engine.client.submit(call('later'))
  await until(async () => (await handle.results())[0]?.state === 'RETRY', { what: 'the node is shown as RETRY' })
  expect((await handle.results())[0]).toMatchObject({ attempts: 1 })
  expect(await handle.result()).toBe('done')
})

test('a member that is tried again counts once in its chord', async () => {
  const engine = await TestEngine.open(redis.url)
  const seen: never[] = []
  const bodies: Json[] = []
  await engine.worker({ failing: failing(seen), body: (_ctx, [list]) => void bodies.push(list ?? null), ...COMMON })
  const retry = { auto: true, factorMs: 1, maxRetries: 5 }
  await engine.run(
    chord(
      [0, 3, 1, 5].map((fails) => call('failing', [fails], { retry })),
      call('body'),
    ),
  )
  expect(bodies).toEqual([[1, 4, 2, 6]])
})

test('a retry keeps arguments and keyword arguments', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker({
    ...COMMON,
    twice: (ctx, args) => (ctx.attempt === 1 ? ctx.retry({ countdownMs: 0 }) : { args, kwargs: ctx.kwargs }),
  })
  const canvas = {
    chain: [
      { task: 'echo', args: ['from before'] },
      { task: 'twice', args: [1, [2]], kwargs: { x: { y: null } } },
    ],
  }
  expect((await engine.run(canvas)).outcome).toEqual({
    state: 'SUCCESS',
    result: { args: ['from before', 1, [2]], kwargs: { x: { y: null } } },
  })
})
