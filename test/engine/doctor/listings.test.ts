/** What the index of workflows says is held against the workflows, and mended. */
import { expect, test } from 'vitest'
import { chain, type FindingCode } from '../../../src/engine/index.js'
import { PartitionKeys } from '../../../src/engine/redis/keys.js'
import { Namespace } from '../../../src/engine/redis/namespace.js'
import { calls } from '../../../src/engine/redis/scripts.generated.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { COMMON, call, Gate, TestEngine } from '../harness.js'

const redis = useRedis({ appendonly: true })

/** A plain task that waits, two that have started, one that ended, and a canvas with a tag of a tenant. */
async function scene() {
  const engine = await TestEngine.open(redis.url)
  const gate = new Gate()
  await engine.worker({ ...COMMON, gate: gate.handler })
  const { client } = engine
  const waits = await client.submit(call('unknown'))
  for (let k = 0; k < 2; k++) await client.submit(call('gate'))
  const { handle: ended } = await engine.run(call('echo'))
  const tagged = await client.submit(chain(call('unknown'), call('echo')), { tags: ['a'], tenant: 'acme' })
  await gate.entries(2)
  await until(async () => (await client.workflows.count()).STARTED === 2)
  return { engine, gate, ids: { waits: waits.id, ended: ended.id, tagged: tagged.id }, keys: new PartitionKeys(engine.namespace, 0) }
}

type Scene = Awaited<ReturnType<typeof scene>>
const COUNTS = { PENDING: 2, STARTED: 2, SUCCESS: 1, FAILURE: 0, REVOKED: 0, total: 5 }

const VANDALS: [string, FindingCode, (scene: Scene) => (string | number)[]][] = [
  ['an entry is gone', 'listing-wrong', ({ keys, ids }) => ['ZREM', keys.of('listed', '-'), ids.waits]],
  ['an entry stands in another state', 'listing-wrong', ({ keys, ids }) => ['ZADD', keys.of('listed', 'acme'), 3e13 + 1.7e12, ids.tagged]],
  ['an entry of a tenant is gone among those of all', 'listing-wrong', ({ keys, ids }) => ['ZREM', keys.of('listed', '*'), ids.tagged]],
  ['all labels are gone', 'listing-wrong', ({ keys }) => ['DEL', keys.of('labels')]],
  ['a workflow is listed that is not there', 'listing-orphaned', ({ keys }) => ['ZADD', keys.of('listed', '-'), 1.7e12, 'nobody']],
  [
    'a workflow is listed under another tenant',
    'listing-orphaned',
    ({ keys, ids }) => ['ZADD', keys.of('listed', 'other'), 1.17e13, ids.waits],
  ],
  [
    'a label is none of the workflow',
    'listing-orphaned',
    ({ keys, ids }) => ['ZADD', keys.of('labels'), 0, `t:b:1700000000000:${ids.tagged}`],
  ],
  ['a workflow has ended that is not there', 'listing-orphaned', ({ keys }) => ['ZADD', keys.of('ended'), 9e15, 'nobody']],
  ['the count of what has started is too large', 'started-miscounted', ({ keys }) => ['HINCRBY', keys.of('counts'), 's', 5]],
  ['the count of what has started is gone', 'started-miscounted', ({ keys }) => ['DEL', keys.of('counts')]],
]

test.each(VANDALS)('%s: %s is found and mended, and the counts are right again', async (_name, code, vandalise) => {
  const made = await scene()
  const { engine } = made
  expect((await engine.client.doctor()).findings).toEqual([])
  const [command, ...rest] = vandalise(made)
  await redis.server.call(command as string, ...rest)
  expect((await engine.client.doctor()).findings).toMatchObject([{ code, state: 'found' }])
  expect((await engine.client.doctor({ fix: true })).findings).toMatchObject([{ code, state: 'repaired' }])
  const { findings, repairs } = await engine.client.doctor()
  expect({ findings, repairs }).toEqual({ findings: [], repairs: { [code]: 1 } })
  expect(await engine.client.workflows.count()).toEqual(COUNTS)
  expect(await engine.client.workflows.count({ tenant: 'acme' })).toMatchObject({ PENDING: 1, total: 1 })
  expect((await engine.client.workflows.list({ tag: 'a' })).workflows).toMatchObject([{ id: made.ids.tagged }])
  made.gate.open()
  await until(async () => (await engine.client.workflows.count()).SUCCESS === 3)
})

test('a recount is right although tasks start and end while it goes on', async () => {
  const engine = await TestEngine.open(redis.url)
  const { client } = engine
  const gate = new Gate()
  for (let k = 0; k < 1_500; k++) void client.submit(call(k % 2 === 0 ? 'gate' : 'unknown'))
  await until(async () => (await client.workflows.count()).PENDING === 1_500)
  await engine.worker({ gate: gate.handler, echo: () => 1 }, { concurrency: 300 })
  await gate.entries(300)
  // The newest, and started when the first step passes them.
  const late = new Gate()
  await engine.worker({ late: late.handler })
  await Promise.all([1, 2, 3].map(() => client.submit(call('late'))))
  await late.entries(3)
  const keys = new PartitionKeys(engine.namespace, 0)
  await redis.server.call('HINCRBY', keys.of('counts'), 's', 7)
  const namespace = new Namespace({ namespace: engine.namespace })
  const connection = redis.connect()
  await namespace.load(connection)
  const step = (begin: number) => namespace.runAtEpoch(connection, 0, (epoch) => calls.mendcount(epoch, begin, 1))
  expect(await step(1)).toEqual(['more'])
  // What it has passed and what it has not ends, and others start in their places.
  late.open()
  gate.open()
  await until(async () => (await redis.server.call('ZCARD', keys.of('ended'))) === 753)
  const { handle } = await engine.run(call('echo'))
  expect(await handle.state()).toBe('SUCCESS')
  let [answer] = await step(0)
  while (answer === 'more') [answer] = await step(0)
  expect(answer).toBe('mended')
  expect(await redis.server.call('HGETALL', keys.of('counts'))).toEqual(['s', '0'])
  expect(await client.workflows.count()).toMatchObject({ PENDING: 750, STARTED: 0, SUCCESS: 754 })
})
