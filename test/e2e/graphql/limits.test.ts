/**
 * What GraphQL refuses before anything of it is done. The service runs no worker, so that every command in Redis would be the request's.
 */
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { ABUSE } from '../../support/graphql-abuse.js'
import { useRedis } from '../../support/redis-server.js'
import { useServices } from '../harness.js'
import { type Answer, asker } from './harness.js'

const redis = useRedis()
const serve = useServices({})
let service: Awaited<ReturnType<typeof serve>>
const { ask, refused, send } = asker(() => service.http)

beforeAll(async () => {
  service = await serve({ redis: redis.url, namespace: redis.ns(), roles: ['api'] })
  // Connected, with its scripts loaded.
  await ask('{ workflowCounts { total } }')
})

/** Commands that Redis was given meanwhile, by others than this. */
async function commandsDuring(work: () => Promise<unknown>): Promise<number> {
  const client = redis.connect()
  const count = async () => Number(/total_commands_processed:(\d+)/.exec(await client.info('stats'))?.[1])
  await client.ping()
  const before = await count()
  await work()
  return (await count()) - before - 1
}

describe('refused before Redis is asked', () => {
  test.each(ABUSE)('%s', async (_name, query, code) => {
    let answer: Answer = {}
    const commands = await commandsDuring(async () => {
      answer = await send(query)
    })
    expect(answer.errors?.[0]?.extensions.code).toBe(code)
    expect('data' in answer).toBe(false)
    expect(commands).toBe(0)
  })

  test('what is not refused does ask Redis', async () => {
    expect(await commandsDuring(() => ask('{ workflowCounts { total } }'))).toBeGreaterThan(0)
  })

  test('a variable is counted as what it says, its default too', async () => {
    const query = (first: string) =>
      `query ($n: Int${first}) { workflows(first: $n) { nodes { tasks(first: $n) { nodes { id result { result } } } } } }`
    expect((await refused(query('! = 200'))).extensions.code).toBe('limit-exceeded')
    expect((await refused(query('!'), { n: 200 })).extensions.code).toBe('limit-exceeded')
    expect(await ask(query('!'), { n: 5 })).toEqual({ workflows: { nodes: [] } })
    expect((await refused(query('!'), { n: 201 })).extensions).toMatchObject({ code: 'request-invalid', path: 'workflows.first' })
  })

  test('variables of more than 600 levels do not reach what recurses', async () => {
    const deep = `${'{"chain":['.repeat(100_000)}${']}'.repeat(100_000)}`
    const body = `{"query":"mutation ($input: SubmitInput!) { submitWorkflow(input: $input) { id } }","variables":{"input":{"canvas":${deep}}}}`
    const answer = await service.http.post('/graphql').set('content-type', 'application/json').send(body)
    expect(answer.status).toBe(413)
    expect(answer.body.errors[0].extensions.code).toBe('limit-exceeded')
  })

  test('a canvas as deep as the compiler allows passes, and a deeper one is refused by it', async () => {
    const nested = (levels: number): object =>
      levels === 0 ? { task: { task: 'a' } } : { group: [nested(levels - 1), { task: { task: 'b' } }] }
    const QUERY = 'query ($input: SubmitInput!) { validateCanvas(input: $input) { total } }'
    expect((await ask(QUERY, { input: { canvas: nested(64) } })).validateCanvas.total).toBe(65)
    expect((await refused(QUERY, { input: { canvas: nested(65) } })).extensions.code).toBe('limit-exceeded')
  })
})

describe('over HTTP', () => {
  const post = () => service.http.post('/graphql')
  const QUERY = '{ workflowCounts { total } }'

  test('a form, a text and GraphQL itself are refused: no page of another site can send JSON', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/graphql', 'multipart/form-data']) {
      const answer = await post().set('content-type', type).send(`query=${QUERY}`)
      expect([type, answer.status, answer.body.errors[0].extensions.code]).toEqual([type, 415, 'media-type-unsupported'])
    }
  })

  test('GET is refused with what is allowed, queries and mutations alike', async () => {
    for (const query of [QUERY, 'mutation { resumeQueue(queue: "a") { paused } }']) {
      const answer = await service.http.get('/graphql').query({ query })
      expect([answer.status, answer.headers.allow]).toEqual([405, 'POST'])
    }
  })

  test.each([
    ['a list of one operation', [{ query: QUERY }], 'body'],
    ['a list of operations', [{ query: QUERY }, { query: QUERY }], 'body'],
    ['no query', {}, 'query'],
    ['a query that is no text', { query: 3 }, 'query'],
    ['variables that are a list', { query: QUERY, variables: [] }, 'variables'],
    ['a field that there is not', { query: QUERY, id: 1 }, 'id'],
    ['a name that is no text', { query: QUERY, operationName: 1 }, 'operationName'],
  ])('%s is a bad request', async (_name, body, path) => {
    const answer = await post().send(body)
    expect([answer.status, answer.body.errors[0].extensions.path]).toEqual([400, path])
  })

  test('a body that is no JSON, and one of more than 4 MiB, are refused in the same form', async () => {
    const broken = await post().set('content-type', 'application/json').send('{')
    expect([broken.status, broken.body.errors[0].extensions.code]).toEqual([400, 'request-invalid'])
    const large = await post().send({ query: QUERY, variables: { a: 'x'.repeat(5 << 20) } })
    expect([large.status, large.body.errors[0].extensions.code]).toEqual([413, 'limit-exceeded'])
  })

  test('what was executed is a 200, whatever became of it; paths of errors keep their numbers', async () => {
    const answer = await post().send({ query: 'mutation { submitWorkflow(input: {canvas: {task: {task: "echo"}}, id: "here"}) { id } }' })
    expect(answer.status).toBe(200)
    const { body, status } = await post().send({ query: '{ workflows { nodes { id task(id: "9") { id } } } }' })
    expect(status).toBe(200)
    expect(body.data.workflows.nodes).toEqual([{ id: 'here', task: null }])
    expect(body.errors[0].path).toEqual(['workflows', 'nodes', 0, 'task'])
  })
})

describe('by settings', () => {
  test('without introspection the schema is not told, and errors suggest nothing', async () => {
    const closed = await serve({ redis: redis.url, namespace: redis.ns(), roles: ['api'], graphql: { introspection: false } })
    const { refused: hidden } = asker(() => closed.http)
    expect((await hidden('{ __schema { types { name } } }')).extensions.code).toBe('forbidden')
    expect((await hidden('{ a: __type(name: "Workflow") { name } }')).extensions.code).toBe('forbidden')
    expect((await hidden('{ workflowCount { total } }')).message).toBe('Cannot query field "workflowCount" on type "Query".')
    expect((await hidden('query ($a: SubmitInputt) { workflowCounts { total } }')).message).not.toContain('Did you mean')
    expect(
      (await hidden('query ($input: SubmitInput!) { validateCanvas(input: $input) { total } }', { input: { canvass: 1 } })).message,
    ).not.toContain('Did you mean')
    expect((await refused('{ workflowCount { total } }')).message).toContain('Did you mean')
    expect((await ask('{ __type(name: "CanvasInput") { isOneOf } }')).__type).toEqual({ isOneOf: true })
  })

  test('with a list, only its documents are executed, by their hash', async () => {
    const query = 'query ($id: ID!) { workflow(id: $id) { id } }'
    const hash = createHash('sha256').update(query).digest('hex')
    const closed = await serve({
      redis: redis.url,
      namespace: redis.ns(),
      roles: ['api'],
      graphql: { path: '/api/graphql', allowList: { [hash]: query } },
    })
    const post = (body: object) => closed.http.post('/api/graphql').send(body)
    const known = await post({ extensions: { persistedQuery: { version: 1, sha256Hash: hash } }, variables: { id: 'nobody' } })
    expect(known.body.errors[0].extensions.code).toBe('not-found')
    for (const body of [{ query }, { extensions: { persistedQuery: { sha256Hash: 'f00' } } }]) {
      expect((await post(body)).body.errors[0].extensions).toMatchObject({ code: 'forbidden', status: 403 })
    }
    expect((await post({})).body.errors[0].extensions.code).toBe('request-invalid')
  })

  test('a limit that cannot be keeps the service from starting', async () => {
    await expect(serve({ redis: redis.url, namespace: redis.ns(), roles: ['api'], graphql: { limits: { depth: 0 } } })).rejects.toThrow(
      'limit depth',
    )
    await expect(serve({ redis: redis.url, namespace: redis.ns(), roles: ['api'], graphql: { path: 'graphql' } })).rejects.toThrow('path')
  })

  test('without GraphQL, or in a process that serves nothing, there is none', async () => {
    for (const options of [{ roles: ['api' as const], graphql: false as const }, { roles: ['worker' as const] }]) {
      const without = await serve({ redis: redis.url, namespace: redis.ns(), ...options })
      await without.http.post('/graphql').send({ query: '{ tasks { nodes { name } } }' }).expect(404)
    }
  })
})
