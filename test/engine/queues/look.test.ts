/** What `client.queues` shows: the queues, what comes next in one, and when nothing of it is left. */
import { expect, test } from 'vitest'
import { group } from '../../../src/engine/index.js'
import { PartitionKeys } from '../../../src/engine/redis/keys.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { Hand } from '../hand.js'
import { COMMON, call, end, Gate, TestEngine } from '../harness.js'

const redis = useRedis()
const mail = (task: string, args: unknown[] = []) => call(task, args, { queue: 'mail' })

test('every queue is listed that holds tasks, is paused or is served, with its tasks by priority', async () => {
  const engine = await TestEngine.open(redis.url, 3)
  const { client } = engine
  expect(await client.queues.list()).toEqual([])
  await engine.worker({}, { queues: ['idle'] })
  await engine.worker({}, { queues: ['idle', 'served'] })
  await client.submit(group(Array.from({ length: 1_200 }, (_, i) => mail('echo', [i]))))
  await client.submit(mail('echo', [1]).set({ priority: 7 }))
  await client.submit(mail('echo', [1]).set({ countdown: 60 }))
  await client.queues.pause('mail', { reason: 'the relay is down', by: 'ops' })
  await client.queues.pause('empty')
  const empty = { ready: 0, byPriority: {}, exact: true, parked: 0, paused: null, workers: 0 }
  const paused = { since: expect.any(Number), by: null, reason: null }
  expect(await client.queues.list()).toEqual([
    { ...empty, name: 'empty', paused },
    { ...empty, name: 'idle', workers: 2 },
    { ...empty, name: 'mail', ready: 1_201, byPriority: { 0: 1_200, 7: 1 }, paused: { ...paused, by: 'ops', reason: 'the relay is down' } },
    { ...empty, name: 'served', workers: 1 },
  ])
  await client.queues.pause('mail', { reason: 'another', by: 'somebody' })
  expect((await client.queues.list())[2]?.paused?.by).toBe('ops')
})

test('peek shows what comes next, the most urgent first, without taking it; what is leased is passed over', async () => {
  const engine = await TestEngine.open(redis.url)
  const { client } = engine
  const hand = await Hand.open(redis.connect(), engine, ['echo'], 'hand')
  const { id: taken } = await client.submit(mail('echo', ['taken']))
  const { id: late } = await client.submit(mail('echo', ['late']).set({ priority: 4 }))
  const { id: lone } = await client.submit(mail('echo', ['lone']).clone([], { k: [1] }))
  const { id: many } = await client.submit(group([10, 11, 12].map((i) => mail('echo', [i]))))
  await hand.turn(2, 1, [], ',mail,')
  // Its entry is there once more.
  const keys = new PartitionKeys(engine.namespace, 0)
  await redis.connect().lpush(keys.of('ready', 'mail:0'), `${taken}:1:0::0:1:1`)
  const shown = { task: 'echo', run: 1, submittedAt: expect.any(Number) }
  const found = await client.queues.peek('mail', { limit: 4, args: true })
  expect(found.map(({ id }) => id)).not.toContain(`${taken}:0`)
  expect(found).toEqual([
    { ...shown, id: `${lone}:0`, priority: 0, args: ['lone'], kwargs: { k: [1] } },
    ...[0, 1, 2].map((k) => ({ ...shown, id: `${many}:${k}`, priority: 0, args: [10 + k], kwargs: {} })),
  ])
  expect(await client.queues.peek('mail', { limit: 5 })).toEqual(await client.queues.peek('mail'))
  expect((await client.queues.peek('mail')).at(-1)).toEqual({ ...shown, id: `${late}:0`, priority: 4 })
  expect(await client.queues.peek('nothing')).toEqual([])
  await expect(client.queues.peek('mail', { limit: 0 })).rejects.toMatchObject({ code: 'request-invalid', path: 'limit' })
})

test('a queue is drained when nothing of it is ready, delayed or leased, and not before', async () => {
  const engine = await TestEngine.open(redis.url, 2)
  const { client } = engine
  const gate = new Gate()
  const shaky = {
    handler: (ctx: { attempt: number }) => (ctx.attempt < 3 ? Promise.reject(new Error('again')) : 'fine'),
    retry: { retries: 2, backoffMs: 300 },
  }
  for (let k = 0; k < 2; k++) await engine.worker({ ...COMMON, held: gate.handler, shaky: shaky as never }, { queues: ['mail', 'default'] })
  await client.queues.drain('mail', { timeoutMs: 5_000 })
  const held = await client.submit(mail('held', [1]))
  const beside = await client.submit(call('held', [2]))
  const many = await Promise.all(Array.from({ length: 200 }, (_, i) => client.submit(mail(i % 2 ? 'shaky' : 'echo', [i]))))
  const late = await client.submit(mail('echo', ['late']).set({ countdown: 1 }))
  await gate.entries(2)
  await expect(client.queues.drain('mail', { timeoutMs: 300 })).rejects.toMatchObject({
    code: 'timeout',
    message: expect.stringMatching(/leased/),
  })
  const seen: number[] = []
  const drained = client.queues.drain('mail', {
    onProgress: ({ ready, parked, leased, delayed }) => {
      gate.open()
      seen.push(ready + parked + leased + (delayed ?? 0))
    },
  })
  const task = held.task('0')
  await drained
  expect((await task.state()) === 'SUCCESS').toBe(true)
  for (const handle of [...many, late, held]) expect((await handle.status()).ended).toBe(true)
  expect(seen.slice(-2)).toEqual([0, 0])
  await end(beside)
})

test('what waits in a paused queue is not drained', async () => {
  const engine = await TestEngine.open(redis.url)
  const { client } = engine
  await client.queues.pause('mail')
  await client.submit(mail('echo', [1]))
  await engine.worker(COMMON, { queues: ['mail'] })
  await expect(client.queues.drain('mail', { timeoutMs: 1 })).rejects.toMatchObject({
    code: 'timeout',
    message: expect.stringContaining('1 ready'),
  })
  const drained = client.queues.drain('mail', { timeoutMs: 10_000 })
  await client.queues.resume('mail')
  await drained
})

test('depths tell in one call per partition what is ready, parked and delayed in each queue, and since when', async () => {
  const engine = await TestEngine.open(redis.url, 2)
  const { client } = engine
  expect(await client.queues.depths()).toEqual({ queues: new Map(), timersBehind: 0 })
  const from = Date.now()
  await client.submit(group(Array.from({ length: 1_200 }, (_, i) => mail('echo', [i]))))
  for (let k = 0; k < 3; k++) await client.submit(mail('echo', [k]).set({ countdown: 60 }))
  await client.submit(call('nobody-knows', [1], { queue: 'strange' }))
  await engine.worker({}, { queues: ['strange'] })
  const strange = await until(async () => {
    const found = (await client.queues.depths()).queues.get('strange')
    return found?.parked === 1 && found
  })
  expect(strange).toEqual({ ready: 0, parked: 1, delayed: 0, oldestMs: null })
  const { queues } = await client.queues.depths()
  expect(queues.get('mail')).toEqual({ ready: 1_200, parked: 0, delayed: 3, oldestMs: expect.any(Number) })
  expect(queues.get('mail')?.oldestMs).toBeLessThanOrEqual(Date.now() - from + 1)
})

test('the age of a queue is that of its first task whose workflow lives, and depths look at no more than the heads of long lists', async () => {
  const engine = await TestEngine.open(redis.url)
  const { client } = engine
  const gone = await client.submit(mail('echo', ['gone']))
  await client.submit(mail('echo', ['first']))
  const list = new PartitionKeys(engine.namespace, 0).of('ready', 'mail:0')
  const direct = redis.connect()
  await gone.revoke()
  const [, live = ''] = await direct.lrange(list, 0, 1)
  await direct.hset(
    new PartitionKeys(engine.namespace, 0).of('workflow', live.split(':')[0]),
    's',
    await aged(direct, engine, live, 60_000),
  )
  // Entries of ten tasks each behind the first 2,000 count as one.
  await direct.rpush(list, ...Array.from({ length: 2_500 }, (_, k) => `gone${k}:1:0::0:10:1`))
  const mails = (await client.queues.depths()).queues.get('mail')
  expect(mails?.oldestMs).toBeGreaterThan(59_000)
  expect(mails?.ready).toBe(2 + 1_998 * 10 + 502)
})

/** The control field of an entry's workflow, submitted so much earlier. */
async function aged(direct: ReturnType<typeof redis.connect>, engine: TestEngine, entry: string, ms: number): Promise<string> {
  const control = (await direct.hget(new PartitionKeys(engine.namespace, 0).of('workflow', entry.split(':')[0]), 's')) ?? ''
  return control.replace(/\d{13}/, (created) => String(Number(created) - ms))
}
