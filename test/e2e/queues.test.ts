/** `/v1/queues`, `/v1/workers`, `/v1/tasks` and `/v1/limits` over real sockets against a real Redis. */
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { task } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { EchoTasks, GateTasks, useServices } from './harness.js'

const redis = useRedis()
const serve = useServices()
let http: Awaited<ReturnType<typeof serve>>['http']
let gate: GateTasks

beforeAll(async () => {
  const service = await serve({ redis: redis.url, namespace: redis.ns(), providers: [EchoTasks, GateTasks] })
  http = service.http
  gate = service.app.get(GateTasks)
})

const waits = (queue: string, task = 'echo') => ({ task, args: ['secret'], options: { queue } })
const submit = async (canvas: object) => void (await http.post('/v1/workflows').send({ canvas }).expect(202))
const body = async (path: string) => (await http.get(path).expect(200)).body

describe('queues', () => {
  test('are listed with what waits, part by part, and looked into', async () => {
    await submit({ group: [waits('q-a'), waits('q-a'), waits('q-b')] })
    const { queues, cursor } = await body('/v1/queues?limit=2')
    expect(queues.map(({ name }: { name: string }) => name)).toEqual(['default', 'q-a'])
    expect((await body(`/v1/queues?limit=2&cursor=${cursor}`)).queues.map(({ name }: { name: string }) => name)).toEqual(['q-b'])
    expect(await body('/v1/queues/q-a')).toMatchObject({ name: 'q-a', ready: 2, paused: null, workers: 0 })
    expect((await body('/v1/queues/q-a/tasks')).tasks).toMatchObject([{ task: 'echo' }, { task: 'echo' }])
    expect((await body('/v1/queues/q-a/tasks?limit=1&args=true')).tasks).toMatchObject([{ args: ['secret'] }])
  })

  test('are paused with a reason and by whom, and resumed', async () => {
    await http.post('/v1/queues/q-p/pause').send({ reason: 'repairs' }).expect(204)
    expect((await body('/v1/queues/q-p')).paused).toMatchObject({ reason: 'repairs', by: 'local' })
    await http.post('/v1/queues/q-p/resume').expect(204)
    await http.get('/v1/queues/q-p').expect(404)
  })

  test('are counted, moved and purged', async () => {
    await submit({ group: [waits('q-m'), waits('q-m'), waits('q-m', 'add')] })
    const post = async (what: string, sent: object) => (await http.post(`/v1/queues/${what}`).send(sent).expect(200)).body
    expect(await post('q-m/move', { to: 'q-n', task: 'add', dryRun: true })).toEqual({ tasks: 1 })
    expect(await post('q-m/move', { to: 'q-n', limit: 1 })).toEqual({ tasks: 1 })
    expect(await post('q-m/purge', { task: 'add' })).toEqual({ tasks: 1 })
    expect(await post('q-m/purge', {})).toEqual({ tasks: 1 })
    expect((await body('/v1/queues/q-n')).ready).toBe(1)
  })

  test.each([
    ['GET', 'a%20b/tasks', undefined, 'queue'],
    ['GET', 'x/tasks?limit=0', undefined, 'query.limit'],
    ['GET', 'x/tasks?args=1', undefined, 'query.args'],
    ['POST', 'x/move', {}, 'to'],
    ['POST', 'x/move', { to: 'x' }, 'to'],
    ['POST', 'x/purge', { tasks: [] }, 'tasks'],
    ['POST', 'x/pause', { reason: 'x'.repeat(501) }, 'reason'],
    ['GET', '?cursor=%2B', undefined, 'cursor'],
  ] as const)('refuse %s %s %j', async (method, path, sent, at) => {
    const url = `/v1/queues${path.startsWith('?') ? path : `/${path}`}`
    const answer = method === 'GET' ? await http.get(url) : await http.post(url).send(sent)
    expect(answer.status).toBe(400)
    expect(answer.body.path).toBe(at)
  })
})

describe('workers', () => {
  test('are listed with what they do, and tell what they run', async () => {
    await submit({ task: 'gate', args: [1] })
    await gate.entered
    const { workers } = await body('/v1/workers')
    expect(workers).toMatchObject([{ alive: true, state: 'running', queues: ['default'] }])
    const { answers, unanswered } = await body('/v1/workers/active?limit=5')
    expect(answers).toMatchObject([{ worker: { id: workers[0].id }, value: { total: 1, attempts: [{ task: 'gate', attempt: 1 }] } }])
    expect(unanswered).toEqual([])
    gate.open()
  })

  test('do what they are told', async () => {
    const send = async (sent: object) => (await http.post('/v1/workers/commands').send(sent).expect(200)).body.answers[0].value
    expect(await send({ type: 'ping' })).toBe('pong')
    expect(await send({ type: 'add-consumer', queue: 'extra' })).toEqual({ queues: ['default', 'extra'] })
    expect(await send({ type: 'reserved', timeoutMs: 5_000 })).toMatchObject({ total: 0 })
    const [{ name }] = (await body('/v1/workers')).workers
    expect(await send({ type: 'quiet', workers: [name] })).toEqual({ state: 'quiet' })
    expect(await send({ type: 'resume' })).toEqual({ state: 'running' })
  })

  test.each([
    [{ type: 'dance' }, 400, 'type'],
    [{}, 400, 'type'],
    [{ type: 'grow' }, 400, 'by'],
    [{ type: 'shutdown', mode: 'quiet' }, 400, 'mode'],
    [{ type: 'add-consumer', queue: 'a b' }, 400, 'queue'],
    [{ type: 'ping', workers: 'all' }, 400, 'workers'],
    [{ type: 'ping', timeoutMs: 3_600_000 }, 400, 'timeoutMs'],
    [{ type: 'ping', workers: ['nobody'] }, 404, 'workers[0]'],
  ])('refuse %j', async (sent, status, path) => {
    expect((await http.post('/v1/workers/commands').send(sent).expect(status)).body.path).toBe(path)
  })
})

describe('tasks', () => {
  test('tell what they are called with, where their schemas can say so', async () => {
    const args = [z.string().url(), null]
    const described = task('described', { args, kwargs: z.object({ timeout: z.number().int() }) }, (_url: unknown) => null)
    // A date is no JSON: nobody can write its schema.
    const silent = task('silent', { args: [z.date()] }, (_at: unknown) => null)
    const long = task(
      'long',
      { args: [z.enum(Array.from({ length: 3_000 }, (_, k) => `value-${k}`) as [string])] },
      (_value: unknown) => null,
    )
    const other = await serve({
      redis: redis.url,
      namespace: redis.ns(),
      tasks: [described, silent, long].map(({ definition }) => definition),
    })
    const { tasks } = (await other.http.get('/v1/tasks').expect(200)).body
    const of = (name: string) => tasks.find((one: { name: string }) => one.name === name)
    expect(of('described').arguments).toMatchObject({
      args: [{ type: 'string', format: 'uri' }, null],
      kwargs: { type: 'object', properties: { timeout: { type: 'integer' } }, required: ['timeout'] },
    })
    for (const name of ['silent', 'long']) expect(of(name)).toEqual({ name, workers: 1, queues: ['default'], parked: 0 })
  })

  test('are listed by name, part by part', async () => {
    await until(async () => (await body('/v1/tasks')).tasks.length >= 6)
    const { tasks, cursor } = await body('/v1/tasks?limit=1')
    expect(tasks).toMatchObject([{ name: 'add', workers: 1, parked: 0 }])
    expect((await body(`/v1/tasks?limit=1&cursor=${cursor}`)).tasks[0].name).toBe('bigint')
  })
})

test('limits are told before they are met', async () => {
  expect(await body('/v1/limits')).toEqual({
    ...{ bodyBytes: 4_194_304, lineBytes: 4_194_304, nodes: 100_000, depth: 64, jsonDepth: 512 },
    ...{ members: 100_000, payloadBytes: 4_194_304 },
    ...{ page: 1_000, waitMs: 60_000, bulkIds: 1_000, idempotencyKeyMs: 86_400_000 },
  })
})
