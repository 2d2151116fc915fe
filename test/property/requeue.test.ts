import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Client, Worker } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { seeded } from '../support/seed.js'
import { Journal, listening } from './journal.js'
import { faultyTasks, requeueTroubles } from './requeue-trial.js'
import { shaped, specs } from './trial.js'

const LARGE = process.env.CHORDIS_VERIFY === '1'
/** How many canvases of at most how many nodes. */
const SIZES = LARGE ? { small: 1_500, large: 20 } : { small: 150, large: 3 }

describe('random canvases whose tasks fail, and whose dead letters are requeued in any order', () => {
  const redis = useRedis()
  const journal = new Journal()
  const namespace = redis.ns()
  const workers: Worker[] = []
  let client: Client
  let connection: Redis

  beforeAll(async () => {
    connection = new Redis(redis.url)
    client = await Client.connect({ redis: redis.url, namespace, partitions: 2 })
    for (let i = 0; i < 2; i++) {
      const worker: Worker = new Worker({
        redis: redis.url,
        namespace,
        tasks: faultyTasks(journal.write, () => worker.process),
        logger: listening(journal.write),
      })
      workers.push(worker)
    }
    await Promise.all(workers.map((worker) => worker.start()))
  })

  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()))
    await client?.close()
    connection?.disconnect()
  })

  const trial = () => ({ client, observer: client, redis: connection, namespace, journal: () => journal })

  test('end as if nothing had failed: outcome, marks of callbacks, every record, counts and the index', async () => {
    expect(await requeueTroubles(trial(), specs(seeded(), SIZES.small, 60))).toEqual([])
  })

  test('with plain graphs among their compounds end as if nothing had failed', async () => {
    expect(await requeueTroubles(trial(), shaped('mixed', specs(seeded(), SIZES.small, 60)))).toEqual([])
    expect(await requeueTroubles(trial(), shaped('graph', specs(seeded(), SIZES.small, 60)))).toEqual([])
  })

  test('of up to 2,000 nodes end as if nothing had failed', async () => {
    expect(await requeueTroubles(trial(), specs(seeded(), SIZES.large, 2_000, 1_000))).toEqual([])
    expect(await requeueTroubles(trial(), shaped('graph', specs(seeded(), SIZES.large, 2_000, 1_000)))).toEqual([])
  })

  test('run no attempt of a node twice', () => {
    expect(journal.runs.length).toBeGreaterThan(SIZES.small)
    expect(journal.unexplained()).toEqual([])
    expect(journal.entries.filter(({ kind }) => kind === 'lost' || kind === 'late')).toEqual([])
  })
})
