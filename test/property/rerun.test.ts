import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Client, Worker } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { seeded } from '../support/seed.js'
import { LossyWays } from './faults.js'
import { Journal, listening } from './journal.js'
import { faultyTasks } from './requeue-trial.js'
import { rerunTroubles } from './rerun-trial.js'
import { insist, shaped, specs } from './trial.js'

const LARGE = process.env.CHORDIS_VERIFY === '1'
/** How many canvases of at most how many nodes. */
const SIZES = LARGE ? { small: 1_500, large: 10, most: 2_000, lossy: 200 } : { small: 40, large: 1, most: 400, lossy: 6 }
const TIMEOUT_MS = LARGE ? 1_500_000 : 200_000

describe('random canvases whose tasks fail or are revoked, and which are retried from there, then run again from random tasks', () => {
  const redis = useRedis()
  const journal = new Journal()
  const namespace = redis.ns()
  const workers: Worker[] = []
  let client: Client
  let connection: Redis

  beforeAll(async () => {
    connection = new Redis(redis.url)
    client = await Client.connect({ redis: redis.url, namespace, partitions: 2 })
    for (let i = 0; i < 2; i++) workers.push(await started(redis.url, namespace, journal))
  })

  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()))
    await client?.close()
    connection?.disconnect()
  })

  const trial = () => ({ client, observer: client, redis: connection, namespace, journal: () => journal, timeoutMs: TIMEOUT_MS - 10_000 })

  test(
    'end as if nothing had happened: outcome, every record, counts and dead letters',
    async () => {
      expect(await rerunTroubles(trial(), specs(seeded(), SIZES.small, 60))).toEqual([])
    },
    TIMEOUT_MS,
  )

  test(
    'with error callbacks that were called end as if they had not been',
    async () => {
      expect(await rerunTroubles({ ...trial(), callbacks: true }, specs(seeded(), SIZES.small, 60))).toEqual([])
    },
    TIMEOUT_MS,
  )

  test(
    'with plain graphs among their compounds end as if nothing had happened',
    async () => {
      expect(await rerunTroubles(trial(), shaped('mixed', specs(seeded(), SIZES.small, 60)))).toEqual([])
      expect(await rerunTroubles(trial(), shaped('graph', specs(seeded(), SIZES.small, 60)))).toEqual([])
    },
    TIMEOUT_MS,
  )

  test(
    'that are so large that they are opened in steps end as if nothing had happened',
    async () => {
      expect(await rerunTroubles(trial(), specs(seeded(), SIZES.large, SIZES.most, SIZES.most / 2))).toEqual([])
      expect(await rerunTroubles(trial(), shaped('graph', specs(seeded(), SIZES.large, SIZES.most / 2, SIZES.most / 4)))).toEqual([])
    },
    TIMEOUT_MS,
  )
})

describe('random canvases that are retried and run again while every reply is lost once', () => {
  const redis = useRedis()
  const journal = new Journal()
  const namespace = redis.ns()
  const workers: Worker[] = []
  const ways = new LossyWays(() => redis.server)
  let client: Client
  let observer: Client
  let connection: Redis

  beforeAll(async () => {
    connection = new Redis(redis.url)
    const url = await ways.open()
    client = await insist(() => Client.connect({ redis: url, namespace, partitions: 2 }))
    observer = await Client.connect({ redis: redis.url, namespace })
    for (let i = 0; i < 2; i++) workers.push(await started(await ways.open(), namespace, journal))
  })

  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()))
    await client?.close()
    await observer?.close()
    connection?.disconnect()
    await ways.close()
  })

  test(
    'end as if nothing had happened',
    async () => {
      const options = { client, observer, redis: connection, namespace, journal: () => journal, timeoutMs: TIMEOUT_MS - 10_000 }
      const random = seeded()
      const list = [...specs(random, SIZES.lossy, 40), ...shaped('graph', specs(random, SIZES.lossy, 40))]
      expect(await rerunTroubles(options, list, 50)).toEqual([])
      expect([...ways.hit]).toEqual(expect.arrayContaining(['script:rerun', 'script:revoke']))
    },
    TIMEOUT_MS,
  )
})

async function started(url: string, namespace: string, journal: Journal): Promise<Worker> {
  const tasks = faultyTasks(journal.write, () => worker.process)
  const worker: Worker = new Worker({ redis: url, namespace, tasks, logger: listening(journal.write) })
  await worker.start()
  return worker
}
