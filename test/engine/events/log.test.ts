/** What scripts write to the log of events: every change once, in order, at the level that is asked for. */
import type { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { chain, chord, group, signature, type TaskContext } from '../../../src/engine/index.js'
import { SEPARATOR } from '../../../src/engine/protocol/stored.js'
import { calls } from '../../../src/engine/redis/scripts.generated.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { allOf, type Grant, Hand } from '../hand.js'
import { type Handlers, TestEngine } from '../harness.js'
import { entriesOf, keysOf, linesOf, said } from './watch.js'

const redis = useRedis()
const HANDLERS: Handlers = {
  add: (_ctx, args) => (args.flat() as number[]).reduce((sum, n) => sum + n, 0),
  boom: () => {
    throw new TypeError('no')
  },
  again: (ctx: TaskContext) => (ctx.attempt < 2 ? ctx.retry({ countdownMs: 5 }) : ctx.attempt),
  swap: (ctx: TaskContext) => ctx.replace(signature('add', [20, 22])),
  tell: async (ctx: TaskContext) => {
    await ctx.updateState('HALF', { n: 1 })
    return 1
  },
}

const SUCCEEDED = ['workflow-succeeded', 'workflow-ended']
const BEGUN = ['workflow-submitted', 'workflow-started', 'task-started 0']

const CASES = [
  ['a task', signature('add', [1, 2]), [...BEGUN, 'task-succeeded 0', ...SUCCEEDED]],
  [
    'a chain',
    chain(signature('add', [1]), signature('add', [2])),
    [...BEGUN, 'task-succeeded 0', 'task-started 1', 'task-succeeded 1', ...SUCCEEDED],
  ],
  [
    'a chord',
    chord(group([signature('add', [1]), signature('add', [2])]), signature('add')),
    [...BEGUN, 'task-started 1', 'task-succeeded 0', 'task-succeeded 1', 'task-started 2', 'task-succeeded 2', ...SUCCEEDED],
  ],
  [
    'a failure',
    chain(signature('boom'), signature('add', [1])),
    [...BEGUN, 'task-failed 0', 'task-skipped 1', 'workflow-failed', 'workflow-ended'],
  ],
  ['a retry', signature('again'), [...BEGUN, 'task-retried 0', 'task-started 0', 'task-succeeded 0', ...SUCCEEDED]],
  ['a replacement', signature('swap'), [...BEGUN, 'task-started 0/0', 'task-succeeded 0/0', 'task-succeeded 0', ...SUCCEEDED]],
  ['a report', signature('tell'), [...BEGUN, 'task-progressed 0', 'task-succeeded 0', ...SUCCEEDED]],
  [
    'a task that had expired',
    signature('add', [1], {}, { expires: 0.001, countdownMs: 20 }),
    ['workflow-submitted', 'task-revoked 0', 'workflow-revoked', 'workflow-ended'],
  ],
] as const

test.each(CASES)('%s is told from beginning to end, each change once', async (_name, canvas, expected) => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(HANDLERS)
  const { handle } = await engine.run(canvas)
  expect(await said(redis.connect(), engine.namespace, handle.id)).toEqual(expected)
})

test('events name the task, its queue, the attempt, the type of an error and a state, and carry no payloads', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker({
    ...HANDLERS,
    fail: (ctx: TaskContext) => (ctx.attempt < 2 ? ctx.retry({ countdownMs: 1 }) : Promise.reject(new RangeError('secret'))),
  })
  const { handle } = await engine.run(signature('fail', ['secret'], { key: 'secret' }))
  const told = await engine.run(signature('tell'))
  const db = redis.connect()
  const texts = (await entriesOf(db, engine.namespace)).map(([, text]) => text).join('\n')
  expect(texts).not.toContain('secret')
  const lines = texts.split('\n')
  expect(lines).toContain(`*Bdefault/fail ${handle.id}`)
  expect(lines).toContain(`${handle.id} Ydefault/fail 0=2`)
  expect(lines).toContain(`${handle.id} Ldefault/fail 0=2`)
  expect(lines).toContain(`${handle.id} Fdefault/fail 0=RangeError =oF =e`)
  expect(lines).toContain(`${told.handle.id} Gdefault/tell 0=HALF`)
})

test('what was revoked, paused, resumed, run again and removed is told of the workflow', async () => {
  const engine = await TestEngine.open(redis.url)
  const handle = await engine.client.submit(chain(signature('boom'), signature('add', [1])))
  await handle.pause()
  await handle.resume()
  await engine.worker(HANDLERS)
  await until(async () => (await handle.status()).ended)
  await handle.retry()
  await until(async () => (await handle.status()).ended && (await handle.status()).run === 2)
  await handle.rerun(['0'])
  await until(async () => (await handle.status()).ended && (await handle.status()).run === 3)
  await handle.forget()
  const failed = ['task-started 0', 'task-failed 0', 'task-skipped 1', 'workflow-failed', 'workflow-ended']
  const expected = [
    ...['workflow-submitted', 'workflow-paused', 'workflow-resumed', 'workflow-started', ...failed],
    ...['workflow-retried', 'workflow-started', ...failed, 'workflow-rerun', 'workflow-started', ...failed, 'workflow-removed'],
  ]
  expect(await said(redis.connect(), engine.namespace, handle.id)).toEqual(expected)
  const revoked = await engine.client.submit(signature('add', [1], {}, { countdownMs: 60_000 }))
  await revoked.revoke()
  expect(await said(redis.connect(), engine.namespace, revoked.id)).toEqual([
    'workflow-submitted',
    'task-revoked 0',
    'workflow-revoked',
    'workflow-ended',
  ])
})

test('a dead letter that is requeued opens its workflow again', async () => {
  const engine = await TestEngine.open(redis.url)
  const worker = await engine.worker(HANDLERS)
  const { handle } = await engine.run(signature('boom'))
  await worker.stop()
  await engine.client.deadLetters.requeue(`${handle.id}:0`)
  expect((await said(redis.connect(), engine.namespace, handle.id)).slice(-2)).toEqual(['workflow-retried', 'task-requeued 0'])
})

test('queues that are paused, resumed and purged, and workers that come and go, are told', async () => {
  const engine = await TestEngine.open(redis.url, 2)
  const { queues } = engine.client
  for (let k = 0; k < 3; k++) await engine.client.submit(signature('add', [k]))
  await queues.pause('default')
  await queues.resume('default')
  await queues.purge('default')
  const worker = await engine.worker(HANDLERS, { name: 'celery@host' })
  await worker.stop()
  const db = redis.connect()
  const all = (await Promise.all([0, 1].map((partition) => linesOf(db, engine.namespace, partition)))).flat()
  const others = all.filter(({ workflow }) => workflow === null).map((line) => line.said)
  expect(others.filter((one) => one.startsWith('worker'))).toEqual(['worker-online', 'worker-offline'])
  expect(others.filter((one) => one !== 'queue-purged' && one.startsWith('queue'))).toEqual(['queue-paused', 'queue-resumed'])
  expect(others).toContain('queue-purged')
  const texts = (await Promise.all([0, 1].map((partition) => entriesOf(db, engine.namespace, partition)))).flat().map(([, text]) => text)
  expect(texts.join('\n')).toMatch(/^%o \S+ [01] celery@host$/m)
})

test('a turn, a submission and a bulk submission that come again write nothing', async () => {
  const engine = await TestEngine.open(redis.url)
  const db = redis.connect()
  const hand = await Hand.open(db, engine, ['add'], 'hand')
  const namespace = await keysOf(db, engine.namespace)
  const bulk = (epoch: string) =>
    calls.enqueue(epoch, '60000', 'a 0 default 5 - ou add - - - - -\n{"task":"add"}', '00-aaaaaaaaaaaaaaaaaaaa', '0;[1]')
  const twice = async (work: () => Promise<unknown>): Promise<void> => {
    await work()
    const once = await entriesOf(db, engine.namespace)
    await work()
    expect(await entriesOf(db, engine.namespace)).toEqual(once)
  }
  await twice(() => engine.client.submit(chord(group([signature('add', [1]), signature('add', [2])]), signature('add')), { id: 'mine' }))
  await twice(() => namespace.runAtEpoch(db, 0, bulk))
  const [, , , , grants] = await hand.turn(1, 10, [])
  expect(await said(db, engine.namespace, 'mine')).toEqual([...BEGUN, 'task-started 1'])
  await twice(() => hand.repeat())
  const done = grants.flatMap((grant) => doneOf(grant, hand.sequence))
  await hand.turn(1, 10, done)
  await twice(() => hand.repeat())
  // Once more as another turn: its leases are gone.
  const before = (await entriesOf(db, engine.namespace)).length
  await hand.turn(0, 0, done)
  expect(await entriesOf(db, engine.namespace)).toHaveLength(before)
})

/** What ends every node of a grant of a turn; workflows of one task travel together. */
function doneOf(grant: Grant, sequence: number): string[] {
  const [head, , , , ids] = grant as unknown as [string, string, string, string, string?]
  if (ids === undefined) return allOf(grant, sequence, 'S|1')
  const [, , , template = ''] = head.split('|')
  return [
    ids,
    '1',
    '',
    template,
    `0:${sequence}`,
    '*',
    ids
      .split(',')
      .map(() => 'S|1')
      .join(SEPARATOR),
  ]
}

async function commandCalls(db: Redis, command: string): Promise<number> {
  return Number(/calls=(\d+)/.exec((await db.info('commandstats')).match(new RegExp(`^cmdstat_${command}:.*$`, 'm'))?.[0] ?? '')?.[1] ?? 0)
}

test('a turn that ends and leases tasks of many workflows writes one entry, and one that changes nothing none', async () => {
  const engine = await TestEngine.open(redis.url)
  const db = redis.connect()
  const hand = await Hand.open(db, engine, ['add'], 'hand')
  for (let k = 0; k < 5; k++) {
    await engine.client.submit(chain(signature('add', [k]), signature('add', [k])))
    await engine.client.submit(signature('add', [k]))
  }
  const xadds = async (work: () => Promise<unknown>): Promise<number> => {
    const before = await commandCalls(db, 'xadd')
    await work()
    return (await commandCalls(db, 'xadd')) - before
  }
  let grants: Awaited<ReturnType<Hand['turn']>>[4] = []
  expect(
    await xadds(async () => {
      ;[, , , , grants] = await hand.turn(1, 20, [])
    }),
  ).toBe(1)
  expect(
    await xadds(() =>
      hand.turn(
        1,
        20,
        grants.flatMap((grant) => doneOf(grant, hand.sequence)),
      ),
    ),
  ).toBe(1)
  const [, , , , rest] = await hand.repeat()
  expect(
    await xadds(() =>
      hand.turn(
        1,
        20,
        rest.flatMap((grant) => doneOf(grant, hand.sequence)),
      ),
    ),
  ).toBe(1)
  expect(await xadds(() => hand.turn(1, 20, []))).toBe(0)
  const ended = (await linesOf(db, engine.namespace)).filter((line) => line.said.endsWith('workflow-ended'))
  expect(ended).toHaveLength(10)
})

test('the level decides what is told: all, no tasks, nothing; a change of it is a gap', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(HANDLERS)
  const db = redis.connect()
  expect(await engine.client.events.settings()).toEqual({ level: 'tasks', entries: 100_000, bytes: 67_108_864 })
  await engine.client.events.configure({ level: 'workflows' })
  const canvas = chain(signature('boom'), signature('add', [1]))
  const some = await engine.run(canvas)
  expect(await said(db, engine.namespace, some.handle.id)).toEqual([
    'workflow-submitted',
    'workflow-started',
    'workflow-failed',
    'workflow-ended',
  ])
  const lone = await engine.run(signature('add', [1]))
  expect(await said(db, engine.namespace, lone.handle.id)).toEqual(['workflow-submitted', 'workflow-started', ...SUCCEEDED])
  await engine.client.events.configure({ level: 'off' })
  const before = await entriesOf(db, engine.namespace)
  const none = await engine.run(canvas)
  await none.handle.forget()
  expect(await entriesOf(db, engine.namespace)).toEqual(before)
  await engine.client.events.configure({ level: 'tasks' })
  expect((await entriesOf(db, engine.namespace)).filter(([, text]) => text === '!level')).toHaveLength(3)
  await expect(engine.client.events.configure({ entries: 10 })).rejects.toMatchObject({ code: 'request-invalid', path: 'entries' })
  await expect(engine.client.events.configure({ level: 'all' as never })).rejects.toMatchObject({ code: 'request-invalid', path: 'level' })
})

test('a setting reaches a partition that has not heard of it with the next process that connects, and an older one changes nothing', async () => {
  const engine = await TestEngine.open(redis.url, 3)
  const db = redis.connect()
  await engine.client.events.configure({ level: 'workflows', entries: 5_000 })
  const namespace = await keysOf(db, engine.namespace)
  const meta = namespace.keys(2).meta
  expect(await db.hget(meta, 'log')).toBe('1 5000')
  await db.hdel(meta, 'events', 'log')
  await engine.connect()
  expect(await db.hget(meta, 'log')).toBe('1 5000')
  await namespace.runAtEpoch(db, 2, (epoch) => calls.setevents(epoch, '1000 2 9000 67108864'))
  expect(await db.hget(meta, 'log')).toBe('1 5000')
})

test('the log keeps about as many entries as it is told to, and about as many bytes', async () => {
  const engine = await TestEngine.open(redis.url)
  const db = redis.connect()
  await engine.client.events.configure({ entries: 1_000 })
  const key = (await keysOf(db, engine.namespace)).keys(0).of('events')
  for (let k = 0; k < 2_500; k++) await engine.client.submit(signature('add', [k]))
  const [least, most] = [1_000, 1_100]
  const length = await db.xlen(key)
  expect(length).toBeGreaterThanOrEqual(least)
  expect(length).toBeLessThanOrEqual(most)
  // What is kept takes too much: fewer are kept from the next upkeep on.
  await engine.client.events.configure({ entries: 100_000, bytes: 1_048_576 })
  for (let k = 0; k < 1_200; k++) await db.xadd(key, '*', 'e', `!${'x'.repeat(1_000)}`)
  const namespace = await keysOf(db, engine.namespace)
  await namespace.runAtEpoch(db, 0, (epoch) => calls.tend(epoch, 100, 600_000, 0, 'p'))
  const limit = Number((await db.hget(namespace.keys(0).meta, 'log'))?.split(' ')[1])
  expect(limit).toBeLessThan(2_500)
  expect(limit).toBeGreaterThanOrEqual(1_000)
})

test('a key of another kind in place of the log stops nobody', async () => {
  const engine = await TestEngine.open(redis.url)
  const db = redis.connect()
  await db.set((await keysOf(db, engine.namespace)).keys(0).of('events'), 'x')
  await engine.worker(HANDLERS)
  expect(await (await engine.run(signature('add', [1, 2]))).handle.result()).toBe(3)
})
