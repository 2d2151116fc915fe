import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Client, chain, signature, Worker } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { seeded } from '../support/seed.js'
import { until } from '../support/wait.js'
import { LossyWays } from './faults.js'
import { churn, fragileTasks, type ListingOptions, listingTroubles, pages, statuses } from './listing-trial.js'
import { insist } from './trial.js'

const LARGE = process.env.CHORDIS_VERIFY === '1'
const ROUNDS = LARGE ? 300 : 20
const TIMEOUT_MS = LARGE ? 900_000 : 200_000

describe.each([
  ['', false],
  [' while every reply is lost once', true],
] as const)('random submits, failures, requeues and forgets%s', (_name, isLossy) => {
  const redis = useRedis({ appendonly: true })
  const namespace = redis.ns()
  const ways = new LossyWays(() => redis.server)
  const broken = { now: false }
  const workers: Worker[] = []
  let client: Client
  let observer: Client
  let connection: Redis

  beforeAll(async () => {
    connection = redis.connect()
    const way = async () => (isLossy ? ways.open() : redis.url)
    const url = await way()
    client = await insist(() => Client.connect({ redis: url, namespace, partitions: 2 }))
    observer = await Client.connect({ redis: redis.url, namespace })
    for (let k = 0; k < 2; k++) {
      const worker = new Worker({ redis: await way(), namespace, tasks: fragileTasks(broken) })
      await worker.start()
      workers.push(worker)
    }
  })

  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()))
    await client?.close()
    await observer?.close()
    await ways.close()
  })

  /** Workflows that are stored. What is still being stored, because its client gave up, is none. */
  const ids = async (): Promise<string[]> => {
    const keys = await connection.keys(`${namespace}:*:w:*`)
    const controls = await Promise.all(keys.map((key) => connection.hget(key, 's')))
    return keys.filter((_, k) => controls[k] !== null && !controls[k]?.startsWith('g ')).map((key) => key.replace(/^.*\}:w:/, ''))
  }

  test(
    'leave the list and the counts as the workflows are, and nothing for the doctor',
    async () => {
      const options: ListingOptions = { client, observer, ids, random: seeded(), broken }
      await churn(options, ROUNDS)
      expect((await ids()).length).toBeGreaterThan(ROUNDS)
      expect(await listingTroubles(options)).toEqual([])
      if (isLossy)
        expect([...ways.hit]).toEqual(expect.arrayContaining(['script:turn', 'script:submit', 'script:enqueue', 'script:forget']))
    },
    TIMEOUT_MS,
  )

  test(
    'while they go on, paging lists nothing twice, and leaves nothing out that stays',
    async () => {
      const options: ListingOptions = { client, observer, ids, random: seeded(), broken }
      const stays = await Promise.all(
        Array.from({ length: 60 }, (_, k) =>
          insist(() =>
            client.submit(k % 2 ? chain(signature('fine'), signature('unknown')) : signature('unknown'), {
              id: `stays-${k}`,
              tags: ['stays'],
            }),
          ),
        ),
      )
      let over = false
      const going = churn(options, ROUNDS / 2).finally(() => {
        over = true
      })
      let paged = 0
      while (!over || paged === 0) {
        for (const filter of [{}, { tag: 'stays' }, { state: 'PENDING' as const }]) {
          const listed = await pages(observer, filter, 7)
          expect(new Set(listed).size).toBe(listed.length)
          // The random part forgets only what has ended, and these never end; the chains among them have started.
          const meant = stays.filter((_, k) => !('state' in filter) || k % 2 === 0).map(({ id }) => id)
          expect(listed).toEqual(expect.arrayContaining(meant))
        }
        paged++
      }
      await going
      expect(await listingTroubles(options)).toEqual([])
    },
    TIMEOUT_MS,
  )

  test(
    'leave no entry when all have been forgotten',
    async () => {
      const forgotten = async (): Promise<boolean> => {
        for (const id of await ids())
          await observer
            .workflow(id)
            .forget()
            .catch(() => undefined)
        return (await statuses(observer, await ids())).every(({ ended }) => !ended)
      }
      await until(forgotten, { what: 'no workflow that has ended is left' })
      const open = await ids()
      expect((await observer.workflows.count()).total).toBe(open.length)
      expect((await pages(observer, {}, 100)).length).toBe(open.length)
    },
    TIMEOUT_MS,
  )
})
