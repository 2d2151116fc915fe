/**
 * Cases of our own, in our JSON form (own.json): what Celery's form cannot say, and where Chordis has rules of its own. Each names the rule of
 * docs/canvas-semantics.md that it shows; `expect` is the outcome (an error without stack, a ChordError without message), `states` those of
 * all nodes in definition order, `status` the workflow's, `marks` what callbacks noted (a multiset, or a list where `ordered`).
 *
 * Beyond the tasks of the README: `skip` ignores itself, `grow` adds its `members` to its chord and gives its tag. No worker serves `nobody`.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Client, TaskRegistry, Worker } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { canonicalSet } from './cases.js'
import { namedCases, ownTasks, plain } from './own.js'
import type { Mark } from './tasks.js'

const redis = useRedis()
const marks = new Map<string, Mark[]>()
const workers: Worker[] = []
let client: Client

beforeAll(async () => {
  const connection = { redis: redis.url, namespace: redis.ns(), partitions: 3 }
  client = await Client.connect(connection)
  for (let i = 0; i < 2; i++) {
    const tasks = new TaskRegistry()
    const record = (id: string, mark: Mark): void => void marks.set(id, [...(marks.get(id) ?? []), mark])
    for (const task of ownTasks(record)) tasks.register(task)
    workers.push(new Worker({ ...connection, tasks }))
  }
  await Promise.all(workers.map((worker) => worker.start()))
})

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()))
  await client?.close()
})

test.concurrent.each(namedCases)('rule %s: %s', async (_rule, _name, one) => {
  const handle = await client.submit(one.canvas, { name: one.id })
  const outcome = await handle.outcome({ waitMs: 20_000 })
  await until(async () => (await handle.status()).ended, { timeoutMs: 20_000, what: 'the workflow ends' })
  expect(plain(outcome)).toEqual(one.expect)
  const nodes = await handle.results()
  expect(nodes.filter(({ state }) => ['PENDING', 'STARTED', 'RETRY'].includes(state))).toEqual([])
  if (one.states) expect(nodes.map(({ state }) => state)).toEqual(one.states)
  if (one.status) expect((await handle.status()).state).toBe(one.status)
  const seen = marks.get(one.id) ?? []
  if (one.marks && one.ordered) expect(seen).toEqual(one.marks)
  if (one.marks) expect(canonicalSet(seen)).toBe(canonicalSet(one.marks))
})
