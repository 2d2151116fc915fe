/** What the doctor must never do: find something, or change something, where nothing is wrong. */
import { expect, test } from 'vitest'
import { Client, Worker } from '../../../src/engine/index.js'
import { cancelling } from '../../property/cancel-trial.js'
import { Journal, journalled } from '../../property/journal.js'
import { canvasOf, insist, shaped, specs, troubles } from '../../property/trial.js'
import { useRedis } from '../../support/redis-server.js'
import { seeded } from '../../support/seed.js'
import { until } from '../../support/wait.js'
import { COMMON, call, TestEngine } from '../harness.js'

const redis = useRedis({ appendonly: true })
const LARGE = process.env.CHORDIS_VERIFY === '1'

test('of random workflows in mid-flight, again and again until they end, it finds nothing and repairs nothing', async () => {
  const journal = new Journal()
  const namespace = redis.ns()
  const client = await Client.connect({ redis: redis.url, namespace, partitions: 2 })
  const doctor = await Client.connect({ redis: redis.url, namespace })
  const workers = [0, 1].map(() => {
    const tasks = journalled(journal.write, () => worker.process)
    const worker: Worker = new Worker({ redis: redis.url, namespace, tasks })
    return worker
  })
  await Promise.all(workers.map((worker) => worker.start()))
  const random = seeded()
  const list = [
    ...specs(random, LARGE ? 2_000 : 80, 60),
    ...shaped('mixed', specs(random, LARGE ? 1_000 : 40, 60)),
    ...shaped('graph', specs(random, LARGE ? 1_000 : 40, 60)),
    ...shaped('policies', specs(random, LARGE ? 1_000 : 40, 60)),
    ...specs(random, LARGE ? 40 : 2, 2_000, 1_000),
  ]
  let over = false
  const ended = troubles({ client, journal: () => journal }, list).finally(() => {
    over = true
  })
  let rounds = 0
  let examined = 0
  while (!over) {
    const report = await doctor.doctor({ fix: true })
    expect(report.findings).toEqual([])
    expect(report.repairs).toEqual({})
    examined += report.checked.workflows
    rounds++
  }
  expect(await ended).toEqual([])
  expect(rounds).toBeGreaterThan(2)
  expect(examined).toBeGreaterThan(100)
  expect(journal.unexplained()).toEqual([])
  await Promise.all(workers.map((worker) => worker.stop()))
  await Promise.all([client.close(), doctor.close()])
})

test('of random workflows whose workers stop in the middle it finds nothing, and when they have ended their counts are right', async () => {
  const namespace = redis.ns()
  const client = await Client.connect({ redis: redis.url, namespace })
  const random = seeded()
  const list = [...specs(random, LARGE ? 500 : 20, 60), ...shaped('mixed', specs(random, LARGE ? 500 : 20, 60))]
  const failing = shaped('failing', specs(random, LARGE ? 500 : 20, 60)).map((spec) => cancelling(canvasOf(spec), random))
  const submits = [...list.map((spec) => ({ canvas: canvasOf(spec), options: {} }))]
  for (const [k, canvas] of failing.entries()) submits.push({ canvas, options: k % 2 === 0 ? {} : { onFailure: 'cancel' } })
  const handles = await Promise.all(submits.map(({ canvas, options }) => insist(() => client.submit(canvas, options))))
  const open = async () => (await Promise.all(handles.map((handle) => handle.status()))).filter(({ ended }) => !ended).length
  let stops = 0
  while ((await open()) > 0) {
    let started = 0
    const tasks = journalled(
      (entry) => void (entry.kind === 'run' && started++),
      () => 'p',
    )
    const worker = new Worker({ redis: redis.url, namespace, tasks, concurrency: 4 })
    await worker.start()
    await until(async () => started > list.length || (await open()) === 0, { what: 'some tasks have run', intervalMs: 1 })
    await worker.stop({ graceMs: 0 })
    stops++
    expect((await client.doctor({ fix: true })).findings).toEqual([])
  }
  expect(stops).toBeGreaterThan(2)
  for (const { id } of handles) expect((await client.doctor({ workflow: id })).findings).toEqual([])
  await client.close()
})

test('of workflows that nobody works on, and of one that is being stored, it finds nothing', async () => {
  const engine = await TestEngine.open(redis.url)
  for (const spec of shaped('mixed', specs(seeded(), 40, 60))) await insist(() => engine.client.submit(canvasOf(spec)))
  await engine.client.submit(call('later', [], { countdownMs: 3_600_000 }))
  await Promise.all(Array.from({ length: 1_500 }, (_, i) => engine.client.submit(call('echo', [i]))))
  const report = await engine.client.doctor()
  expect(report).toMatchObject({ findings: [], repairs: {} })
  expect(report.checked.workflows).toBe(1_541)
  await engine.worker(COMMON)
})
