/**
 * What a task costs Redis, as counts: commands (those inside scripts too) and bytes. Times are noisy and live in bench/; a count grows only when
 * somebody adds work. Whoever must, writes the new number here and the reason into docs/performance.md.
 */
import { expect, test } from 'vitest'
import { type Canvas, chain, chord, signature } from '../../src/engine/index.js'
import { PartitionKeys } from '../../src/engine/redis/keys.js'
import { useRedis } from '../support/redis-server.js'
import { TestEngine } from './harness.js'

const redis = useRedis()

/** 36 distinct characters of argument. */
const argument = (i: number): string => String(i).padStart(36, 'x')
const HANDLERS = { add: () => 1, sum: () => 1 }
/** Of the harness, or once per process: not part of what a task costs. */
const NOT_COUNTED = new Set([
  'info',
  'keys',
  'memory|usage',
  'config',
  'config|resetstat',
  'client',
  'client|setinfo',
  'hello',
  'auth',
  'function|load',
  'tend',
  'time',
  'ping',
])

interface Budget {
  workflows: number
  tasks: number
  canvas(i: number): Canvas
  /** Redis commands per task: to submit it, and to run it to its end. */
  submit: number
  run: number
  /** Redis bytes per task while it waits, and when it is done. */
  waiting: number
  finished: number
  /** Bytes per task of the log of events, which are bounded by its size and not by the retention of workflows. */
  logged: number
}

const BUDGETS: [string, Budget][] = [
  [
    'a chord of 500',
    {
      workflows: 40,
      tasks: 501,
      canvas: () =>
        chord(
          Array.from({ length: 500 }, (_, i) => signature('add', [argument(i)])),
          signature('sum'),
        ),
      submit: 0.006,
      // 0.17 on a machine of its own; under load turns are smaller, and there are more of them: 0.23 to 0.28 with ten times as many processes as cores.
      run: 0.3,
      waiting: 53,
      finished: 112,
      logged: 12,
    },
  ],
  [
    'a plain task',
    {
      workflows: 4_000,
      tasks: 1,
      canvas: (i) => signature('add', [argument(i)]),
      submit: 1.05,
      run: 4.5,
      waiting: 460,
      finished: 545,
      logged: 110,
    },
  ],
  [
    'a step of a chain of 10',
    {
      workflows: 400,
      tasks: 10,
      canvas: () => chain(...Array.from({ length: 10 }, () => signature('add', [1]))),
      submit: 0.25,
      run: 6.5,
      waiting: 175,
      finished: 240,
      logged: 110,
    },
  ],
]

test.each(BUDGETS)('%s stays within its budget of commands and bytes', async (_name, budget) => {
  const engine = await TestEngine.open(redis.url)
  const log = new PartitionKeys(engine.namespace, 0).of('events')
  const total = budget.workflows * budget.tasks
  const connection = redis.connect()
  let logged = 0
  /**
   * Of all keys, each with its entry in the table of keys. Not `used_memory`: buffers of connections, and the table itself, which doubles now and then, are
   * worth 20 bytes a task here, and have nothing to do with it. The log of events is counted by itself.
   */
  const bytes = async () => {
    const sizes = async (pattern: string) => {
      const asked = connection.pipeline()
      for (const key of await connection.keys(pattern)) asked.memory('USAGE', key, 'SAMPLES', 0)
      return ((await asked.exec()) ?? []).reduce((sum, [, size]) => sum + Number(size ?? 0), 0)
    }
    logged += await sizes(log)
    await connection.del(log)
    return sizes(`${engine.namespace}:*`)
  }
  const info = async (section: string) => String(await redis.server.call('INFO', section))
  const commands = async () => {
    const stats = [...(await info('commandstats')).matchAll(/cmdstat_([\w|]+):calls=(\d+)/g)]
    return stats.reduce((sum, [, name, calls]) => sum + (NOT_COUNTED.has(name as string) ? 0 : Number(calls)), 0)
  }
  await engine.client.submit(budget.canvas(0))
  await redis.server.call('CONFIG', 'RESETSTAT')
  const before = await bytes()
  logged = 0
  const handles = await Promise.all(Array.from({ length: budget.workflows }, (_, i) => engine.client.submit(budget.canvas(i))))
  expect((await commands()) / total).toBeLessThan(budget.submit)
  expect(((await bytes()) - before) / total).toBeLessThan(budget.waiting)

  await redis.server.call('CONFIG', 'RESETSTAT')
  const worker = await engine.worker(HANDLERS)
  for (const handle of handles.slice(-100)) expect(await handle.result()).toBe(1)
  expect((await commands()) / total).toBeLessThan(budget.run)
  // What the worker says of itself is none of a task's cost.
  await worker.stop()
  expect(((await bytes()) - before) / total).toBeLessThan(budget.finished)
  expect(logged / total).toBeLessThan(budget.logged)
})
