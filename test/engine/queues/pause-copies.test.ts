/** Every partition knows which queues are paused, also when the client that paused one died half-way. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PartitionKeys } from '../../../src/engine/redis/keys.js'
import { Namespace } from '../../../src/engine/redis/namespace.js'
import { calls } from '../../../src/engine/redis/scripts.generated.js'
import { RedisCluster } from '../../support/redis-cluster.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { COMMON, call, end, TestEngine } from '../harness.js'

const PARTITIONS = 6
const mail = (i: number) => call('slow', [i], { queue: 'mail' })

describe('on one Redis', () => {
  const redis = useRedis()

  async function opened() {
    const engine = await TestEngine.open(redis.url, PARTITIONS)
    const connection = redis.connect()
    const namespace = new Namespace({ namespace: engine.namespace })
    await namespace.load(connection)
    const copies = () =>
      Promise.all(
        Array.from({ length: PARTITIONS }, (_, partition) =>
          connection.hget(new PartitionKeys(engine.namespace, partition).meta, 'paused'),
        ),
      )
    return { engine, connection, namespace, copies, queues: engine.client.queues }
  }

  test('when a call has answered, every partition knows; when it is repeated, nothing changes', async () => {
    const { queues, copies } = await opened()
    await queues.pause('mail')
    const first = await copies()
    expect(new Set(first).size).toBe(1)
    expect(first[0]).toMatch(/^\d+ ,mail,$/)
    await queues.pause('mail')
    expect(await copies()).toEqual(first)
    await Promise.all([queues.pause('a'), queues.pause('b'), queues.resume('mail'), queues.pause('c')])
    const [last, ...others] = await copies()
    expect(new Set(others)).toEqual(new Set([last]))
    expect((last ?? '').split(' ')[1]?.split(',').filter(Boolean).sort()).toEqual(['a', 'b', 'c'])
  })

  test('a copy that is older than what a partition has changes nothing there; on resume every partition leaves a token where something waits', async () => {
    const { engine, connection, namespace, copies, queues } = await opened()
    await queues.pause('mail')
    const [older] = await copies()
    await queues.pause('other')
    const newer = await copies()
    for (let partition = 0; partition < PARTITIONS; partition++)
      await namespace.runAtEpoch(connection, partition, (epoch) => calls.copypauses(epoch, older as string))
    expect(await copies()).toEqual(newer)
    await Promise.all(Array.from({ length: 100 }, (_, i) => engine.client.submit(mail(i))))
    const tokens = () =>
      Promise.all(
        Array.from({ length: PARTITIONS }, (_, partition) =>
          connection.llen(new PartitionKeys(engine.namespace, partition).of('wake', 'mail')),
        ),
      )
    expect(await tokens()).toEqual([0, 0, 0, 0, 0, 0])
    await queues.resume('mail')
    expect(await tokens()).toEqual([1, 1, 1, 1, 1, 1])
  })

  test('what a client that died between partitions left undone is done by the upkeep of workers, and by the next call', async () => {
    const { engine, connection, namespace, copies, queues } = await opened()
    const [, paused] = await namespace.runAtEpoch(connection, 0, (epoch) => calls.pausequeue(epoch, 'mail', '{"by":null,"reason":null}'))
    expect(await copies()).toEqual([paused, null, null, null, null, null])
    await engine.worker(COMMON)
    await until(async () => (await copies()).every((copy) => copy === paused), { what: 'all partitions know' })
    const [, resumed] = await namespace.runAtEpoch(connection, 0, (epoch) => calls.pausequeue(epoch, 'mail', ''))
    await queues.resume('mail')
    expect(await copies()).toEqual(Array.from({ length: PARTITIONS }, () => resumed))
  })

  test('a home that lost its last second learns from the others, and goes on behind them', async () => {
    const { engine, connection, copies, queues } = await opened()
    await queues.pause('mail')
    const before = await copies()
    await connection.hdel(new PartitionKeys(engine.namespace, 0).meta, 'paused')
    await engine.worker(COMMON)
    await until(async () => (await copies())[0] === before[1], { what: 'the home knows again' })
    await queues.resume('mail')
    expect(new Set(await copies()).size).toBe(1)
    expect((await copies())[0]).toMatch(/^\d+ ,$/)
  })
})

describe('on a Cluster of three masters', () => {
  let cluster: RedisCluster
  beforeAll(async () => {
    cluster = await RedisCluster.start({ masters: 3 })
  }, 60_000)
  afterAll(() => cluster?.stop())

  test('after a pause has answered, nothing that waits begins in any partition; after resume all ends, each once', async () => {
    const engine = await TestEngine.open({ cluster: cluster.urls }, PARTITIONS)
    const { client } = engine
    const runs: number[] = []
    const slow = async (_ctx: unknown, [i]: unknown[]) => {
      runs.push(i as number)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    for (let k = 0; k < 2; k++) await engine.worker({ slow: slow as never }, { queues: ['mail'], concurrency: 3 })
    const handles = await Promise.all(Array.from({ length: 900 }, (_, i) => client.submit(mail(i))))
    await until(() => runs.length > 30, { intervalMs: 1 })
    await client.queues.pause('mail')
    const states = async () => (await Promise.all(handles.map((handle) => handle.status()))).map(({ state }) => state)
    const waiting = (await states()).flatMap((state, i) => (state === 'PENDING' ? [i] : []))
    expect(waiting.length).toBeGreaterThan(100)
    await until(async () => (await states()).every((state) => state === 'SUCCESS' || state === 'PENDING'), { what: 'what ran has ended' })
    expect((await states()).flatMap((state, i) => (state === 'PENDING' ? [i] : []))).toEqual(waiting)
    await client.queues.resume('mail')
    for (const handle of handles) await end(handle)
    expect([...runs].sort((a, b) => a - b)).toEqual(handles.map((_, i) => i))
  })
})
