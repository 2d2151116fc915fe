/** Deliveries of webhooks: each end of a workflow is told once to each endpoint that hears of it, whatever dies on the way. */
import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Client, task } from '../../../src/engine/index.js'
import { connect } from '../../../src/engine/redis/connection.js'
import { PartitionKeys } from '../../../src/engine/redis/keys.js'
import { Namespace } from '../../../src/engine/redis/namespace.js'
import { calls } from '../../../src/engine/redis/scripts.generated.js'
import { feedDeliveries } from '../../../src/engine/redis/webhooks.js'
import { useRedis } from '../../support/redis-server.js'
import { startModule } from '../../support/typescript-child.js'
import { until } from '../../support/wait.js'
import { receive } from '../../support/webhook-receiver.js'
import { TestEngine } from '../harness.js'
import { deliver } from './harness.js'

const redis = useRedis()
const HANDLERS = {
  echo: (_ctx: unknown, [value = null]: readonly unknown[]) => value as never,
  fail: () => {
    throw new TypeError('no')
  },
}
const echo = task('echo', (value: number) => value)
const fail = task('fail', (): number => 0)

async function opened(partitions = 1) {
  const engine = await TestEngine.open(redis.url, partitions)
  await engine.worker(HANDLERS)
  const receiver = await receive()
  return { engine, client: engine.client, receiver, url: `http://127.0.0.1:${receiver.port}/hook` }
}

/** By Redis's clock, Unix ms. */
async function now(): Promise<number> {
  const [seconds, micros] = await redis.connect().time()
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000)
}

/** Nothing of any endpoint waits, in any partition. */
async function emptied(engine: TestEngine, partitions = 1): Promise<void> {
  const connection = redis.connect()
  await until(
    async () => {
      for (let p = 0; p < partitions; p++) {
        const keys = new PartitionKeys(engine.namespace, p)
        if ((await connection.exists(keys.of('hookqueues'))) === 1) return false
        if ((await connection.keys(`${keys.of('hook')}*`)).length > 0) return false
      }
      return true
    },
    { what: 'the outbox is empty' },
  )
}

test('the end of a workflow is told once, signed, with its times and nothing of its arguments and results', async () => {
  const { engine, client, receiver, url } = await opened()
  const made = await client.webhooks.create({ url })
  deliver(client)
  const handle = await client.submit(echo.s(4711), { name: 'report', tags: ['a', 'b'] })
  await until(() => receiver.received.length === 1)
  const [{ headers, body }] = receiver.received as [(typeof receiver.received)[0]]
  const [, t = '', v1 = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['chordis-signature'])) ?? []
  const signed = createHmac('sha256', made.secret).update(`${t}.${headers['chordis-delivery']}.${body}`).digest('hex')
  expect(v1).toBe(signed)
  expect(Math.abs(Date.now() / 1_000 - Number(t))).toBeLessThan(60)
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'chordis-event': 'workflow.ended', 'chordis-attempt': '1' })
  const status = await handle.status()
  const { id, at, ...payload } = JSON.parse(body)
  expect(id).toMatch(/^evt_[\w-]{22}$/)
  // The log has a clock of its own, which goes on while a script runs.
  expect(Math.abs(at - (status.endedAt ?? 0))).toBeLessThan(100)
  const { createdAt, startedAt, outcomeAt, endedAt } = status
  const times = { createdAt, startedAt, outcomeAt, endedAt }
  const workflow = { id: handle.id, name: 'report', tags: ['a', 'b'], tenant: '-', state: 'SUCCESS', run: 1, ...times }
  expect(payload).toEqual({ type: 'workflow.ended', workflow })
  expect(body).not.toContain('4711')
  await emptied(engine)
  expect(receiver.received).toHaveLength(1)
  await until(async () => (await client.webhooks.get(made.id)).last?.outcome === 'delivered')
  expect(await client.webhooks.get(made.id)).toMatchObject({ enabled: true, deadInRow: 0, last: { status: 204 } })
})

test('an endpoint hears of its tenant, states, name and tag only, and of nothing that ended before it was made', async () => {
  const { engine, client, receiver, url } = await opened(2)
  const before = await client.submit(echo.s(0))
  await before.result()
  // What ends in the millisecond in which an endpoint is made is heard.
  const { endedAt } = await before.status()
  await until(async () => (await now()) > (endedAt ?? 0) + 1)
  const endpoints = {
    all: await client.webhooks.create({ url }),
    acme: await client.webhooks.create({ url, tenant: 'acme' }),
    nobodys: await client.webhooks.create({ url, tenant: '-' }),
    failed: await client.webhooks.create({ url, states: ['FAILURE'] }),
    named: await client.webhooks.create({ url, name: 'n' }),
    tagged: await client.webhooks.create({ url, tag: 't' }),
    off: await client.webhooks.create({ url, enabled: false }),
  }
  deliver(client)
  const ids = {
    plain: (await client.submit(echo.s(1))).id,
    acme: (await client.submit(echo.s(2), { tenant: 'acme', tags: ['t'] })).id,
    failed: (await client.submit(fail.s(), { name: 'n' })).id,
  }
  await until(() => receiver.received.length === 3 + 1 + 2 + 1 + 1 + 1)
  await emptied(engine, 2)
  const heard: Record<string, string[]> = {}
  for (const { headers, body } of receiver.received) {
    const [, t, v1] = /^t=(\d+),v1=(\w+)$/.exec(String(headers['chordis-signature'])) ?? []
    const isSecret = (secret: string) =>
      createHmac('sha256', secret).update(`${t}.${headers['chordis-delivery']}.${body}`).digest('hex') === v1
    const [name = ''] = Object.entries(endpoints).find(([, { secret }]) => isSecret(secret)) ?? []
    heard[name] = [...(heard[name] ?? []), JSON.parse(body).workflow.id].sort()
  }
  expect(heard).toEqual({
    all: Object.values(ids).sort(),
    acme: [ids.acme],
    nobodys: [ids.plain, ids.failed].sort(),
    failed: [ids.failed],
    named: [ids.failed],
    tagged: [ids.acme],
  })
})

test('an endpoint that was made a moment before a workflow was submitted hears of its end, and its first ping is not dropped', async () => {
  const { client, receiver, url } = await opened()
  await client.webhooks.create({ url, states: ['REVOKED'] })
  deliver(client)
  await (await client.submit(echo.s(1))).result()
  for (let n = 1; n <= 10; n++) {
    receiver.received.length = 0
    const { id } = await client.webhooks.create({ url })
    const [workflow, ping] = [(await client.submit(echo.s(n))).id, await client.webhooks.ping(id)]
    await until(() => receiver.received.some(({ body }) => body.includes(workflow)) && receiver.ids().includes(ping))
    await client.webhooks.delete(id)
  }
})

test('two services with nobody dying send each delivery once', async () => {
  const { engine, client, receiver, url } = await opened(2)
  const endpoints = await Promise.all([client.webhooks.create({ url }), client.webhooks.create({ url })])
  deliver(client)
  deliver(await engine.connect())
  const many = await client.submitMany(Array.from({ length: 150 }, (_, n) => ({ canvas: echo.s(n) })))
  await until(() => receiver.received.length >= many.length * endpoints.length, { timeoutMs: 30_000 })
  await emptied(engine, 2)
  expect(receiver.received).toHaveLength(many.length * endpoints.length)
  expect(new Set(receiver.ids()).size).toBe(many.length * endpoints.length)
})

test.each(['before outbox', 'before send', 'before record'])(
  'kill -9 %s: another process delivers it under the same id, and nothing is left',
  async (point) => {
    const { engine, client, receiver, url } = await opened()
    const { id } = await client.webhooks.create({ url })
    const killed = await startModule(new URL('./killed.js', import.meta.url), { args: [redis.url, engine.namespace, point] })
    const handle = await client.submit(echo.s(1))
    await handle.result()
    await until(() => !killed.running, { what: 'it has killed itself' })
    expect(receiver.received).toHaveLength(point === 'before record' ? 1 : 0)
    const left = (await client.webhooks.deliveries(id)).deliveries
    expect(left.map(({ state, attempts }) => ({ state, attempts }))).toEqual(
      point === 'before outbox' ? [] : [{ state: 'sending', attempts: 1 }],
    )
    deliver(client, { feeder: { leaseMs: 1_000 }, sender: { leaseMs: 1_000 } })
    await until(() => receiver.received.length === (point === 'before record' ? 2 : 1))
    await emptied(engine)
    expect(new Set(receiver.ids()).size).toBe(1)
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1)
    expect(JSON.parse(receiver.received[0]?.body as string).workflow.id).toBe(handle.id)
  },
)

test('a part of the log is taken up once: deliveries and cursor are written together, and only at the cursor that was read', async () => {
  const { engine, client, url } = await opened()
  const { id: webhook } = await client.webhooks.create({ url })
  const connection = await connect(redis.url, 'client')
  const namespace = new Namespace({ namespace: engine.namespace })
  await namespace.load(connection)
  const one = (id: string) => ({ id, webhook, event: 'evt_1', workflow: 'w', tenant: '-', body: '{"type":"ping"}' })
  const step = { seen: '', next: '5-0', gaps: 0, deliveries: [one('whd_1'), one('whd_2')] }
  expect(await feedDeliveries(connection, namespace, 0, step)).toEqual({ added: 2, dropped: 0 })
  expect(await feedDeliveries(connection, namespace, 0, step)).toBeNull()
  expect(await feedDeliveries(connection, namespace, 0, { ...step, deliveries: [one('whd_3')] })).toBeNull()
  expect(await feedDeliveries(connection, namespace, 0, { ...step, seen: '5-0', next: '6-0' })).toEqual({ added: 0, dropped: 0 })
  expect((await client.webhooks.deliveries(webhook)).deliveries.map(({ id }) => id)).toEqual(['whd_1', 'whd_2'])
  const most = 3
  const args = ['whd_3', 'whd_4', 'whd_5']
    .map(one)
    .flatMap(({ id, event, workflow, tenant, body }) => [id, webhook, event, workflow, tenant, body])
  const full = calls.hookfeed(namespace.epoch, '6-0', '7-0', 0, most, args)
  expect(await namespace.run(connection, 0, full)).toEqual(['ok', 1, 2])
  connection.disconnect()
})

test('what the log had lost before it was taken up is counted and said, and what came after it is delivered', async () => {
  const { engine, client, receiver, url } = await opened()
  await client.webhooks.create({ url })
  const first = deliver(client)
  await (await client.submit(echo.s(1))).result()
  await until(() => receiver.received.length === 1)
  await first.stop()
  const lost = await client.submit(echo.s(2))
  await lost.result()
  await until(async () => (await lost.status()).ended)
  const connection = redis.connect()
  await connection.xtrim(new PartitionKeys(engine.namespace, 0).of('events'), 'MAXLEN', 0)
  const fed: { gaps: number; added: number }[] = []
  const warned: string[] = []
  const logger = { debug() {}, info() {}, error() {}, warn: (_fields: object, message = '') => void warned.push(message) }
  deliver(client, { feeder: { logger, onFed: (one) => void fed.push(one) } })
  const told = await client.submit(echo.s(3))
  await until(() => receiver.received.length === 2)
  expect(JSON.parse(receiver.received[1]?.body as string).workflow.id).toBe(told.id)
  expect(fed.reduce((sum, { gaps }) => sum + gaps, 0)).toBe(1)
  expect(warned).toEqual(['the log of events had lost entries: ends may not have been delivered'])
  expect(await connection.hget(new PartitionKeys(engine.namespace, 0).of('hookfeed'), 'm')).toBe('1')
})

test('a workflow that was removed before it could be read is told with what the log says', async () => {
  const { client, receiver, url } = await opened()
  await client.webhooks.create({ url, states: ['SUCCESS'] })
  const handle = await client.submit(echo.s(1))
  await handle.result()
  await until(() => handle.forget())
  deliver(client)
  await until(() => receiver.received.length === 1)
  const { workflow } = JSON.parse(receiver.received[0]?.body as string)
  expect(workflow).toMatchObject({ id: handle.id, state: 'SUCCESS', run: null, endedAt: null, name: null, tags: [] })
})

test('a sender whose lease is over when its receiver answers writes nothing: the delivery is the next one’s', async () => {
  const { engine, client, url } = await opened()
  const { id } = await client.webhooks.create({ url })
  const sent: string[] = []
  /** A sender whose receiver answers when it is told to. */
  const slow = (name: string, of: Client, leaseMs: number) => {
    let answer = (): void => {}
    const told = new Promise<void>((resolve) => {
      answer = resolve
    })
    const send = async () => {
      sent.push(name)
      await told
      return { status: 204 }
    }
    const outcomes: string[] = []
    const { sender } = deliver(of, { sender: { leaseMs, perEndpoint: 1, send, onSent: ({ outcome }) => void outcomes.push(outcome) } })
    return { answer, outcomes, sender }
  }
  const first = slow('first', client, 1_000)
  await client.webhooks.ping(id)
  await until(() => sent.length === 1)
  const next = slow('next', await engine.connect(), 60_000)
  await until(() => sent.includes('next'))
  first.answer()
  // It has written, or not, when it has stopped.
  await first.sender.stop(10_000)
  expect((await client.webhooks.deliveries(id)).deliveries).toHaveLength(1)
  next.answer()
  await until(() => next.outcomes.length > 0)
  expect([first.outcomes, next.outcomes]).toEqual([[], ['delivered']])
  await emptied(engine)
})
