import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Client, chord, signature, Worker } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { seeded } from '../support/seed.js'
import { LossyWays } from './faults.js'
import { Journal, journalled, listening } from './journal.js'
import { insist, shaped, specs, troubles } from './trial.js'

const LARGE = process.env.CHORDIS_VERIFY === '1'
/** Every turn of a chain costs two reconnects here, so a large canvas takes as long as its longest path. */
const SIZES = LARGE ? { small: 300, large: 3, most: 2_000 } : { small: 24, large: 1, most: 200 }
const TIMEOUT_MS = LARGE ? 1_500_000 : 200_000
const IN_FLIGHT = 64

describe('while every reply of every script is lost once, random canvases', () => {
  const redis = useRedis()
  const journal = new Journal()
  const namespace = redis.ns()
  const ways = new LossyWays(() => redis.server)
  const workers: Worker[] = []
  let client: Client
  let observer: Client

  beforeAll(async () => {
    const url = await ways.open()
    client = await insist(() => Client.connect({ redis: url, namespace, partitions: 2 }))
    observer = await Client.connect({ redis: redis.url, namespace })
    for (let i = 0; i < 2; i++) {
      const tasks = journalled(journal.write, () => worker.process)
      const worker: Worker = new Worker({ redis: await ways.open(), namespace, tasks, logger: listening(journal.write) })
      workers.push(worker)
    }
    await Promise.all(workers.map((worker) => worker.start()))
  })

  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()))
    await client?.close()
    await observer?.close()
    await ways.close()
  })

  const trial = () => ({ client, observer, journal: () => journal, timeoutMs: TIMEOUT_MS - 10_000, twice: true })

  test(
    'end as the evaluator says',
    async () => {
      const random = seeded()
      const list = [...specs(random, SIZES.small, 60), ...specs(random, SIZES.large, SIZES.most, SIZES.most / 2)]
      list.push(...shaped('mixed', specs(random, SIZES.small / 2, 60)), ...shaped('graph', specs(random, SIZES.small / 2, 60)))
      list.push(...shaped('policies', specs(random, SIZES.small / 2, 60)))
      list.push(...shaped('graph', specs(random, SIZES.large, SIZES.most, SIZES.most / 2)))
      expect(await troubles(trial(), list, IN_FLIGHT)).toEqual([])
    },
    TIMEOUT_MS,
  )

  test('that are stored in pieces are stored once', async () => {
    const values = Array.from({ length: 40 }, (_, k) => String(k).repeat(20_000))
    const header = values.map((value) => signature('const', [], { value }))
    const handle = await insist(() => client.submit(chord(header, signature('node', [], { tag: 'body' })), { id: 'large' }))
    expect(await insist(() => handle.result())).toEqual({ t: 'body', a: [values], k: {} })
    expect((await observer.workflow('large').status()).counts).toMatchObject({ total: 41, success: 41, remaining: 0 })
  })

  test('run no attempt twice and lose no lease: a repeated turn answers what it granted', () => {
    expect(journal.runs.length).toBeGreaterThan(SIZES.small)
    expect(journal.unexplained()).toEqual([])
    expect(journal.entries.filter(({ kind }) => kind === 'lost')).toEqual([])
  })

  test('met a loss of every kind', () => {
    const scripts = ['submit', 'stage', 'activate', 'open', 'turn', 'tend', 'beat', 'wait', 'read'].map((name) => `script:${name}`)
    expect([...ways.hit]).toEqual(expect.arrayContaining([...scripts, 'HMGET']))
  })
})
