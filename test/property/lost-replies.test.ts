import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Client, Worker } from '../../src/engine/index.js'
import { RedisProxy } from '../support/proxy.js'
import { useRedis } from '../support/redis-server.js'
import { seeded } from '../support/seed.js'
import { loseEveryReplyOnce } from './faults.js'
import { Journal, journalled, listening } from './journal.js'
import { insist, specs, troubles } from './trial.js'

const LARGE = process.env.CHORDIS_VERIFY === '1'
const SIZES = LARGE ? { small: 600, large: 8 } : { small: 48, large: 1 }

describe('while every reply of every script is lost once, random canvases', () => {
  const redis = useRedis()
  const journal = new Journal()
  const namespace = redis.ns()
  const proxies: RedisProxy[] = []
  const workers: Worker[] = []
  let client: Client

  /** A way to Redis of its own, so that one party's losses are not another's. */
  async function lossy(): Promise<string> {
    const proxy = await RedisProxy.start(redis.server)
    proxies.push(proxy)
    loseEveryReplyOnce(proxy)
    return proxy.url
  }

  beforeAll(async () => {
    const url = await lossy()
    client = await insist(() => Client.connect({ redis: url, namespace, partitions: 2 }))
    for (let i = 0; i < 2; i++) {
      const tasks = journalled(journal.write, () => worker.process)
      const worker: Worker = new Worker({ redis: await lossy(), namespace, tasks, logger: listening(journal.write) })
      workers.push(worker)
    }
    await Promise.all(workers.map((worker) => worker.start()))
  })

  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()))
    await client?.close()
    await Promise.all(proxies.map((proxy) => proxy.close()))
  })

  const trial = () => ({ client, journal: () => journal, twice: true })

  test('of up to 60 nodes end as the evaluator says', async () => {
    expect(await troubles(trial(), specs(seeded(), SIZES.small, 60), SIZES.small)).toEqual([])
  })

  test('of up to 2,000 nodes end as the evaluator says', async () => {
    expect(await troubles(trial(), specs(seeded(), SIZES.large, 2_000, 1_000))).toEqual([])
  })

  test('run no attempt twice and lose no lease: a repeated turn answers what it granted', () => {
    expect(journal.runs.length).toBeGreaterThan(SIZES.small)
    expect(journal.unexplained()).toEqual([])
    expect(journal.entries.filter(({ kind }) => kind === 'lost')).toEqual([])
  })
})
