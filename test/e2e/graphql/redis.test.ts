/**
 * What a query costs Redis, and what becomes of one when Redis is slow or away. The worker has gone when anything is counted.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Client } from '../../../src/engine/index.js'
import { RedisProxy } from '../../support/proxy.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { EchoTasks, useServices } from '../harness.js'
import { asker } from './harness.js'

const redis = useRedis()
const serve = useServices({})
let namespace: string
let service: Awaited<ReturnType<typeof serve>>
const { ask } = asker(() => service.http)
const MANY = 100
const OUTCOMES = '{ workflows(filter: {tag: "many"}, first: 100) { nodes { id outcome { result } } } }'

beforeAll(async () => {
  namespace = redis.ns()
  const worker = await serve({ redis: redis.url, namespace, providers: [EchoTasks] })
  const client = worker.app.get(Client)
  const items = Array.from({ length: MANY }, (_, k) => ({ canvas: { task: 'echo', args: [k] }, options: { tags: ['many'] } }))
  await client.submitMany(items)
  await until(async () => (await client.workflows.count()).SUCCESS === MANY, { what: 'all have ended' })
  await worker.close()
  service = await serve({ redis: redis.url, namespace, roles: ['api'] })
  await ask('{ workflowCounts { total } }')
})

/** Written now and then, whatever is asked: the audit log, what credentials were used for. */
const BESIDES = /^(writeaudit|rate|touchkey)_/

/** Commands that Redis was given meanwhile, without those of scripts. */
async function commandsDuring(work: () => Promise<unknown>): Promise<number> {
  const client = redis.connect()
  const monitor = await client.monitor()
  let commands = 0
  const ends = new Promise<void>((resolve) => {
    monitor.on('monitor', (_time: string, [name, script = '']: string[], source: string) => {
      if (name === 'echo') resolve()
      else if (source !== 'lua' && !BESIDES.test(script)) commands++
    })
  })
  await work()
  await client.echo('end')
  await ends
  monitor.disconnect()
  return commands
}

describe('a list of 100', () => {
  test('with outcomes costs a call for the list, and two for each outcome: its head, then its record', async () => {
    const commands = await commandsDuring(async () => {
      const { workflows } = await ask(OUTCOMES)
      expect(
        workflows.nodes.map(({ outcome }: { outcome: { result: number } }) => outcome.result).sort((a: number, b: number) => a - b),
      ).toEqual(Array.from({ length: MANY }, (_, k) => k))
    })
    expect(commands).toBe(2 * MANY + 1)
  })

  test('without them is one call', async () => {
    const cost = await commandsDuring(() =>
      ask('{ workflows(first: 100) { nodes { id state counts { total } createdAt tags taskName isPaused pause { since } } } }'),
    )
    expect(cost).toBe(1)
  })

  test('asks nothing for what has no outcome, and once for a workflow that many fields need', async () => {
    const { submitWorkflow } = await ask(
      'mutation { submitWorkflow(input: {canvas: {task: {task: "echo", args: [1], options: {countdownMs: 3600000}}}, tags: ["open"]}) { id } }',
    )
    const id: string = submitWorkflow.id
    const open = await commandsDuring(() => ask('{ workflows(filter: {tag: "open"}) { nodes { outcome { state } } } }'))
    expect(open).toBe(1)
    const one = await commandsDuring(() => ask('query ($id: ID!) { workflow(id: $id) { id } }', { id }))
    const many = await commandsDuring(() =>
      ask('query ($id: ID!) { a: workflow(id: $id) { id parent { id } schedule { id } } b: workflow(id: $id) { pause { since } } }', {
        id,
      }),
    )
    expect(many).toBe(one)
  })
})

describe('when Redis', () => {
  let proxy: RedisProxy
  let behind: Awaited<ReturnType<typeof serve>>
  const { send, ask: askBehind } = asker(() => behind.http)

  beforeAll(async () => {
    proxy = await RedisProxy.start({ host: '127.0.0.1', port: Number(new URL(redis.url).port) })
    behind = await serve({ redis: proxy.url, namespace, roles: ['api'], commandTimeoutMs: 10_000, graphql: { limits: { timeMs: 1_000 } } })
    await askBehind('{ workflowCounts { total } }')
  })
  afterAll(() => proxy.close())

  test('keeps its answers back, the outcomes of 100 workflows are all asked for: none waits for another', async () => {
    const before = proxy.count('HMGET')
    const held = proxy.intercept(
      ({ name }) => name === 'HMGET',
      'request',
      () => {
        held.off()
        proxy.hold('replies')
      },
    )
    const answer = send(OUTCOMES)
    await until(() => proxy.count('HMGET') === before + MANY, { what: 'all have been asked for' })
    proxy.pass()
    expect((await answer).data.workflows.nodes).toHaveLength(MANY)
  })

  test('does not answer in time, what is there is answered, and what is not is an error', async () => {
    proxy.hold()
    const slow = await send('{ __typename workflow(id: "a") { id } workflows { nodes { id } } }')
    expect(slow.errors?.map(({ extensions }) => extensions)).toEqual([
      { code: 'timeout', status: 504, retryAfter: 1 },
      { code: 'timeout', status: 504, retryAfter: 1 },
    ])
    const change = await send('mutation { pauseWorkflow(id: "a") { changed } }')
    expect(change.errors?.[0]?.extensions).toEqual({ code: 'outcome-unknown', status: 503, retryAfter: 1 })
    proxy.pass()
    await until(async () => (await send('{ workflowCounts { total } }')).errors === undefined, { what: 'Redis answers again' })
  })

  test('is away, it is said so with when to come back, and nothing of the inside', async () => {
    proxy.refuse()
    proxy.reset()
    await until(async () => (await send('{ workflowCounts { total } }')).errors?.[0]?.extensions.code === 'redis-unavailable', {
      what: 'Redis is missed',
    })
    const { errors } = await send('{ workflowCounts { total } }')
    expect(errors![0]!.extensions).toEqual({ code: 'redis-unavailable', status: 503, retryAfter: 1 })
    expect(JSON.stringify(errors)).not.toContain(String(proxy.port))
    proxy.pass()
    await until(async () => (await send('{ workflowCounts { total } }')).errors === undefined, { what: 'Redis is back' })
  })
})
