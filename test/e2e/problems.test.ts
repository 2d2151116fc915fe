/**
 * Everything a client can do wrong has one clear answer: a problem document with a code and, where there is one, the path of the fault.
 */
import { request } from 'node:http'
import { connect } from 'node:net'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { Client } from '../../src/engine/index.js'
import { RedisProxy } from '../support/proxy.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { EchoTasks, useServices } from './harness.js'

const redis = useRedis()
const serve = useServices()
let service: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
  service = await serve({ redis: redis.url, namespace: redis.ns(), roles: ['api'], providers: [EchoTasks] })
})

const post = (text: string, type = 'application/json') => service.http.post('/v1/workflows').set('content-type', type).send(text)
const submit = (body: object) => post(JSON.stringify(body))

interface Answer {
  status: number
  headers: Record<string, string>
  body: Record<string, unknown>
  text: string
}

/** Checks what all problems share, and returns the document. */
function problem(answer: Answer, status: number, code: string): Record<string, unknown> {
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(answer.body).toMatchObject({ type: `urn:chordis:problem:${code}`, status, code, title: expect.any(String) as string })
  expect(answer.status).toBe(status)
  expect(answer.text).not.toMatch(/node_modules|\.ts:\d|\.js:\d/)
  return answer.body
}

describe('a bad body', () => {
  test.each(['{"canvas":', '', 'nonsense', '{"canvas":{}}}'])('that is not JSON is 400: %j', async (text) => {
    problem(await post(text), 400, 'request-invalid')
  })

  test('of another media type is 415', async () => {
    problem(await post('canvas=1', 'application/x-www-form-urlencoded'), 415, 'media-type-unsupported')
    problem(await post('hello', 'text/plain'), 415, 'media-type-unsupported')
  })

  test('of 5 MB is 413 and the service goes on', async () => {
    problem(await submit({ canvas: { task: 'echo', args: ['x'.repeat(5_000_000)] } }), 413, 'limit-exceeded')
    await service.http.get('/livez').expect(200)
  })

  test('of 5 MB that comes in chunks without a length is 413', async () => {
    const { status, code } = await sendChunked(`${service.url}/v1/workflows`, 5_000_000)
    expect({ status, code }).toEqual({ status: 413, code: 'limit-exceeded' })
  })

  test.each(['[]', '7', 'null', '"text"'])('that is not an object is 400 at `body`: %s', async (text) => {
    expect(problem(await post(text), 400, 'request-invalid').path).toBe('body')
  })

  test('with unknown fields names each by its path', async () => {
    const document = problem(await submit({ canvas: { task: 'echo' }, priority: 3, options: { retention: 1 } }), 400, 'request-invalid')
    expect(document.path).toBe('priority')
    expect((document.errors as { path: string }[]).map(({ path }) => path)).toEqual(['priority', 'options.retention'])
  })

  test('without a canvas is 400 at `canvas`', async () => {
    expect(problem(await submit({ id: 'x' }), 400, 'request-invalid').path).toBe('canvas')
  })
})

describe('a bad canvas', () => {
  test.each([
    ['a number', 7],
    ['an object without a kind', {}],
    ['arguments that are no list', { task: 'echo', args: 1 }],
    ['a chain of numbers', { chain: [1] }],
    ['an unknown field', { task: 'echo', argz: [] }],
    ['a task name with a colon', { task: 'a:b' }],
  ])('%s is 400 with the path of the fault', async (_what, canvas) => {
    const answer = await submit({ canvas })
    expect(answer.status).toBe(400)
    const document = problem(answer, 400, String(answer.body.code))
    expect(['canvas-invalid', 'name-invalid']).toContain(document.code)
    expect(document.path).toMatch(/^canvas/)
  })

  test('of 65 levels is refused as over the limit, with its path; 64 are accepted', async () => {
    const nested = (levels: number): object =>
      levels === 0 ? { task: 'echo', args: [1] } : { chord: { header: [nested(levels - 1)], body: { task: 'echo' } } }
    await submit({ canvas: nested(64) }).expect(202)
    expect(problem(await submit({ canvas: nested(65) }), 413, 'limit-exceeded').path).toMatch(/^canvas/)
  })

  test('whose arguments are nested a hundred thousand levels deep is refused, and the service goes on', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    problem(await post(`{"canvas":{"task":"echo","args":${deep}}}`), 413, 'limit-exceeded')
    await service.http.get('/livez').expect(200)
  })

  test('with several faults lists them all by path', async () => {
    const answer = await submit({
      canvas: {
        chain: [
          { task: 'echo', args: 1 },
          { task: 'echo', kwargs: [] },
        ],
      },
    })
    const document = problem(answer, 400, 'canvas-invalid')
    expect((document.errors as { path: string }[]).map(({ path }) => path)).toEqual(['canvas.chain[0].args', 'canvas.chain[1].kwargs'])
  })

  test('with more nodes than the request allows is refused', async () => {
    const group = Array.from({ length: 11 }, () => ({ task: 'echo', args: [1] }))
    problem(await submit({ canvas: { group }, options: { limits: { nodes: 10 } } }), 413, 'limit-exceeded')
  })
})

describe('names that are taken or unknown', () => {
  test('an id with another canvas is 409 and names the workflow', async () => {
    await submit({ canvas: { task: 'echo', args: [1] }, id: 'taken' }).expect(202)
    expect(problem(await submit({ canvas: { task: 'echo', args: [2] }, id: 'taken' }), 409, 'id-conflict').workflow).toBe('taken')
  })

  test('an unknown workflow is 404 for its status and its result, waiting or not', async () => {
    for (const path of ['', '/result', '/result?waitMs=1000']) {
      problem(await service.http.get(`/v1/workflows/nobody${path}`), 404, 'not-found')
    }
  })

  test('an unknown route is 404, a known one under another method 405 with Allow', async () => {
    expect(problem(await service.http.get('/v2/workflows'), 404, 'not-found').instance).toBe('/v2/workflows')
    const wrong = await service.http.delete('/v1/workflows/x/result')
    problem(wrong, 405, 'method-not-allowed')
    expect(wrong.headers.allow).toBe('GET, HEAD')
    const nowhere = await service.http.put('/v1/workflows')
    problem(nowhere, 405, 'method-not-allowed')
    expect(nowhere.headers.allow).toBe('GET, HEAD, POST')
  })

  test('a waitMs out of range is 400 with its path', async () => {
    expect(problem(await service.http.get('/v1/workflows/x/result?waitMs=60001'), 400, 'request-invalid').path).toBe('query.waitMs')
  })

  test.each([
    ['garbage', 'hello\r\n\r\n', 400],
    ['a header of 100 kB', `GET / HTTP/1.1\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`, 431],
  ])('what is no HTTP is a problem too: %s', async (_what, bytes, status) => {
    const { hostname, port } = new URL(service.url)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    socket.write(bytes)
    let said = ''
    for await (const chunk of socket) said += String(chunk)
    const [head = '', body = '{}'] = said.split('\r\n\r\n')
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} [\\s\\S]*application/problem\\+json`))
    expect(JSON.parse(body)).toMatchObject({ status, code: 'request-invalid' })
  })

  test('a URL that cannot be decoded is 400', async () => {
    problem(await service.http.get('/v1/workflows/%E0%A4%A'), 400, 'request-invalid')
  })
})

describe("the server's own faults", () => {
  test('a Redis that is nearly full is 503 `redis-full` with Retry-After, and takes the same request again when it has room', async () => {
    const full = await serve({ redis: redis.url, namespace: redis.ns(), roles: ['api', 'worker'], providers: [EchoTasks] })
    const limit = (bytes: number) => redis.server.call('CONFIG', 'SET', 'maxmemory', String(bytes))
    onTestFinished(async () => void (await limit(0)))
    const used = Number(/^used_memory:(\d+)/m.exec(String(await redis.server.call('INFO', 'memory')))?.[1])
    const submitted = () => full.http.post('/v1/workflows').send({ canvas: { task: 'echo', args: [7] }, id: 'patient' })
    await limit(Math.round(used / 0.9))
    const refused = await until(
      async () => {
        const reply = await full.http.post('/v1/workflows').send({ canvas: { task: 'echo', args: [1] } })
        return reply.status === 202 ? null : reply
      },
      { what: 'submits are refused' },
    )
    problem(refused, 503, 'redis-full')
    const answer = await submitted()
    problem(answer, 503, 'redis-full')
    expect(answer.headers['retry-after']).toMatch(/^\d+$/)
    await limit(0)
    await until(async () => (await submitted()).status === 202, { what: 'there is room again' })
    const outcome = await full.http.get('/v1/workflows/patient/result?waitMs=10000')
    expect(outcome.body).toEqual({ state: 'SUCCESS', result: 7 })
  })

  test('Redis that did not answer a submit is 503 `outcome-unknown` with the id and Retry-After; sending the id again finds the workflow', async () => {
    const proxy = await RedisProxy.start({ host: redis.server.host, port: redis.server.port })
    onTestFinished(() => proxy.close())
    const away = await serve({
      redis: proxy.url,
      namespace: redis.ns(),
      roles: ['api', 'worker'],
      providers: [EchoTasks],
      commandTimeoutMs: 2_000,
    })
    const body = { canvas: { task: 'echo', args: [7] } }
    const fault = proxy.cutAfterRequest((sent) => sent.key === 'script:enqueue')
    const answer = await away.http.post('/v1/workflows').send(body)
    fault.off()
    const { workflow } = problem(answer, 503, 'outcome-unknown')
    expect(answer.headers['retry-after']).toMatch(/^\d+$/)
    expect(fault.hits).toBeGreaterThan(0)
    const again = await until(async () => {
      const reply = await away.http.post('/v1/workflows').send({ ...body, id: workflow })
      return reply.status === 202 ? reply : null
    })
    expect(again.body).toMatchObject({ id: workflow })
    const outcome = await away.http.get(`/v1/workflows/${String(workflow)}/result?waitMs=10000`)
    expect(outcome.body).toEqual({ state: 'SUCCESS', result: 7 })
  })

  test('an unforeseen error is 500 `internal` and says nothing of its cause', async () => {
    const client = service.app.get(Client)
    const workflow = client.workflow
    client.workflow = () => {
      throw new Error('secret detail')
    }
    const answer = await service.http.get('/v1/workflows/x')
    client.workflow = workflow
    problem(answer, 500, 'internal')
    expect(answer.text).not.toContain('secret')
  })
})

/** POSTs `bytes` of `x` with chunked encoding. */
function sendChunked(url: string, bytes: number): Promise<{ status: number | undefined; code: unknown }> {
  return new Promise((resolve, reject) => {
    const sending = request(url, { method: 'POST', headers: { 'content-type': 'application/json' } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode, code: JSON.parse(Buffer.concat(chunks).toString()).code as unknown }))
    })
    sending.on('error', reject)
    for (let sent = 0; sent < bytes; sent += 100_000) sending.write('x'.repeat(100_000))
    sending.end()
  })
}
