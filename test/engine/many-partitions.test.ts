/** The sweep for dead processes must keep its pace however many partitions there are, and however slowly Redis answers. */
import { expect, onTestFinished, test } from 'vitest'
import { Worker } from '../../src/engine/index.js'
import { newWorkflowId } from '../../src/engine/protocol/ids.js'
import { RedisProxy } from '../support/proxy.js'
import { useRedis } from '../support/redis-server.js'
import { Hand } from './hand.js'
import { COMMON, call, registryOf, TestEngine } from './harness.js'

const redis = useRedis()

/** One after another, a round over all partitions would take 3.2 s: more than the lease. */
const PARTITIONS = 64
const ROUND_TRIP_MS = 50
const LEASE_MS = 1_500

test('what a dead process held in one of 64 partitions runs again although every answer of Redis takes 50 ms', async () => {
  const engine = await TestEngine.open(redis.url, PARTITIONS)
  const hand = await Hand.open(redis.connect(), engine, ['echo'], 'dead')
  const handle = await engine.client.submit(call('echo', ['again']), { id: newWorkflowId(0) })
  expect((await hand.turn(1, 1, []))[4]).toHaveLength(1)
  const proxy = await RedisProxy.start(redis.server)
  onTestFinished(() => proxy.close())
  proxy.delay(ROUND_TRIP_MS)
  const worker = new Worker({ redis: proxy.url, namespace: engine.namespace, tasks: registryOf(COMMON), leaseMs: LEASE_MS })
  await worker.start()
  onTestFinished(() => worker.stop({ graceMs: 200 }))
  expect(await handle.result({ timeoutMs: 20_000 })).toBe('again')
}, 60_000)
