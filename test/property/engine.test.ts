import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Client, type TaskDefinition, TaskRegistry, Worker, type WorkflowHandle } from '../../src/engine/index.js'
import { conformanceTasks, type Mark } from '../conformance/tasks.js'
import { evaluate } from '../support/evaluator.js'
import { randomCanvas } from '../support/random-canvas.js'
import { useRedis } from '../support/redis-server.js'
import { type SeededRandom, seeded } from '../support/seed.js'
import { until } from '../support/wait.js'
import { difference } from './compare.js'

const LARGE = process.env.CHORDIS_VERIFY === '1'
/** How many canvases of at most how many nodes. */
const SIZES = LARGE ? { small: 3_000, large: 60 } : { small: 200, large: 6 }
const IN_FLIGHT = 32
const TERMINAL = ['SUCCESS', 'FAILURE', 'REVOKED', 'SKIPPED']

describe('random canvases on a real engine', () => {
  const redis = useRedis()
  const marks = new Map<string, Mark[]>()
  /** Every call of a handler: workflow, node, attempt. */
  const runs: string[] = []
  const namespace = redis.ns()
  const workers: Worker[] = []
  let client: Client

  const counted = (task: TaskDefinition): TaskDefinition => ({
    ...task,
    handler: (ctx, args) => {
      runs.push(`${ctx.workflow.id} ${ctx.id} ${ctx.attempt}`)
      return task.handler(ctx, args)
    },
  })

  beforeAll(async () => {
    client = await Client.connect({ redis: redis.url, namespace, partitions: 3 })
    const record = (caseId: string, mark: Mark): void => void marks.set(caseId, [...(marks.get(caseId) ?? []), mark])
    for (let i = 0; i < 2; i++) {
      const tasks = new TaskRegistry()
      for (const task of conformanceTasks(record)) tasks.register(counted(task))
      workers.push(new Worker({ redis: redis.url, namespace, tasks }))
    }
    await Promise.all(workers.map((worker) => worker.start()))
  })

  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()))
    await client?.close()
  })

  /** Runs one canvas to its end and says what is wrong with it, if anything is. */
  async function troubleOf(spec: { seed: number; nodes: number }): Promise<object | null> {
    const caseId = `c${spec.seed}-${spec.nodes}`
    const canvas = randomCanvas({ ...spec, caseId })
    const handle = await client.submit(canvas, { retentionMs: 1_000_000, name: caseId })
    const outcome = await handle.outcome({ waitMs: 60_000 })
    await ended(handle)
    const found = difference(evaluate(canvas), { outcome, marks: marks.get(caseId) ?? [] })
    const open = (await handle.results()).filter(({ state }) => !TERMINAL.includes(state))
    return found === null && open.length === 0 ? null : { ...spec, ...found, open, canvas: JSON.stringify(canvas).slice(0, 3_000) }
  }

  const ended = (handle: WorkflowHandle): Promise<unknown> =>
    until(async () => (await handle.status()).ended, { timeoutMs: 60_000, what: `workflow ${handle.id} ends` })

  async function troubles(specs: { seed: number; nodes: number }[]): Promise<object[]> {
    const found: object[] = []
    const waiting = [...specs]
    const lane = async (): Promise<void> => {
      for (let spec = waiting.pop(); spec && found.length < 5; spec = waiting.pop()) {
        const trouble = await troubleOf(spec)
        if (trouble) found.push(trouble)
      }
    }
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
    return found
  }

  const specs = (random: SeededRandom, count: number, most: number) =>
    Array.from({ length: count }, () => ({ seed: random.int(0, 2 ** 31), nodes: random.int(1, most) }))

  test('of up to 60 nodes end as the evaluator says, with every node terminal', async () => {
    expect(await troubles(specs(seeded(), SIZES.small, 60))).toEqual([])
  }, 600_000)

  test('of up to 2,000 nodes end as the evaluator says, with every node terminal', async () => {
    expect(await troubles(specs(seeded(), SIZES.large, 2_000))).toEqual([])
  }, 600_000)

  test('fire every join once: no attempt of a node ran twice', () => {
    expect(runs.length).toBeGreaterThan(SIZES.small)
    const seen = new Set<string>()
    expect(runs.filter((run) => seen.size === seen.add(run).size)).toEqual([])
  })

  test('leave no key of theirs after their retention', async () => {
    const canvases = specs(seeded(), 20, 40).map((spec) => randomCanvas({ ...spec, caseId: 'kept-not' }))
    const handles = await Promise.all(canvases.map((canvas) => client.submit(canvas, { retentionMs: 0 })))
    const admin = redis.connect()
    const keysLeft = async (): Promise<string[]> => {
      const keys = await admin.keys('*')
      return keys.filter((key) => handles.some(({ id }) => key.includes(id)))
    }
    await until(async () => (await keysLeft()).length === 0, { timeoutMs: 60_000, what: 'all keys of the workflows are gone' })
    for (const handle of handles) await expect(handle.status()).rejects.toMatchObject({ code: 'not-found' })
  })
})
