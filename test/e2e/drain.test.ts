/**
 * The order of a shutdown with a task in flight: not ready, HTTP ends, the worker finishes, Redis is closed, then everybody else's hooks.
 */
import { Writable } from 'node:stream'
import { Injectable, type OnApplicationShutdown } from '@nestjs/common'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { Client } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { GateTasks, useServices } from './harness.js'

const redis = useRedis()
const serve = useServices({})

/** A pino logger that hands its messages to `note`. */
function listen(note: (message: string) => void) {
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      note(String((JSON.parse(chunk.toString()) as { msg?: unknown }).msg))
      done()
    },
  })
  return pino({ level: 'info' }, stream)
}

describe('closing with a task in flight', () => {
  test('ends waiting requests, refuses new connections, lets the task finish, then closes Redis and the rest', async () => {
    const events: string[] = []
    @Injectable()
    class Database implements OnApplicationShutdown {
      onApplicationShutdown(): void {
        events.push('database closed')
      }
    }
    const logger = listen((message) => message.startsWith('drain: ') && events.push(message))
    const where = { redis: redis.url, namespace: redis.ns() }
    const service = await serve({ ...where, providers: [GateTasks, Database], logger })
    const gate = service.app.get(GateTasks)
    const { body } = await service.http
      .post('/v1/workflows')
      .send({ canvas: { task: 'gate', args: ['done'] } })
      .expect(202)
    await gate.entered
    const asked = nextLookUp(service.app.get(Client))
    const waiting = service.http.get(`/v1/workflows/${body.id}/result?waitMs=60000`).then((answer) => answer)
    await asked

    const closing = service.close()
    expect(await waiting).toMatchObject({ status: 202, body: { id: body.id, state: 'STARTED' } })
    await until(() => events.includes('drain: http closed'), { what: 'HTTP is closed' })
    await expect(fetch(`${service.url}/livez`)).rejects.toThrow()
    expect(events).not.toContain('drain: worker stopped')
    gate.open()
    await closing

    expect(events).toEqual(['drain: not ready', 'drain: http closed', 'drain: worker stopped', 'database closed', 'drain: redis closed'])
    const client = await Client.connect(where)
    expect(await client.workflow(body.id).outcome()).toEqual({ state: 'SUCCESS', result: 'done' })
    await client.close()
  })

  test('a load balancer is told "not ready" while requests are still served', async () => {
    const service = await serve({ redis: redis.url, namespace: redis.ns(), roles: ['api'], drain: { readinessMs: 2_000 } })
    const closing = service.close()
    const told = await until(() => service.http.get('/readyz').then((answer) => answer.status === 503 && answer), { what: 'not ready' })
    expect(told.body).toMatchObject({ ready: false, code: 'closed', reasons: ['this process is shutting down'] })
    await service.http
      .post('/v1/workflows')
      .send({ canvas: { task: 'later' } })
      .expect(202)
    await closing
  })

  test('closing twice is closing once', async () => {
    const service = await serve({ redis: redis.url, namespace: redis.ns(), providers: [GateTasks] })
    await Promise.all([service.close(), service.close()])
    await service.close()
  })
})

/** Resolves when somebody asks for a workflow. */
function nextLookUp(client: Client): Promise<void> {
  const workflow = client.workflow.bind(client)
  return new Promise((resolve) => {
    client.workflow = (id) => {
      resolve()
      return workflow(id)
    }
  })
}
