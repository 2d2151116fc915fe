/**
 * `/livez` and `/readyz`.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RedisServer } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { EchoTasks, useServices } from './harness.js'

let redis: RedisServer
const serve = useServices()

beforeAll(async () => {
  redis = await RedisServer.start({ appendonly: true })
})
afterAll(() => redis.stop())

describe('health', () => {
  test('a service whose Redis answers is live and ready, and tells its roles', async () => {
    const { http } = await serve({ redis: redis.url, namespace: 'up', providers: [EchoTasks] })
    await http.get('/livez').expect(200, { live: true })
    const { body } = await http.get('/readyz').expect(200)
    expect(body).toEqual({ ready: true, roles: ['api', 'worker'], redis: { pingMs: expect.any(Number) as number } })
  })

  test('a service that cannot reach Redis at boot says so and does not start', async () => {
    await expect(serve({ redis: 'redis://127.0.0.1:1' })).rejects.toMatchObject({ code: 'redis-unavailable' })
  })

  test('while Redis is down the service is live, not ready and says why; it is ready again when Redis is back', async () => {
    const { http } = await serve({ redis: redis.url, namespace: 'down', providers: [EchoTasks] })
    await redis.kill9()
    const down = await http.get('/readyz')
    expect(down.status).toBe(503)
    expect(down.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(down.body).toMatchObject({ ready: false, roles: ['api', 'worker'], code: 'redis-unavailable', reasons: [expect.any(String)] })
    await http.get('/livez').expect(200)
    const refused = await http.post('/v1/workflows').send({ canvas: { task: 'echo', args: [1] }, id: 'while-down' })
    expect(refused.status).toBe(503)
    expect(['redis-unavailable', 'outcome-unknown']).toContain(refused.body.code)
    await redis.restart()
    await until(async () => (await http.get('/readyz')).status === 200, { what: '/readyz answers 200 again', timeoutMs: 30_000 })
    await http
      .post('/v1/workflows')
      .send({ canvas: { task: 'echo', args: [1] }, id: 'while-down' })
      .expect(202)
    await http.get('/v1/workflows/while-down/result?waitMs=20000').expect(200, { state: 'SUCCESS', result: 1 })
  })
})
