/** forget(): a workflow that has ended goes before its retention, with all that is stored of it; nobody else's work is touched. */
import { expect, test } from 'vitest'
import { chain, chord, group } from '../../src/engine/index.js'
import { PartitionKeys } from '../../src/engine/redis/keys.js'
import { forgotten } from '../property/keys.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { COMMON, call, end, Gate, TestEngine } from './harness.js'

const redis = useRedis({ config: { 'slowlog-log-slower-than': 1_000, 'slowlog-max-len': 100_000 } })

test('an ended workflow is gone with every key of it; asked again, there was none', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker({ ...COMMON, become: (ctx) => ctx.replace(group(call('echo', [1]), call('echo', [2]))) })
  const { handle } = await engine.run(chain(call('become').set({ expires: 60 }), call('add').link(call('echo'))))
  expect(await handle.forget()).toBe(true)
  await forgotten(redis.server, engine.namespace, { workers: true, timeoutMs: 2_000 }).catch((error: Error) => {
    // A timer of an id that never comes again is left to its time.
    expect(error.message).toMatch(/: \S+:timers$/)
  })
  await expect(handle.status()).rejects.toMatchObject({ code: 'not-found' })
  await expect(handle.outcome({ waitMs: 1_000 })).rejects.toMatchObject({ code: 'not-found' })
  await expect(handle.task('0').state()).rejects.toMatchObject({ code: 'not-found' })
  expect(await handle.forget()).toBe(false)
  expect(await engine.client.result(handle.id).forget()).toBe(false)
})

test('a workflow that runs, waits or has callbacks to run is refused, and goes on untouched', async () => {
  const engine = await TestEngine.open(redis.url)
  const gate = new Gate()
  const after = new Gate()
  const handle = await engine.client.submit(chord([call('gate', [1]), call('echo', [2])], call('add').link(call('after'))))
  const stored = () => redis.server.call('HGETALL', new PartitionKeys(engine.namespace, 0).of('workflow', handle.id))
  const waiting = await stored()
  await expect(handle.forget()).rejects.toMatchObject({ code: 'not-ended', workflow: handle.id })
  expect(await stored()).toEqual(waiting)
  await engine.worker({ ...COMMON, gate: gate.handler, after: after.handler })
  await gate.entries(1)
  await until(async () => (await handle.task('1').state()) === 'SUCCESS', { what: 'the other member has ended' })
  const running = await stored()
  await expect(handle.forget()).rejects.toMatchObject({ code: 'not-ended' })
  expect(await stored()).toEqual(running)
  gate.open()
  expect(await handle.result()).toBe(3)
  await after.entries(1)
  // Its outcome is known, a callback is not over.
  await expect(handle.forget()).rejects.toMatchObject({ code: 'not-ended' })
  after.open()
  await end(handle)
  expect(await handle.forget()).toBe(true)
})

test('forgetting during a run, over and over, loses no result and hangs nobody', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(COMMON)
  const handles = await Promise.all(
    Array.from({ length: 60 }, (_, i) => engine.client.submit(chord([call('echo', [i]), call('echo', [1])], call('add')))),
  )
  let refused = 0
  const forgets = handles.map(async (handle) => {
    for (;;) {
      try {
        return await handle.forget()
      } catch (error) {
        expect(error).toMatchObject({ code: 'not-ended' })
        refused++
      }
    }
  })
  expect(await Promise.all(forgets)).toEqual(handles.map(() => true))
  expect(refused).toBeGreaterThan(0)
  const { outcome } = await engine.run(call('echo', ['still works']))
  expect(outcome).toEqual({ state: 'SUCCESS', result: 'still works' })
  expect(engine.complaints).toEqual([])
})

test('an id that comes again is not met by timers of the workflow that was forgotten', async () => {
  const engine = await TestEngine.open(redis.url)
  const keys = new PartitionKeys(engine.namespace, 0)
  // Enough timers of others that they are looked through in several calls.
  const others = Array.from({ length: 3_000 }, (_, i) => [String(Date.now() + 3_600_000), `d:default:0:other${i}:1:0::0:1:1`]).flat()
  await redis.server.call('ZADD', keys.of('timers'), ...others)
  const worker = await engine.worker(COMMON)
  const first = await engine.client.submit(call('echo', [1], { expiresInMs: 600 }), { id: 'again' })
  expect(await first.result()).toBe(1)
  const timers = async () => Number(await redis.server.call('ZCARD', keys.of('timers')))
  expect(await timers()).toBe(3_001)
  expect(await first.forget()).toBe(true)
  expect(await timers()).toBe(3_000)
  await worker.stop()
  const second = await engine.client.submit(call('echo', [1]), { id: 'again' })
  expect(second.duplicate).toBe(false)
  await engine.worker({ other: () => null })
  // Timers are taken in order: when this one is over, the first workflow's would have been.
  await (await engine.client.submit(call('other', [], { countdownMs: 700 }))).result()
  expect(await second.status()).toMatchObject({ state: 'PENDING', ended: false })
})

test('what is damaged, and what is no hash at all, can be forgotten', async () => {
  const engine = await TestEngine.open(redis.url)
  const keys = new PartitionKeys(engine.namespace, 0)
  const [odd, wrong] = await Promise.all([engine.client.submit(call('echo')), engine.client.submit(call('echo'))])
  await redis.server.call('HSET', keys.of('workflow', odd.id), 's', 'nonsense')
  await redis.server.call('DEL', keys.of('workflow', wrong.id))
  await redis.server.call('SET', keys.of('workflow', wrong.id), 'text')
  expect(await odd.forget()).toBe(true)
  expect(await wrong.forget()).toBe(true)
  for (const { id } of [odd, wrong]) expect(await redis.server.call('EXISTS', keys.of('workflow', id))).toBe(0)
})

test("a task's result is not forgotten by itself: the error names the workflow", async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(COMMON)
  const { handle } = await engine.run(chain(call('echo', [1]), call('echo')))
  await expect(handle.task('0').forget()).rejects.toMatchObject({ code: 'request-invalid', workflow: handle.id })
  expect(await handle.task('0').get()).toBe(1)
})

const [WIDE, MOST_US] = process.env.CHORDIS_VERIFY === '1' ? [100_000, 20_000] : [20_000, Number.POSITIVE_INFINITY]

test(`a workflow of ${WIDE} tasks is forgotten without holding Redis up`, async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker({ one: () => 1 }, { concurrency: 500 })
  const handle = await engine.client.submit(group(Array.from({ length: WIDE }, () => call('one'))), { id: 'wide' })
  await until(async () => (await handle.status()).ended, { timeoutMs: 120_000, what: 'it ends' })
  await redis.server.call('SLOWLOG', 'RESET')
  expect(await handle.forget()).toBe(true)
  const slow = (await redis.server.call('SLOWLOG', 'GET', -1)) as [number, number, number, string[]][]
  expect(slow.filter(([, , us, [, name = '']]) => us > MOST_US && name.startsWith('forget'))).toEqual([])
  await expect(handle.status()).rejects.toMatchObject({ code: 'not-found' })
}, 180_000)
