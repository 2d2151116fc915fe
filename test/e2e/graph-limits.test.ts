/** An operator's limits of canvases: over REST, NDJSON, GraphQL and schedules, before anything is written; a submission lowers them and raises none. */
import { beforeAll, describe, expect, test } from 'vitest'
import { uniqueName, useRedis } from '../support/redis-server.js'
import { asker } from './graphql/harness.js'
import { EchoTasks, useServices } from './harness.js'

const redis = useRedis()
const serve = useServices({})
const LIMITS = { nodes: 6, depth: 3, jsonDepth: 20, members: 4, payloadBytes: 100 }
let service: Awaited<ReturnType<typeof serve>>
const { ask, send } = asker(() => service.http)

beforeAll(async () => {
  const where = { redis: redis.url, namespace: redis.ns(), roles: ['api' as const] }
  service = await serve({ ...where, providers: [EchoTasks], limits: LIMITS })
})

const echo = { task: 'echo' }
const many = (count: number) => Array.from({ length: count }, () => echo)
const TOO_MUCH: [string, object, string][] = [
  ['nodes', { chain: many(7) }, 'canvas.chain[6]'],
  ['depth', { group: [{ group: [{ group: [{ group: [echo] }] }] }] }, 'canvas.group[0].group[0].group[0].group[0]'],
  ['jsonDepth', { task: 'echo', args: [JSON.parse(`${'['.repeat(30)}${']'.repeat(30)}`)] }, `canvas.args${'[0]'.repeat(19)}`],
  ['members', { chain: [echo, { group: many(5) }] }, 'canvas.chain[1]'],
  ['payloadBytes', { chain: [echo, { task: 'echo', args: ['x'.repeat(100)] }] }, 'canvas.chain[1].args'],
]
const within = { chain: [echo, { group: many(4) }] }
const count = async (): Promise<number> => (await service.http.get('/v1/workflows/counts').expect(200)).body.total as number

describe.each(TOO_MUCH)('beyond %s', (_limit, canvas, path) => {
  const problem = { code: 'limit-exceeded', status: 413, path }

  test('nothing is stored: not by REST, NDJSON or GraphQL, not by a schedule, and a check says the same', async () => {
    const before = await count()
    expect((await service.http.post('/v1/workflows').send({ canvas }).expect(413)).body).toMatchObject(problem)
    // Asking for more does not help.
    const wanting = { canvas, options: { limits: { nodes: 100_000 } } }
    expect((await service.http.post('/v1/workflows').send(wanting).expect(413)).body).toMatchObject(problem)
    expect((await service.http.post('/v1/canvas/validate').send({ canvas }).expect(413)).body).toMatchObject(problem)
    const lines = await service.http.post('/v1/workflows').set('content-type', 'application/x-ndjson').send(JSON.stringify({ canvas }))
    expect(JSON.parse(lines.text)).toMatchObject({ line: 1, problem })
    const schedule = { rules: '@daily', canvas, submit: { limits: { nodes: 100_000 } } }
    const atSchedule = { ...problem, path: `schedule.${path}` }
    for (const query of ['', '?dryRun=true'])
      expect((await service.http.put(`/v1/schedules/s${query}`).send(schedule).expect(413)).body).toMatchObject(atSchedule)
    const input = { canvasJson: canvas, limits: { nodes: 1_000_000 } }
    const { errors } = await send('mutation ($input: SubmitInput!) { submitWorkflow(input: $input) { id } }', { input })
    expect(errors?.[0]?.extensions).toMatchObject({ ...problem, path: `input.${path.replace('canvas', 'canvasJson')}` })
    expect(await count()).toBe(before)
    await service.http.get('/v1/schedules/s').expect(404)
  })
})

test('what is within them is taken, and a submission may ask for less', async () => {
  await service.http.post('/v1/workflows').send({ canvas: within }).expect(202)
  const { submitWorkflow } = await ask('mutation ($input: SubmitInput!) { submitWorkflow(input: $input) { state } }', {
    input: { canvasJson: within, limits: { retries: 1 } },
  })
  expect(submitWorkflow).toEqual({ state: 'PENDING' })
  const less = { canvas: within, options: { limits: { nodes: 3 } } }
  expect((await service.http.post('/v1/workflows').send(less).expect(413)).body.path).toBe('canvas.chain[1].group[2]')
  await service.http.put('/v1/schedules/t').send({ rules: '@daily', canvas: within }).expect(201)
})

test('they are told', async () => {
  expect((await service.http.get('/v1/limits').expect(200)).body).toMatchObject(LIMITS)
})

test.each([
  [{ nodes: 0 }, 'limits.nodes'],
  [{ nodes: 100_001 }, 'limits.nodes'],
  [{ depth: 65 }, 'limits.depth'],
  [{ members: 1.5 }, 'limits.members'],
  [{ payloadBytes: -1 }, 'limits.payloadBytes'],
])('a service with the limits %j does not start', async (limits, path) => {
  await expect(serve({ redis: redis.url, namespace: uniqueName(), roles: ['api'], limits })).rejects.toMatchObject({
    code: 'request-invalid',
    path,
  })
})
