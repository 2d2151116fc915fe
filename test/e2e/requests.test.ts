/** What is logged of requests, and the id that a request has in logs and answers. */
import { request as httpRequest } from 'node:http'
import supertest from 'supertest'
import { expect, onTestFinished, test } from 'vitest'
import { createPino } from '../../src/modules/index.js'
import { createService, type ServiceOptions } from '../../src/modules/service/index.js'
import { RedisServer, uniqueName, useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { EchoTasks } from './harness.js'

const redis = useRedis()
type Line = { [field: string]: unknown }

async function logged(options: Partial<ServiceOptions> = {}) {
  const text: string[] = []
  const logger = createPino('debug', { write: (line) => void text.push(line) })
  const service = await createService({ redis: redis.url, namespace: uniqueName(), port: 0, providers: [EchoTasks], ...options, logger })
  onTestFinished(() => service.close())
  const lines = (): Line[] => text.map((line) => JSON.parse(line) as Line).filter(({ msg }) => msg === 'request')
  return { http: supertest(service.url), url: service.url, lines, text }
}

test('a line per request has method, route, status and ms, no query and no body; probes are for debugging', async () => {
  const { http, lines, text } = await logged()
  await http
    .post('/v1/workflows')
    .set('authorization', 'Bearer hunter2')
    .send({ canvas: { task: 'echo', args: ['hunter2'] }, id: 'a' })
    .expect(202)
  await http.get('/v1/workflows/a/result?waitMs=5000&token=hunter2').expect(400)
  await http.get('/readyz').expect(200)
  await http.get('/nowhere/hunter2').expect(404)
  await until(() => lines().length === 4)
  const shape = { requestId: expect.any(String) as string, ms: expect.any(Number) as number }
  expect(lines()).toMatchObject([
    { level: 30, method: 'POST', route: '/v1/workflows', status: 202, ...shape },
    { level: 30, method: 'GET', route: '/v1/workflows/:id/result', status: 400, ...shape },
    { level: 20, method: 'GET', route: '/readyz', status: 200, ...shape },
    { level: 30, method: 'GET', route: null, status: 404, ...shape },
  ])
  expect(text.join('')).not.toContain('hunter2')
})

test('a sane X-Request-Id is taken and echoed, anything else is replaced, also where a request is refused early', async () => {
  const { http, url, lines } = await logged()
  const { headers } = await http.get('/v1/workflows/none').set('x-request-id', 'trace-7:a/b').expect(404)
  expect(headers['x-request-id']).toBe('trace-7:a/b')
  for (const bad of ['with space', 'x'.repeat(129), '{"a":1}', '"']) {
    const { headers: answered } = await http.put('/v1/workflows').set('x-request-id', bad)
    expect(answered['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  }
  const twice = await new Promise<string | undefined>((resolve, reject) => {
    const sent = httpRequest(`${url}/livez`, { headers: { 'x-request-id': ['a', 'b'] } }, (answer) => {
      answer.resume()
      resolve(answer.headers['x-request-id'] as string | undefined)
    })
    sent.on('error', reject).end()
  })
  expect(twice).toMatch(/^[0-9a-f-]{36}$/)
  await until(() => lines().some(({ requestId }) => requestId === 'trace-7:a/b'))
})

test('a request that fails is logged with its error under its id, and a Redis password is in no line', async () => {
  const server = await RedisServer.start()
  onTestFinished(() => server.stop())
  await server.call('CONFIG', 'SET', 'requirepass', 'hunter2')
  const { http, lines, text } = await logged({ redis: server.url.replace('://', '://:hunter2@') })
  await server.kill9()
  await http
    .post('/v1/workflows')
    .set('x-request-id', 'r1')
    .send({ canvas: { task: 'echo' } })
    .expect(503)
  await until(() => lines().some(({ status, level }) => status === 503 && level === 40))
  const failed = text.map((line) => JSON.parse(line) as Line).find(({ msg }) => msg === 'request failed')
  expect(failed).toMatchObject({ requestId: 'r1', status: 503, err: { type: 'ChordisError' } })
  expect(text.join('')).not.toContain('hunter2')
})
