/** The graph of a workflow, dry runs and the roster of tasks, over HTTP. */
import { beforeAll, describe, expect, test } from 'vitest'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { EchoTasks, GateTasks, useServices } from './harness.js'

const redis = useRedis()
const serve = useServices()
let http: Awaited<ReturnType<typeof serve>>['http']
let gate: GateTasks

beforeAll(async () => {
  const service = await serve({ redis: redis.url, namespace: redis.ns(), partitions: 2, providers: [EchoTasks, GateTasks] })
  http = service.http
  gate = service.app.get(GateTasks)
})

const task = (name: string, ...args: unknown[]) => ({ task: name, args })
const graphOf = (id: string, query = {}) => http.get(`/v1/workflows/${id}/graph`).query(query)

async function submitted(canvas: object): Promise<string> {
  return (await http.post('/v1/workflows').send({ canvas }).expect(202)).body.id as string
}

async function ended(id: string): Promise<void> {
  await until(async () => (await http.get(`/v1/workflows/${id}`)).body.ended === true, { what: `${id} ends` })
}

describe('GET /v1/workflows/:id/graph', () => {
  test('shows tasks, what comes after them, when, and in which state they are', async () => {
    const id = await submitted({
      chain: [
        task('echo', 1),
        { ...task('throws', 'no'), options: { linkError: [{ task: 'echo', immutable: true, args: [0] }] } },
        task('echo'),
      ],
    })
    await ended(id)
    const { body } = await graphOf(id).expect(200)
    const part = (at: string, name: string, state: string) => ({ id: at, task: name, queue: 'default', count: 1, states: { [state]: 1 } })
    expect(body).toEqual({
      nodes: [part('0', 'echo', 'SUCCESS'), part('1', 'throws', 'FAILURE'), part('2', 'echo', 'SUCCESS'), part('3', 'echo', 'SKIPPED')],
      edges: [
        { from: '0', to: '1', when: 'success' },
        { from: '1', to: '3', when: 'success' },
        { from: '1', to: '2', when: 'failure' },
      ],
      cursor: null,
    })
  })

  test('of a wide graph does not depend on its width; its members come in pages', async () => {
    const many = Array.from({ length: 700 }, (_, k) => ({ chain: [task('echo', k), task('add', 1)] }))
    const id = await submitted({ chain: [task('echo', 0), { group: many }, task('add'), { group: [task('echo'), task('echo')] }] })
    await ended(id)
    const { body } = await graphOf(id).expect(200)
    expect(
      body.nodes.map(({ task: name, count, states }: { task: string; count: number; states: object }) => [name, count, states]),
    ).toEqual([
      ['echo', 1, { SUCCESS: 1 }],
      ['echo', 700, { SUCCESS: 700 }],
      ['add', 700, { SUCCESS: 700 }],
      ['add', 1, { SUCCESS: 1 }],
      ['echo', 1, { SUCCESS: 1 }],
      ['echo', 1, { SUCCESS: 1 }],
    ])
    const [first, wide, adds, join, ...ends] = body.nodes.map(({ id: at }: { id: string }) => at) as string[]
    const edge = (from: string | undefined, to: string | undefined) => ({ from, to, when: 'success' })
    expect(body.edges).toEqual([edge(first, wide), edge(wide, adds), edge(adds, join), ...ends.map((end) => edge(join, end))])
    const page = await graphOf(id, { of: wide, limit: 400 }).expect(200)
    expect(page.body.nodes).toHaveLength(400)
    expect(page.body.edges).toEqual([])
    const rest = await graphOf(id, { of: wide, limit: 400, cursor: page.body.cursor }).expect(200)
    expect(rest.body.nodes).toHaveLength(300)
    expect(rest.body.cursor).toBeNull()
    expect(new Set([...page.body.nodes, ...rest.body.nodes].map(({ id: at }: { id: string }) => at)).size).toBe(700)
  })

  test('shows what is still to come, and large arguments do not hide a node', async () => {
    const id = await submitted({
      chain: [task('gate', 'x'.repeat(5_000)), { graph: { nodes: { a: task('echo'), b: { ...task('echo'), after: ['a'] } } } }],
    })
    await gate.entered
    const { body } = await graphOf(id).expect(200)
    expect(body.nodes.map(({ task: name, states }: { task: string | null; states: object }) => [name, Object.keys(states)])).toEqual([
      ['gate', ['STARTED']],
      ['echo', ['PENDING']],
      ['echo', ['PENDING']],
      [null, ['PENDING']],
    ])
    gate.open()
    await ended(id)
  })

  test('has pages of any size that join without a seam', async () => {
    const id = await submitted({ chain: Array.from({ length: 30 }, () => task('add', 1)) })
    const whole = (await graphOf(id).expect(200)).body
    const nodes: object[] = []
    const edges: object[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const { body } = await graphOf(id, { limit: 7, ...(cursor === undefined ? {} : { cursor }) }).expect(200)
      nodes.push(...body.nodes)
      edges.push(...body.edges)
      cursor = body.cursor
    }
    const bare = (list: { id: string }[]) => list.map(({ id: at }) => at)
    expect(bare(nodes as { id: string }[])).toEqual(bare(whole.nodes))
    expect(edges).toEqual(whole.edges)
    expect(edges).toHaveLength(29)
  })

  test.each([
    [{ limit: '0' }, 400, 'query.limit'],
    [{ collapse: 'x' }, 400, 'query.collapse'],
    [{ page: '1' }, 400, 'query.page'],
    [{ cursor: '99' }, 400, 'cursor'],
    [{ of: 't99' }, 404, 'of'],
  ])('refuses %j', async (query, status, path) => {
    const id = await submitted(task('echo', 1))
    expect((await graphOf(id, query).expect(status)).body.path).toBe(path)
    await graphOf('no-such-id').expect(404)
  })
})

describe('POST /v1/canvas/validate', () => {
  test('compiles and stores nothing: the same picture that the workflow has', async () => {
    const canvas = {
      chain: [{ group: Array.from({ length: 50 }, (_, k) => task('echo', k)) }, task('add'), { task: 'nobody', options: { queue: 'far' } }],
    }
    const before = (await redis.server.call('DBSIZE')) as number
    const { body } = await http.post('/v1/canvas/validate').send({ canvas }).expect(200)
    expect((await redis.server.call('DBSIZE')) as number).toBe(before)
    expect(body).toMatchObject({
      valid: true,
      total: 52,
      tasks: { echo: 50, add: 1, nobody: 1 },
      queues: { default: 51, far: 1 },
      unknownTasks: ['nobody'],
    })
    const id = await submitted(canvas)
    const stored = (await graphOf(id).expect(200)).body
    expect(body.graph.edges).toEqual(stored.edges)
    expect(body.graph.nodes.map(({ path }: { path: string }) => path)).toEqual([
      'canvas.chain[0].group[0]',
      'canvas.chain[1]',
      'canvas.chain[2]',
    ])
  })

  test('answers every fault with its path, as a submit would', async () => {
    const { body } = await http
      .post('/v1/canvas/validate')
      .send({ canvas: { graph: { nodes: { a: { task: 'x', after: ['c'] }, b: { task: 7 } } } } })
      .expect(400)
    expect(body).toMatchObject({
      code: 'canvas-invalid',
      errors: [{ path: 'canvas.graph.nodes.b.task' }, { path: 'canvas.graph.nodes.a.after[0]' }],
    })
    await http.post('/v1/canvas/validate').send({}).expect(400)
    await http
      .post('/v1/canvas/validate')
      .send({ canvas: task('a'), options: { limits: { nodes: 1 } } })
      .expect(200)
    await http
      .post('/v1/canvas/validate')
      .send({ canvas: { chain: [task('a'), task('b')] }, options: { limits: { nodes: 1 } } })
      .expect(413)
  })
})

test('GET /v1/tasks names the tasks that workers know, and those that calls wait for', async () => {
  await submitted(task('parked.task'))
  const tasks = async () => (await http.get('/v1/tasks').expect(200)).body.tasks as { name: string; parked: number }[]
  await until(async () => (await tasks()).some(({ name, parked }) => name === 'parked.task' && parked === 1), {
    what: 'the call is parked',
  })
  expect(await tasks()).toEqual(
    expect.arrayContaining([
      { name: 'echo', workers: 1, queues: ['default'], parked: 0 },
      { name: 'parked.task', workers: 0, queues: [], parked: 1 },
    ]),
  )
})
