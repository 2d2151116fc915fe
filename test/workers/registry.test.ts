/** Workers as others see them: what they announce, how they say they are, and when they are gone. */
import { expect, onTestFinished, test } from 'vitest'
import { Chordis, signature, type WorkerView } from '../../src/engine/index.js'
import { Chaos } from '../chaos/harness.js'
import { COMMON, call, end, Gate, TestEngine } from '../engine/harness.js'
import { RedisCluster } from '../support/redis-cluster.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'

const redis = useRedis()

/** The workers that are listed, once what is listed is so. */
async function listed(engine: Pick<TestEngine, 'client'>, fact: (workers: WorkerView[]) => boolean, what: string): Promise<WorkerView[]> {
  let workers: WorkerView[] = []
  await until(
    async () => {
      workers = await engine.client.workers()
      return fact(workers)
    },
    { what },
  )
  return workers
}

test('a worker is listed with who it is, what it serves, what runs in it and how it is', async () => {
  const engine = await TestEngine.open(redis.url)
  const gate = new Gate()
  await engine.worker({ hold: gate.handler }, { name: 'one', concurrency: 2, queues: ['default', 'deep'], leaseMs: 4_000 })
  const handle = await engine.client.submit(call('hold', ['x']))
  await gate.entries(1)
  const [worker] = await listed(engine, ([one]) => one?.running === 1, 'the task is shown')
  expect(worker).toEqual({
    id: expect.stringMatching(/^[0-9a-z]{14}$/),
    name: 'one',
    host: expect.any(String),
    pid: process.pid,
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    node: process.versions.node,
    queues: ['default', 'deep'],
    pool: 'inline',
    tasks: 1,
    leaseMs: 4_000,
    state: 'running',
    alive: true,
    slots: 2,
    running: 1,
    reserved: 0,
    oldest: [{ id: `${handle.id}:0`, task: 'hold', attempt: 1, runningMs: expect.any(Number) }],
    loopLagMs: expect.any(Number),
    cpuPercent: expect.any(Number),
    rssBytes: expect.any(Number),
    heapUsedBytes: expect.any(Number),
    processed: { succeeded: 0, failed: 0, retried: 0, replaced: 0, givenBack: 0, lost: 0 },
    startedAt: expect.any(Number),
    uptimeMs: expect.any(Number),
    heartbeatAgeMs: expect.any(Number),
    sampleAgeMs: expect.any(Number),
  })
  expect(worker?.rssBytes).toBeGreaterThan(10_000_000)
  expect(worker?.heartbeatAgeMs).toBeLessThan(4_000)
  gate.open()
})

test('what a worker ended is counted by its outcome', async () => {
  const engine = await TestEngine.open(redis.url)
  const again = (ctx: { attempt: number; retry(options: object): never }) => (ctx.attempt === 1 ? ctx.retry({ countdownMs: 1 }) : 1)
  await engine.worker({ ...COMMON, again }, { leaseMs: 2_000 })
  for (const canvas of [call('echo'), call('echo'), call('boom'), call('again')]) await end(await engine.client.submit(canvas))
  const [worker] = await listed(engine, ([one]) => one?.processed.succeeded === 3, 'all is counted')
  expect(worker?.processed).toEqual({ succeeded: 3, failed: 1, retried: 1, replaced: 0, givenBack: 0, lost: 0 })
})

test('a handler that blocks the event loop is seen: by the age of what the worker said while it lasts, by the lag when it is over', async () => {
  // What is said of an interval stands for as long as the next one: long enough to be seen here.
  const chaos = await Chaos.open(redis.url, 1, { leaseMs: 4_500 })
  await listed(chaos, ([one]) => (one?.uptimeMs ?? 0) > 500, 'it has worked for a while')
  await chaos.client.submit(signature('block', [4_000]))
  const [blocked] = await listed(chaos, ([one]) => (one?.sampleAgeMs ?? 0) > 2_500, 'nothing is heard of the main loop')
  expect(blocked).toMatchObject({ alive: true, state: 'running' })
  expect(blocked?.heartbeatAgeMs).toBeLessThan(4_500)
  await listed(chaos, ([one]) => (one?.loopLagMs ?? 0) > 1_000, 'the lag is told')
  expect(chaos.losses).toEqual([])
})

test('a worker that was killed is shown as dead, and goes when another one sweeps it, with all its keys', async () => {
  const chaos = await Chaos.open(redis.url, 1, { leaseMs: 2_000 })
  const [before] = await listed(chaos, ([one]) => one?.sampleAgeMs !== null, 'it is listed')
  expect(before).toMatchObject({ alive: true, state: 'running' })
  await chaos.processes[0]?.kill9()
  const [dead] = await listed(chaos, ([one]) => one?.alive === false, 'it is dead')
  expect(dead).toMatchObject({ id: before?.id, state: 'dead' })
  // A command to a dead worker: it is named, and the command leaves nothing behind.
  const { answers, unanswered } = await chaos.client.control.ping({ timeoutMs: 200 })
  expect(answers).toEqual([])
  expect(unanswered).toMatchObject([{ id: before?.id, alive: false }])
  await chaos.worker()
  const [living, ...others] = await listed(chaos, (all) => all.every(({ id }) => id !== before?.id), 'it was swept')
  expect(others).toEqual([])
  expect(living).toMatchObject({ alive: true, state: 'running' })
  const keys = await redis.connect().keys(`${chaos.namespace}:*${before?.id}*`)
  expect(keys).toEqual([])
})

test('over several partitions each worker is listed once, and its tasks with the queues that it serves now', async () => {
  const engine = await TestEngine.open(redis.url, 7)
  const names = ['a', 'b', 'c']
  for (const name of names) await engine.worker(COMMON, { name, leaseMs: 2_000 })
  await listed(engine, (all) => all.length === 3 && all.every(({ sampleAgeMs }) => sampleAgeMs !== null), 'all have said how they are')
  expect((await engine.client.workers()).map(({ name }) => name)).toEqual(names)
  const { answers } = await engine.client.control.addConsumer('late', { workers: 'b' })
  expect(answers.map(({ value }) => value)).toEqual([{ queues: ['default', 'late'] }])
  await listed(engine, (all) => all.some(({ queues }) => queues.includes('late')), 'the new queue is listed')
  expect((await engine.client.tasks()).find(({ name }) => name === 'echo')).toMatchObject({ workers: 3, queues: ['default', 'late'] })
})

test('on a Cluster workers are found and told at their homes', async () => {
  const cluster = await RedisCluster.start()
  onTestFinished(() => cluster.stop())
  const engine = await TestEngine.open({ cluster: cluster.nodes.map(({ url }) => url) }, 6)
  const workers = await Promise.all(['a', 'b', 'c'].map((name) => engine.worker(COMMON, { name, leaseMs: 2_000 })))
  await listed(engine, (all) => all.length === 3 && all.every(({ sampleAgeMs }) => sampleAgeMs !== null), 'all have said how they are')
  const { answers, unanswered } = await engine.client.control.grow(5)
  expect({ answers: answers.length, unanswered }).toEqual({ answers: 3, unanswered: [] })
  expect(workers.map(({ concurrency }) => concurrency)).toEqual([105, 105, 105])
  await engine.client.control.quiet({ workers: 'b' })
  await listed(engine, (all) => all.find(({ name }) => name === 'b')?.state === 'quiet', 'it is quiet')
}, 60_000)

test('a Chordis lists workers and tells them what to do, its own and others', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(COMMON, { name: 'other' })
  const app = new Chordis({ redis: redis.url, namespace: engine.namespace })
  onTestFinished(() => app.close())
  app.task('own', () => 1)
  const own = app.worker({ name: 'own' })
  await own.start()
  expect((await app.workers()).map(({ name }) => name)).toEqual(['other', 'own'])
  const { answers } = await app.control.ping()
  expect(answers.map(({ worker, value }) => [worker.name, value]).sort()).toEqual([
    ['other', 'pong'],
    ['own', 'pong'],
  ])
})
