/** `POST /v1/workflows` as NDJSON: many submissions in one request, each answered by itself. */
import { request } from 'node:http'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
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

interface Line {
  line: number
  id?: string
  duplicate?: boolean
  problem?: { code: string; path?: string; workflow?: string }
}

const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
const post = async (text: string | Buffer, url = service.url): Promise<Line[]> => {
  const answer = await fetch(`${url}/v1/workflows`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: text as string,
  })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson')
  return linesOf(await answer.text())
}
const call = (more: object = {}) => JSON.stringify({ canvas: { task: 'echo', args: [1] }, ...more })

describe('each line is answered by itself', () => {
  test('in order, with its number, its id, and whether it was there', async () => {
    const lines = await post(`${call({ id: 'n-1' })}\n${call()}\r\n\n${call({ id: 'n-1' })}`)
    expect(lines.map(({ line }) => line)).toEqual([1, 2, 4])
    expect(lines[0]).toEqual({ line: 1, id: 'n-1', state: 'PENDING', duplicate: false })
    expect(lines[2]).toMatchObject({ id: 'n-1', duplicate: true })
  })

  test('and what is wrong with one refuses only that one', async () => {
    const bad = ['{"canvas"', '[]', '{"id":"x"}', '{"canvas":{"task":"a:b"}}', '{"canvas":{"task":"a"},"priority":1}']
    const lines = await post([call(), ...bad, call()].join('\n'))
    expect(lines.map(({ problem }) => problem?.path)).toEqual([undefined, 'line', 'body', 'canvas', 'canvas.task', 'priority', undefined])
    expect(lines.at(-1)?.id).toMatch(/^[0-9a-z-]+$/)
  })

  test('a line of more than 4 MiB is refused, and those behind it are read', async () => {
    const lines = await post(`${call({ name: 'x'.repeat(5_000_000) })}\n${call()}\n`)
    expect(lines[0]?.problem).toMatchObject({ code: 'limit-exceeded', path: 'line' })
    expect(lines[1]?.id).toBeDefined()
  })

  test('a line of a few bytes more than 4 MiB is refused, one of a few less is not', async () => {
    const of = (bytes: number) =>
      call({ canvas: { task: 'echo', args: ['x'.repeat(bytes - call({ canvas: { task: 'echo', args: [''] } }).length)] } })
    const lines = await post(`${of(4_194_305)}\n${of(4_194_304)}\n`)
    expect(lines[0]?.problem?.code).toBe('limit-exceeded')
    expect(lines[1]?.id).toBeDefined()
  })

  test('a line that is nested without end is refused before it is parsed', async () => {
    const deep = `{"canvas":{"task":"echo","args":${'['.repeat(500_000)}${']'.repeat(500_000)}}}`
    const [refused, next] = await post(`${deep}\n${call()}\n`)
    expect(refused?.problem).toMatchObject({ code: 'limit-exceeded', path: 'line', detail: expect.stringContaining('1024 levels') })
    expect(next?.id).toBeDefined()
  })

  test('characters of several bytes that are cut between two packets stay whole', async () => {
    const id = 'n-utf8'
    const bytes = Buffer.from(`${JSON.stringify({ id, name: 'ä€😀', canvas: { task: 'echo' } })}\n`)
    const answer = await sendInPieces([...bytes].map((byte) => Buffer.from([byte])))
    expect(linesOf(answer)[0]).toMatchObject({ id })
    expect((await service.http.get(`/v1/workflows/${id}`)).body.name).toBe('ä€😀')
  })

  test('the same idempotency key is the same workflow, and with another canvas a problem of its line', async () => {
    const [one, two, three] = await post(
      [call({ idempotencyKey: 'k' }), call({ idempotencyKey: 'k' }), `{"canvas":{"task":"echo","args":[2]},"idempotencyKey":"k"}`].join(
        '\n',
      ),
    )
    expect(two).toMatchObject({ id: one?.id, duplicate: true })
    expect(three?.problem?.code).toBe('idempotency-conflict')
  })

  test('no lines are no answers', async () => {
    expect(await post('\n\n')).toEqual([])
  })
})

test('twenty thousand lines of 1 kB are answered in bounded memory', async () => {
  const body = `${call({ canvas: { task: 'echo', args: ['y'.repeat(1_000)] } })}\n`.repeat(20_000)
  const before = process.memoryUsage().rss
  const lines = await post(body)
  expect(lines).toHaveLength(20_000)
  expect(new Set(lines.map(({ id }) => id)).size).toBe(20_000)
  expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000)
})

test('a client that goes away loses nothing that was accepted, and the half of a line that it sent is not submitted', async () => {
  const ids = ['gone-1', 'gone-2']
  await new Promise<void>((resolve) => {
    const sending = request(
      `${service.url}/v1/workflows`,
      { method: 'POST', headers: { 'content-type': 'application/x-ndjson' } },
      (answer) => {
        answer.on('error', () => {})
        answer.once('data', () => sending.destroy())
        answer.once('close', resolve)
      },
    )
    sending.on('error', () => resolve())
    sending.write(`${ids.map((id) => call({ id })).join('\n')}\n${call({ id: 'gone-3' })}`)
  })
  for (const id of ids) await until(async () => (await service.http.get(`/v1/workflows/${id}`)).status === 200, { what: `${id} is there` })
  await service.http.get('/v1/workflows/gone-3').expect(404)
  await service.http.get('/livez').expect(200)
})

test('a Redis that did not answer is a problem of each line that it concerns, with the id to send again', async () => {
  const proxy = await RedisProxy.start({ host: redis.server.host, port: redis.server.port })
  onTestFinished(() => proxy.close())
  const away = await serve({ redis: proxy.url, namespace: redis.ns(), roles: ['api'], commandTimeoutMs: 2_000 })
  const fault = proxy.cutAfterRequest((sent) => sent.key === 'script:enqueue')
  const [line] = await post(call(), away.url)
  fault.off()
  expect(line?.problem).toMatchObject({ code: 'outcome-unknown', workflow: expect.any(String) as string })
})

test('NDJSON is understood nowhere else', async () => {
  const answer = await service.http.post('/v1/canvas/validate').set('content-type', 'application/x-ndjson').send(call()).expect(415)
  expect(answer.body.code).toBe('media-type-unsupported')
})

function sendInPieces(pieces: readonly Buffer[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const sending = request(
      `${service.url}/v1/workflows`,
      { method: 'POST', headers: { 'content-type': 'application/x-ndjson' } },
      (answer) => {
        let text = ''
        answer.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        answer.on('end', () => resolve(text))
      },
    )
    sending.on('error', reject)
    for (const piece of pieces) sending.write(piece)
    sending.end()
  })
}
