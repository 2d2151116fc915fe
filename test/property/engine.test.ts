import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Client, Worker } from '../../src/engine/index.js'
import { randomCanvas } from '../support/random-canvas.js'
import { useRedis } from '../support/redis-server.js'
import { seeded } from '../support/seed.js'
import { Journal, journalled, listening } from './journal.js'
import { forgotten } from './keys.js'
import { shaped, specs, troubles } from './trial.js'

const LARGE = process.env.CHORDIS_VERIFY === '1'
/** How many canvases of at most how many nodes. */
const SIZES = LARGE ? { small: 3_000, large: 60, kept: 500 } : { small: 300, large: 8, kept: 60 }

describe('random canvases on a real engine', () => {
  const redis = useRedis()
  const journal = new Journal()
  const namespace = redis.ns()
  const workers: Worker[] = []
  let client: Client

  beforeAll(async () => {
    client = await Client.connect({ redis: redis.url, namespace, partitions: 3 })
    for (let i = 0; i < 2; i++) {
      const tasks = journalled(journal.write, () => worker.process)
      const worker: Worker = new Worker({ redis: redis.url, namespace, tasks, logger: listening(journal.write) })
      workers.push(worker)
    }
    await Promise.all(workers.map((worker) => worker.start()))
  })

  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()))
    await client?.close()
  })

  const trial = () => ({ client, journal: () => journal })

  test('of up to 60 nodes end as the evaluator says, with every node terminal and counted once', async () => {
    expect(await troubles(trial(), specs(seeded(), SIZES.small, 60))).toEqual([])
  })

  test('of up to 2,000 nodes end as the evaluator says, with every node terminal and counted once', async () => {
    expect(await troubles(trial(), specs(seeded(), SIZES.large, 2_000, 1_000))).toEqual([])
  })

  test('with plain graphs among their compounds end as the evaluator says', async () => {
    expect(await troubles(trial(), shaped('mixed', specs(seeded(), SIZES.small, 60)))).toEqual([])
    expect(await troubles(trial(), shaped('mixed', specs(seeded(), SIZES.large, 2_000, 1_000)))).toEqual([])
  })

  test('with chords that collect the outcomes of their headers end as the evaluator says', async () => {
    expect(await troubles(trial(), shaped('policies', specs(seeded(), SIZES.small, 60)))).toEqual([])
    expect(await troubles(trial(), shaped('policies', specs(seeded(), SIZES.large, 2_000, 1_000)))).toEqual([])
  })

  test('that are one plain graph of up to 2,000 parts end as the evaluator says', async () => {
    expect(await troubles(trial(), shaped('graph', specs(seeded(), SIZES.small, 60)))).toEqual([])
    expect(await troubles(trial(), shaped('graph', specs(seeded(), SIZES.large, 2_000, 1_000)))).toEqual([])
  })

  test('fire every join once: no attempt of a node ran twice, no lease was lost', () => {
    expect(journal.runs.length).toBeGreaterThan(SIZES.small)
    expect(journal.unexplained()).toEqual([])
    expect(journal.entries.filter(({ kind }) => kind === 'lost' || kind === 'late')).toEqual([])
  })

  test('leave no key of theirs after their retention, and workers none after they leave', async () => {
    const own = redis.ns()
    const short = await Client.connect({ redis: redis.url, namespace: own, partitions: 2 })
    const worker: Worker = new Worker({ redis: redis.url, namespace: own, tasks: journalled(journal.write, () => worker.process) })
    await worker.start()
    const list = specs(seeded(), SIZES.kept, 60)
    const handles = await Promise.all(list.map((spec) => short.submit(randomCanvas({ ...spec, caseId: 'c' }), { retentionMs: 0 })))
    await forgotten(redis.server, own, { workers: true })
    for (const handle of handles) await expect(handle.status()).rejects.toMatchObject({ code: 'not-found' })
    await worker.stop()
    await forgotten(redis.server, own, { workers: false })
    await short.close()
  })
})
