/**
 * `/v1/workflows` over real sockets against a real Redis: submit, look, fetch the outcome.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { useRedis } from '../support/redis-server.js'
import { EchoTasks, GateTasks, useServices } from './harness.js'

const redis = useRedis()
const serve = useServices()
let http: Awaited<ReturnType<typeof serve>>['http']
let gate: GateTasks

beforeAll(async () => {
  const service = await serve({ redis: redis.url, namespace: redis.ns(), providers: [EchoTasks, GateTasks] })
  http = service.http
  gate = service.app.get(GateTasks)
})

const submit = (body: object) => http.post('/v1/workflows').send(body)
const result = (id: string, waitMs = 20_000) => http.get(`/v1/workflows/${id}/result`).query({ waitMs })

describe('submitting', () => {
  test('a canvas is accepted with its id and Location, runs, and its result comes back', async () => {
    const accepted = await submit({
      canvas: {
        chain: [
          { task: 'add', args: [1, 2] },
          { task: 'add', args: [10] },
        ],
      },
    }).expect(202)
    expect(accepted.body).toEqual({ id: expect.stringMatching(/^[A-Za-z0-9._-]{1,128}$/) as string, state: 'PENDING', duplicate: false })
    expect(accepted.headers.location).toBe(`/v1/workflows/${accepted.body.id}`)
    expect((await result(accepted.body.id).expect(200)).body).toEqual({ state: 'SUCCESS', result: 13 })
  })

  test('a chord answers with the value of its body, a group with one outcome per member', async () => {
    const header = [1, 2, 3].map((n) => ({ task: 'echo', args: [n] }))
    const chord = await submit({ canvas: { chord: { header, body: { task: 'add' } } } }).expect(202)
    const group = await submit({ canvas: { group: header } }).expect(202)
    expect((await result(chord.body.id)).body).toEqual({ state: 'SUCCESS', result: 6 })
    expect((await result(group.body.id)).body).toEqual({ state: 'GROUP', results: [1, 2, 3].map((n) => ({ state: 'SUCCESS', result: n })) })
  })

  test('a task that throws is a FAILURE outcome and still a 200', async () => {
    const { body } = await submit({ canvas: { task: 'throws', args: ['no'] } }).expect(202)
    expect((await result(body.id).expect(200)).body).toMatchObject({ state: 'FAILURE', error: { type: 'TypeError', message: 'no' } })
  })

  test('a task that throws null and one whose result is no JSON are FAILURE outcomes too', async () => {
    const [thrown, unwritable] = await Promise.all(['throws.null', 'bigint'].map((task) => submit({ canvas: { task } }).expect(202)))
    expect((await result(thrown?.body.id).expect(200)).body).toMatchObject({
      state: 'FAILURE',
      error: { message: expect.any(String) as string },
    })
    expect((await result(unwritable?.body.id).expect(200)).body).toMatchObject({ state: 'FAILURE', error: { code: 'result-invalid' } })
  })

  test('an id of 128 characters is routed and kept', async () => {
    const id = 'x'.repeat(128)
    await submit({ canvas: { task: 'echo', args: [1] }, id }).expect(202)
    await result(id).expect(200, { state: 'SUCCESS', result: 1 })
  })

  test('the same id and canvas again is the same workflow, with the state it has by now', async () => {
    const body = { canvas: { task: 'echo', args: ['twice'] }, id: 'same-id' }
    await submit(body).expect(202, { id: 'same-id', state: 'PENDING', duplicate: false })
    await result('same-id').expect(200)
    await submit(body).expect(202, { id: 'same-id', state: 'SUCCESS', duplicate: true })
  })
})

describe('a policy for failures', () => {
  test('of the workflow is taken from the options, and anything else is refused with its path', async () => {
    const canvas = {
      group: [
        { task: 'throws', args: ['no'] },
        { task: 'echo', options: { countdownMs: 3_600_000 } },
      ],
    }
    await submit({ canvas, id: 'cancels', options: { onFailure: 'cancel' } }).expect(202)
    const { body } = await result('cancels').expect(200)
    expect(body.results.map(({ state }: { state: string }) => state)).toEqual(['FAILURE', 'REVOKED'])
    const refused = await submit({ canvas, options: { onFailure: 'collect' } }).expect(400)
    expect(refused.body).toMatchObject({ code: 'request-invalid', path: 'options.onFailure' })
  })
})

describe('the Idempotency-Key', () => {
  test('makes a repeated request the same workflow', async () => {
    const send = () => submit({ canvas: { task: 'echo', args: ['key'] } }).set('Idempotency-Key', 'k-1')
    const [first, second] = [await send().expect(202), await send().expect(202)]
    expect(second.body).toMatchObject({ id: first.body.id, duplicate: true })
    expect(first.body.duplicate).toBe(false)
  })

  test('with another canvas is refused with 422', async () => {
    await submit({ canvas: { task: 'echo', args: [1] } })
      .set('Idempotency-Key', 'k-2')
      .expect(202)
    const refused = await submit({ canvas: { task: 'echo', args: [2] } })
      .set('Idempotency-Key', 'k-2')
      .expect(422)
    expect(refused.body).toMatchObject({ code: 'idempotency-conflict', status: 422 })
  })

  test('that is no visible ASCII is refused with its path', async () => {
    const refused = await submit({ canvas: { task: 'echo' } })
      .set('Idempotency-Key', 'two words')
      .expect(400)
    expect(refused.body).toMatchObject({ code: 'request-invalid', path: 'headers.idempotency-key' })
  })
})

describe('looking', () => {
  test('the status tells state, counts and times in milliseconds', async () => {
    const { body } = await submit({ canvas: { task: 'echo', args: [1] }, name: 'named', tags: ['a', 'b'] }).expect(202)
    await result(body.id).expect(200)
    const status = await http.get(`/v1/workflows/${body.id}`).expect(200)
    expect(status.body).toMatchObject({ id: body.id, name: 'named', tags: ['a', 'b'], state: 'SUCCESS', ended: true })
    expect(status.body.counts).toMatchObject({ total: 1, success: 1, remaining: 0 })
    expect(Math.abs(status.body.createdAt - Date.now())).toBeLessThan(60_000)
    expect(status.body.outcomeAt).toBeGreaterThanOrEqual(status.body.createdAt)
  })

  test('a result that is not there yet is 202 with the state, and arrives while a request waits for it', async () => {
    const { body } = await submit({ canvas: { task: 'gate', args: ['through'] } }).expect(202)
    await gate.entered
    await http.get(`/v1/workflows/${body.id}/result`).expect(202, { id: body.id, state: 'STARTED' })
    const waiting = result(body.id).then((answer) => answer)
    gate.open()
    expect((await waiting).body).toEqual({ state: 'SUCCESS', result: 'through' })
  })
})

describe('keys named like JavaScript internals', () => {
  const KWARGS = '{"__proto__":{"polluted":true,"constructor":1},"constructor":{"prototype":{"x":[]}},"prototype":null,"toString":"t"}'

  test('come back byte for byte as keyword arguments', async () => {
    const sent = await http
      .post('/v1/workflows')
      .set('content-type', 'application/json')
      .send(`{"canvas":{"task":"kwargs","kwargs":${KWARGS}}}`)
    expect((await result(sent.body.id)).text).toBe(`{"state":"SUCCESS","result":${KWARGS}}`)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test('come back byte for byte inside positional arguments', async () => {
    const sent = await http
      .post('/v1/workflows')
      .set('content-type', 'application/json')
      .send(`{"canvas":{"task":"echo","args":[[${KWARGS}]]}}`)
    expect((await result(sent.body.id)).text).toBe(`{"state":"SUCCESS","result":[${KWARGS}]}`)
  })
})
