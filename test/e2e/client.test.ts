/** `chordis/client` against the service: a method for each operation, and what it does when the service or its Redis is away. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { ChordisApi, ChordisApiError, type ManyAnswer } from '../../src/api-client/index.js'
import { OPERATION_SCOPES } from '../../src/modules/rest/scopes.js'
import { freePort } from '../support/children.js'
import { RedisProxy } from '../support/proxy.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { EchoTasks, useServices } from './harness.js'

const redis = useRedis()
const serve = useServices()
let api: ChordisApi
let url: string

beforeAll(async () => {
  const service = await serve({ redis: redis.url, namespace: redis.ns(), providers: [EchoTasks], drain: { httpMs: 200 } })
  url = service.url
  api = new ChordisApi({ url: `${url}/` })
})

const echo = (value: unknown = 1) => ({ task: 'echo', args: [value] })
const later = { ...echo(), options: { countdownMs: 3_600_000 } }
const refused = async (call: Promise<unknown>): Promise<ChordisApiError> => {
  const error = await call.then(
    () => undefined,
    (why: unknown) => why,
  )
  expect(error).toBeInstanceOf(ChordisApiError)
  return error as ChordisApiError
}
const gather = async <T>(rows: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const row of rows) all.push(row)
  return all
}

test('has a method for each operation', () => {
  const missing = Object.keys(OPERATION_SCOPES).filter((name) => typeof Reflect.get(api, name) !== 'function')
  expect(missing).toEqual([])
})

describe('workflows', () => {
  test('are submitted, waited for, and looked at', async () => {
    const { id, duplicate } = await api.submitWorkflow({ canvas: { chain: [echo('ä'), { task: 'echo' }] }, tags: ['seen'] })
    expect(duplicate).toBe(false)
    expect(await api.waitForResult(id)).toEqual({ state: 'SUCCESS', result: 'ä' })
    expect(await api.getWorkflow(id)).toMatchObject({ state: 'SUCCESS', tags: ['seen'] })
    expect((await api.getGraph(id)).edges).toHaveLength(1)
    expect((await api.listTaskCalls(id, { limit: 1 })).tasks).toHaveLength(1)
    expect((await gather(api.eachTaskCall(id, { limit: 1 }))).map(({ id: at }) => at)).toEqual(['0', '1'])
    expect(await api.getTaskCall(id, '0')).toMatchObject({ state: 'SUCCESS', result: 'ä' })
    expect((await api.listRuns(id)).runs).toHaveLength(1)
    expect((await api.countWorkflows()).SUCCESS).toBeGreaterThan(0)
  })

  test('under one key are one workflow', async () => {
    const submit = () => api.submitWorkflow({ canvas: echo() }, { key: 'client-1' })
    const first = await submit()
    expect(await submit()).toMatchObject({ id: first.id, duplicate: true })
  })

  test('are paused, changed and removed', async () => {
    const { id } = await api.submitWorkflow({ canvas: later })
    expect(await api.getResult(id)).toBeNull()
    expect(await api.pauseWorkflow(id, { reason: 'x' })).toEqual({ id, changed: true })
    expect(await api.resumeWorkflow(id)).toEqual({ id, changed: true })
    expect(await api.setPriority(id, { priority: 1 })).toEqual({ id, changed: true })
    expect(await api.revokeWorkflow(id)).toEqual({ id, changed: true })
    await until(async () => (await api.getWorkflow(id)).ended)
    expect((await api.retryWorkflow(id)).run).toBe(2)
    await api.deleteWorkflow(id, { revoke: true })
    expect(await refused(api.getWorkflow(id))).toMatchObject({ status: 404, code: 'not-found', workflow: id, retryable: false })
  })

  test('run again, and many are changed at once', async () => {
    const { id } = await api.submitWorkflow({ canvas: echo(1), tags: ['bulk'], name: 'one' })
    await api.waitForResult(id)
    await until(async () => (await api.getWorkflow(id)).ended)
    expect((await api.rerunWorkflow(id, { tasks: ['0'], args: [2] })).run).toBe(2)
    expect(await api.changeWorkflows({ action: 'revoke', filter: { tag: 'bulk' }, dryRun: true })).toMatchObject({ changed: 0 })
  })

  test('are iterated over, page by page', async () => {
    for (let k = 0; k < 5; k++) await api.submitWorkflow({ canvas: later, tags: ['paged'] })
    const rows = await gather(api.eachWorkflow({ tag: 'paged', limit: 2, state: ['PENDING', 'STARTED'] }))
    expect(new Set(rows.map(({ id }) => id)).size).toBe(5)
    expect((await api.listWorkflows({ tag: 'paged', limit: 2 })).workflows).toHaveLength(2)
  })

  test('are submitted by thousands, each answered, and refused ones do not keep others', async () => {
    const given = Array.from({ length: 1_200 }, (_, k) => ({ canvas: k === 700 ? { task: 'a:b' } : echo(k) }))
    const answers = await gather(api.submitWorkflows(given, { batch: 500 }))
    expect(answers.map(({ index }) => index)).toEqual(given.map((_, k) => k))
    const failed = answers.filter((one): one is ManyAnswer & { error: ChordisApiError } => 'error' in one)
    expect(failed).toMatchObject([{ index: 700, error: { code: 'canvas-invalid', path: 'canvas.task' } }])
    expect(await api.waitForResult((answers[1_199] as ManyAnswer).id)).toEqual({ state: 'SUCCESS', result: 1_199 })
  })

  test('that are wrong are refused with their path', async () => {
    const error = await refused(api.submitWorkflow({ canvas: { task: 'echo', args: 1 } }))
    expect(error).toMatchObject({ status: 400, code: 'canvas-invalid', path: 'canvas.args' })
    expect((await api.validateCanvas({ canvas: echo() })).total).toBe(1)
  })
})

describe('everything else', () => {
  test('tasks, queues and workers', async () => {
    expect((await api.listTasks()).tasks.map(({ name }) => name)).toContain('echo')
    await api.submitWorkflow({ canvas: { ...echo(), options: { queue: 'far' } } })
    expect((await api.listQueues()).queues.map(({ name }) => name)).toContain('far')
    expect((await api.peekQueue('far', { args: true })).tasks).toMatchObject([{ args: [1] }])
    await api.pauseQueue('far', { reason: 'x' })
    expect((await api.getQueue('far')).paused).toMatchObject({ reason: 'x' })
    await api.resumeQueue('far')
    expect(await api.moveQueue('far', { to: 'farther' })).toEqual({ tasks: 1 })
    expect(await api.purgeQueue('farther')).toEqual({ tasks: 1 })
    expect((await api.listWorkers()).workers).toHaveLength(1)
    expect((await api.commandWorkers({ type: 'ping' })).answers).toMatchObject([{ value: 'pong' }])
    expect((await api.listRunning()).answers).toHaveLength(1)
    expect((await api.getLimits()).nodes).toBe(100_000)
  })

  test('schedules', async () => {
    const nightly = { rules: '0 3 * * *', canvas: echo() }
    expect(await api.putSchedule('s', nightly, { dryRun: true })).toEqual({ outcome: 'created', changed: [] })
    expect((await api.putSchedule('s', nightly, { onlyNew: true })).outcome).toBe('created')
    expect(await refused(api.putSchedule('s', nightly, { onlyNew: true }))).toMatchObject({ status: 412, code: 'already-exists' })
    expect((await api.getSchedule('s')).next).toBeGreaterThan(0)
    expect(await api.pauseSchedule('s')).toEqual({ id: 's', changed: true })
    expect(await api.resumeSchedule('s')).toEqual({ id: 's', changed: true })
    expect((await api.triggerSchedule('s')).outcome).toBe('fired')
    const day = Date.UTC(2026, 0, 1)
    expect((await api.backfillSchedule('s', { from: day, to: day + 86_400_000, dryRun: true })).times).toHaveLength(1)
    expect((await api.previewSchedule('s', { count: 2 })).ticks).toHaveLength(2)
    expect((await api.previewTiming({ rules: '@daily', count: 3 })).ticks).toHaveLength(3)
    expect((await api.listSchedules()).schedules).toHaveLength(1)
    await api.deleteSchedule('s')
  })

  test('dead letters', async () => {
    await api.submitWorkflow({ id: 'dead', canvas: { task: 'throws', args: ['no'] } })
    const [letter] = await until(async () => {
      const letters = await gather(api.eachDeadLetter({ workflow: 'dead' }))
      return letters.length === 0 ? null : letters
    })
    expect(await api.getDeadLetter(letter!.id)).toMatchObject({ args: ['no'] })
    expect(await api.requeueDeadLetters({ filter: { workflow: 'dead' }, dryRun: true })).toMatchObject({ matched: 1 })
    expect(await api.dropDeadLetters({ id: letter!.id })).toMatchObject({ changed: 1 })
    expect((await api.listDeadLetters({ workflow: 'dead' })).letters).toEqual([])
  })
})

describe('a service that is away', () => {
  test('is asked again, and a submission whose answer was lost makes one workflow', async () => {
    const proxy = await RedisProxy.start({ host: redis.server.host, port: redis.server.port })
    onTestFinished(() => proxy.close())
    const away = await serve({ redis: proxy.url, namespace: redis.ns(), roles: ['api'], commandTimeoutMs: 500, drain: { httpMs: 200 } })
    const patient = new ChordisApi({ url: away.url, maxDelayMs: 100, retries: 20 })
    const fault = proxy.cutAfterRequest((sent) => sent.key === 'script:submit')
    const submitting = patient.submitWorkflow({ canvas: echo() })
    await until(() => fault.hits >= 4, { what: 'the service has given up once' })
    fault.off()
    expect((await submitting).duplicate).toBe(false)
    expect((await patient.countWorkflows()).total).toBe(1)
  })

  test('that nobody answers for is told as such, after as many attempts as are allowed', async () => {
    const nowhere = new ChordisApi({ url: `http://127.0.0.1:${await freePort()}`, retries: 1, maxDelayMs: 10 })
    const error = await refused(nowhere.getLimits())
    expect(error).toMatchObject({ status: 0, code: 'network', retryable: true, message: expect.stringContaining('ECONNREFUSED') })
    expect(await refused(nowhere.submitWorkflow({ canvas: echo() }))).toMatchObject({ inDoubt: false, workflow: undefined })
  })

  test('is not waited for longer than the time limit, nor after the signal', async () => {
    const { id } = await api.submitWorkflow({ canvas: later })
    const impatient = new ChordisApi({ url: await listen(() => {}), timeoutMs: 50, retries: 0 })
    expect(await refused(impatient.getLimits())).toMatchObject({ code: 'timeout' })
    const reason = new Error('enough')
    await expect(api.waitForResult(id, { signal: AbortSignal.timeout(100) })).rejects.toMatchObject({ name: 'TimeoutError' })
    await expect(api.getLimits({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  test('is given the time that it asks for, and a call that may not be repeated is made once', async () => {
    let calls = 0
    const busy = await listen((_, answer) => {
      calls++
      answer.writeHead(calls === 1 ? 503 : 200, { 'retry-after': '1', 'content-type': 'application/json' })
      answer.end('{"code":"redis-full","detail":"full"}')
    })
    const began = performance.now()
    await new ChordisApi({ url: busy }).getLimits()
    expect(performance.now() - began).toBeGreaterThan(990)
    calls = 0
    expect(await refused(new ChordisApi({ url: busy }).retryWorkflow('x'))).toMatchObject({ code: 'redis-full', retryAfterMs: 1_000 })
    expect(calls).toBe(1)
  })

  test('that asks for more time than there is throws at once', async () => {
    const busy = await listen(
      (_, answer) => void answer.writeHead(429, { 'retry-after': '3600' }).end('{"code":"rate-limited","detail":"no"}'),
    )
    const limited = new ChordisApi({ url: busy, maxRetryAfterMs: 10_000 })
    expect(await refused(limited.getLimits())).toMatchObject({ code: 'rate-limited', retryAfterMs: 3_600_000 })
  })

  test('and may have done what it was asked for is told so: a submission has the id to send again', async () => {
    const ids: string[] = []
    const cut = await listen((request, answer) => {
      request.on('data', (bytes: Buffer) => ids.push((JSON.parse(bytes.toString()) as { id: string }).id))
      request.on('end', () => answer.destroy())
    })
    const half = await listen((_, answer) => {
      answer.writeHead(202, { 'content-type': 'application/json', 'content-length': '100' })
      answer.write('{', () => answer.destroy())
    })
    const lost = await refused(new ChordisApi({ url: cut, retries: 2, maxDelayMs: 10 }).submitWorkflow({ canvas: echo() }))
    expect(lost).toMatchObject({ code: 'network', inDoubt: true, workflow: ids[0] })
    expect([ids.length, new Set(ids).size]).toEqual([3, 1])
    expect(await refused(new ChordisApi({ url: cut, retries: 0 }).getLimits())).toMatchObject({ code: 'network', inDoubt: false })
    expect(await refused(new ChordisApi({ url: half, retries: 0 }).retryWorkflow('w'))).toMatchObject({ code: 'network', inDoubt: true })
  })

  test('and sends elsewhere is not followed: a POST might arrive as a GET, and the credential with it', async () => {
    const elsewhere = await listen((_, answer) => void answer.writeHead(301, { location: 'https://elsewhere.example/' }).end())
    const error = await refused(new ChordisApi({ url: elsewhere }).submitWorkflow({ canvas: echo() }))
    expect(error).toMatchObject({ status: 301, code: 'answer-invalid', message: '301 Moved Permanently, to https://elsewhere.example/' })
  })

  test('sends the token that is asked for before each call', async () => {
    const seen: (string | undefined)[] = []
    const there = await listen((request, answer) => {
      seen.push(request.headers.authorization)
      answer.end('{}')
    })
    let n = 0
    const keyed = new ChordisApi({ url: there, token: async () => `t${n++}` })
    await keyed.getLimits()
    await keyed.getLimits()
    expect(seen).toEqual(['Bearer t0', 'Bearer t1'])
  })
})

test('events are gone on with behind the last one that was seen, however often the connection ends', async () => {
  const asked: (string | undefined)[] = []
  const stream = await listen((request, answer) => {
    asked.push(request.headers['last-event-id'] as string | undefined)
    const from = Number(request.headers['last-event-id'] ?? 0)
    answer.writeHead(200, { 'content-type': 'text/event-stream' })
    answer.write(': hello\n\n')
    // Two whole frames, and the half of one that the connection takes along.
    answer.write(
      `id: ${from + 1}\nevent: task\ndata: {"n":${from + 1}}\n\nid: ${from + 2}\r\nevent: task\r\ndata: {"n":\r\ndata: ${from + 2}}\r\n\r\nid: ${from + 3}\ndata: {`,
    )
    answer.end()
  })
  const seen: unknown[] = []
  for await (const { event, data } of new ChordisApi({ url: stream, maxDelayMs: 5 }).followWorkflow('w')) {
    seen.push([event, data])
    if (seen.length === 5) break
  }
  expect(seen).toEqual([1, 2, 3, 4, 5].map((n) => ['task', { n }]))
  expect(asked).toEqual([undefined, '2', '4'])
})

test('events are gone on with from where the service said that it stands, before any has come', async () => {
  const asked: (string | undefined)[] = []
  const stream = await listen((request, answer) => {
    asked.push(request.headers['last-event-id'] as string | undefined)
    answer.writeHead(200, { 'content-type': 'text/event-stream' })
    answer.end(asked.length === 1 ? ': still here\nid: 7\n\n' : 'data: 8\n\n')
  })
  for await (const event of new ChordisApi({ url: stream, maxDelayMs: 5 }).followEvents()) {
    expect(event).toEqual({ id: '7', event: 'message', data: 8 })
    break
  }
  expect(asked).toEqual([undefined, '7'])
})

test('events are read where streams are no async iterables, and who stops closes the connection', async () => {
  let closed = false
  const stream = await listen((_request, answer) => {
    answer.on('close', () => (closed = true))
    answer.writeHead(200, { 'content-type': 'text/event-stream' })
    answer.write('id: 1\ndata: 1\n\n')
  })
  /** As in Safari. */
  const ask: typeof fetch = async (...call) => {
    const answer = await fetch(...call)
    Object.defineProperty(answer.body, Symbol.asyncIterator, { value: undefined })
    return answer
  }
  for await (const { data } of new ChordisApi({ url: stream, fetch: ask }).followEvents()) {
    expect(data).toBe(1)
    break
  }
  await until(() => closed)
})

test('events of the service come as they happen, until the caller stops', async () => {
  const seen: string[] = []
  const ending = new AbortController()
  const following = (async () => {
    for await (const { id, data } of api.followEvents({ signal: ending.signal })) {
      seen.push(JSON.stringify(data))
      expect(id).not.toBe('')
    }
  })()
  await until(async () => {
    await api.submitWorkflow({ id: 'followed', canvas: echo() })
    return seen.some((text) => text.includes('"followed"')) || api.deleteWorkflow('followed', { revoke: true }).then(() => false)
  })
  ending.abort(new Error('enough'))
  await expect(following).rejects.toThrow('enough')
})

/** A server of one handler, closed after the test. */
async function listen(handler: (request: IncomingMessage, answer: ServerResponse) => void): Promise<string> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
