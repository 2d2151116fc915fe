import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Client, Worker } from '../../src/engine/index.js'
import { InlineChordis } from '../../src/engine/testing/index.js'
import { conformanceTasks } from '../conformance/tasks.js'
import { useRedis } from '../support/redis-server.js'
import { seeded } from '../support/seed.js'
import { cancelTroubles } from './cancel-trial.js'
import { LossyWays } from './faults.js'
import { Journal, journalled, listening } from './journal.js'
import { insist, type Spec, specs, troublesOf } from './trial.js'

const LARGE = process.env.CHORDIS_VERIFY === '1'
const SIZES = LARGE ? { inline: 3_000, real: 2_000, wide: 40, lossy: 300 } : { inline: 400, real: 200, wide: 6, lossy: 30 }
const TIMEOUT_MS = LARGE ? 1_500_000 : 200_000

/** Half of them with many failures in them, a quarter with plain graphs. */
const shapes = (list: Spec[]): Spec[] =>
  list.map((spec, k) => ({ ...spec, shape: ([undefined, 'failing', 'mixed', 'failing'] as const)[k % 4] }))

describe('random canvases that cancel at the first failure', () => {
  test('end inline, every node once, and fail where they fail without it', async () => {
    const list = shapes(specs(seeded(), SIZES.inline, 60))
    const trial = async (spec: Spec): Promise<string[]> => {
      const chordis = new InlineChordis({ tasks: conformanceTasks(() => undefined) })
      return cancelTroubles(chordis, chordis, spec)
    }
    expect(await troublesOf(list, 8, trial)).toEqual([])
  })

  describe.each([['on real workers'], ['while every reply of every script is lost once']])('%s', (way) => {
    const lossy = way !== 'on real workers'
    const redis = useRedis()
    const journal = new Journal()
    const namespace = redis.ns()
    const ways = new LossyWays(() => redis.server)
    const workers: Worker[] = []
    let client: Client
    let observer: Client

    beforeAll(async () => {
      const url = async () => (lossy ? await ways.open() : redis.url)
      const at = await url()
      client = await insist(() => Client.connect({ redis: at, namespace, partitions: 2 }))
      observer = await Client.connect({ redis: redis.url, namespace })
      for (let i = 0; i < 2; i++) {
        const tasks = journalled(journal.write, () => worker.process)
        const worker: Worker = new Worker({ redis: await url(), namespace, tasks, logger: listening(journal.write) })
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

    test(
      'end, every node once, and fail where they fail without it; no attempt runs twice',
      async () => {
        const random = seeded()
        const list = shapes(specs(random, lossy ? SIZES.lossy : SIZES.real, 60))
        if (!lossy) list.push(...shapes(specs(random, SIZES.wide, 2_000, 1_000)))
        expect(await troublesOf(list, 32, (spec) => cancelTroubles(client, observer, spec, TIMEOUT_MS - 10_000))).toEqual([])
        expect(journal.unexplained()).toEqual([])
      },
      TIMEOUT_MS,
    )
  })
})
