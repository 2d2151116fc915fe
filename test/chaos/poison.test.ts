/** A task that takes its process down with it, among others that are innocent. */
import { expect, onTestFinished, test } from 'vitest'
import { Client, group, signature } from '../../src/engine/index.js'
import { recordsOf } from '../support/records.js'
import { uniqueName, useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import type { WorkerProcess } from '../support/worker-process.js'
import { type PoolSettings, startPoolWorker } from '../workers/pool-workers.js'

const redis = useRedis({ appendonly: true })

/** A worker that is started again whenever it dies, as a supervisor does. */
class Supervised {
  readonly processes: WorkerProcess[] = []
  private stopped = false
  private readonly done: Promise<void>

  constructor(private readonly setup: PoolSettings) {
    this.done = this.loop()
  }

  private async loop(): Promise<void> {
    while (!this.stopped) {
      const process = await startPoolWorker(this.setup)
      this.processes.push(process)
      if (this.stopped) await process.kill9()
      await process.exited
    }
  }

  async stop(): Promise<void> {
    this.stopped = true
    await this.processes.at(-1)?.kill9()
    await this.done
    await Promise.all(this.processes.map((process) => process.kill9()))
  }
}

async function open(settings: PoolSettings, workers = 1): Promise<{ client: Client; workers: Supervised[] }> {
  const namespace = uniqueName()
  const client = await Client.connect({ redis: redis.url, namespace })
  const supervised = Array.from({ length: workers }, () => new Supervised({ redis: redis.url, namespace, leaseMs: 2_000, ...settings }))
  onTestFinished(async () => {
    await Promise.all(supervised.map((one) => one.stop()))
    await client.close()
  })
  return { client, workers: supervised }
}

/** Deliveries that open records of a workflow say are charged, by node. */
async function chargedIn(id: string): Promise<Map<string, number>> {
  const charged = new Map<string, number>()
  for (const [node, record] of await recordsOf(redis.connect(), id)) {
    const deliveries = /^(?:L \S+|[QD]) \d+ (\d+) /.exec(record)?.[1]
    if (deliveries !== undefined && deliveries !== '0') charged.set(node, Number(deliveries))
  }
  return charged
}

test.each(process.env.CHORDIS_VERIFY ? [1, 2] : [2])(
  'one poison pill among 100 tasks in flight on %i worker(s) fails after 3 deliveries; the others run, and nobody else is charged',
  async (count) => {
    const { client, workers } = await open({ concurrency: 120 }, count)
    const members = Array.from({ length: 100 }, (_, n) => (n === 50 ? signature('crash', [150]) : signature('nap', [n, 200])))
    const handle = await client.submit(group(members))
    const charged = new Set<string>()
    await until(
      async () => {
        for (const node of (await chargedIn(handle.id)).keys()) charged.add(node)
        return (await handle.status()).counts.remaining === 0
      },
      { timeoutMs: 50_000, intervalMs: 5, what: 'all have ended' },
    )
    const results = await handle.results()
    expect(results[50]).toMatchObject({ state: 'FAILURE', error: { type: 'WorkerLostError', message: expect.stringContaining('3 times') } })
    expect(results.filter(({ state }) => state === 'SUCCESS').map(({ result }) => result)).toEqual(
      members.map((_, n) => n).filter((n) => n !== 50),
    )
    expect([...charged].filter((node) => node !== '50')).toEqual([])
    const died = workers.flatMap(({ processes }) => processes).filter(({ running }) => !running)
    expect(died).toHaveLength(3)
  },
)

test('a task that must never run twice ends FAILURE when its worker is lost, and runs no second time', async () => {
  const once = { acksLate: false }
  const { client, workers } = await open({ concurrency: 10, options: { crash: once, nap: once, echo: once } })
  const [lost, beside] = await Promise.all([client.submit(signature('crash', [300])), client.submit(signature('nap', ['beside', 5_000]))])
  for (const handle of [lost, beside]) {
    expect(await handle.outcome({ waitMs: 20_000 })).toMatchObject({
      state: 'FAILURE',
      error: { type: 'WorkerLostError', message: expect.stringContaining('must not run twice') },
    })
  }
  expect(await (await client.submit(signature('echo', ['well']))).result({ timeoutMs: 20_000 })).toBe('well')
  expect(workers[0]?.processes.filter(({ running }) => !running)).toHaveLength(1)
})
