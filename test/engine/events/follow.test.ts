/** Who subscribes, comes and goes hears everything once and in order, or is told that it may have missed something. */
import { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { FrameQueue } from '../../../src/engine/client/events/follow.js'
import { type Canvas, chord, type EventFrame, type EventReset, group, signature } from '../../../src/engine/index.js'
import { RedisServer, type RedisServerOptions, useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { TestEngine } from '../harness.js'
import { keysOf, type Line, Listener, lineOf, linesOf } from './watch.js'

const redis = useRedis()
const HANDLERS = { one: () => 1, sum: () => 0 }

const wide = (width: number): Canvas => chord(group(Array.from({ length: width }, () => signature('one'))), signature('sum'))

async function allLines(db: Redis, engine: TestEngine): Promise<Line[]> {
  const { numbers } = await keysOf(db, engine.namespace)
  return (await Promise.all(numbers.map((partition) => linesOf(db, engine.namespace, partition)))).flat()
}

/** By workflow, in the order in which they were heard or stand. */
function byWorkflow(lines: readonly Line[]): Map<string, string[]> {
  const by = new Map<string, string[]>()
  for (const { workflow, entry, said } of lines) by.set(workflow ?? '', [...(by.get(workflow ?? '') ?? []), `${entry} ${said}`])
  return new Map([...by].filter(([workflow]) => workflow !== '').sort(([a], [b]) => (a < b ? -1 : 1)))
}

test('a subscriber that goes and comes back 100 times during a run of 10,000 nodes over four partitions hears every event once and in order', {
  timeout: 120_000,
}, async () => {
  const engine = await TestEngine.open(redis.url, 4)
  const first = await new Listener().open(engine.client)
  const heard: EventFrame[] = []
  let after = first.subscription?.cursor
  let visits = 0
  let ended = 0
  for (let k = 0; k < 2; k++) await engine.worker(HANDLERS, { concurrency: 20 })
  const canvases = [
    wide(4_000),
    wide(2_000),
    ...Array.from({ length: 15 }, () => wide(250)),
    ...Array.from({ length: 300 }, () => signature('one')),
  ]
  const submitted = Promise.all(canvases.map((canvas) => engine.client.submit(canvas)))
  while (ended < canvases.length) {
    visits++
    // The first hundred visits are short ones, the last one stays to the end.
    let left = visits > 100 ? Number.POSITIVE_INFINITY : 1 + (visits % 7)
    for await (const frame of engine.client.events.follow({ after })) {
      if (frame.type === 'reset') throw new Error(`reset: ${frame.reason}`)
      heard.push(frame)
      after = frame.cursor
      if (frame.events.some(({ type }) => type === 'workflow-ended')) ended++
      if (--left <= 0 || ended === canvases.length) break
    }
  }
  await submitted
  expect(visits).toBeGreaterThan(100)
  const stored = byWorkflow(await allLines(redis.connect(), engine))
  expect(byWorkflow(heard.map(lineOf))).toEqual(stored)
  const tasks = heard.flatMap(({ events }) => events.filter(({ type }) => type === 'task-succeeded'))
  expect(tasks).toHaveLength(4_001 + 2_001 + 15 * 251 + 300)
  // Who never left heard the same.
  await until(() => first.said.filter((one) => one === 'workflow-ended').length === canvases.length)
  expect(byWorkflow(first.lines)).toEqual(stored)
  expect(first.resets).toEqual([])
})

test('a subscriber to a workflow, to a queue, or to a tenant hears that and nothing else', async () => {
  const engine = await TestEngine.open(redis.url, 2)
  const { client } = engine
  const other = await client.submit(signature('one'), { tenant: 'b' })
  const mine = await client.submit(chord(group([signature('one'), signature('one', [], {}, { queue: 'gold' })]), signature('sum')), {
    tenant: 'a',
  })
  const [workflow, queue, tenant, both] = await Promise.all(
    [{ workflow: mine.id }, { queue: 'gold' }, { tenant: 'a' }, { tenant: 'b', workflow: mine.id }].map((filter) =>
      new Listener().open(client, filter),
    ),
  )
  await engine.worker(HANDLERS, { queues: ['default', 'gold'] })
  await until(() => workflow?.said.includes('workflow-ended'))
  await until(async () => (await other.status()).ended)
  await until(() => tenant?.said.includes('workflow-ended'))
  await until(() => queue?.said.includes('task-succeeded 1'))
  expect(workflow?.frames.map((frame) => frame.workflow)).toEqual(workflow?.frames.map(() => mine.id))
  expect(tenant?.lines).toEqual(workflow?.lines)
  expect(tenant?.frames.every((frame) => frame.tenant === 'a')).toBe(true)
  expect(queue?.said).toEqual(['task-started 1', 'task-succeeded 1'])
  expect(both?.frames).toEqual([])
  await expect(client.events.subscribe({ tenant: 'a b' }, new FrameQueue())).rejects.toMatchObject({ code: 'name-invalid' })
})

test('a cursor in the middle of an entry that tells of many workflows goes on with the next of them', async () => {
  const engine = await TestEngine.open(redis.url)
  const all = await new Listener().open(engine.client)
  const start = all.subscription?.cursor
  await engine.client.submitMany(Array.from({ length: 50 }, () => ({ canvas: signature('one') })))
  await until(() => all.frames.length === 50)
  expect(new Set(all.frames.map(({ entry }) => entry)).size).toBeLessThan(50)
  const heard: EventFrame[] = []
  let after = start
  while (heard.length < 50) {
    for await (const frame of engine.client.events.follow({ after })) {
      heard.push(frame as EventFrame)
      after = frame.cursor
      break
    }
  }
  expect(heard.map(({ workflow }) => workflow)).toEqual(all.frames.map(({ workflow }) => workflow))
})

test('a cursor that was trimmed away is answered with a reset and a snapshot, and what comes next is heard', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(HANDLERS)
  const { handle } = await engine.run(wide(3))
  const early = await new Listener().open(engine.client)
  const after = early.subscription?.cursor
  early.subscription?.close()
  const db = redis.connect()
  await engine.run(signature('one'))
  await db.xtrim((await keysOf(db, engine.namespace)).keys(0).of('events'), 'MAXLEN', 1)
  const [all, one, none] = await Promise.all(
    [{}, { workflow: handle.id }, { workflow: handle.id, tenant: 'x' }].map((filter) =>
      new Listener().open(engine.client, { after, ...filter }),
    ),
  )
  await until(() => all?.resets.length === 1 && one?.resets.length === 1 && none?.resets.length === 1)
  expect(all?.resets[0]).toMatchObject({ type: 'reset', reason: 'trimmed', snapshot: { SUCCESS: 2, total: 2 } })
  expect(one?.resets[0]).toMatchObject({ reason: 'trimmed', snapshot: { id: handle.id, state: 'SUCCESS', ended: true } })
  expect(none?.resets[0]?.snapshot).toBeNull()
  await engine.run(signature('one'))
  await until(() => all?.said.includes('workflow-ended'))
  const again = await new Listener().open(engine.client, { after: all?.resets[0]?.cursor ?? '' })
  await until(() => again.said.includes('workflow-ended'))
  expect(again.lines).toEqual(all?.lines)
  expect(again.resets).toEqual([])
})

test('from a namespace in which nothing had happened yet a cursor reaches back to its first event, or is reset', async () => {
  const engine = await TestEngine.open(redis.url)
  const early = await new Listener().open(engine.client)
  const after = early.subscription?.cursor
  for (let k = 0; k < 3; k++) await engine.client.submit(signature('one'))
  const later = await new Listener().open(engine.client, { after })
  await until(() => later.frames.length === 3)
  const db = redis.connect()
  await db.xtrim((await keysOf(db, engine.namespace)).keys(0).of('events'), 'MAXLEN', 2)
  const late = await new Listener().open(engine.client, { after })
  await until(() => late.resets.length === 1)
  expect(late.frames).toEqual([])
})

test('a Redis that is killed and comes back is followed further, without a gap and without doubles', { timeout: 60_000 }, async () => {
  const { engine, db, server } = await ownServer({ appendonly: true, appendfsync: 'always' })
  const listener = await new Listener().open(engine.client)
  await engine.worker(HANDLERS)
  await engine.run(wide(20))
  await until(() => listener.said.includes('workflow-ended'))
  await server.kill9()
  await server.restart()
  const handle = await until(() => engine.client.submit(wide(20)), { what: 'Redis is back' })
  await until(() =>
    listener.frames.some(({ workflow, events }) => workflow === handle.id && events.some(({ type }) => type === 'workflow-ended')),
  )
  expect(byWorkflow(listener.lines)).toEqual(byWorkflow(await allLines(db, engine)))
  expect(listener.resets).toEqual([])
})

test('a Redis that comes back without its memory is never silent: a reset, and what happens then', { timeout: 60_000 }, async () => {
  const { engine, server } = await ownServer({})
  const listener = await new Listener().open(engine.client)
  await engine.client.submit(signature('one'))
  await until(() => listener.frames.length === 1)
  await server.kill9()
  await server.restart()
  await until(() => listener.resets.length > 0)
  expect(listener.resets[0]).toMatchObject({ reason: 'lost', snapshot: { total: 0 } })
  await engine.client.submit(signature('one'))
  await until(() => listener.frames.length === 2)
})

test('an entry that Redis has forgotten with its last second is a reset for who follows, and for who comes back with it', async () => {
  const { engine, db } = await ownServer({})
  const listener = await new Listener().open(engine.client)
  for (let k = 0; k < 2; k++) await engine.client.submit(signature('one'))
  await until(() => listener.frames.length === 2)
  const after = listener.frames[1]?.cursor
  // As after a failover to a replica that had not heard of the last entry: it is gone, and connections are lost.
  const key = (await keysOf(db, engine.namespace)).keys(0).of('events')
  await db.xdel(key, listener.frames[1]?.entry ?? '')
  await db.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await until(() => listener.resets.length === 1)
  expect(listener.resets[0]?.reason).toBe('lost')
  const back = await until(() => new Listener().open(engine.client, { after }))
  await until(() => back.resets.length === 1)
  await engine.client.submit(signature('one'))
  await until(() => listener.frames.length === 3 && back.frames.length === 1)
})

test('of two subscribers the one that never reads is dropped, and the other hears everything', async () => {
  const engine = await TestEngine.open(redis.url)
  const listener = await new Listener().open(engine.client)
  const lazy = engine.client.events.follow({ buffer: 2_000 })
  const first = lazy.next()
  await until(() => engine.client.submit(signature('one')))
  await first
  await engine.client.submitMany(Array.from({ length: 2_500 }, () => ({ canvas: signature('one') })))
  await until(() => listener.frames.length === 2_501)
  await expect(lazy.next()).rejects.toMatchObject({ code: 'too-slow', retryable: true })
  await engine.client.submit(signature('one'))
  await until(() => listener.frames.length === 2_502)
  expect(listener.error).toBeNull()
})

test('who catches up slowly gets all of it: old events wait for room', async () => {
  const engine = await TestEngine.open(redis.url)
  const after = (await new Listener().open(engine.client)).subscription?.cursor
  for (let k = 0; k < 10; k++) await engine.client.submitMany(Array.from({ length: 400 }, () => ({ canvas: signature('one') })))
  const heard: (EventFrame | EventReset)[] = []
  for await (const frame of engine.client.events.follow({ after, buffer: 2_000 })) {
    heard.push(frame)
    if (heard.length % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
    if (heard.length === 4_000) break
  }
  expect(new Set(heard.map(({ cursor }) => cursor)).size).toBe(4_000)
})

test('a subscriber that throws is dropped, and the others go on', async () => {
  const engine = await TestEngine.open(redis.url)
  let why: unknown
  const push = (): never => {
    throw new Error('mine')
  }
  await engine.client.events.subscribe({}, { push, end: (error) => (why = error) })
  const listener = await new Listener().open(engine.client)
  await engine.client.submit(signature('one'))
  await until(() => listener.frames.length === 1 && why !== undefined)
  expect(why).toMatchObject({ code: 'closed', cause: { message: 'mine' } })
})

test('a change of the level, and a Redis that was all but full, are resets', async () => {
  const { engine, db, server } = await ownServer({ maxmemory: '30mb' })
  await engine.worker(HANDLERS)
  const listener = await new Listener().open(engine.client)
  await engine.client.events.configure({ level: 'workflows' })
  await until(() => listener.resets.length === 1)
  expect(listener.resets[0]?.reason).toBe('level')
  const { meta } = (await keysOf(db, engine.namespace)).keys(0)
  const held = await engine.client.submit(signature('one', [], {}, { countdownMs: 600_000 }))
  for (let k = 0; (await db.hget(meta, 'memory')) !== 'stop'; k++)
    await server.call('SET', `filler:${k}`, Buffer.alloc(256 * 1024)).catch(() => undefined)
  await until(async () => (await db.hget(meta, 'log'))?.startsWith('0 '))
  await until(() => listener.resets.length === 2)
  expect(listener.resets[1]?.reason).toBe('memory')
  // What ends now still ends.
  await held.revoke()
  expect((await held.status()).ended).toBe(true)
  await server.call('EVAL', "for _, k in ipairs(redis.call('KEYS', 'filler:*')) do redis.call('UNLINK', k) end", 0)
  await until(async () => (await db.hget(meta, 'log'))?.startsWith('1 '))
  await until(() => listener.resets.length === 3)
  const { handle } = await engine.run(signature('one'))
  await until(() =>
    listener.frames.some(({ workflow, events }) => workflow === handle.id && events.some(({ type }) => type === 'workflow-ended')),
  )
  expect(listener.frames.some(({ workflow, events }) => workflow === held.id && events.some(({ type }) => type === 'workflow-ended'))).toBe(
    false,
  )
})

test('a cursor that nobody made, or of more partitions than there are, is refused', async () => {
  const engine = await TestEngine.open(redis.url)
  const wider = await TestEngine.open(redis.url, 3)
  const cursor = (await new Listener().open(wider.client)).subscription?.cursor
  for (const after of ['', 'x', '!', 'AQAA', 'A'.repeat(7_000), cursor]) {
    await expect(new Listener().open(engine.client, { after })).rejects.toMatchObject({ code: 'request-invalid', path: 'after' })
  }
})

test('the reader has a connection of its own from the first subscriber to the last', async () => {
  const { engine, db } = await ownServer({})
  const readers = async (): Promise<number> =>
    ((await db.client('LIST')) as string).split('\n').filter((line) => line.includes('cmd=xread')).length
  expect(await readers()).toBe(0)
  const listeners = await Promise.all(Array.from({ length: 20 }, () => new Listener().open(engine.client)))
  await until(async () => (await readers()) === 1)
  for (const { subscription } of listeners) subscription?.close()
  await until(async () => (await readers()) === 0)
  const again = await new Listener().open(engine.client)
  await engine.client.submit(signature('one'))
  await until(() => again.frames.length === 1)
  await engine.client.close()
  expect(again.error).toMatchObject({ code: 'closed' })
  await until(async () => (await readers()) === 0)
})

/** A Redis for one test, with an engine on it. */
async function ownServer(options: RedisServerOptions): Promise<{ engine: TestEngine; db: Redis; server: RedisServer }> {
  const server = await RedisServer.start(options)
  onTestFinished(() => server.stop())
  const db = new Redis(server.url)
  onTestFinished(() => db.disconnect())
  return { engine: await TestEngine.open(server.url), db, server }
}
