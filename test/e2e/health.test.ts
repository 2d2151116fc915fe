/**
 * `/livez` and `/readyz`.
 */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { Client } from '../../src/engine/index.js'
import { BeatModule } from '../../src/modules/index.js'
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

  test('while Redis is full a service stays ready, says what that means, and is whole again when there is room', async () => {
    const { http } = await serve({ redis: redis.url, namespace: 'full', providers: [EchoTasks] })
    const used = Number(/used_memory:(\d+)/.exec(String(await redis.call('INFO', 'memory')))?.[1])
    await redis.call('CONFIG', 'SET', 'maxmemory', String(Math.round(used * 1.15)))
    onTestFinished(async () => void (await redis.call('CONFIG', 'SET', 'maxmemory', '0')))
    const { body } = await until(async () => {
      const answer = await http.get('/readyz').expect(200)
      return (answer.body as { degraded?: string[] }).degraded !== undefined && answer
    })
    expect(body).toMatchObject({ ready: true, degraded: [expect.stringMatching(/^Redis is above \d\d % of its memory/)] })
    await redis.call('CONFIG', 'SET', 'maxmemory', '0')
    await until(async () => !('degraded' in (await http.get('/readyz').expect(200)).body))
  })

  test('a worker that was told to stop leaves its process not ready, with that as the reason', async () => {
    const { http, app } = await serve({ redis: redis.url, namespace: 'stopped', providers: [EchoTasks] })
    await http.get('/readyz').expect(200)
    await app.get(Client).control.shutdown({})
    const { body } = await until(async () => {
      const answer = await http.get('/readyz')
      return answer.status === 503 && answer
    })
    expect(body).toMatchObject({ ready: false, code: 'closed', reasons: ['the worker of this process is not running'] })
  })

  test('a beat that looks at no schedule any more is a reason, and none when it looks again', async () => {
    const server = await RedisServer.start()
    onTestFinished(() => server.stop())
    const { http } = await serve({ redis: server.url, namespace: 'beats', roles: ['api'], imports: [BeatModule.forRoot({})] })
    await http.get('/readyz').expect(200)
    server.pause()
    const reasons = await until(
      async () => {
        const { body } = (await http.get('/readyz')) as { body: { reasons?: string[] } }
        return body.reasons?.some((reason) => reason.startsWith('the beat of this process')) && body.reasons
      },
      { timeoutMs: 30_000 },
    )
    expect(reasons.at(-1)).toMatch(/^Redis cannot be reached/)
    server.resume()
    await until(async () => (await http.get('/readyz')).status === 200, { timeoutMs: 30_000 })
  })
})
