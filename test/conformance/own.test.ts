/**
 * Cases of our own, in our JSON form (own.json): what Celery's form cannot say, and where Chordis has rules of its own. Each names the rule of
 * docs/canvas-semantics.md that it shows; own.ts says what their fields mean. No worker serves `nobody`.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  CanvasInvalidError,
  Client,
  readCanvas,
  TaskRegistry,
  Worker,
  type WorkerOptions,
  type WorkflowHandle,
  writeCanvas,
  writeCelery,
} from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { canonical, canonicalSet } from './cases.js'
import { accepted, canvasOf, type OwnCase, ownCases, ownTasks, plain, titled } from './own.js'
import { conformanceTasks, type Mark } from './tasks.js'

const redis = useRedis()
const marks = new Map<string, Mark[]>()
const workers: Worker[] = []
const handles = new Map<string, WorkflowHandle>()
let client: Client

beforeAll(async () => {
  const connection = { redis: redis.url, namespace: redis.ns(), partitions: 3 }
  client = await Client.connect(connection)
  const tasks = registry()
  for (let i = 0; i < 2; i++) await start({ ...connection, tasks })
  const narrow = new TaskRegistry().register({ name: 'narrow', handler: () => 'narrow' })
  await start({ ...connection, tasks: narrow, queues: ['narrow'] })

  const late = ownCases.filter((one) => one.late)
  for (const one of late) handles.set(one.id, await submit(one))
  await until(async () => (await redis.connect().keys(`${connection.namespace}:*:k:*`)).length > 0, { what: 'the task is parked' })
  const knowing = registry().register({ name: 'latecomer', handler: (_ctx, args) => args })
  // One attempt at a time, so that the order in which they are leased is seen.
  await start({ ...connection, tasks: knowing, queues: ['late', 'default'], concurrency: 1 })
})

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()))
  await client?.close()
})

function registry(): TaskRegistry {
  const record = (id: string, mark: Mark) => void marks.set(id, [...(marks.get(id) ?? []), mark])
  const tasks = new TaskRegistry()
  for (const task of [...conformanceTasks(record), ...ownTasks(record)]) tasks.register(task)
  return tasks
}

async function start(options: WorkerOptions): Promise<void> {
  const worker = new Worker(options)
  workers.push(worker)
  await worker.start()
}

const submit = (one: OwnCase): Promise<WorkflowHandle> =>
  client.submit(one.calls ? canvasOf(one) : one.canvas, { ...one.options, name: one.id })

test.concurrent.each(titled(accepted))('rule %s: %s', async (_rule, _name, one) => {
  const handle = handles.get(one.id) ?? (await submit(one))
  const outcome = await handle.outcome({ waitMs: 40_000 })
  await until(async () => (await handle.status()).ended, { timeoutMs: 40_000, what: 'the workflow ends' })
  expect(plain(outcome, one.expect)).toEqual(one.expect)
  const nodes = await handle.results()
  expect(nodes.filter(({ state }) => ['PENDING', 'STARTED', 'RETRY'].includes(state))).toEqual([])
  if (one.states) expect(nodes.map(({ state }) => state)).toEqual(one.states)
  if (one.status) expect((await handle.status()).state).toBe(one.status)
  const seen = marks.get(one.id) ?? []
  if (one.marks && one.ordered) expect(seen).toEqual(one.marks)
  if (one.marks) expect(canonicalSet(seen)).toBe(canonicalSet(one.marks))
})

const faultsOf = (canvas: unknown): string[] => {
  try {
    readCanvas(canvas)
    return []
  } catch (error) {
    if (error instanceof CanvasInvalidError) return error.errors.map(({ path }) => path)
    throw error
  }
}

test.each(titled(ownCases.filter(({ refused }) => refused)))('rule %s: %s', (_rule, _name, one) => {
  expect(faultsOf(one.canvas)).toEqual(one.refused)
})

describe('rule 1.4: every case', () => {
  test.each(titled(accepted.filter(({ written }) => written)))('%s %s is written as it says', (_rule, _name, one) => {
    expect(writeCanvas(canvasOf(one))).toEqual(readAndWritten(one.written))
  })

  test.each([
    ['ours', writeCanvas, accepted],
    // Rules of section 9 are about graphs, which Celery has no form for.
    ['Celery’s', writeCelery, accepted.filter(({ rule }) => !rule.startsWith('9.'))],
  ])('survives a round trip through JSON in the form that is %s', (_form, write, cases) => {
    const changed = cases.filter((one) => {
      const canvas = canvasOf(one)
      const again = readCanvas(JSON.parse(JSON.stringify(write(canvas))))
      return canonical(writeCanvas(again)) !== canonical(writeCanvas(canvas))
    })
    expect(changed.map(({ id }) => id)).toEqual([])
  })
})

const readAndWritten = (canvas: unknown) => writeCanvas(readCanvas(canvas))

test('every case has an id of its own and expects something', () => {
  expect(new Set(ownCases.map(({ id }) => id)).size).toBe(ownCases.length)
  expect(ownCases.filter(({ expect: outcome, refused }) => (outcome === undefined) === (refused === undefined))).toEqual([])
})
