/** Threads and processes: the same tasks, what can be stopped, and what a crash takes along. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Client, chain, chord, group, type Json, map, signature } from '../../src/engine/index.js'
import { uniqueName, useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import type { WorkerProcess } from '../support/worker-process.js'
import { openPoolWorkers, type PoolSettings, type PoolWorkers, startPoolWorker } from './pool-workers.js'

const redis = useRedis()

/** A client and a worker process of their own. */
async function open(settings: PoolSettings): Promise<PoolWorkers & { worker: WorkerProcess }> {
  const workers = await openPoolWorkers(redis.url, { concurrency: 2, ...settings })
  return { ...workers, worker: await workers.start() }
}

/** Processes whose parent is this one. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => {
      if (!/^\d+$/.test(name)) return false
      try {
        return / \w (\d+) /.exec(readFileSync(`/proc/${name}/stat`, 'utf8').replace(/\(.*\)/, ''))?.[1] === String(pid)
      } catch {
        return false
      }
    })
    .map(Number)
}

const outcome = async (client: Client, canvas: unknown, waitMs = 20_000) => (await client.submit(canvas)).outcome({ waitMs })

describe.each(['thread', 'process'] as const)('in the pool of kind %s', (pool) => {
  test('tasks run elsewhere, with everything that inline ones have', async () => {
    const { client, worker } = await open({ pool })
    const { pid, threadId } = (await (await client.submit(signature('where'))).result({ timeoutMs: 20_000 })) as {
      pid: number
      threadId: number
    }
    expect(pid === worker.pid).toBe(pool === 'thread')
    expect(threadId > 0).toBe(pool === 'thread')
    const numbers = [1, 2, 3].map((n) => signature('echo', [n]))
    const cases: [canvas: unknown, result: Json][] = [
      [chain(signature('echo', [[1]]), signature('echo')), [1]],
      [chord(numbers, signature('total')), 6],
      [chord([signature('adds', [1]), signature('adds', [2])], signature('total')), 33],
      [signature('become', ['other']), 'other'],
      [signature('tries'), 3],
      [map('echo', [7, 8]), [7, 8]],
    ]
    for (const [canvas, result] of cases) expect(await outcome(client, canvas)).toMatchObject({ state: 'SUCCESS', result })
    expect(await outcome(client, signature('throws'))).toMatchObject({
      state: 'FAILURE',
      error: { type: 'RangeError', message: 'too far', code: 'E_FAR' },
    })
  })

  test('a task starts children through its worker, finds them in its next attempt, and waits for one', async () => {
    const { client } = await open({ pool })
    const handle = await client.submit(signature('parents'))
    expect(await handle.result({ timeoutMs: 20_000 })).toEqual([true, true, 'request-invalid'])
    const names = await Promise.all((await handle.childWorkflows()).map(async (child) => (await child.status()).name))
    expect(names).toEqual(['first', undefined, 'last'])
  })

  test('an endless loop is dead within 500 ms of its hard limit, its slot works again, and its chord ends as the policy says', async () => {
    const { client, worker } = await open({ pool, concurrency: 1 })
    await outcome(client, signature('echo', ['warm']))
    const limited = { timeLimitMs: 400 }
    const handle = await client.submit(chord([signature('spin', [], {}, limited), signature('echo', [1])], signature('total')))
    const ended = await handle.outcome({ waitMs: 20_000 })
    expect(ended).toMatchObject({ state: 'FAILURE', error: { type: 'ChordError' } })
    const nodes = await handle.results()
    expect(nodes.map(({ state }) => state)).toEqual(['FAILURE', 'SUCCESS', 'FAILURE'])
    expect(nodes[0]?.error).toMatchObject({ type: 'TimeLimitExceeded' })
    expect(await outcome(client, signature('echo', ['after']))).toMatchObject({ result: 'after' })
    expect(worker.running).toBe(true)
  })

  test('a hard limit may be tried again', async () => {
    const { client } = await open({ pool, concurrency: 1 })
    const retry = { retryFor: ['TimeLimitExceeded'], backoff: 'fixed' as const, factorMs: 1 }
    expect(await outcome(client, signature('spinOnce', [], {}, { timeLimitMs: 300, retry }))).toMatchObject({
      state: 'SUCCESS',
      result: 'second',
    })
  })

  test('at the soft limit the signal fires; the task may end well, or with that error', async () => {
    const { client } = await open({ pool })
    const options = { softTimeLimitMs: 100 }
    expect(await outcome(client, signature('waits', [true], {}, options))).toMatchObject({ result: { reason: 'SoftTimeLimitExceeded' } })
    expect(await outcome(client, signature('waits', [false], {}, options))).toMatchObject({
      state: 'FAILURE',
      error: { type: 'SoftTimeLimitExceeded', message: expect.stringContaining('100 ms') },
    })
  })

  test('a task that ends its child each time fails after its deliveries; the worker and other tasks go on', async () => {
    const { client, worker } = await open({ pool, maxDeliveries: 3 })
    const others = await client.submit(group([1, 2, 3, 4].map((n) => signature('nap', [n, 300]))))
    const [crashed, right] = await Promise.all([outcome(client, signature('crash')), others.result({ timeoutMs: 20_000 })])
    expect(crashed).toMatchObject({ state: 'FAILURE', error: { type: 'WorkerLostError', message: expect.stringContaining('3 times') } })
    expect(right).toEqual([1, 2, 3, 4])
    expect(worker.output.match(/took its thread or process down/g)).toHaveLength(3)
    expect(worker.running).toBe(true)
  })

  test('what a task reports and logs comes from its worker', async () => {
    const { client, worker } = await open({ pool })
    const handle = await client.submit(signature('tells', [], {}, { softTimeLimitMs: 2_000, taskId: 'told' }))
    await until(async () => (await handle.task('told').info()) !== null, { what: 'the progress is seen' })
    expect(await handle.task('told').info()).toEqual({ current: 1, total: 2, message: 'half' })
    expect(await handle.result({ timeoutMs: 20_000 })).toBe('told')
    expect(worker.output).toMatch(/seen from the pool/)
  })

  test('a child is replaced after its number of tasks, and when it takes too much memory', async () => {
    const { client } = await open({ pool, concurrency: 1, maxTasksPerChild: 2, maxMemoryPerChild: 200 })
    const places: string[] = []
    for (let n = 0; n < 4; n++) places.push(JSON.stringify(await (await client.submit(signature('where'))).result({ timeoutMs: 20_000 })))
    expect(places[0]).toBe(places[1])
    expect(places[2]).toBe(places[3])
    expect(places[2]).not.toBe(places[0])
    const fat = JSON.stringify(await (await client.submit(signature('eats', [300]))).result({ timeoutMs: 20_000 }))
    expect(JSON.stringify(await (await client.submit(signature('where'))).result({ timeoutMs: 20_000 }))).not.toBe(fat)
  })

  test('a worker that stops gives back what runs when its grace time is over', async () => {
    const { client, worker, start } = await open({ pool, graceMs: 200 })
    const handle = await client.submit(signature('nap', ['again', 3_000]))
    await until(async () => (await handle.results())[0]?.state === 'STARTED', { what: 'it runs' })
    expect((await worker.term()).code).toBe(0)
    await start()
    expect(await handle.result({ timeoutMs: 20_000 })).toBe('again')
  })

  test('tasks that cannot be loaded stop the worker before it takes any', async () => {
    const namespace = uniqueName()
    await expect(startPoolWorker({ redis: redis.url, namespace, pool, poolSize: 0 })).rejects.toThrow(/poolSize: must be/)
  })
})

test('processes come and go between their least and their greatest number', async () => {
  const { client, worker } = await open({ pool: 'process', concurrency: 3, autoscale: { min: 1, max: 3 } })
  expect(childrenOf(worker.pid)).toHaveLength(1)
  const handle = await client.submit(group([1, 2, 3].map((n) => signature('nap', [n, 1_500]))))
  await until(() => childrenOf(worker.pid).length === 3, { what: 'three processes run' })
  expect(await handle.result({ timeoutMs: 20_000 })).toEqual([1, 2, 3])
})

test('a process ends with its worker, even in an endless loop', async () => {
  const { client, worker } = await open({ pool: 'process', concurrency: 1 })
  const handle = await client.submit(signature('spin', [], {}, { timeLimitMs: 0 }))
  await until(async () => (await handle.results())[0]?.state === 'STARTED', { what: 'it spins' })
  const [child] = childrenOf(worker.pid)
  expect(child).toBeDefined()
  await worker.kill9()
  await until(() => !isAlive(child as number), { what: 'the orphan is gone' })
})

function isAlive(pid: number): boolean {
  try {
    return !/ Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

test('a task may have a pool of its own beside inline ones', async () => {
  const { client, worker } = await open({
    concurrency: 20,
    poolSize: 1,
    options: { spin: { pool: 'process' }, killed: { pool: 'process' } },
  })
  const where = (await (await client.submit(signature('where'))).result({ timeoutMs: 20_000 })) as { pid: number }
  expect(where.pid).toBe(worker.pid)
  expect(await outcome(client, signature('spin', [], {}, { timeLimitMs: 300 }))).toMatchObject({ error: { type: 'TimeLimitExceeded' } })
  expect(await outcome(client, signature('killed'))).toMatchObject({ error: { type: 'WorkerLostError' } })
  expect(worker.running).toBe(true)
})

describe('slots that remote control adds and takes', () => {
  test('processes come with them and go with them; what runs goes on', async () => {
    const { client, worker } = await open({ pool: 'process', concurrency: 1 })
    const { answers } = await client.control.grow(1, { timeoutMs: 10_000 })
    expect(answers).toMatchObject([{ value: { slots: 2 } }])
    const naps = [1, 2].map((n) => signature('nap', [n, 1_500]))
    const handle = await client.submit(group(naps))
    const both = () => childrenOf(worker.pid).length === 2
    await until(both, { what: 'there are two processes', intervalMs: 5 })
    await until(async () => (await client.workers())[0]?.slots === 2, { what: 'both slots are listed' })
    expect((await client.workers())[0]?.pool).toBe('process')
    expect(await handle.result({ timeoutMs: 20_000 })).toEqual([1, 2])
    await client.control.grow(1, { timeoutMs: 10_000 })
    await client.control.shrink(2, { timeoutMs: 10_000 })
    await until(() => childrenOf(worker.pid).length === 1, { what: 'the one that is too many is gone' })
    expect(await outcome(client, signature('echo', ['on']))).toMatchObject({ state: 'SUCCESS', result: 'on' })
  })

  test('threads keep their number: the worker refuses, and its slots stay', async () => {
    const { client } = await open({ pool: 'thread', concurrency: 1 })
    const { refused } = await client.control.grow(1, { timeoutMs: 10_000 })
    expect(refused).toMatchObject([{ error: { code: 'request-invalid' } }])
    expect((await client.workers())[0]?.slots).toBe(1)
  })
})
