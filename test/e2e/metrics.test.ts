/** `/metrics`: what a service of each role shows, against what really happened. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Injectable } from '@nestjs/common'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Client, chain, signature, type TaskContext } from '../../src/engine/index.js'
import { BeatModule, ChordisModule, Ctx, MetricsRegistry, Task } from '../../src/modules/index.js'
import { RedisServer, uniqueName, useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { EchoTasks, GateTasks, useServices } from './harness.js'

const redis = useRedis()
const serve = useServices()

@Injectable()
class Flaky {
  @Task({ name: 'flaky', bind: true, retry: { auto: true, factorMs: 1 } })
  async flaky(@Ctx() ctx: TaskContext): Promise<number> {
    await sleep(15)
    if (ctx.attempt === 1) throw new Error('not yet')
    return ctx.attempt
  }
}

/** The samples of a scrape: `name{label="value"}` → value. */
async function scrape(http: Awaited<ReturnType<typeof serve>>['http'], path = '/metrics'): Promise<Map<string, number>> {
  const { text, headers } = await http.get(path).expect(200)
  expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]))
}

async function clientOf(namespace: string): Promise<Client> {
  const client = await Client.connect({ redis: redis.url, namespace })
  onTestFinished(() => client.close())
  return client
}

describe('a worker', () => {
  test('counts outcomes by task and state, retries, run and wait times, and shows what runs', async () => {
    const namespace = uniqueName()
    const gates = new GateTasks()
    const { http } = await serve({ redis: redis.url, namespace, providers: [EchoTasks, Flaky, { provide: GateTasks, useValue: gates }] })
    const client = await clientOf(namespace)
    await (await client.submit(chain(signature('add', [1, 2]), signature('add', [3])))).result()
    await (await client.submit(signature('flaky'))).result()
    await (await client.submit(signature('throws', ['no']))).outcome({ waitMs: 10_000 })
    await client.submit(signature('gate', [1]))
    await gates.entered
    const seen = await until(async () => {
      const found = await scrape(http)
      return found.get('chordis_task_outcomes_total{task="throws",state="failed"}') === 1 && found
    })
    expect(Object.fromEntries(seen)).toMatchObject({
      'chordis_task_outcomes_total{task="add",state="succeeded"}': 2,
      'chordis_task_outcomes_total{task="add",state="failed"}': 0,
      'chordis_task_outcomes_total{task="flaky",state="succeeded"}': 1,
      'chordis_task_retries_total{task="flaky"}': 1,
      'chordis_task_lease_losses_total{task="flaky"}': 0,
      'chordis_task_run_seconds_count{task="flaky"}': 2,
      'chordis_task_run_seconds_bucket{le="0.01",task="flaky"}': 0,
      'chordis_task_run_seconds_bucket{le="3600",task="flaky"}': 2,
      // The second step of the chain, and the second attempt, did not wait for a worker only.
      'chordis_task_wait_seconds_count{task="add"}': 1,
      'chordis_task_wait_seconds_count{task="flaky"}': 1,
      'chordis_task_running{task="gate"}': 1,
      chordis_worker_slots: 100,
    })
    gates.open()
    await until(async () => !(await scrape(http)).has('chordis_task_running{task="gate"}'))
  })

  test('an attempt whose lease was lost is counted as that, and not by how it ended', async () => {
    const namespace = uniqueName()
    const gates = new GateTasks()
    const { http } = await serve({ redis: redis.url, namespace, providers: [{ provide: GateTasks, useValue: gates }] })
    const client = await clientOf(namespace)
    const { id } = await client.submit(signature('gate', [1]))
    await gates.entered
    const [key = ''] = await redis.connect().keys(`${namespace}:*w:${id}`)
    await redis.connect().hset(key, '0', 'L thief:0:1 1 0 0 - -')
    gates.open()
    const seen = await until(async () => {
      const found = await scrape(http)
      return found.get('chordis_task_lease_losses_total{task="gate"}') === 1 && found
    })
    expect(seen.get('chordis_task_outcomes_total{task="gate",state="succeeded"}')).toBe(0)
  })
})

describe('the namespace', () => {
  test('queues, workflows, workers and dead letters are those that Redis holds, and what Node knows of itself is there', async () => {
    const namespace = uniqueName()
    const { http } = await serve({ redis: redis.url, namespace, providers: [EchoTasks] })
    const client = await clientOf(namespace)
    await (await client.submit(signature('throws', ['no']))).outcome({ waitMs: 10_000 })
    for (let k = 0; k < 3; k++) await client.submit(signature('echo', [k], {}, { queue: 'unserved' }))
    await client.submit(signature('echo', [1], {}, { queue: 'unserved', countdown: 60 }))
    const seen = await until(async () => {
      const found = await scrape(http)
      return found.get('chordis_queue_ready{queue="unserved"}') === 3 && found
    })
    expect(Object.fromEntries(seen)).toMatchObject({
      'chordis_queue_delayed{queue="unserved"}': 1,
      'chordis_queue_parked{queue="unserved"}': 0,
      'chordis_workflows{state="FAILURE"}': 1,
      'chordis_workflows{state="PENDING"}': 4,
      'chordis_workers{state="running"}': 1,
      'chordis_workers{state="dead"}': 0,
      chordis_dead_letters: 1,
      chordis_redis_up: 1,
    })
    expect(seen.get('chordis_queue_oldest_seconds{queue="unserved"}')).toBeGreaterThan(0)
    expect(seen.get('chordis_redis_ping_seconds')).toBeGreaterThan(0)
    expect(seen.has('nodejs_eventloop_lag_seconds')).toBe(true)
  })

  test('many scrapes at a time ask Redis once', async () => {
    const namespace = uniqueName()
    const { http } = await serve({ redis: redis.url, namespace, roles: ['api'] })
    const direct = redis.connect()
    const pings = async () => Number(/cmdstat_ping:calls=(\d+)/.exec(await direct.info('commandstats'))?.[1] ?? 0)
    const before = await pings()
    await Promise.all(Array.from({ length: 20 }, () => scrape(http)))
    expect(await pings()).toBe(before + 1)
  })

  test('while Redis is stopped a scrape answers within its limit, says so, and shows nothing that it does not know', async () => {
    const server = await RedisServer.start()
    onTestFinished(() => server.stop())
    const { http } = await serve({ redis: server.url, namespace: 'paused', providers: [EchoTasks] })
    await until(async () => (await scrape(http)).get('chordis_redis_up') === 1)
    server.pause()
    onTestFinished(() => server.resume())
    const seen = await until(async () => {
      const from = performance.now()
      const found = await scrape(http)
      expect(performance.now() - from).toBeLessThan(4_000)
      return found.get('chordis_redis_up') === 0 && found
    })
    expect([...seen.keys()].filter((name) => /^chordis_(queue|workflows|workers|dead|redis_ping)/.test(name))).toEqual([])
    expect(seen.has('chordis_task_outcomes_total{task="echo",state="succeeded"}')).toBe(true)
    server.resume()
    await until(async () => (await scrape(http)).get('chordis_redis_up') === 1, { timeoutMs: 30_000 })
  })
})

describe('processes', () => {
  test('an api process shows the namespace and no tasks; one with a beat shows what it fires, and how late', async () => {
    const namespace = uniqueName()
    const api = await serve({ redis: redis.url, namespace, roles: ['api'] })
    const names = [...(await scrape(api.http)).keys()]
    expect(names.some((name) => name.startsWith('chordis_task_'))).toBe(false)
    expect(names.some((name) => name.startsWith('chordis_beat_'))).toBe(false)
    const schedules = [{ id: 'often', rules: { everyMs: 1_000 }, canvas: { task: 'echo', args: [1] } }]
    const beat = await serve({ redis: redis.url, namespace, roles: ['api'], imports: [BeatModule.forRoot({ schedules })] })
    const seen = await until(async () => {
      const found = await scrape(beat.http)
      // No worker runs the first one: the next ones are left out.
      return (found.get('chordis_beat_runs_total{outcome="overlap"}') ?? 0) >= 1 && found
    })
    expect(seen.get('chordis_beat_runs_total{outcome="fired"}')).toBe(1)
    expect(seen.get('chordis_beat_lateness_seconds_count')).toBe(1)
    expect(seen.get('chordis_beat_runs_total{outcome="missed"}')).toBe(0)
  })

  test('path and prefix are options, a service may do without, and names past the bound stand under other', async () => {
    const namespace = uniqueName()
    const own = await serve({
      redis: redis.url,
      namespace,
      providers: [EchoTasks],
      metrics: { path: '/internal/metrics', prefix: 'shop_', tasks: ['echo'], queues: ['mail'], defaultMetrics: false },
    })
    const client = await clientOf(namespace)
    await (await client.submit(signature('echo', [1]))).result()
    await (await client.submit(signature('add', [1]))).result()
    for (const queue of ['mail', 'a', 'b']) await client.submit(signature('echo', [1], {}, { queue }))
    const seen = await until(async () => {
      const found = await scrape(own.http, '/internal/metrics')
      return found.get('shop_queue_ready{queue="other"}') === 2 && found
    })
    expect(seen.get('shop_queue_ready{queue="mail"}')).toBe(1)
    expect(seen.get('shop_task_outcomes_total{task="echo",state="succeeded"}')).toBe(1)
    expect(seen.get('shop_task_outcomes_total{task="other",state="succeeded"}')).toBe(1)
    expect([...seen.keys()].every((name) => name.startsWith('shop_'))).toBe(true)
    const without = await serve({ redis: redis.url, namespace, roles: ['api'], metrics: false })
    await without.http.get('/metrics').expect(404)
  })

  test('several connections of an application are told apart by a label, and its own metrics stand beside ours', async () => {
    const [first, second] = [uniqueName(), uniqueName()]
    const { http, app } = await serve({
      redis: redis.url,
      namespace: first,
      providers: [EchoTasks],
      imports: [ChordisModule.forRoot({ name: 'second', redis: redis.url, namespace: second, roles: ['api'] })],
    })
    const client = await clientOf(second)
    await client.submit(signature('echo', [1], {}, { queue: 'unserved' }))
    const seen = await until(async () => {
      const found = await scrape(http)
      return found.get('chordis_queue_ready{queue="unserved",connection="second"}') === 1 && found
    })
    expect(seen.get('chordis_redis_up{connection="default"}')).toBe(1)
    expect(seen.get('chordis_redis_up{connection="second"}')).toBe(1)
    expect(app.get(MetricsRegistry, { strict: false })).toBeInstanceOf(MetricsRegistry)
  })
})
