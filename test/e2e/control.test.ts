/** `/v1/workflows/:id/…`: what can be done with a workflow, and lists of them, over real sockets against a real Redis. */
import { beforeAll, describe, expect, test } from 'vitest'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { EchoTasks, GateTasks, useServices } from './harness.js'

const redis = useRedis()
const serve = useServices()
let http: Awaited<ReturnType<typeof serve>>['http']

beforeAll(async () => {
  const service = await serve({ redis: redis.url, namespace: redis.ns(), providers: [EchoTasks, GateTasks] })
  http = service.http
})

const later = { task: 'echo', args: [1], options: { countdownMs: 3_600_000 } }
const submit = async (canvas: object, more: object = {}): Promise<string> =>
  (
    await http
      .post('/v1/workflows')
      .send({ canvas, ...more })
      .expect(202)
  ).body.id as string
const at = (id: string, what = '') => `/v1/workflows/${id}${what}`
const get = async (path: string) => (await http.get(path).expect(200)).body
const outcome = async (id: string) => get(at(id, '/result?waitMs=20000'))
const ended = (id: string) => until(async () => (await get(at(id))).ended === true, { what: `${id} has ended` })

describe('revoke', () => {
  test('ends a workflow once, and says when there was nothing to end', async () => {
    const id = await submit(later)
    expect((await http.post(at(id, '/revoke')).send({ reason: 'no longer needed', terminate: true }).expect(200)).body).toEqual({
      id,
      changed: true,
    })
    expect((await outcome(id)).state).toBe('REVOKED')
    expect((await http.post(at(id, '/revoke')).expect(200)).body).toEqual({ id, changed: false })
  })

  test('ends only the tasks that are named', async () => {
    const id = await submit({ group: [later, later] })
    await http
      .post(at(id, '/revoke'))
      .send({ tasks: ['0'] })
      .expect(200, { id, changed: true })
    const { tasks } = await get(at(id, '/tasks'))
    expect(tasks.map(({ state }: { state: string }) => state)).toEqual(['REVOKED', 'PENDING'])
  })

  test.each([
    [{ tasks: 'x' }, 400, 'tasks'],
    [{ tasks: [] }, 400, 'tasks'],
    [{ reason: 7 }, 400, 'reason'],
    [{ force: true }, 400, 'force'],
    [{ terminate: 'true' }, 400, 'terminate'],
  ])('refuses %j', async (body, status, path) => {
    const id = await submit(later)
    expect((await http.post(at(id, '/revoke')).send(body).expect(status)).body).toMatchObject({ code: 'request-invalid', path })
  })

  test('knows no workflow that is not there', async () => {
    for (const what of ['revoke', 'pause', 'resume', 'retry']) {
      expect((await http.post(at('nobody', `/${what}`)).expect(404)).body).toMatchObject({ code: 'not-found', workflow: 'nobody' })
    }
  })
})

describe('pause and resume', () => {
  test('hold a workflow with a reason, and let it go', async () => {
    const id = await submit({ chain: [later, { task: 'echo' }] })
    await http.post(at(id, '/pause')).send({ reason: 'wait' }).expect(200, { id, changed: true })
    expect((await get(at(id))).paused).toMatchObject({ reason: 'wait' })
    await http.post(at(id, '/resume')).expect(200, { id, changed: true })
    expect((await get(at(id))).paused).toBeUndefined()
  })
})

describe('priority', () => {
  test('is set for what waits, and must be 0 to 9', async () => {
    const id = await submit(later)
    await http.post(at(id, '/priority')).send({ priority: 1 }).expect(200, { id, changed: true })
    expect((await http.post(at(id, '/priority')).send({ priority: 10 }).expect(400)).body.path).toBe('priority')
    expect((await http.post(at(id, '/priority')).expect(400)).body.path).toBe('priority')
  })
})

describe('retry and rerun', () => {
  test('open the next run, of the failures or of the tasks that are named, with other arguments', async () => {
    const id = await submit({ task: 'throws', args: ['no'] }, { name: 'again' })
    await outcome(id)
    await ended(id)
    expect((await http.post(at(id, '/retry')).expect(200)).body).toEqual({ id, run: 2 })
    const other = await submit({ task: 'echo', args: [1] }, { name: 'again' })
    await outcome(other)
    await ended(other)
    const body = { tasks: ['0'], args: [2] }
    expect((await http.post(at(other, '/rerun')).send(body).expect(200)).body).toEqual({ id: other, run: 2 })
    await until(async () => (await outcome(other)).result === 2)
    const { runs } = await get(at(other, '/runs'))
    expect(runs.map(({ run, opened }: { run: number; opened: string }) => [run, opened])).toEqual([
      [1, 'submit'],
      [2, 'rerun'],
    ])
  })

  test('say that nothing had failed, and refuse a task that is not there', async () => {
    const id = await submit({ task: 'echo', args: [1] }, { name: 'fine' })
    await outcome(id)
    await ended(id)
    expect((await http.post(at(id, '/retry')).expect(200)).body).toEqual({ id, run: null })
    await http
      .post(at(id, '/rerun'))
      .send({ tasks: ['99'] })
      .expect(404)
    expect((await http.post(at(id, '/rerun')).send({}).expect(400)).body.path).toBe('tasks')
  })
})

describe('delete', () => {
  test('refuses one that has not ended, unless it may be revoked', async () => {
    const id = await submit(later)
    expect((await http.delete(at(id)).expect(409)).body.code).toBe('not-ended')
    await http.delete(at(id, '?revoke=true')).expect(204)
    await http.get(at(id)).expect(404)
    await http.delete(at(id)).expect(404)
    expect((await http.delete(at(id, '?revoke=maybe')).expect(400)).body.path).toBe('query.revoke')
  })
})

describe('the list', () => {
  test('is filtered by state, task, tag, name and time, and paged by a cursor', async () => {
    const ids = [await submit(later, { tags: ['listed'] }), await submit(later, { tags: ['listed'], name: 'second' })]
    const list = (query: object) => http.get('/v1/workflows').query(query)
    const idsOf = async (query: object) => (await list(query).expect(200)).body.workflows.map(({ id }: { id: string }) => id)
    expect(await idsOf({ tag: 'listed' })).toEqual([...ids].reverse())
    expect(await idsOf({ tag: 'listed', name: 'second' })).toEqual([ids[1]])
    expect(await idsOf({ tag: 'listed', state: ['STARTED', 'SUCCESS'] })).toEqual([])
    expect(await idsOf({ tag: 'listed', state: 'PENDING', task: 'echo' })).toEqual([...ids].reverse())
    expect(await idsOf({ tag: 'listed', before: 1 })).toEqual([])
    const first = (await list({ tag: 'listed', limit: 1 }).expect(200)).body
    expect(await idsOf({ tag: 'listed', limit: 1, cursor: first.cursor })).toEqual([ids[0]])
  })

  test.each([
    ['state=DONE', 'query.state'],
    ['limit=0', 'query.limit'],
    ['limit=1&limit=2', 'query.limit'],
    ['before=soon', 'query.before'],
    ['tag=a%20b', 'query.tag'],
    ['tags=a', 'query.tags'],
    ['cursor=nonsense', 'cursor'],
    ['parent=a&schedule=b', 'schedule'],
  ])('refuses ?%s', async (query, path) => {
    expect((await http.get(`/v1/workflows?${query}`).expect(400)).body).toMatchObject({ code: 'request-invalid', path })
  })

  test('has counts by state', async () => {
    const { total, PENDING } = await get('/v1/workflows/counts')
    expect(PENDING).toBeGreaterThan(0)
    expect(total).toBeGreaterThanOrEqual(PENDING)
  })
})

describe('many at once', () => {
  test('a filter is counted first and changed then; ids answer each by itself', async () => {
    const ids = [await submit(later, { tags: ['bulk'] }), await submit(later, { tags: ['bulk'] })]
    const bulk = async (body: object) => (await http.post('/v1/workflows/bulk').send(body).expect(200)).body
    expect(await bulk({ action: 'revoke', filter: { tag: 'bulk' }, dryRun: true })).toMatchObject({ matched: 2, changed: 0 })
    expect(await bulk({ action: 'revoke', filter: { tag: 'bulk' } })).toMatchObject({ matched: 2, changed: 2, cursor: null })
    for (const id of ids) await ended(id)
    const report = await bulk({ action: 'delete', ids: [...ids, 'nobody'] })
    expect(report).toMatchObject({ changed: 2, failed: 1, failures: [{ id: 'nobody', code: 'not-found' }] })
  })

  test.each([
    [{ action: 'burn', ids: ['a'] }, 'action'],
    [{ action: 'revoke' }, 'filter'],
    [{ action: 'revoke', filter: {} }, 'filter'],
    [{ action: 'revoke', ids: [] }, 'ids'],
    [{ action: 'revoke', filter: { tag: 'a b' } }, 'filter.tag'],
    [{ action: 'revoke', filter: { state: 'PENDING' } }, 'filter.state'],
    [{ action: 'revoke', filter: JSON.parse('{"__proto__": 1}') as object }, 'filter.__proto__'],
  ])('refuses %j', async (body, path) => {
    expect((await http.post('/v1/workflows/bulk').send(body).expect(400)).body.path).toBe(path)
  })
})
