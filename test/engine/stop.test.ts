import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { chain, group } from '../../src/engine/index.js'
import { recordsOf } from '../support/records.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { COMMON, call, end, Gate, type Handlers, TestEngine } from './harness.js'

const redis = useRedis()

/** Records of a workflow's nodes. */
const records = async (id: string): Promise<string[]> => [...(await recordsOf(redis.connect(), id)).values()]

/** Keys of worker processes, their heartbeats included. */
async function tracesOf(engine: TestEngine): Promise<string[]> {
  const keys = await redis.connect().keys(`${engine.namespace}:*`)
  return keys.filter((key) => /:p:|:beats$/.test(key))
}

describe('a worker that stops', () => {
  test('gives back what it had not started, uncharged, and each task runs once in all', async () => {
    const engine = await TestEngine.open(redis.url)
    const runs: number[] = []
    // Each blocks the loop for a slice, so that most of what was granted has not started when the stop comes.
    const busy = (_ctx: unknown, [i]: unknown[]): unknown => {
      runs.push(Number(i))
      for (const until = performance.now() + 3; performance.now() < until; );
      return i
    }
    const worker = await engine.worker({ busy }, { concurrency: 100 })
    const handle = await engine.client.submit(group(Array.from({ length: 200 }, (_, i) => call('busy', [i]))))
    await until(() => runs.length >= 5, { intervalMs: 1, what: 'some have run' })
    await worker.stop()
    const ranHere = runs.length
    expect(ranHere).toBeLessThan(190)
    const open = (await records(handle.id)).filter((record) => !record.startsWith('S'))
    expect(open.filter((record) => !record.startsWith('Q 1 0 '))).toEqual([])
    expect(await tracesOf(engine)).toEqual([])
    await engine.worker({ busy })
    const { outcome, nodes } = await end(handle)
    expect(outcome.state).toBe('GROUP')
    expect([...runs].sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => i))
    expect(new Set(nodes.map(({ attempts }) => attempts))).toEqual(new Set([1]))
  })

  test('waits for the tasks that run, and starts nothing new', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    const worker = await engine.worker({ ...COMMON, hold: gate.handler }, { graceMs: 20_000 })
    const handle = await engine.client.submit(chain(call('hold', ['done']), call('echo')))
    await gate.entries(1)
    const stopped = worker.stop()
    gate.open()
    await stopped
    expect((await handle.results()).map(({ state }) => state)).toEqual(['SUCCESS', 'PENDING'])
    await engine.worker(COMMON)
    expect(await handle.result()).toBe('done')
  })

  test('in the middle of a task that does not end keeps nothing: its signal fires, another worker runs it', async () => {
    const engine = await TestEngine.open(redis.url)
    const second = new Gate()
    let started = false
    let aborted = false
    const worker = await engine.worker({
      hold: (ctx) => {
        started = true
        ctx.signal.addEventListener('abort', () => {
          aborted = true
        })
        return new Promise(() => {})
      },
    })
    const handle = await engine.client.submit(call('hold', ['x']))
    await until(() => started, { what: 'the task has started' })
    await worker.stop({ graceMs: 30 })
    expect(aborted).toBe(true)
    expect(await records(handle.id)).toEqual(['Q 1 0 0 - -'])
    expect(await tracesOf(engine)).toEqual([])
    second.open()
    await engine.worker({ hold: second.handler }, { maxDeliveries: 1 })
    expect(await handle.result()).toBe('x')
    expect((await handle.results())[0]?.attempts).toBe(1)
  })

  test('while Redis does not answer tells of all that has ended, and gives back the rest: nothing of it runs twice', async () => {
    const engine = await TestEngine.open(redis.url)
    const gates = Array.from({ length: 5 }, () => new Gate())
    const runs: number[] = []
    const hold: Handlers[string] = (ctx, [k]) => {
      runs.push(Number(k))
      return (gates[Number(k)] as Gate).handler(ctx, [k ?? null])
    }
    const worker = await engine.worker({ hold })
    const handle = await engine.client.submit(group(gates.map((_, k) => call('hold', [k]))))
    await Promise.all(gates.map((gate) => gate.entries(1)))
    await engine.worker({ hold })
    redis.server.pause()
    try {
      // More of them than turns that may be under way: who ends after those were sent waits for an answer. The upkeep, once a second, waits for one, too.
      for (const gate of gates.slice(1)) {
        gate.open()
        await sleep(300)
      }
      await worker.stop({ graceMs: 100 })
    } finally {
      redis.server.resume()
    }
    gates[0]?.open()
    expect(await handle.result()).toEqual([0, 1, 2, 3, 4])
    expect(runs.toSorted()).toEqual([0, 0, 1, 2, 3, 4])
    expect(new Set((await handle.results()).map(({ attempts }) => attempts))).toEqual(new Set([1]))
    const said = 'Redis did not answer before the worker left: what it had told last may not have been heard'
    expect(engine.complaints.filter((message) => message === said)).toHaveLength(1)
  })

  test('says goodbye in every partition, also when it never had work', async () => {
    const engine = await TestEngine.open(redis.url, 5)
    const worker = await engine.worker(COMMON)
    expect((await tracesOf(engine)).length).toBe(10)
    await worker.stop()
    await worker.stop()
    expect(await tracesOf(engine)).toEqual([])
  })

  test('keeps its retries and delayed tasks in Redis, where the next worker finds them', async () => {
    const engine = await TestEngine.open(redis.url)
    const handler = (ctx: { attempt: number; retry(options: object): never }) =>
      ctx.attempt === 1 ? ctx.retry({ countdownMs: 300 }) : 'second'
    const worker = await engine.worker({ twice: handler })
    const handle = await engine.client.submit(call('twice'))
    await until(async () => (await handle.results())[0]?.state === 'RETRY', { what: 'the first attempt is over' })
    await worker.stop()
    await engine.worker({ twice: handler })
    expect(await handle.result()).toBe('second')
  })
})

test('a task that waits for longer than several leases keeps its own, and nobody else runs it', async () => {
  const engine = await TestEngine.open(redis.url)
  const gate = new Gate()
  // Not shorter: on a machine with ten times its load a thread may be late by half a second.
  const fast = { leaseMs: 1_500 }
  await engine.worker({ hold: gate.handler, ...COMMON }, fast)
  const handle = await engine.client.submit(call('hold', ['held']))
  await gate.entries(1)
  // Longer than several leases: the heart beats for a handler that waits.
  const { createdAt } = await handle.status()
  await engine.worker(COMMON, fast)
  await until(() => Date.now() > createdAt + 4_000, { what: 'several leases have passed' })
  expect(engine.complaints).toEqual([])
  gate.open()
  expect(await handle.result()).toBe('held')
  expect(gate.entered).toBe(1)
})
