/** Workers look at all workflows now and then, and repair by themselves what the doctor would repair. */
import { expect, test } from 'vitest'
import { type Canvas, Client, chain, chord, Worker } from '../../../src/engine/index.js'
import { Namespace } from '../../../src/engine/redis/namespace.js'
import { calls } from '../../../src/engine/redis/scripts.generated.js'
import { Journal, journalled } from '../../property/journal.js'
import { shaped, specs, troubles } from '../../property/trial.js'
import { useRedis } from '../../support/redis-server.js'
import { seeded } from '../../support/seed.js'
import { until } from '../../support/wait.js'
import { COMMON, call, end, Gate, TestEngine } from '../harness.js'

const redis = useRedis({ appendonly: true })
const OFTEN = { surveyMs: 100, leaseMs: 600 }

async function keyOf(engine: TestEngine, suffix: string): Promise<string> {
  const [meta = ''] = await redis.connect().keys(`${engine.namespace}:*:meta`)
  return meta.replace(/meta$/, suffix)
}

const VANDALS: [string, Canvas, (engine: TestEngine, key: string) => Promise<unknown>][] = [
  ['entry-missing', call('echo', [3]), async (engine) => redis.connect().del(await keyOf(engine, 'q:default:0'))],
  ['counts-wrong', chain(call('echo', [1]), call('add', [2])), async (_engine, key) => changed(key, 's', /^p 1 2 /, 'p 1 3 ')],
  [
    'join-miscounts',
    chord([call('echo', [1]), call('echo', [2])], call('add')),
    async (_engine, key) => redis.connect().hset(key, '2', 'P 3 4000000000 - 0'),
  ],
  ['live-listed', call('echo', [3]), async (engine, key) => redis.connect().zadd(await keyOf(engine, 'staging'), 1e15, idOf(key))],
  ['list-unlisted', call('echo', [3]), async (engine) => redis.connect().del(await keyOf(engine, 'active'))],
  ['entry-doubled', call('echo', [3]), async (engine) => doubled(await keyOf(engine, 'q:default:0'))],
]

async function doubled(list: string): Promise<number> {
  return redis.connect().rpush(list, (await redis.connect().lindex(list, 0)) ?? '')
}

const idOf = (key: string): string => key.slice(key.indexOf(':w:') + 3)

async function changed(key: string, field: string, pattern: RegExp, by: string): Promise<void> {
  const text = (await redis.connect().hget(key, field)) ?? ''
  expect(text).toMatch(pattern)
  await redis.connect().hset(key, field, text.replace(pattern, by))
}

test.each(VANDALS)('%s is repaired by a worker itself, which says so and counts it', async (code, canvas, vandalise) => {
  const engine = await TestEngine.open(redis.url)
  const handle = await engine.client.submit(canvas)
  await vandalise(engine, await keyOf(engine, `w:${handle.id}`))
  // Serves a queue in which there is nothing: the state stays as it is until somebody repairs it.
  await engine.worker(COMMON, { ...OFTEN, queues: ['elsewhere'] })
  await until(async () => (await engine.client.doctor()).repairs[code] === 1, { what: `${code} is counted` })
  await until(() => engine.complaints.length > 0, { what: 'it is logged' })
  const place = code === 'list-unlisted' ? { list: 'default:0' } : { workflow: handle.id }
  expect(engine.log.filter(({ level }) => level === 'warn')).toMatchObject([{ fields: { code, ...place } }])
  expect((await engine.client.doctor()).findings).toEqual([])
  await engine.worker(COMMON)
  expect((await end(handle)).outcome).toEqual({ state: 'SUCCESS', result: 3 })
})

test('a lease that nobody would give back is repaired, and the task runs', async () => {
  const engine = await TestEngine.open(redis.url)
  const gate = new Gate()
  await engine.worker({ ...COMMON, hold: gate.handler }, OFTEN)
  const handle = await engine.client.submit(chain(call('hold', [1]), call('add', [2])))
  await gate.entries(1)
  await changed(await keyOf(engine, `w:${handle.id}`), '0', /^L [^:]+/, 'L gone')
  await gate.entries(2)
  gate.open()
  expect((await end(handle)).outcome).toEqual({ state: 'SUCCESS', result: 3 })
  expect((await engine.client.doctor()).repairs).toEqual({ 'lease-orphaned': 1 })
})

test('one process walks over all workflows; others are told to come later, and go on when it does not come', async () => {
  const engine = await TestEngine.open(redis.url)
  const connection = redis.connect()
  const namespace = new Namespace({ namespace: engine.namespace })
  await namespace.load(connection)
  const handles = await Promise.all(Array.from({ length: 600 }, (_, i) => engine.client.submit(call('echo', [i]))))
  type Step = [answer: string, dueMs: number, workflows: string[]]
  const survey = (process: string, takeMs = 60_000) =>
    namespace.runAtEpoch(connection, 0, (epoch) => calls.survey(epoch, process, 100, takeMs, 60_000)) as unknown as Promise<Step>
  const seen = new Set<string>()
  const see = ([answer, due, workflows]: Step): number => {
    expect(answer).toBe('ok')
    for (const id of workflows) seen.add(id)
    return due
  }
  expect(see(await survey('first'))).toBe(0)
  expect(await survey('second')).toMatchObject(['later', expect.any(Number)])
  // The first says that it comes again soon, and does not.
  see(await survey('first', 1))
  const taken = await until(async () => {
    const step = await survey('second')
    return step[0] === 'ok' && step
  })
  see(taken)
  expect(await survey('first')).toMatchObject(['later', expect.any(Number)])
  let steps = 3
  while (see(await survey('second')) === 0) steps++
  expect(steps).toBeGreaterThan(3)
  expect(seen).toEqual(new Set(handles.map(({ id }) => id)))
  for (const process of ['first', 'second']) expect((await survey(process))[1]).toBeGreaterThan(50_000)
})

test('of random workflows in mid-flight workers that look all the time repair nothing', async () => {
  const journal = new Journal()
  const namespace = redis.ns()
  const client = await Client.connect({ redis: redis.url, namespace, partitions: 2 })
  const workers = [0, 1].map(() => {
    const tasks = journalled(journal.write, () => worker.process)
    const worker: Worker = new Worker({ redis: redis.url, namespace, tasks, surveyMs: 5 })
    return worker
  })
  await Promise.all(workers.map((worker) => worker.start()))
  const list = [...specs(seeded(), 80, 60), ...shaped('mixed', specs(seeded(), 80, 60)), ...specs(seeded(), 1, 2_000, 1_000)]
  expect(await troubles({ client, journal: () => journal }, list)).toEqual([])
  expect((await client.doctor()).repairs).toEqual({})
  expect(journal.unexplained()).toEqual([])
  await Promise.all(workers.map((worker) => worker.stop()))
  await client.close()
})
