/** `/v1/schedules` and `/v1/dead-letters` over real sockets against a real Redis. */
import { beforeAll, describe, expect, test } from 'vitest'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { EchoTasks, useServices } from './harness.js'

const redis = useRedis()
const serve = useServices()
let http: Awaited<ReturnType<typeof serve>>['http']

beforeAll(async () => {
  const service = await serve({ redis: redis.url, namespace: redis.ns(), providers: [EchoTasks] })
  http = service.http
})

const nightly = { rules: '0 3 * * *', timeZone: 'Europe/Berlin', canvas: { task: 'echo', args: ['tick'] } }
const put = (id: string, sent: object, query = '') => http.put(`/v1/schedules/${id}${query}`).send(sent)
const get = async (path: string) => (await http.get(path).expect(200)).body
const post = async (path: string, sent?: object) => (await http.post(path).send(sent).expect(200)).body

describe('schedules', () => {
  test('are made, compared, changed and left alone', async () => {
    expect((await put('a', nightly, '?dryRun=true').expect(200)).body).toEqual({ outcome: 'created', changed: [] })
    await http.get('/v1/schedules/a').expect(404)
    expect((await put('a', nightly).expect(201)).body).toMatchObject({ outcome: 'created', schedule: { id: 'a' } })
    expect((await put('a', nightly).expect(200)).body.outcome).toBe('unchanged')
    const changed = { ...nightly, overlap: 'allowAll' }
    expect((await put('a', changed, '?dryRun=true').expect(200)).body).toEqual({ outcome: 'changed', changed: ['overlap'] })
    expect((await put('a', changed).expect(200)).body).toMatchObject({ outcome: 'changed', changed: ['overlap'] })
    expect(await get('/v1/schedules/a')).toMatchObject({ id: 'a', overlap: 'allowAll', canvas: { task: 'echo', args: ['tick'] } })
  })

  test('that are there are not changed under If-None-Match: *', async () => {
    await put('new', nightly).set('if-none-match', '*').expect(201)
    const refused = await put('new', { ...nightly, note: 'x' })
      .set('if-none-match', '*')
      .expect(412)
    expect(refused.body.code).toBe('already-exists')
    expect((await get('/v1/schedules/new')).note).toBeUndefined()
    expect((await put('new', nightly).set('if-none-match', '"etag"').expect(400)).body.path).toBe('headers.if-none-match')
  })

  test('are paused, resumed and removed', async () => {
    await put('p', nightly).expect(201)
    expect(await post('/v1/schedules/p/pause', { reason: 'holidays' })).toEqual({ id: 'p', changed: true })
    expect((await get('/v1/schedules/p')).paused).toMatchObject({ by: 'user', reason: 'holidays' })
    expect(await post('/v1/schedules/p/resume')).toEqual({ id: 'p', changed: true })
    expect(await post('/v1/schedules/p/resume')).toEqual({ id: 'p', changed: false })
    await http.delete('/v1/schedules/p').expect(204)
    await http.delete('/v1/schedules/p').expect(404)
    for (const what of ['pause', 'resume', 'trigger']) await http.post(`/v1/schedules/p/${what}`).expect(404)
  })

  test('are run now, once for each request id', async () => {
    await put('t', nightly).expect(201)
    const first = await post('/v1/schedules/t/trigger', { requestId: 'r1', overlap: 'allowAll' })
    expect(first.outcome).toBe('fired')
    expect(await post('/v1/schedules/t/trigger', { requestId: 'r1', overlap: 'allowAll' })).toEqual({
      outcome: 'known',
      workflow: first.workflow,
    })
    expect(await get(`/v1/workflows/${first.workflow}/result?waitMs=20000`)).toEqual({ state: 'SUCCESS', result: 'tick' })
    const listed = (await get('/v1/workflows?schedule=t')).workflows
    expect(listed.map(({ id }: { id: string }) => id)).toEqual([first.workflow])
  })

  test('are run for times that have passed', async () => {
    await put('b', { ...nightly, timeZone: 'UTC' }).expect(201)
    const [from, to] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 3)]
    const times = [Date.UTC(2026, 0, 1, 3), Date.UTC(2026, 0, 2, 3)]
    expect(await post('/v1/schedules/b/backfill', { from, to, dryRun: true })).toMatchObject({ times, fired: 0 })
    const report = await post('/v1/schedules/b/backfill', { from, to })
    expect(report.fired + report.waiting).toBe(2)
  })

  test('tell the times that come next, and so do rules that are none yet', async () => {
    await put('n', nightly).expect(201)
    const after = Date.UTC(2026, 2, 28)
    const locals = (ticks: { local: string }[]) => ticks.map(({ local }) => local)
    const wanted = ['2026-03-28T03:00:00+01:00', '2026-03-29T03:00:00+02:00']
    expect(locals((await get(`/v1/schedules/n/preview?count=2&after=${after}`)).ticks)).toEqual(wanted)
    const { ticks } = await post('/v1/schedules/preview', { rules: '0 3 * * *', timeZone: 'Europe/Berlin', count: 2, after })
    expect(locals(ticks)).toEqual(wanted)
  })

  test('are listed by id, part by part', async () => {
    const { schedules, cursor } = await get('/v1/schedules?limit=1')
    expect(schedules).toHaveLength(1)
    const next = (await get(`/v1/schedules?limit=1&cursor=${encodeURIComponent(cursor)}`)).schedules
    expect(next[0].id > schedules[0].id).toBe(true)
  })

  test.each([
    [{ canvas: nightly.canvas }, 'schedule.rules[0]'],
    [{ ...nightly, rules: '99 * * * *' }, 'schedule.rules[0]'],
    [{ ...nightly, canvas: { task: 'a:b' } }, 'schedule.canvas.task'],
    [{ ...nightly, overlap: 'maybe' }, 'schedule.overlap'],
    [{ ...nightly, id: 'other' }, 'id'],
    [{ ...nightly, tenant: 'other' }, 'tenant'],
    [{ ...nightly, everyMs: 5 }, 'everyMs'],
  ])('refuse %j', async (sent, path) => {
    expect((await put('bad', sent).expect(400)).body.path).toBe(path)
  })

  test('refuse backfills and previews that cannot be', async () => {
    await put('r', nightly).expect(201)
    expect((await http.post('/v1/schedules/r/backfill').send({ to: 5 }).expect(400)).body.path).toBe('from')
    expect((await http.post('/v1/schedules/preview').send({ rules: 'x' }).expect(400)).body.code).toBe('schedule-invalid')
    expect((await http.get('/v1/schedules/r/preview?count=0').expect(400)).body.path).toBe('query.count')
    await http.get('/v1/schedules/nobody/preview').expect(404)
  })
})

describe('dead letters', () => {
  const failed = async (id: string): Promise<string> => {
    await http
      .post('/v1/workflows')
      .send({ id, canvas: { task: 'throws', args: [`no ${id}`] } })
      .expect(202)
    await until(async () => (await get('/v1/dead-letters')).letters.some(({ workflow }: { workflow: string }) => workflow === id))
    return `${id}:0`
  }

  test('are listed, found by filters, and shown with what they were called with', async () => {
    const id = await failed('d-1')
    expect((await get('/v1/dead-letters?task=throws&error=d-1')).letters).toMatchObject([{ id, task: 'throws', attempts: 1 }])
    expect((await get('/v1/dead-letters?workflow=nobody')).letters).toEqual([])
    expect(await get(`/v1/dead-letters/${encodeURIComponent(id)}`)).toMatchObject({ id, args: ['no d-1'], error: { message: 'no d-1' } })
    await http.get('/v1/dead-letters/nobody%3A0').expect(404)
    expect((await http.get('/v1/dead-letters/x').expect(400)).body.path).toBe('id')
  })

  test('are requeued and dropped, one or those that a filter means, after a look', async () => {
    const id = await failed('d-2')
    expect(await post('/v1/dead-letters/requeue', { filter: { workflow: 'd-2' }, dryRun: true })).toEqual({
      matched: 1,
      changed: 0,
      ids: [id],
    })
    expect(await post('/v1/dead-letters/requeue', { id })).toMatchObject({ matched: 1, changed: 1 })
    await until(async () => (await get('/v1/dead-letters?workflow=d-2')).letters.length === 1)
    expect(await post('/v1/dead-letters/drop', { filter: { workflow: 'd-2' } })).toMatchObject({ changed: 1 })
    expect((await get('/v1/dead-letters?workflow=d-2')).letters).toEqual([])
  })

  test.each([
    [{}, 'id'],
    [{ id: 'a:0', filter: {} }, 'id'],
    [{ id: 'nonsense' }, 'id'],
    [{ filter: { tenant: 'x' } }, 'filter.tenant'],
    [{ filter: { before: 'x' } }, 'filter.before'],
  ])('refuse %j', async (sent, path) => {
    expect((await http.post('/v1/dead-letters/drop').send(sent).expect(400)).body.path).toBe(path)
  })
})
