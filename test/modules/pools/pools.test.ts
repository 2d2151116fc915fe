/** One application, its tasks in all three pools: what Nest puts around them is the same. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { Client, chord, type Json, signature } from '../../../src/engine/index.js'
import { uniqueName, useRedis } from '../../support/redis-server.js'
import { startModule } from '../../support/typescript-child.js'

const redis = useRedis()

interface Placed {
  value: Json
  pid: number
  threadId: number
}

describe.each(['inline', 'thread', 'process'] as const)('an application whose pool is %s', (pool) => {
  test('runs its tasks with guards, interceptors, pipes, filters, injected services and request scope', async () => {
    const namespace = uniqueName()
    const client = await Client.connect({ redis: redis.url, namespace })
    const env = { POOL_APP: JSON.stringify({ redis: redis.url, namespace, pool }) }
    const app = await startModule(new URL('./main.js', import.meta.url), { env, timeoutMs: 80_000 })
    onTestFinished(async () => {
      await app.kill9()
      await client.close()
    })
    const run = async (canvas: unknown) => (await client.submit(canvas)).result({ timeoutMs: 40_000 }) as Promise<unknown>
    const tea = (await run(signature('shop.price', ['tea', '4']))) as Placed
    expect(tea.value).toBe(24)
    expect(tea.pid === app.pid).toBe(pool !== 'process')
    expect(tea.threadId > 0).toBe(pool === 'thread')
    expect(await run(signature('shop.price', ['coffee', 1]))).toBe(0)
    expect(await run(signature('attempt.id'))).toMatchObject({ value: true })
    const closed = await (await client.submit(signature('shop.price', ['tea', 1], { closed: true }))).outcome({ waitMs: 20_000 })
    expect(closed).toMatchObject({ state: 'FAILURE', error: { type: 'TaskForbiddenError', code: 'forbidden' } })
    const wrong = await (await client.submit(signature('shop.price', ['tea', 'some']))).outcome({ waitMs: 20_000 })
    expect(wrong).toMatchObject({ state: 'FAILURE', error: { message: expect.stringContaining('numeric string is expected') } })
    const both = chord(
      [signature('shop.price', ['tea', 1]), signature('shop.price', ['tea', 2])],
      signature('attempt.id').set({ immutable: true }),
    )
    expect(await run(both)).toMatchObject({ value: true })
    if (pool !== 'inline') {
      const retry = { retryFor: ['TimeLimitExceeded'], backoff: 'fixed' as const, factorMs: 1 }
      expect(await run(signature('shop.spin', [], {}, { timeLimitMs: 500, retry }))).toMatchObject({ value: 'stopped once' })
    }
    await app.term()
    expect((await redis.connect().keys(`${namespace}:*`)).filter((key) => /:p:/.test(key))).toEqual([])
  })
})
