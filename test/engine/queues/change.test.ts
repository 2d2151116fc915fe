/** What waits in a queue is purged, or moved to another one, in steps, while workers take from it: every task ends once, and no doctor finds anything. */
import { describe, expect, test } from 'vitest'
import { type Canvas, chain, chord, group } from '../../../src/engine/index.js'
import { PartitionKeys } from '../../../src/engine/redis/keys.js'
import { Namespace } from '../../../src/engine/redis/namespace.js'
import { calls } from '../../../src/engine/redis/scripts.generated.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { allOf, type Grant, Hand } from '../hand.js'
import { COMMON, call, end, Gate, TestEngine } from '../harness.js'

const redis = useRedis()
const mail = (task: string, args: unknown[] = []) => call(task, args, { queue: 'mail' })
const indexes = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

async function opened(partitions = 1) {
  const engine = await TestEngine.open(redis.url, partitions)
  const { client } = engine
  /** Nothing is wrong with any workflow, and nothing was ever repaired. */
  const healthy = async (): Promise<void> => {
    const { findings, repairs } = await client.doctor({ fix: true })
    expect(findings.filter(({ code }) => code !== 'redis-not-persistent')).toEqual([])
    expect(repairs).toEqual({})
  }
  const submitAll = (canvases: readonly Canvas[]) => Promise.all(canvases.map((canvas) => client.submit(canvas)))
  return {
    engine,
    client,
    queues: client.queues,
    connection: redis.connect(),
    keys: new PartitionKeys(engine.namespace, 0),
    healthy,
    submitAll,
  }
}

const purged = { state: 'REVOKED', error: { type: 'TaskRevokedError', message: 'purged', code: 'purged' } }

describe('purge', () => {
  test('what waits ends REVOKED, what depends on it SKIPPED, and what is leased or delayed goes on', async () => {
    const { engine, client, queues, healthy } = await opened(3)
    const gate = new Gate()
    await engine.worker({ ...COMMON, held: gate.handler }, { queues: ['mail', 'default'], concurrency: 1, prefetch: 0 } as never)
    const held = await client.submit(mail('held', [1]))
    await gate.entries(1)
    await queues.pause('mail')
    const [plain, chained, chorded, delayed, elsewhere] = await Promise.all([
      client.submit(mail('echo', [1])),
      client.submit(chain(mail('echo', [1]), call('echo'))),
      client.submit(chord([mail('echo', [1]), call('echo', [2])], call('add'))),
      client.submit(mail('echo', ['late']).set({ countdown: 1 })),
      client.submit(call('echo', ['else'])),
    ])
    expect(await queues.purge('mail', { dryRun: true })).toEqual({ tasks: 3 })
    expect(await queues.purge('mail')).toEqual({ tasks: 3 })
    expect(await queues.purge('mail')).toEqual({ tasks: 0 })
    await queues.resume('mail')
    gate.open()
    expect((await end(plain)).outcome).toMatchObject(purged)
    expect((await end(chained)).nodes.map(({ state }) => state)).toEqual(['REVOKED', 'SKIPPED'])
    expect((await end(chorded)).nodes.map(({ state }) => state)).toEqual(['REVOKED', 'SUCCESS', 'FAILURE'])
    expect((await end(held)).outcome).toMatchObject({ state: 'SUCCESS' })
    expect((await end(delayed)).outcome).toMatchObject({ result: 'late' })
    expect((await end(elsewhere)).outcome).toMatchObject({ result: 'else' })
    await healthy()
  })

  test('a group of 10,000 is one entry: it is ended in steps, and the chord behind it once', async () => {
    const { client, queues, connection, keys, healthy } = await opened()
    const handle = await client.submit(
      chord(
        indexes(10_000).map((i) => mail('echo', [i])),
        call('add'),
      ),
    )
    await until(async () => (await queues.list()).some(({ name, ready }) => name === 'mail' && ready === 10_000))
    expect(await connection.llen(keys.of('ready', 'mail:0'))).toBeLessThan(100)
    const progress: number[] = []
    expect(await queues.purge('mail', { onProgress: (tasks) => progress.push(tasks) })).toEqual({ tasks: 10_000 })
    expect(progress.length).toBeGreaterThanOrEqual(20)
    expect(progress.at(-1)).toBe(10_000)
    expect((await handle.status()).counts).toMatchObject({ revoked: 10_000, failure: 1, remaining: 0 })
    expect((await handle.status()).ended).toBe(true)
    expect(await connection.hkeys(keys.of('active'))).toEqual([])
    await healthy()
  })

  test('of one task only: others keep their places, also when a worker takes from the head meanwhile', async () => {
    const { engine, queues, connection, healthy, submitAll } = await opened()
    const handles = await submitAll(indexes(3_000).map((i) => mail(i % 3 === 0 ? 'bad' : 'echo', [i])))
    const hand = await Hand.open(connection, engine, ['echo', 'bad'], 'hand')
    const leased: Grant[] = []
    const sequences: number[] = []
    let taking: Promise<unknown> = Promise.resolve()
    const { tasks } = await queues.purge('mail', {
      task: 'bad',
      onProgress: () => {
        taking = taking.then(async () => {
          const [, , , , grants] = await hand.turn(0, 100, [], ',mail,')
          leased.push(...grants)
          sequences.push(...grants.map(() => hand.sequence))
        })
      },
    })
    await taking
    const bad = handles.filter((_, i) => i % 3 === 0)
    const states = await Promise.all(bad.map(async (handle) => (await handle.status()).state))
    const started = states.filter((state) => state === 'STARTED').length
    expect(states.filter((state) => state === 'REVOKED').length).toBe(tasks)
    expect(tasks + started).toBe(1_000)
    for (const [k, grant] of leased.entries()) await hand.turn(0, 0, lones(grant, sequences[k] as number), ',mail,')
    const rest = await queues.peek('mail', { limit: 1_000, args: true })
    const order = rest.map(({ args }) => args?.[0] as number)
    expect(order).toEqual([...order].sort((a, b) => a - b))
    await engine.worker(COMMON, { queues: ['mail'] })
    for (const [i, handle] of handles.entries()) if (i % 3 !== 0) expect([0, i]).toContain(await handle.result({ timeoutMs: 10_000 }))
    await healthy()
  })

  test('a list of which all was taken, task by task, is empty, and its queue is drained', async () => {
    const { queues, connection, keys, submitAll } = await opened()
    await submitAll(indexes(450).map((i) => mail(i % 2 ? 'odd' : 'even', [i])))
    expect(await queues.purge('mail', { task: 'odd' })).toEqual({ tasks: 225 })
    expect((await queues.list())[0]).toMatchObject({ ready: 225 })
    expect(await queues.move('mail', 'post', { task: 'even' })).toEqual({ tasks: 225 })
    expect(await connection.exists(keys.of('ready', 'mail:0'))).toBe(0)
    await queues.drain('mail', { timeoutMs: 5_000 })
  })

  test('what is leased is not touched, although an entry names it once more', async () => {
    const { engine, client, queues, connection, keys, healthy } = await opened()
    const hand = await Hand.open(connection, engine, ['echo'], 'hand')
    const handle = await client.submit(chain(mail('echo', [1]), mail('echo')))
    const entry = (await connection.lrange(keys.of('ready', 'mail:0'), 0, -1))[0] as string
    const [, , , , grants] = await hand.turn(2, 1, [], ',mail,')
    await connection.rpush(keys.of('ready', 'mail:0'), entry)
    await connection.hset(keys.of('active'), 'mail:0', '1')
    expect(await queues.purge('mail')).toEqual({ tasks: 0 })
    await hand.turn(0, 0, allOf(grants[0] as Grant, 1, 'S|5'))
    expect((await handle.status()).counts).toMatchObject({ success: 1, remaining: 1, revoked: 0 })
    await healthy()
  })

  test('what no worker knows is purged as well', async () => {
    const { engine, queues, client, connection } = await opened()
    const hand = await Hand.open(connection, engine, [], 'hand')
    const handle = await client.submit(mail('strange', [1]))
    await hand.turn(2, 10, [], ',mail,')
    expect(await queues.list()).toMatchObject([{ name: 'mail', ready: 0, parked: 1 }])
    expect(await queues.purge('mail')).toEqual({ tasks: 1 })
    expect((await end(handle)).outcome).toMatchObject(purged)
    expect(await queues.list()).toEqual([])
  })
})

/** Completions of tasks of their own, as a worker says them. */
function lones([head, , , , ids = '']: Grant & { 4?: string }, sequence: number): string[] {
  const [, , , template = ''] = head.split('|')
  const records = ids.split(',').map(() => 'S|0')
  return [ids, '1', '', template, `0:${sequence}`, '*', records.join('\x1e')]
}

describe('move', () => {
  test('what waits goes behind what waits elsewhere, in its order and priority, and runs there once', async () => {
    const { engine, client, queues, healthy, submitAll } = await opened(2)
    const handles = await submitAll([
      ...indexes(700).map((i) => mail('echo', [i])),
      ...indexes(3).map((i) => mail('echo', [1_000 + i]).set({ priority: 2 })),
      group(indexes(2_000).map((i) => mail('echo', [i]))),
    ])
    const first = await client.submit(call('echo', ['first'], { queue: 'post' }))
    const before = await queues.peek('mail', { limit: 600, args: true })
    expect(await queues.move('mail', 'post', { dryRun: true })).toEqual({ tasks: 2_703 })
    expect(await queues.move('mail', 'post')).toEqual({ tasks: 2_703 })
    expect(await queues.list()).toMatchObject([{ name: 'post', ready: 2_704, byPriority: { 0: 2_701, 2: 3 } }])
    const after = await queues.peek('post', { limit: 1_000, args: true })
    const ids = after.map(({ id }) => id).filter((id) => !id.startsWith(first.id))
    const partitionOf = (id: string): string => id.slice(0, 2)
    for (const partition of ['00', '01']) {
      const order = before.map(({ id }) => id).filter((id) => partitionOf(id) === partition)
      expect(ids.filter((id) => partitionOf(id) === partition).slice(0, order.length)).toEqual(order)
    }
    await healthy()
    const runs = new Map<string, number>()
    const echo = (ctx: { id: string }, [value]: unknown[]) => {
      runs.set(ctx.id, (runs.get(ctx.id) ?? 0) + 1)
      return value
    }
    await engine.worker({ echo: echo as never }, { queues: ['post'] })
    for (const handle of [...handles, first]) await end(handle)
    expect(runs.size).toBe(2_704)
    expect([...runs.values()].every((count) => count === 1)).toBe(true)
    await healthy()
  })

  test('a moved task stays moved: what is given back and what is tried again waits in the new queue, and a doctor finds it', async () => {
    const { engine, client, queues, connection, keys, healthy } = await opened()
    const hand = await Hand.open(connection, engine, ['echo'], 'hand')
    const handle = await client.submit(chain(mail('echo', [1]), mail('echo')))
    await queues.move('mail', 'a')
    await queues.move('a', 'b')
    await queues.move('b', 'a')
    const [, , , , grants] = await hand.turn(2, 5, [], ',a,')
    await hand.turn(0, 0, allOf(grants[0] as Grant, 1, 'r0|2||1|{"type":"Error","message":"m"}'))
    expect(await connection.lrange(keys.of('ready', 'a:0'), 0, -1)).toHaveLength(1)
    await healthy()
    const again = await hand.turn(2, 5, [], ',a,')
    await hand.turn(0, 0, allOf(again[4][0] as Grant, hand.sequence, 'b|'))
    expect(await queues.list()).toMatchObject([{ name: 'a', ready: 1 }])
    await healthy()
    const unknowing = await Hand.open(connection, engine, [], 'unknowing')
    await unknowing.turn(2, 5, [], ',a,')
    expect(await queues.list()).toMatchObject([{ name: 'a', ready: 0, parked: 1 }])
    await healthy()
    // Its entry is lost: the doctor makes one where the canvas says.
    await connection.del(keys.of('parked', 'a:0:echo'))
    expect((await client.doctor({ fix: true })).findings.filter(({ workflow }) => workflow)).toMatchObject([
      { code: 'entry-missing', state: 'repaired' },
    ])
    expect(await queues.list()).toMatchObject([{ name: 'mail', ready: 1 }])
    await engine.worker(COMMON, { queues: ['mail'] })
    expect((await end(handle)).outcome).toMatchObject({ state: 'SUCCESS', result: 1 })
  })

  test('a doctor finds moved tasks in the middle of a list that is too long for a script, and its script finds them by itself in a short one', async () => {
    const { engine, queues, connection, keys, healthy, submitAll } = await opened()
    const handles = await submitAll(indexes(2_500).map((i) => mail('echo', [i])))
    await queues.move('mail', 'post')
    await healthy()
    const namespace = new Namespace({ namespace: engine.namespace })
    await namespace.load(connection)
    await connection.ltrim(keys.of('ready', 'post:0'), 0, 99)
    const judged = async (index: number) => {
      const { id } = handles[index] as (typeof handles)[number]
      const call = (epoch: string) => calls.mendentry(epoch, id, '1', '', 0, '0', '', 'entry-missing', 0, 0)
      return (await namespace.runAtEpoch(connection, 0, call))[0]
    }
    expect([await judged(50), await judged(150)]).toEqual(['fine', 'fault'])
  })

  test('a move in the middle of fetching loses nothing and doubles nothing, whatever its limit and task', async () => {
    const { engine, queues, submitAll, healthy } = await opened(2)
    const runs = new Map<number, number>()
    const count = (_ctx: unknown, [i]: unknown[]) => void runs.set(i as number, (runs.get(i as number) ?? 0) + 1)
    const handles = await submitAll([
      ...indexes(4_000).map((i) => mail(i % 2 ? 'count' : 'other', [i])),
      group(indexes(3_000).map((i) => mail('count', [10_000 + i]))),
    ])
    for (const queue of ['mail', 'post'])
      await engine.worker({ count: count as never, other: count as never }, { queues: [queue], concurrency: 20 })
    const moved = await Promise.all([
      queues.move('mail', 'post', { limit: 700 }),
      queues.move('mail', 'post', { task: 'other', limit: 300 }),
      queues.move('mail', 'post', { task: 'count' }),
    ])
    expect(moved.every(({ tasks }) => tasks > 0)).toBe(true)
    expect(moved[0].tasks).toBeLessThanOrEqual(700)
    for (const handle of handles) await end(handle)
    expect(runs.size).toBe(7_000)
    expect([...runs.values()].filter((times) => times !== 1)).toEqual([])
    await healthy()
  })

  test('to itself, or to what is no name, is refused', async () => {
    const { queues } = await opened()
    await expect(queues.move('a', 'a')).rejects.toMatchObject({ code: 'request-invalid', path: 'to' })
    await expect(queues.move('a', 'b c')).rejects.toMatchObject({ code: 'name-invalid', path: 'to' })
    await expect(queues.purge('a', { task: 'x y' })).rejects.toMatchObject({ code: 'name-invalid', path: 'task' })
  })
})
