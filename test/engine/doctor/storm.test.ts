/** A vandal tears at what random workflows live on while they run; workers repair it, and every workflow ends as the evaluator says. */
import { expect, test } from 'vitest'
import { Client, Worker } from '../../../src/engine/index.js'
import { Journal, journalled, listening } from '../../property/journal.js'
import { shaped, specs, troubles } from '../../property/trial.js'
import { useRedis } from '../../support/redis-server.js'
import { type SeededRandom, seeded } from '../../support/seed.js'
import { until } from '../../support/wait.js'

const redis = useRedis({ appendonly: true })
const SIZE = process.env.CHORDIS_VERIFY === '1' ? 500 : 40
const ROUNDS = 10

/** Deletes a list, the spread items, the delayed timers, an index of lists, or what a process is known to hold. */
async function tear(namespace: string, random: SeededRandom): Promise<number> {
  const db = redis.connect()
  const keys = await db.keys(`${namespace}:*`)
  const choose = (pattern: RegExp): string | undefined => {
    const some = keys.filter((key) => pattern.test(key))
    return some[random.int(0, some.length - 1)]
  }
  const kind = random.int(0, 4)
  const key = choose([/:q:/, /:spread$/, /:active$/, /:timers$/, /:p:/][kind] as RegExp)
  if (key === undefined) return 0
  if (kind < 3) return db.del(key)
  const names = kind === 3 ? await db.zrange(key, '0', '-1') : await db.hkeys(key)
  const mine = names.filter((name) => (kind === 3 ? name.startsWith('d:') : name.startsWith('g')))
  if (mine.length === 0) return 0
  return kind === 3 ? db.zrem(key, ...mine) : db.hdel(key, ...mine)
}

test('with lists, spread items, timers and grants deleted under them, random workflows end right and nothing runs twice', async () => {
  const random = seeded()
  const journal = new Journal()
  const namespace = redis.ns()
  const client = await Client.connect({ redis: redis.url, namespace })
  const workers = [0, 1].map(() => {
    const tasks = journalled(journal.write, () => worker.process)
    const worker: Worker = new Worker({ redis: redis.url, namespace, tasks, surveyMs: 20, logger: listening(journal.write) })
    return worker
  })
  await Promise.all(workers.map((worker) => worker.start()))
  let torn = 0
  const storm = async (): Promise<void> => {
    let over = false
    const list = [...specs(random, SIZE, 60), ...shaped('mixed', specs(random, SIZE, 60)), ...shaped('graph', specs(random, SIZE, 60))]
    const ended = troubles({ client, journal: () => journal, timeoutMs: 50_000 }, list).finally(() => {
      over = true
    })
    const tearOn = async (): Promise<boolean> => {
      torn += await tear(namespace, random)
      return over
    }
    await until(tearOn, { timeoutMs: 55_000, intervalMs: 10, what: 'all workflows have ended' })
    expect(await ended).toEqual([])
    expect(journal.unexplained()).toEqual([])
  }
  const repaired = async (): Promise<number> => Object.values((await client.doctor()).repairs).reduce((sum, n) => sum + n, 0)
  // What a storm tears at is chance: some hit only what was idle, and leave nothing to repair.
  for (let round = 0; round < ROUNDS && (round === 0 || torn <= 10 || (await repaired()) === 0); round++) await storm()
  expect(torn).toBeGreaterThan(10)
  expect(await repaired()).toBeGreaterThan(0)
  await Promise.all(workers.map((worker) => worker.stop()))
  await client.close()
})
