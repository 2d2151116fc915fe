/**
 * `/v1/workflows/:id/tasks` and `DELETE /v1/workflows/:id` over real sockets against a real Redis.
 */
import { Injectable } from '@nestjs/common'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Json, TaskContext } from '../../src/engine/index.js'
import { Ctx, Task } from '../../src/modules/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { EchoTasks, GateTasks, useServices } from './harness.js'

@Injectable()
class ReportingTasks {
  readonly released: Promise<void>
  private release: () => void = () => undefined

  constructor() {
    this.released = new Promise((resolve) => {
      this.release = resolve
    })
  }

  @Task('report')
  async report(value: Json, @Ctx() ctx: TaskContext): Promise<Json> {
    ctx.progress(2, 3, 'two of three')
    await this.released
    return value
  }

  @Task({ name: 'secret', ignoreResult: true })
  secret(): string {
    return 'secret'
  }

  open(): void {
    this.release()
  }
}

const redis = useRedis()
const serve = useServices()
let http: Awaited<ReturnType<typeof serve>>['http']
let gate: GateTasks
let reporting: ReportingTasks

beforeAll(async () => {
  const service = await serve({ redis: redis.url, namespace: redis.ns(), providers: [EchoTasks, GateTasks, ReportingTasks] })
  http = service.http
  gate = service.app.get(GateTasks)
  reporting = service.app.get(ReportingTasks)
})

const PROBLEM = /^application\/problem\+json/
const submit = async (canvas: object, id: string) => void (await http.post('/v1/workflows').send({ canvas, id }).expect(202))
const ended = (id: string) =>
  until(async () => (await http.get(`/v1/workflows/${id}`)).body.ended === true, { what: `workflow ${id} ends`, timeoutMs: 20_000 })

describe('the tasks of a workflow', () => {
  test('are listed with ids, names, states and attempts, and what running ones say of themselves', async () => {
    const steps = [{ task: 'echo', args: [7], options: { taskId: 'first' } }, { task: 'report' }, { task: 'echo' }]
    await submit({ chain: steps }, 'listed')
    const list = () => http.get('/v1/workflows/listed/tasks')
    await until(async () => (await list()).body.tasks[1].state === 'PROGRESS', { what: 'progress is listed' })
    expect((await list().expect(200)).body).toEqual({
      tasks: [
        { id: '0', taskId: 'first', task: 'echo', state: 'SUCCESS', attempts: 1 },
        { id: '1', task: 'report', state: 'PROGRESS', attempts: 1, info: { current: 2, total: 3, message: 'two of three' } },
        { id: '2', task: 'echo', state: 'PENDING', attempts: 0 },
      ],
      cursor: null,
    })
    reporting.open()
    await ended('listed')
    expect((await list()).body.tasks[1]).toEqual({ id: '1', task: 'report', state: 'SUCCESS', attempts: 1 })
  })

  test('are listed part by part: each once, in order', async () => {
    await submit({ group: Array.from({ length: 25 }, (_, i) => ({ task: 'echo', args: [i] })) }, 'parts')
    const ids: string[] = []
    let cursor: string | null = '0.0'
    while (cursor !== null) {
      const { body } = await http.get('/v1/workflows/parts/tasks').query({ cursor, limit: 10 }).expect(200)
      ids.push(...(body.tasks as { id: string }[]).map(({ id }) => id))
      cursor = body.cursor as string | null
    }
    expect(ids).toEqual(Array.from({ length: 25 }, (_, i) => String(i)))
  })

  test.each([
    ['limit=0', 'query.limit'],
    ['limit=1001', 'query.limit'],
    ['limit=ten', 'query.limit'],
    ['cursor=nonsense', 'cursor'],
    ['cursor=1&cursor=2', 'query.cursor'],
    ['page=2', 'query.page'],
  ])('are not listed for ?%s, which is refused with its path', async (query, path) => {
    await submit({ task: 'echo' }, 'refused')
    const { body } = await http.get(`/v1/workflows/refused/tasks?${query}`).expect(400).expect('content-type', PROBLEM)
    expect(body).toMatchObject({ code: 'request-invalid', path })
  })

  test('are shown one by one, with result or error, by node, by the id given, and for what a task added', async () => {
    const failing = { task: 'throws', args: ['no'], options: { taskId: 'the-bad-one' } }
    await submit({ group: [{ task: 'echo', args: [{ a: 1 }] }, failing, { task: 'secret' }] }, 'single')
    await ended('single')
    const one = async (task: string) =>
      (await http.get(`/v1/workflows/single/tasks/${encodeURIComponent(task)}`).expect(200)).body as unknown
    expect(await one('0')).toEqual({ id: '0', task: 'echo', state: 'SUCCESS', attempts: 1, result: { a: 1 } })
    expect(await one('single:0')).toEqual(await one('0'))
    const error = { type: 'TypeError', message: 'no' }
    expect(await one('the-bad-one')).toMatchObject({ id: '1', taskId: 'the-bad-one', task: 'throws', state: 'FAILURE', error })
    expect(await one('2')).toEqual({ id: '2', task: 'secret', state: 'SUCCESS', attempts: 1, result: null, ignored: true })
  })

  test('that are not there are 404, and so is every task of no workflow', async () => {
    await submit({ task: 'echo' }, 'lonely')
    for (const path of ['lonely/tasks/9', 'lonely/tasks/0%2F1', 'lonely/tasks/what', 'nobody/tasks/0', 'nobody/tasks']) {
      const { body } = await http.get(`/v1/workflows/${path}`).expect(404).expect('content-type', PROBLEM)
      expect(body).toMatchObject({ code: 'not-found', status: 404 })
    }
  })
})

describe('DELETE', () => {
  test('of a workflow that has ended is 204, and then it is gone', async () => {
    await submit({ task: 'echo', args: [1] }, 'done')
    await ended('done')
    await http.delete('/v1/workflows/done').expect(204, '')
    await http.get('/v1/workflows/done').expect(404)
    const { body } = await http.delete('/v1/workflows/done').expect(404).expect('content-type', PROBLEM)
    expect(body).toMatchObject({ code: 'not-found', workflow: 'done' })
  })

  test('of one that runs is 409 and changes nothing', async () => {
    await submit({ task: 'gate', args: [1] }, 'running')
    await gate.entered
    const { body } = await http.delete('/v1/workflows/running').expect(409).expect('content-type', PROBLEM)
    expect(body).toMatchObject({ code: 'not-ended', workflow: 'running' })
    gate.open()
    await http.get('/v1/workflows/running/result').query({ waitMs: 20_000 }).expect(200, { state: 'SUCCESS', result: 1 })
    await ended('running')
    await http.delete('/v1/workflows/running').expect(204)
  })

  test('is told by 405 where it is not allowed', async () => {
    await http.delete('/v1/workflows/done/tasks').expect(405).expect('allow', 'GET, HEAD')
  })
})
