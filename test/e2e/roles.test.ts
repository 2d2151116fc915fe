/**
 * Roles: a web pod takes work and runs none, a worker pod runs it and has no API. And what nobody knows waits for somebody who does.
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { signature, task } from '../../src/engine/index.js'
import { ChordisClient } from '../../src/modules/index.js'
import { useRedis } from '../support/redis-server.js'
import { EchoTasks, useServices } from './harness.js'

const redis = useRedis()
const serve = useServices()
let where: { redis: string; namespace: string }

beforeEach(() => {
  where = { redis: redis.url, namespace: redis.ns() }
})

describe('roles', () => {
  test('a web pod runs no task although it has them; a worker pod does', async () => {
    const ran: string[] = []
    const tasksOf = (pod: string) => [task('who', () => ran.push(pod) && pod).definition]
    const web = await serve({ ...where, roles: ['api'], tasks: tasksOf('web') })
    const { body } = await web.http
      .post('/v1/workflows')
      .send({ canvas: { task: 'who' } })
      .expect(202)
    await web.http.get(`/v1/workflows/${body.id}/result?waitMs=300`).expect(202, { id: body.id, state: 'PENDING' })
    await serve({ ...where, roles: ['worker'], tasks: tasksOf('worker') })
    await web.http.get(`/v1/workflows/${body.id}/result?waitMs=20000`).expect(200, { state: 'SUCCESS', result: 'worker' })
    expect(ran).toEqual(['worker'])
  })

  test('a worker pod answers health checks and nothing else', async () => {
    const pod = await serve({ ...where, roles: ['worker'], providers: [EchoTasks] })
    await pod.http.get('/livez').expect(200, { live: true })
    expect((await pod.http.get('/readyz').expect(200)).body).toMatchObject({ ready: true, roles: ['worker'] })
    await pod.http
      .post('/v1/workflows')
      .send({ canvas: { task: 'echo' } })
      .expect(404)
  })

  test('a role that does not exist is refused at boot', async () => {
    await expect(serve({ ...where, roles: ['web' as 'api'] })).rejects.toThrow('"web" is not a role; the roles are api and worker')
  })

  test('the client is injected by its class and submits from inside the application', async () => {
    const { app } = await serve({ ...where, providers: [EchoTasks] })
    const handle = await app.get(ChordisClient).submit(signature('add', [1, 2]))
    expect(await handle.result({ timeoutMs: 20_000 })).toBe(3)
  })
})

describe('a task that no worker knows', () => {
  test('is parked, and runs when a worker that knows it starts', async () => {
    const first = await serve({ ...where, providers: [EchoTasks] })
    const { body } = await first.http.post('/v1/workflows').send({
      canvas: {
        chain: [
          { task: 'rare', args: [4] },
          { task: 'add', args: [1] },
        ],
      },
    })
    await first.http.get(`/v1/workflows/${body.id}/result?waitMs=300`).expect(202)
    await serve({ ...where, roles: ['worker'], tasks: [task('rare', (n: number) => n * 10).definition] })
    await first.http.get(`/v1/workflows/${body.id}/result?waitMs=20000`).expect(200, { state: 'SUCCESS', result: 41 })
  })
})
