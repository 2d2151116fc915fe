/** What ends retries before their number does, and what is kept of attempts that were tried again. */
import { expect, test } from 'vitest'
import { chain, group, type Json, signature, type TaskContext, type WorkflowClient } from '../../src/engine/index.js'
import { InlineChordis } from '../../src/engine/testing/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { type Handlers, TestEngine } from './harness.js'

const redis = useRedis()

const HANDLERS: Handlers = {
  fail: (ctx: TaskContext, [until = 1_000]: Json[]) => {
    if (ctx.attempt < Number(until)) throw new RangeError(`attempt ${ctx.attempt}`)
    return ctx.attempt
  },
  again: (ctx: TaskContext) => ctx.retry({ countdownMs: 0, maxRetries: null }),
}

/** The same on real workers and inline. */
const CLIENTS: [string, () => Promise<WorkflowClient>][] = [
  [
    'on workers',
    async () => {
      const engine = await TestEngine.open(redis.url)
      await engine.worker(HANDLERS)
      return engine.client
    },
  ],
  [
    'inline',
    async () => new InlineChordis({ tasks: Object.entries(HANDLERS).map(([name, handler]) => ({ name, handler: handler as never })) }),
  ],
]

const call = (args: Json[], retry: object) => signature('fail', args, {}, { retry: { auto: true, delaysMs: [0], ...retry } })

test.each(CLIENTS)('%s the errors of attempts are kept: the first, and the last four', async (_where, open) => {
  const client = await open()
  const handle = await client.submit(call([9], { maxRetries: null }))
  expect(await handle.result()).toBe(9)
  const errors = await handle.task('0').errors()
  expect(errors.map(({ attempt, error }) => [attempt, error?.message])).toEqual([1, 5, 6, 7, 8].map((n) => [n, `attempt ${n}`]))
  expect(errors.every(({ at }, k) => at >= (errors[k - 1]?.at ?? 1))).toBe(true)
  const silent = await client.submit(signature('again').set({ expiresInMs: 1_000_000 }), { limits: { retries: 2 } })
  await silent.outcome({ waitMs: 10_000 })
  expect(await silent.task('0').errors()).toEqual([
    { attempt: 1, at: expect.any(Number), error: null },
    { attempt: 2, at: expect.any(Number), error: null },
  ])
  expect(await (await client.submit(call([1], {}))).task('0').errors()).toEqual([])
})

test.each(CLIENTS)('%s no retry begins later than maxElapsedMs after the first attempt began', async (_where, open) => {
  const client = await open()
  const handle = await client.submit(call([], { maxRetries: null, delaysMs: [10, 20, 3_600_000], maxElapsedMs: 60_000 }))
  expect(await handle.outcome({ waitMs: 10_000 })).toMatchObject({ state: 'FAILURE', error: { type: 'RangeError', message: 'attempt 3' } })
  expect((await handle.results())[0]).toMatchObject({ state: 'FAILURE', attempts: 3 })
})

test.each(CLIENTS)('%s a workflow has so many retries in all; then what fails has failed', async (_where, open) => {
  const client = await open()
  const members = Array.from({ length: 6 }, () => call([], { maxRetries: null }))
  const handle = await client.submit(group(members), { limits: { retries: 10 } })
  await handle.outcome({ waitMs: 10_000 })
  const attempts = (await handle.results()).map((node) => node.attempts)
  expect(attempts.reduce((sum, n) => sum + n, 0)).toBe(6 + 10)
  expect(
    await (await client.submit(chain(call([3], {}), call([], {})), { limits: { retries: 2 } })).outcome({ waitMs: 10_000 }),
  ).toMatchObject({
    state: 'FAILURE',
    error: { message: 'attempt 1' },
  })
  const asked = await client.submit(signature('again'), { limits: { retries: 0 } })
  expect(await asked.outcome({ waitMs: 10_000 })).toMatchObject({
    error: { type: 'MaxRetriesExceeded', message: 'the workflow has no retry left' },
  })
})

test('a submit that is repeated after retries is the same workflow', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(HANDLERS)
  const canvas = call([3], {})
  const first = await engine.client.submit(canvas, { limits: { retries: 5 } })
  expect(await first.result()).toBe(3)
  const again = await engine.client.submit(canvas, { id: first.id, limits: { retries: 5 } })
  expect([again.id, again.duplicate]).toEqual([first.id, true])
  await until(async () => (await first.status()).ended)
})

test('limits are checked', async () => {
  const engine = await TestEngine.open(redis.url)
  const submit = engine.client.submit(call([], {}), { limits: { retries: -1 } })
  await expect(submit).rejects.toMatchObject({ code: 'request-invalid', path: 'options.limits.retries' })
})
