/** A worker that was lost by mistake opens its lanes again at once, and holds a whole lease from then on, whether its heart has beaten yet or not. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { Tender } from '../../src/engine/maintenance/tender.js'
import { connect } from '../../src/engine/redis/connection.js'
import { Namespace } from '../../src/engine/redis/namespace.js'
import { calls } from '../../src/engine/redis/scripts.generated.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { Hand } from './hand.js'
import { TestEngine } from './harness.js'

const redis = useRedis()
const LEASE_MS = 400
const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

test('every sweeper counts a new lease from the moment at which it opened', async () => {
  const engine = await TestEngine.open(redis.url)
  const connection = (await connect(engine.redis, 'worker')) as Redis
  onTestFinished(() => connection.disconnect())
  const namespace = new Namespace({ namespace: engine.namespace })
  await namespace.load(connection)
  const counter = () => connection.hget(namespace.keys(0).of('beats'), 'silent')
  await Hand.open(connection, engine, ['echo'], 'silent')
  for (let k = 0; k < 3; k++) {
    const tender = new Tender({
      ...{ connection, namespace, process: `sweeper-${k}`, logger: SILENT, leaseMs: LEASE_MS, intervalMs: 20, maxDeliveries: 3 },
      ...{ random: () => 0.5, seen: () => undefined, suspect: () => undefined },
    })
    tender.start()
    onTestFinished(() => tender.stop())
  }
  let opened = 0
  for (let k = 0; k < 4; k++) {
    await until(async () => (await counter()) === null, { intervalMs: 1, what: 'it is lost: its heart never beats' })
    expect(performance.now() - opened).toBeGreaterThan(LEASE_MS)
    await namespace.runAtEpoch(connection, 0, (epoch) => calls.open(epoch, 'silent', 0, 0, '{}', '', ['echo']))
    opened = performance.now()
    await sleep(1)
  }
}, 30_000)
