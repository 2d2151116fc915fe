/** Limits of tasks that run on the main loop of their worker. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { chord, group, SoftTimeLimitExceeded, signature, type TaskContext, TimeLimitExceeded } from '../../src/engine/index.js'
import { call, TestEngine } from '../engine/harness.js'
import { recordsOf } from '../support/records.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { openPoolWorkers, type PoolSettings } from './pool-workers.js'

const redis = useRedis()

const outcome = async (engine: TestEngine, canvas: unknown) => (await engine.client.submit(canvas)).outcome({ waitMs: 10_000 })

const untilAborted = (ctx: TaskContext) => new Promise((resolve) => ctx.signal.addEventListener('abort', resolve, { once: true }))

describe('an inline task', () => {
  test('is told at its soft limit, and may clean up and still succeed', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({
      tidy: async (ctx: TaskContext) => {
        await untilAborted(ctx)
        expect(ctx.signal.reason).toBeInstanceOf(SoftTimeLimitExceeded)
        await sleep(20)
        return 'tidied up'
      },
      lets: async (ctx: TaskContext) => {
        await untilAborted(ctx)
        ctx.signal.throwIfAborted()
      },
    })
    const options = { softTimeLimitMs: 50 }
    expect(await outcome(engine, signature('tidy', [], {}, options))).toMatchObject({ state: 'SUCCESS', result: 'tidied up' })
    const failed = await outcome(engine, signature('lets', [], {}, options))
    expect(failed).toMatchObject({ state: 'FAILURE', error: { type: 'SoftTimeLimitExceeded', message: expect.stringContaining('50 ms') } })
  })

  test('is over at its hard limit, whatever it does after that', async () => {
    const engine = await TestEngine.open(redis.url)
    const late: string[] = []
    const worker = await engine.worker({
      stubborn: async (ctx: TaskContext) => {
        await untilAborted(ctx)
        expect(ctx.signal.reason).toBeInstanceOf(TimeLimitExceeded)
        await sleep(100)
        late.push('returned')
        return 'too late'
      },
      after: () => 'works',
    })
    const handle = await engine.client.submit(signature('stubborn', [], {}, { timeLimitMs: 50 }))
    expect(await handle.outcome({ waitMs: 10_000 })).toMatchObject({ state: 'FAILURE', error: { type: 'TimeLimitExceeded' } })
    await until(() => late.length > 0, { what: 'the handler has returned' })
    expect(await outcome(engine, call('after'))).toMatchObject({ result: 'works' })
    expect(await handle.outcome()).toMatchObject({ state: 'FAILURE', error: { type: 'TimeLimitExceeded' } })
    expect((await handle.status()).counts).toMatchObject({ total: 1, failure: 1, success: 0 })
    await worker.stop()
  })

  test('is tried again after its hard limit when the policy names it', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({ slow: async (ctx: TaskContext) => (ctx.attempt === 1 ? sleep(5_000, 'slow', { ref: false }) : 'fast') })
    const retry = { retryFor: ['TimeLimitExceeded'], backoff: 'fixed' as const, factorMs: 1 }
    expect(await outcome(engine, signature('slow', [], {}, { timeLimitMs: 50, retry }))).toMatchObject({ state: 'SUCCESS', result: 'fast' })
  })

  test('takes its limits from the call, else the task, else the worker', async () => {
    const engine = await TestEngine.open(redis.url)
    const seen: string[] = []
    const waits = async (ctx: TaskContext) => {
      await untilAborted(ctx)
      seen.push((ctx.signal.reason as Error).message)
    }
    await engine.worker({ mine: { handler: waits, options: { softTimeLimitMs: 40 } }, plain: waits }, { softTimeLimitMs: 60 })
    for (const canvas of [call('plain'), call('mine'), signature('mine', [], {}, { softTimeLimitMs: 20 })]) await outcome(engine, canvas)
    expect(seen.map((message) => / (\d+) ms/.exec(message)?.[1])).toEqual(['60', '40', '20'])
  })

  test('counts once when it returns while the limit is reported, however often', async () => {
    const engine = await TestEngine.open(redis.url)
    const rounds = process.env.CHORDIS_VERIFY ? 10_000 : 500
    const limit = 20
    // Some return before the hard limit, some after, most in the same milliseconds.
    await engine.worker({ racer: (_ctx: TaskContext, [ms]: unknown[]) => sleep(Number(ms), 'returned') }, { concurrency: 500 })
    const counts = { returned: 0, exceeded: 0 }
    for (let from = 0; from < rounds; from += 500) {
      const members = Array.from({ length: 500 }, (_, i) => signature('racer', [limit - 3 + (i % 7)], {}, { timeLimitMs: limit }))
      const handle = await engine.client.submit(group(members))
      const results = await handle.results()
      expect(results).toHaveLength(500)
      await until(async () => (await handle.status()).counts.remaining === 0, { timeoutMs: 30_000, what: 'all have ended' })
      const { counts: ended } = await handle.status()
      expect(ended).toMatchObject({ total: 500, remaining: 0 })
      expect(ended.success + ended.failure).toBe(500)
      counts.returned += ended.success
      counts.exceeded += ended.failure
    }
    console.log(`of ${rounds} races ${counts.returned} returned and ${counts.exceeded} exceeded their limit`)
    expect(Math.min(counts.returned, counts.exceeded)).toBeGreaterThan(0)
  })
})

describe('a worker whose inline task cannot be stopped', () => {
  const open = (settings: PoolSettings) => openPoolWorkers(redis.url, settings)

  test('drains and ends when its loop is alive, so that another takes its place', async () => {
    const { client, start } = await open({ onOverrun: 'stop', graceMs: 5_000 })
    const worker = await start()
    const naps = await client.submit(group([1, 2, 3].map((n) => signature('nap', [n, 1_000]))))
    await until(async () => (await naps.results()).every(({ state }) => state === 'STARTED'), { what: 'all have started' })
    const hang = await client.submit(signature('hang', [], {}, { timeLimitMs: 100 }))
    expect(await hang.outcome({ waitMs: 10_000 })).toMatchObject({ error: { type: 'TimeLimitExceeded' } })
    expect(await naps.result({ timeoutMs: 10_000 })).toEqual([1, 2, 3])
    expect((await worker.exited).code).toBe(75)
    expect(worker.output).toMatch(/ended overrun/)
  })

  test('is killed by its own heartbeat thread when its loop is blocked: that attempt fails, the rest runs elsewhere, uncharged', async () => {
    const { client, namespace, start } = await open({ concurrency: 10 })
    const worker = await start()
    const naps = await client.submit(group([1, 2, 3].map((n) => signature('nap', [n, 700]))))
    await until(async () => (await naps.results()).every(({ state }) => state === 'STARTED'), { what: 'all have started' })
    const handle = await client.submit(chord([signature('spin', [], {}, { timeLimitMs: 300 }), signature('echo', [1])], signature('total')))
    expect((await worker.exited).signal).toBe('SIGKILL')
    expect(worker.output).toMatch(/blocks the event loop past its time limit/)
    // Nobody had to wait for a lease to run out: all of it is told and given back already.
    expect((await handle.results())[0]).toMatchObject({ state: 'FAILURE', error: { type: 'TimeLimitExceeded' } })
    expect((await redis.connect().keys(`${namespace}:*`)).filter((key) => /:p:/.test(key))).toEqual([])
    expect([...(await recordsOf(redis.connect(), naps.id)).values()]).toEqual(['Q 1 0 0 - -', 'Q 1 0 0 - -', 'Q 1 0 0 - -'])
    await start()
    expect(await naps.result({ timeoutMs: 10_000 })).toEqual([1, 2, 3])
    expect(await handle.outcome({ waitMs: 10_000 })).toMatchObject({ state: 'FAILURE', error: { type: 'ChordError' } })
  })

  test('is not killed when it was frozen past a limit: its own timers end the attempt when it wakes', async () => {
    const { client, start } = await open({ leaseMs: 60_000 })
    const worker = await start()
    const handle = await client.submit(signature('hang', [], {}, { timeLimitMs: 500 }))
    await until(async () => (await handle.results())[0]?.state === 'STARTED', { intervalMs: 1, what: 'it has started' })
    worker.stop()
    // The limit passes, and what the thread takes for a freeze.
    await sleep(2_000)
    expect((await handle.results())[0]?.state).toBe('STARTED')
    worker.cont()
    expect(await handle.outcome({ waitMs: 10_000 })).toMatchObject({ state: 'FAILURE', error: { type: 'TimeLimitExceeded' } })
    expect(await (await client.submit(signature('echo', ['alive']))).result({ timeoutMs: 10_000 })).toBe('alive')
    expect(worker.running).toBe(true)
  })

  test('loses nothing and runs once what blocks its loop for longer than a lease, inside its limit', async () => {
    const { client, start } = await open({ leaseMs: 1_000, concurrency: 4 })
    const workers = [await start(), await start()]
    const handle = await client.submit(group([signature('block', [4_000]), ...[1, 2, 3].map((n) => signature('nap', [n, 50]))]))
    expect(await handle.result({ timeoutMs: 30_000 })).toEqual(['blocked', 1, 2, 3])
    expect(workers.flatMap(({ output }) => output.match(/^blocks$/gm) ?? [])).toHaveLength(1)
    expect(workers.map(({ running }) => running)).toEqual([true, true])
  })
})
