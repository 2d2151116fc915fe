import { describe, expect, test } from 'vitest'
import { chain, chord, group } from '../../../src/engine/index.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { COMMON, call, end, Gate, TestEngine } from '../harness.js'

const redis = useRedis({ appendonly: true })

/** Entries that wait beside the lists. */
async function held(engine: TestEngine, id: string): Promise<string[]> {
  const [key] = await redis.connect().keys(`${engine.namespace}:*:h:${id}`)
  return key === undefined ? [] : redis.connect().lrange(key, 0, -1)
}

describe('a paused workflow', () => {
  test('starts nothing new, lets end what runs, and goes on where it was', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    const ran: unknown[] = []
    await engine.worker({ ...COMMON, hold: gate.handler, notes: (_ctx, [value]) => ran.push(value) })
    const handle = await engine.client.submit(chain(call('hold', ['a']), call('notes'), call('notes')))
    await gate.entries(1)
    expect(await handle.pause({ reason: 'look first' })).toBe(true)
    expect(await handle.pause()).toBe(true)
    const { paused, state } = await handle.status()
    expect({ state, reason: paused?.reason }).toEqual({ state: 'STARTED', reason: 'look first' })
    gate.open()
    await until(async () => (await handle.results())[0]?.state === 'SUCCESS', { what: 'what ran has ended' })
    // The same queue goes on for others.
    expect(await (await engine.client.submit(chain(call('echo', [1]), call('echo')))).result()).toBe(1)
    expect(ran).toEqual([])
    expect(await handle.resume()).toBe(true)
    expect(await handle.resume()).toBe(true)
    expect((await end(handle)).outcome.state).toBe('SUCCESS')
    expect(ran).toEqual(['a', 1])
    expect((await handle.status()).paused).toBeUndefined()
    expect(await handle.pause()).toBe(false)
    expect(await handle.resume()).toBe(false)
  })

  test('gives back what a worker had been granted and had not started', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    let others = 0
    await engine.worker({ ...COMMON, hold: gate.handler, other: () => ++others }, { concurrency: 1 })
    await engine.client.submit(call('hold'))
    await gate.entries(1)
    const handle = await engine.client.submit(group(Array.from({ length: 50 }, () => call('other'))))
    await handle.pause()
    gate.open()
    await (await engine.client.submit(call('echo'))).result()
    await until(async () => (await held(engine, handle.id)).length > 0, { what: 'its entries are held' })
    expect(others).toBe(0)
    await handle.resume()
    expect((await end(handle)).nodes.map(({ attempts }) => attempts)).toEqual(Array(50).fill(1))
    expect(others).toBe(50)
  })

  test('holds delays that come due, and revokes what expires', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const canvas = group([call('echo', ['late'], { countdownMs: 200 }), call('echo', ['gone'], { countdownMs: 100, expires: 0.3 })])
    const handle = await engine.client.submit(canvas)
    await handle.pause()
    await until(async () => (await handle.results())[1]?.state === 'REVOKED', { what: 'it has expired' })
    await until(async () => (await held(engine, handle.id)).length > 0, { what: 'it came due' })
    expect((await handle.results())[0]?.state).toBe('PENDING')
    await handle.resume()
    expect((await end(handle)).outcome).toMatchObject({ results: [{ state: 'SUCCESS', result: 'late' }, { state: 'REVOKED' }] })
  })

  test('that was wide goes on in steps, each task once', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    let others = 0
    const other = (): number => ++others
    await engine.worker({ ...COMMON, hold: gate.handler, other })
    const canvas = chain(
      call('hold'),
      group(Array.from({ length: 3_000 }, (_, n) => chain(call('echo', [n]).set({ immutable: true }), call('other')))),
      call('echo'),
    )
    const handle = await engine.client.submit(canvas)
    await gate.entries(1)
    gate.open()
    await until(() => others > 100, { what: 'it is under way', intervalMs: 1 })
    for (let n = 0; n < 5; n++) {
      await handle.pause()
      await until(async () => (await handle.results()).every(({ state }) => state !== 'STARTED'), { what: 'nothing runs' })
      await handle.resume()
    }
    await end(handle)
    expect(others).toBe(3_000)
    expect(await held(engine, handle.id)).toEqual([])
  })

  test('survives its workers and Redis, and ends right when it is resumed', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    const worker = await engine.worker({ ...COMMON, hold: gate.handler }, { graceMs: 0 })
    const handle = await engine.client.submit(
      chord(group([call('hold', [1]), call('echo', [2]), call('echo', [3], { countdownMs: 300 })]), call('add')),
    )
    await gate.entries(1)
    await handle.pause({ reason: 'maintenance' })
    await worker.stop()
    await redis.server.restart()
    await until(
      () =>
        engine.client.ping().then(
          () => true,
          () => false,
        ),
      { what: 'Redis is back' },
    )
    expect((await handle.status()).paused?.reason).toBe('maintenance')
    await engine.worker({ ...COMMON, hold: (_ctx, [n]) => n })
    await until(async () => (await held(engine, handle.id)).length === 2, { what: 'what was given back and what came due is held' })
    await handle.resume()
    expect(await handle.result()).toBe(6)
  })

  test('is found in order by the doctor, and so is one that is being revoked', async () => {
    const engine = await TestEngine.open(redis.url)
    const worker = await engine.worker({ ...COMMON })
    const [one, two] = [
      await engine.client.submit(group([call('nobody'), call('echo', [1], { countdownMs: 100 })])),
      await engine.client.submit(call('echo', [], { countdownMs: 200 })),
    ]
    await Promise.all([one.pause(), two.pause()])
    await until(async () => (await held(engine, two.id)).length === 1, { what: 'it came due' })
    await worker.stop()
    expect((await engine.client.doctor()).findings).toEqual([])
    const wide = await engine.client.submit(group(Array.from({ length: 2_000 }, () => call('nobody'))))
    await wide.revoke()
    expect((await engine.client.doctor()).findings).toEqual([])
  })
})
