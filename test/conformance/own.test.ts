/**
 * Cases of our own, in our JSON form (own.json): what Celery's form cannot say, and where Chordis has rules of its own. Each names the rule of
 * docs/canvas-semantics.md that it shows; `expect` is the outcome (an error without stack, a ChordError without message), `states` those of
 * all nodes in definition order, `status` the workflow's, `marks` what callbacks noted (a multiset, or a list where `ordered`).
 *
 * Beyond the tasks of the README: `skip` ignores itself, `grow` adds its `members` to its chord and gives its tag. No worker serves `nobody`.
 */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Canvas, Client, type Json, type Outcome, readCanvas, TaskRegistry, type WireError, Worker } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { canonicalSet } from './cases.js'
import { conformanceTasks, type Mark } from './tasks.js'

interface OwnCase {
  id: string
  rule: string
  canvas: Json
  expect: unknown
  states?: string[]
  status?: string
  marks?: Mark[]
  ordered?: boolean
}

const cases = JSON.parse(readFileSync(new URL('./own.json', import.meta.url), 'utf8')) as OwnCase[]

const redis = useRedis()
const marks = new Map<string, Mark[]>()
const workers: Worker[] = []
let client: Client

beforeAll(async () => {
  const connection = { redis: redis.url, namespace: redis.ns(), partitions: 3 }
  client = await Client.connect(connection)
  for (let i = 0; i < 2; i++) {
    const tasks = new TaskRegistry()
    for (const task of conformanceTasks((id, mark) => void marks.set(id, [...(marks.get(id) ?? []), mark]))) tasks.register(task)
    tasks.register({ name: 'skip', handler: (ctx) => ctx.ignore() })
    tasks.register({
      name: 'grow',
      handler: (ctx) => {
        for (const member of ctx.kwargs.members as Json[]) ctx.addToChord(readCanvas(member) as Canvas)
        return ctx.kwargs.tag
      },
    })
    workers.push(new Worker({ ...connection, tasks }))
  }
  await Promise.all(workers.map((worker) => worker.start()))
})

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()))
  await client?.close()
})

type PlainError = { type: string; message?: string; cause?: PlainError }

function plainError({ type, message, cause }: WireError): PlainError {
  return { type, ...(type === 'ChordError' ? {} : { message }), ...(cause ? { cause: plainError(cause) } : {}) }
}

function plain(outcome: Outcome | null): unknown {
  if (outcome?.state === 'GROUP') return { state: 'GROUP', results: outcome.results.map(plain) }
  if (outcome && 'error' in outcome && outcome.error) return { state: outcome.state, error: plainError(outcome.error) }
  return outcome
}

const named = cases.map((one) => [one.rule, one.id.replaceAll('-', ' '), one] as const)

test.concurrent.each(named)('rule %s: %s', async (_rule, _name, one) => {
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
