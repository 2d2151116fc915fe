/** What HTTP says to browsers, and what it does to clients that take their time or send too much: over raw sockets. */
import { connect, type Socket } from 'node:net'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { EchoTasks, useServices } from './harness.js'

const redis = useRedis()
const serve = useServices({})
let service: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
  service = await serve({
    redis: redis.url,
    namespace: redis.ns(),
    roles: ['api'],
    providers: [EchoTasks],
    http: { headersMs: 300, bodyMs: 1_000, trustProxy: '127.0.0.1' },
  })
})

/** A connection by hand. */
class Raw {
  said = ''
  closed = false

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => {
      this.said += chunk.toString()
    })
    socket.on('close', () => {
      this.closed = true
    })
    socket.on('error', () => undefined)
  }

  static async open(): Promise<Raw> {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    await new Promise((resolve) => socket.once('connect', resolve))
    return new Raw(socket)
  }

  send(text: string): this {
    this.socket.write(text)
    return this
  }

  async answered(pattern: RegExp): Promise<void> {
    await until(() => pattern.test(this.said), { what: `${pattern} is answered`, timeoutMs: 10_000 })
  }

  async cut(): Promise<void> {
    await until(() => this.closed, { what: 'the connection is cut', timeoutMs: 10_000 })
  }
}

const HEAD = 'POST /v1/workflows HTTP/1.1\r\nhost: 127.0.0.1\r\n'

describe('answers', () => {
  test('of the API tell browsers to run, frame, sniff, share and keep nothing of them', async () => {
    const answers = [
      await service.http.get('/v1/tasks').expect(200),
      await service.http.get('/livez').expect(200),
      await service.http.get('/v1/workflows/none').expect(404),
      await service.http.get('/nowhere').expect(404),
      await service.http.post('/v1/workflows').set('content-type', 'text/plain').send('x').expect(415),
      await service.http.get('/%'),
    ]
    for (const { headers, text } of answers) {
      expect(headers, text).toMatchObject({
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
      })
      for (const name of ['x-powered-by', 'server', 'strict-transport-security', 'access-control-allow-origin'])
        expect(headers).not.toHaveProperty(name)
    }
  })

  test('are for no other site: no CORS, whatever a page asks for', async () => {
    const preflight = await service.http
      .options('/v1/workflows')
      .set('origin', 'https://evil.example')
      .set('access-control-request-method', 'POST')
    expect(preflight.status).toBeGreaterThanOrEqual(400)
    const plain = await service.http.get('/v1/tasks').set('origin', 'https://evil.example')
    for (const { headers } of [preflight, plain])
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([])
  })

  test('that came by https, by the word of a trusted proxy, say that it must stay so', async () => {
    const { headers } = await service.http.get('/livez').set('x-forwarded-proto', 'https')
    expect(headers['strict-transport-security']).toMatch(/^max-age=31536000/)
    const other = await serve({ redis: redis.url, namespace: redis.ns(), roles: ['api'] })
    expect((await other.http.get('/livez').set('x-forwarded-proto', 'https')).headers).not.toHaveProperty('strict-transport-security')
  })

  test('of the documentation keep a policy of their own', async () => {
    const { headers } = await service.http.get('/docs').expect(200)
    expect(headers['content-security-policy']).toContain("script-src 'self'")
  })
})

describe('a client that', () => {
  test('sends its headers letter by letter is cut, and others are served meanwhile', async () => {
    const slow = await Raw.open()
    slow.send('GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ')
    const drip = setInterval(() => slow.socket.writable && slow.send('a'), 20)
    onTestFinished(() => clearInterval(drip))
    await service.http.get('/livez').expect(200)
    await slow.cut()
    expect(slow.said).toMatch(/^(HTTP\/1\.1 408 |$)/)
  })

  test('sends a body letter by letter is cut', async () => {
    const slow = await Raw.open()
    slow.send(`${HEAD}content-type: application/json\r\ncontent-length: 1000000\r\n\r\n{"canvas":`)
    const drip = setInterval(() => slow.socket.writable && slow.send(' '), 20)
    onTestFinished(() => clearInterval(drip))
    await slow.cut()
    await service.http.get('/livez').expect(200)
  })

  test('streams lines slowly is served as long as they come, and cut when they do not', async () => {
    const stream = await Raw.open()
    stream.send(`${HEAD}content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n`)
    const line = (id: string) => {
      const text = `${JSON.stringify({ canvas: { task: 'echo' }, id })}\n`
      return `${text.length.toString(16)}\r\n${text}\r\n`
    }
    const from = performance.now()
    let k = 0
    while (performance.now() - from < 2_500) {
      stream.send(line(`slow-${++k}`))
      await stream.answered(new RegExp(`"slow-${k}"`))
    }
    expect(stream.closed).toBe(false)
    await stream.cut()
    await service.http.get(`/v1/workflows/slow-${k}`).expect(200)
  })

  test('sends more headers than 16 kB, or a longer URL, gets 431 and is cut', async () => {
    const big = (await Raw.open()).send(`GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`)
    await big.answered(/^HTTP\/1\.1 431 /)
    await big.cut()
    const long = (await Raw.open()).send(`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`)
    await long.answered(/^HTTP\/1\.1 431 /)
    await long.cut()
  })

  test('says two lengths, or a length and chunks, is not believed: one of them would be the next request', async () => {
    for (const lengths of ['content-length: 5\r\ncontent-length: 6', 'content-length: 5\r\ntransfer-encoding: chunked']) {
      const smuggler = (await Raw.open()).send(
        `${HEAD}content-type: application/json\r\n${lengths}\r\n\r\n0\r\n\r\nGET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`,
      )
      await smuggler.cut()
      expect(smuggler.said).toMatch(/^HTTP\/1\.1 400 /)
      expect(smuggler.said).not.toContain('"live"')
    }
  })
})
