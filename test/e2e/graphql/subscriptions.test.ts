/**
 * Subscriptions over real WebSockets (`graphql-transport-ws`): from where a client left off, only to who may hear of it, and no more than a process can bear.
 */
import { WebSocket } from 'undici'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { Client, hashApiKey } from '../../../src/engine/index.js'
import type { Grant } from '../../../src/modules/access/principal.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { EchoTasks, useServices } from '../harness.js'

const redis = useRedis()
const serve = useServices({})
let service: Awaited<ReturnType<typeof serve>>
let namespace: string

const secretOf = (grant: Grant) => Buffer.from(JSON.stringify(grant)).toString('base64url')
const ALL: Grant = { tenant: '*', scopes: ['*'] }
const ACME: Grant = { tenant: 'acme', scopes: ['*'] }
const OTHER: Grant = { tenant: 'other', scopes: ['*'] }

beforeAll(async () => {
  const staticKeys = [ALL, ACME, OTHER].map((grant, k) => ({ id: `k${k}`, hash: hashApiKey(secretOf(grant)), grant }))
  namespace = redis.ns()
  service = await serve({ redis: redis.url, namespace, providers: [EchoTasks], access: { staticKeys } })
})

interface Message {
  type: string
  id?: string
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the subscription's
  payload?: any
}

/** A client that writes down what it is sent. */
class Talk {
  readonly heard: Message[] = []
  closed: number | undefined
  private constructor(private readonly socket: WebSocket) {}

  static async open(headers: Record<string, string> = {}, payload?: object): Promise<Talk> {
    const socket = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, { protocols: ['graphql-transport-ws'], headers })
    const talk = new Talk(socket)
    socket.addEventListener('message', ({ data }) => void talk.heard.push(JSON.parse(String(data)) as Message))
    socket.addEventListener('close', ({ code }) => {
      talk.closed = code
    })
    onTestFinished(() => socket.close())
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve())
      socket.addEventListener('error', () => reject(new Error('the socket was refused')))
    })
    talk.say({ type: 'connection_init', ...(payload === undefined ? {} : { payload }) })
    await talk.until(() => talk.closed !== undefined || talk.heard.length > 0, 'an answer to connection_init')
    return talk
  }

  /** As a credential. */
  static as(grant: Grant): Promise<Talk> {
    return Talk.open({}, { authorization: `Bearer ${secretOf(grant)}` })
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message))
  }

  subscribe(id: string, query: unknown, variables: object = {}): void {
    this.say({ type: 'subscribe', id, payload: { query, variables } })
  }

  of(id: string, type: string): Message[] {
    return this.heard.filter((one) => one.id === id && one.type === type)
  }

  /** Types of the events of a subscription, in order. */
  events(id: string): string[] {
    return this.of(id, 'next').flatMap(({ payload }) =>
      (Object.values(payload.data)[0] as { events: { type: string }[] }).events.map(({ type }) => type),
    )
  }

  async refusal(id: string): Promise<{ message: string; extensions: { code: string } }> {
    await this.until(() => this.of(id, 'error').length > 0, `${id} is refused`)
    return this.of(id, 'error')[0]!.payload[0]
  }

  until(what: () => boolean, name: string): Promise<unknown> {
    return until(what, { what: name })
  }
}

const FIELDS = '{ cursor time workflow tenant events { type node task } reset { reason } }'
const OF_ONE = `subscription ($id: ID!, $after: String) { workflowEvents(id: $id, after: $after) ${FIELDS} }`
const client = () => service.app.get(Client)

/** A workflow of a tenant that waits until it is let go. */
async function paused(id: string, tenant = 'acme'): Promise<void> {
  await client().submit({ task: 'echo', args: [1], options: { countdownMs: 3_600_000 } }, { id, tenant })
}

test('what happens to a workflow is told in order, and a cursor goes on behind what was read', async () => {
  await paused('told')
  const talk = await Talk.as(ACME)
  expect(talk.heard[0]).toEqual({ type: 'connection_ack' })
  talk.subscribe('1', OF_ONE, { id: 'told' })
  // There is no answer to a subscription: the first thing that is told shows that it is there.
  await until(
    async () => {
      await client().workflow('told').pause()
      await client().workflow('told').resume()
      return talk.events('1').length > 0
    },
    { what: 'it is told of' },
  )
  await client().workflow('told').revoke()
  await talk.until(() => talk.events('1').includes('workflow-ended'), 'the end is told')
  const first = talk.of('1', 'next')[0]!.payload.data.workflowEvents
  expect(first).toMatchObject({ workflow: 'told', tenant: 'acme', reset: null, time: expect.any(Number) as number })
  const again = await Talk.as(ACME)
  again.subscribe('1', OF_ONE, { id: 'told', after: first.cursor })
  await again.until(() => again.events('1').includes('workflow-ended'), 'it is told again')
  expect(again.of('1', 'next')).toEqual(talk.of('1', 'next').slice(1))
})

test('queues, workers and everything can be heard of', async () => {
  const talk = await Talk.as(ALL)
  talk.subscribe('q', `subscription { queueEvents(queue: "loud") ${FIELDS} }`)
  talk.subscribe('all', `subscription { events ${FIELDS} }`)
  talk.subscribe('w', `subscription { workerEvents ${FIELDS} }`)
  await until(
    async () => {
      await client().queues.pause('loud')
      await client().queues.resume('loud')
      return talk.events('q').length > 1 && talk.events('all').length > 0
    },
    { what: 'both are told' },
  )
  expect(new Set(talk.events('q'))).toEqual(new Set(['queue-paused', 'queue-resumed']))
  const other = await serve({ redis: redis.url, namespace, roles: ['worker'], providers: [EchoTasks] })
  await talk.until(() => talk.events('w').includes('worker-online'), 'a worker has come')
  await other.close()
  await talk.until(() => talk.events('w').includes('worker-offline'), 'it has gone')
  expect(talk.events('w').filter((type) => !type.startsWith('worker-'))).toEqual([])
})

test('a client that completes a subscription hears no more of it, and may make another under the same id', async () => {
  await paused('left')
  const talk = await Talk.as(ACME)
  talk.subscribe('1', OF_ONE, { id: 'left' })
  const stir = async () => {
    await client().workflow('left').pause()
    await client().workflow('left').resume()
  }
  await until(
    async () => {
      await stir()
      return talk.events('1').length > 0
    },
    { what: 'it is told of' },
  )
  talk.say({ type: 'complete', id: '1' })
  talk.subscribe('2', OF_ONE, { id: 'left' })
  await until(
    async () => {
      await stir()
      return talk.events('2').length > 0
    },
    { what: 'the other is told of' },
  )
  const heard = talk.events('1').length
  const others = talk.events('2').length
  await until(
    async () => {
      await stir()
      return talk.events('2').length > others
    },
    { what: 'the other goes on' },
  )
  expect(talk.events('1')).toHaveLength(heard)
})

describe('who asks', () => {
  test('with a wrong credential is not let in', async () => {
    const talk = await Talk.open({}, { authorization: 'Bearer nobody' })
    expect(talk.heard.map(({ type }) => type)).not.toContain('connection_ack')
    await talk.until(() => talk.closed !== undefined, 'the socket is closed')
  })

  test('with none is told nothing', async () => {
    const talk = await Talk.open()
    talk.subscribe('1', `subscription { events ${FIELDS} }`)
    expect((await talk.refusal('1')).extensions.code).toBe('unauthenticated')
  })

  test('may show the credential as a header, too', async () => {
    await paused('by-header')
    const talk = await Talk.open({ authorization: `Bearer ${secretOf(ACME)}` })
    talk.subscribe('1', OF_ONE, { id: 'by-header' })
    await until(
      async () => {
        await client().workflow('by-header').pause()
        await client().workflow('by-header').resume()
        return talk.events('1').length > 0
      },
      {
        what: 'it is told of',
      },
    )
  })

  test('hears nothing of another tenant, of queues, or of workers', async () => {
    await paused('mine')
    const talk = await Talk.as(OTHER)
    talk.subscribe('1', OF_ONE, { id: 'mine' })
    expect(await talk.refusal('1')).toMatchObject({ message: 'there is no workflow mine', extensions: { code: 'not-found' } })
    talk.subscribe('2', `subscription { queueEvents(queue: "default") ${FIELDS} }`)
    expect((await talk.refusal('2')).extensions.code).toBe('forbidden')
    talk.subscribe('3', `subscription { workerEvents ${FIELDS} }`)
    expect((await talk.refusal('3')).extensions.code).toBe('forbidden')
  })
})

describe('refused', () => {
  test.each([
    ['a cursor that is none', 'subscription { events(after: "x") { cursor } }', 'request-invalid'],
    ['a field that there is not', 'subscription { events { nothing } }', 'request-invalid'],
    ['a document of too many tokens', `subscription { events { ${'cursor '.repeat(2_000)} } }`, 'limit-exceeded'],
    [
      'too many aliases',
      `subscription { events { ${Array.from({ length: 16 }, (_, k) => `a${k}: cursor`).join(' ')} } }`,
      'limit-exceeded',
    ],
  ])('%s', async (_name, query, code) => {
    const talk = await Talk.as(ALL)
    talk.subscribe('1', query)
    expect((await talk.refusal('1')).extensions.code).toBe(code)
  })

  test('a query, a mutation, and a document that comes as a tree, past the parser', async () => {
    const talk = await Talk.as(ALL)
    talk.subscribe('1', '{ workflowCounts { total } }')
    expect((await talk.refusal('1')).message).toContain('query')
    talk.subscribe('2', 'mutation { pauseQueue(queue: "a") { paused } }')
    await talk.refusal('2')
    const field = {
      kind: 'Field',
      name: { kind: 'Name', value: 'events' },
      selectionSet: { kind: 'SelectionSet', selections: [{ kind: 'Field', name: { kind: 'Name', value: 'cursor' } }] },
    }
    const tree = {
      kind: 'Document',
      definitions: [
        { kind: 'OperationDefinition', operation: 'subscription', selectionSet: { kind: 'SelectionSet', selections: [field] } },
      ],
    }
    talk.subscribe('3', tree)
    expect((await talk.refusal('3')).message).toBe('query: must be a text')
    expect((await client().queues.list()).find(({ name }) => name === 'a')).toBeUndefined()
  })

  test('the twenty-first subscription of a socket, until another is left', async () => {
    const talk = await Talk.as(ALL)
    const query = 'subscription { events { cursor } }'
    for (let k = 1; k <= 21; k++) talk.subscribe(String(k), query)
    expect((await talk.refusal('21')).extensions.code).toBe('rate-limited')
    talk.say({ type: 'complete', id: '1' })
    talk.subscribe('22', 'subscription { events { events { type } } }')
    await until(
      async () => {
        await client().queues.pause('b')
        await client().queues.resume('b')
        return talk.events('22').length > 0
      },
      {
        what: 'there is room for another',
      },
    )
  })
})
