/** A paused queue: no worker is given anything of it, nothing is lost in it, and nobody looks at it in vain. */
import { expect, test } from 'vitest'
import { chain, chord, group } from '../../../src/engine/index.js'
import { PartitionKeys } from '../../../src/engine/redis/keys.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { allOf, type Grant, Hand } from '../hand.js'
import { COMMON, call, end, Gate, TestEngine } from '../harness.js'

const redis = useRedis()
const BOTH = ',default,mail,'

const mail = (task: string, args: unknown[] = []) => call(task, args, { queue: 'mail' })
const nodesOf = (grants: Grant[]): number => grants.reduce((sum, [head]) => sum + Number(head.split('|')[5]), 0)

async function handed() {
  const engine = await TestEngine.open(redis.url)
  const connection = redis.connect()
  const hand = await Hand.open(connection, engine, ['echo', 'add'], 'hand')
  const keys = new PartitionKeys(engine.namespace, 0)
  return { engine, connection, hand, keys, client: engine.client }
}

test('a turn is given nothing of a paused queue, neither from lists nor from what it released, and everything of the others', async () => {
  const { client, hand } = await handed()
  await client.submit(mail('echo', [1]))
  await client.submit(group([1, 2, 3].map((i) => mail('echo', [i]))))
  await client.submit(chain(call('echo', [1]), mail('echo'), call('echo')))
  await client.queues.pause('mail')
  const [, , , , grants] = await hand.turn(2, 100, [], BOTH)
  expect(nodesOf(grants)).toBe(1)
  // The next step of the chain belongs to the paused queue: by the short way and by the general one.
  const [, , , , next] = await hand.turn(0, 100, allOf(grants[0] as Grant, 1, 'S|1'), BOTH)
  expect(next).toEqual([])
  expect((await hand.turn(2, 100, [], BOTH))[4]).toEqual([])
  await client.queues.resume('mail')
  expect(nodesOf((await hand.turn(2, 100, [], BOTH))[4])).toBe(5)
})

test('the short way of a chain ends at a paused queue', async () => {
  const { client, hand } = await handed()
  const canvas = chain(call('echo', [1]), mail('echo'), mail('echo'))
  // A template must have been met before: the short way knows only those.
  await client.submit(canvas)
  let [, , , , grants] = await hand.turn(2, 5, [], BOTH)
  for (let turn = 1; grants.length > 0; turn++) grants = (await hand.turn(0, 5, allOf(grants[0] as Grant, turn, 'S|1'), BOTH))[4]
  const { id } = await client.submit(canvas)
  ;[, , , , grants] = await hand.turn(2, 5, [], BOTH)
  await client.queues.pause('mail')
  expect((await hand.turn(0, 5, allOf(grants[0] as Grant, hand.sequence, 'S|1'), BOTH))[4]).toEqual([])
  expect((await client.workflow(id).status()).counts).toMatchObject({ success: 1, remaining: 2 })
})

test('what waits in a paused queue does not keep a chain of another one from its short way', async () => {
  const { client, hand, connection } = await handed()
  const commands = async (): Promise<number> => {
    const { id } = await client.submit(chain(call('echo', [1]), call('echo')))
    const [grant] = (await hand.turn(2, 5, [], BOTH))[4] as [Grant]
    const completion = [id, '1', '', grant[0].split('|')[3] as string, `0:${hand.sequence}`, '0', 'S|1']
    await connection.config('RESETSTAT')
    const [, , , , next] = await hand.turn(0, 1, completion, BOTH)
    const stats = [...(await connection.info('commandstats')).matchAll(/cmdstat_(\w+):calls=(\d+)/g)]
    await hand.turn(0, 0, allOf(next[0] as Grant, hand.sequence, 'S|1'))
    return stats.reduce((sum, [, , calls]) => sum + Number(calls), 0)
  }
  await commands()
  const alone = await commands()
  await client.queues.pause('mail')
  await client.submit(mail('echo', [1]))
  expect(await commands()).toBe(alone)
  await client.queues.resume('mail')
  await hand.turn(2, 5, [], BOTH)
})

test('what was parked, and what comes due, waits in a paused queue, and a doctor finds nothing wrong with it', async () => {
  const { engine, client, hand, connection, keys } = await handed()
  await client.submit(mail('strange'))
  await hand.turn(2, 10, [], BOTH)
  expect(await connection.llen(keys.of('parked', 'mail:0:strange'))).toBe(1)
  await client.queues.pause('mail')
  await client.submit(mail('echo', [1]).set({ countdown: 0.05 }))
  await client.submit(chord([mail('echo'), mail('echo')], mail('add')))
  const knowing = await Hand.open(connection, engine, ['strange', 'echo', 'add'], 'other')
  await until(async () => {
    expect((await knowing.turn(2, 10, [], BOTH))[4]).toEqual([])
    return (await connection.llen(keys.of('ready', 'mail:0'))) === 2
  })
  expect((await client.doctor({ fix: true })).findings.filter(({ workflow }) => workflow !== undefined)).toEqual([])
  expect((await client.doctor()).repairs).toEqual({})
})

test('a turn whose reply was lost before a pause is answered the same after it', async () => {
  const { client, hand } = await handed()
  await client.submit(group(mail('echo', [1]), mail('add', [2])))
  const first = await hand.turn(2, 5, [], BOTH)
  await client.queues.pause('mail')
  hand.sequence--
  const [, , , , again] = await hand.turn(2, 5, [], BOTH)
  expect(again.map(([, , , definitions]) => definitions)).toEqual(first[4].map(([, , , definitions]) => definitions))
  expect(nodesOf(again)).toBe(2)
})

test('running attempts end, retries wait, and after resume each task has run exactly once more', async () => {
  const engine = await TestEngine.open(redis.url)
  const { client } = engine
  const gate = new Gate()
  const runs = new Map<number, number>()
  const handlers = {
    held: gate.handler,
    count: (_ctx: unknown, [i]: unknown[]) => void runs.set(i as number, (runs.get(i as number) ?? 0) + 1),
    shaky: {
      handler: (ctx: { attempt: number }) => (ctx.attempt === 1 ? Promise.reject(new Error('again')) : 'fine'),
      retry: { retries: 1, backoffMs: 1 },
    },
  }
  for (let k = 0; k < 2; k++) await engine.worker(handlers as never, { queues: ['default', 'mail'] })
  const held = await client.submit(mail('held', ['done']))
  await gate.entries(1)
  await client.queues.pause('mail', { reason: 'the relay is down', by: 'ops' })
  const many = await Promise.all(Array.from({ length: 300 }, (_, i) => client.submit(mail('count', [i]))))
  const beside = await Promise.all(Array.from({ length: 50 }, (_, i) => client.submit(call('count', [1_000 + i]))))
  gate.open()
  expect(await held.result({ timeoutMs: 10_000 })).toBe('done')
  for (const handle of beside) await end(handle)
  expect(runs.size).toBe(50)
  await client.queues.resume('mail')
  for (const handle of many) await end(handle)
  expect([...runs.values()].every((count) => count === 1)).toBe(true)
  expect(runs.size).toBe(350)
})

test('while a queue with work is paused, idle workers do not look at it, and resume wakes one at once', async () => {
  const engine = await TestEngine.open(redis.url)
  const { client } = engine
  const connection = redis.connect()
  const keys = new PartitionKeys(engine.namespace, 0)
  await client.queues.pause('mail')
  await Promise.all(Array.from({ length: 100 }, (_, i) => client.submit(mail('echo', [i]))))
  await client.submit(mail('strange'))
  for (let k = 0; k < 2; k++) await engine.worker({ ...COMMON, strange: () => 1 }, { queues: ['default', 'mail'] })
  const processes = await connection.hkeys(keys.of('beats'))
  const turns = async (): Promise<number> => {
    const lanes = await Promise.all(processes.map((name) => connection.hmget(keys.of('process', name), 'q0', 'q1')))
    return lanes.flat().reduce((sum, sequence) => sum + Number(sequence), 0)
  }
  const beats = async (): Promise<number> => Number(await connection.hget(keys.of('beats'), processes[0] as string))
  const [from, heard, since] = [await turns(), await beats(), performance.now()]
  // Two heartbeats: rounds of upkeep in both workers. By itself each looks every 5 s.
  await until(async () => (await beats()) >= heard + 2, { timeoutMs: 20_000 })
  expect((await turns()) - from).toBeLessThanOrEqual(2 * Math.ceil((performance.now() - since) / 5_000))
  expect(await connection.exists(keys.of('wake', 'mail'))).toBe(0)
  const last = await client.submit(mail('echo', ['last']))
  expect(await connection.exists(keys.of('wake', 'mail'))).toBe(0)
  await client.queues.resume('mail')
  const resumed = performance.now()
  expect(await last.result({ timeoutMs: 5_000 })).toBe('last')
  // By itself a worker looks every 5 s.
  expect(performance.now() - resumed).toBeLessThan(4_500)
})

test('a name, a reason that cannot be is refused by its path', async () => {
  const { client } = await handed()
  await expect(client.queues.pause('a b')).rejects.toMatchObject({ code: 'name-invalid', path: 'queue' })
  await expect(client.queues.pause('mail', { reason: 'x'.repeat(501) })).rejects.toMatchObject({ code: 'request-invalid', path: 'reason' })
  await expect(client.queues.resume('')).rejects.toMatchObject({ code: 'name-invalid' })
})
