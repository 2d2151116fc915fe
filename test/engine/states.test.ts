/** What running tasks say of themselves: shown while their attempt holds the node, and by nobody else. */
import { describe, expect, test } from 'vitest'
import { ChordisError, chain, type Json, type TaskContext } from '../../src/engine/index.js'
import { PartitionKeys } from '../../src/engine/redis/keys.js'
import { REPORT_MS } from '../../src/engine/worker/state-reports.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { Hand } from './hand.js'
import { COMMON, call, end, Gate, TestEngine } from './harness.js'

const redis = useRedis()

/** A gate that reports before it waits. */
function reporting(report: (ctx: TaskContext) => void): { gate: Gate; handler: Gate['handler'] } {
  const gate = new Gate()
  return {
    gate,
    handler: (ctx, args) => {
      report(ctx)
      return gate.handler(ctx, args)
    },
  }
}

describe('updateState', () => {
  test('is shown by state, info and results while the task runs, and by none of them afterwards', async () => {
    const engine = await TestEngine.open(redis.url)
    const { gate, handler } = reporting((ctx) => ctx.updateState('FETCHING', { page: 3, url: 'ö' }))
    await engine.worker({ long: handler, ...COMMON })
    const handle = await engine.client.submit(chain(call('echo', [1]), call('long')))
    const task = handle.task('1')
    await until(async () => (await task.state()) === 'FETCHING', { what: 'the state is shown' })
    expect(await task.info()).toEqual({ page: 3, url: 'ö' })
    expect(await task.ready()).toBe(false)
    expect((await handle.results())[1]).toEqual({
      id: '1',
      task: 'long',
      state: 'FETCHING',
      attempts: 1,
      info: { page: 3, url: 'ö' },
    })
    expect((await handle.results())[0]).not.toHaveProperty('info')
    gate.open()
    expect(await task.get()).toBe(1)
    expect(await handle.results()).toEqual([
      { id: '0', task: 'echo', state: 'SUCCESS', attempts: 1, result: 1 },
      { id: '1', task: 'long', state: 'SUCCESS', attempts: 1, result: 1 },
    ])
  })

  test('progress is the state PROGRESS with current, total and message', async () => {
    const engine = await TestEngine.open(redis.url)
    const { gate, handler } = reporting((ctx) => ctx.progress(1, 3, 'first page'))
    await engine.worker({ long: handler })
    const handle = await engine.client.submit(call('long'))
    await gate.entries(1)
    await until(async () => (await handle.task('0').state()) === 'PROGRESS', { what: 'progress is shown' })
    expect(await handle.task('0').info()).toEqual({ current: 1, total: 3, message: 'first page' })
    gate.open()
    await handle.result()
  })

  test('of a thousand reports at once the first is written and then the last one, and the rest never', async () => {
    const engine = await TestEngine.open(redis.url)
    const { gate, handler } = reporting((ctx) => {
      for (let i = 0; i < 1_000; i++) ctx.progress(i)
    })
    await engine.worker({ long: handler })
    await redis.server.call('CONFIG', 'RESETSTAT')
    const from = performance.now()
    const handle = await engine.client.submit(call('long'))
    const seen = new Set<string>()
    await until(
      async () => {
        const info = JSON.stringify(await handle.task('0').info())
        seen.add(info)
        return info.includes('999')
      },
      { intervalMs: 1, what: 'the last report is shown' },
    )
    expect(performance.now() - from).toBeGreaterThanOrEqual(REPORT_MS - 20)
    expect([...seen].filter((info) => info !== 'null')).toEqual(['{"current":0}', '{"current":999}'])
    gate.open()
    await handle.result()
  })

  test('what an attempt said is not shown of the next one', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    await engine.worker({
      twice: async (ctx, args) => {
        if (ctx.attempt === 1) {
          ctx.updateState('FIRST', { n: 1 })
          return ctx.retry({ countdownMs: 30 })
        }
        return gate.handler(ctx, args)
      },
    })
    const handle = await engine.client.submit(call('twice', ['x']))
    await gate.entries(1)
    expect(await handle.task('0').status()).toEqual({ id: '0', task: 'twice', state: 'STARTED', attempts: 2 })
    gate.open()
    expect(await handle.result()).toBe('x')
  })

  test.each([
    ['SUCCESS', null, 'state'],
    ['FAILURE', null, 'state'],
    ['REVOKED', null, 'state'],
    ['PENDING', null, 'state'],
    ['lower', null, 'state'],
    ['', null, 'state'],
    ['A'.repeat(33), null, 'state'],
    ['A B', null, 'state'],
    ['BIG', 'x'.repeat(16_384), 'meta'],
    ['UMLAUTS', 'ö'.repeat(8_192), 'meta'],
    ['BIGINT', 1n, 'meta'],
    ['FUNCTION', () => 1, 'meta'],
  ])('refuses the state %s with such a meta, and says at which path', async (state, meta, path) => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({
      say: (ctx) => {
        try {
          ctx.updateState(state, meta)
        } catch (error) {
          return error instanceof ChordisError ? [error.code, error.path ?? null] : 'another error'
        }
        return 'taken'
      },
    })
    expect((await engine.run(call('say'))).outcome).toEqual({ state: 'SUCCESS', result: ['request-invalid', path] })
  })

  test('a meta of 16,384 bytes is taken, and so is none', async () => {
    const engine = await TestEngine.open(redis.url)
    const { gate, handler } = reporting((ctx) => ctx.updateState('BIG', 'x'.repeat(16_382)))
    const bare = reporting((ctx) => ctx.updateState('BARE'))
    await engine.worker({ big: handler, bare: bare.handler })
    const handle = await engine.client.submit(call('big'))
    await until(async () => (await handle.task('0').state()) === 'BIG', { what: 'the state is shown' })
    expect(await handle.task('0').info()).toBe('x'.repeat(16_382))
    const other = await engine.client.submit(call('bare'))
    await until(async () => (await other.task('0').state()) === 'BARE', { what: 'the state is shown' })
    expect(await other.task('0').info()).toBeNull()
    gate.open()
    bare.gate.open()
  })

  test('an attempt that is over says nothing any more', async () => {
    const engine = await TestEngine.open(redis.url)
    let kept: TaskContext | undefined
    await engine.worker({
      ...COMMON,
      leak: (ctx) => {
        kept = ctx
        return 'done'
      },
    })
    const { handle } = await engine.run(call('leak'))
    kept?.updateState('GHOST', { late: true })
    await engine.run(call('echo'))
    const key = new PartitionKeys(engine.namespace, 0).of('workflow', handle.id)
    expect(await redis.server.call('HEXISTS', key, 'g0')).toBe(0)
    expect(await handle.task('0').status()).toMatchObject({ state: 'SUCCESS', result: 'done' })
    expect(engine.complaints).toEqual([])
  })
})

describe('a report in Redis', () => {
  /** A chain whose first node the hand `owner` holds; `say`: a completion of that node by a hand, under the number of one of its turns. */
  async function leased() {
    const engine = await TestEngine.open(redis.url)
    const connection = redis.connect()
    const handle = await engine.client.submit(chain(call('a'), call('b')))
    const open = (name: string) => Hand.open(connection, engine, ['a', 'b'], name)
    const [owner, other] = [await open('owner'), await open('other')]
    const [grant] = (await owner.turn(2, 1, []))[4]
    const template = grant?.[0].split('|')[3] ?? ''
    const say = (hand: Hand, attempt: string, record: string) => hand.turn(0, 0, [handle.id, '1', '', template, attempt, '0', record])
    return { engine, handle, owner, other, say, key: new PartitionKeys(engine.namespace, 0).of('workflow', handle.id) }
  }

  test('of the attempt that holds the node is stored; of another process, of another turn, or after the end it changes nothing', async () => {
    const { handle, owner, other, key, say } = await leased()
    const stored = () => redis.server.call('HGETALL', key) as Promise<Json>
    const fresh = await stored()
    // Another process, under the number of the owner's turn; and the owner under a turn that granted nothing.
    expect((await say(other, '0:1', '%FORGED {"by":"other"}'))[3]).toEqual([])
    await say(owner, '0:7', '%FORGED {"by":"turn"}')
    expect(await stored()).toEqual(fresh)
    await say(owner, '0:1', '%MINE {"n":1}')
    expect(await handle.task('0').status()).toMatchObject({ state: 'MINE', info: { n: 1 }, attempts: 1 })
    await say(owner, '0:1', 'S|1')
    const ended = await stored()
    await say(owner, '0:1', '%LATE {"n":2}')
    expect(await stored()).toEqual(ended)
    expect(await handle.task('0').status()).toEqual({ id: '0', task: 'a', state: 'SUCCESS', attempts: 1, result: 1 })
  })

  test('of a process that lost its lease changes nothing, and what it said before is shown no more', async () => {
    const { engine, handle, owner, other, say } = await leased()
    await say(owner, '0:1', '%MINE {"n":1}')
    await say(owner, '0:1', 'b|')
    expect((await other.turn(2, 1, []))[4]).toHaveLength(1)
    expect(await handle.task('0').status()).toEqual({ id: '0', task: 'a', state: 'STARTED', attempts: 1 })
    await say(owner, '0:1', '%LATE {"n":2}')
    expect(await handle.task('0').status()).toEqual({ id: '0', task: 'a', state: 'STARTED', attempts: 1 })
    expect(engine.complaints).toEqual([])
  })

  test('goes with its workflow', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({ say: (ctx) => ctx.progress(1) })
    const { handle } = await engine.run(call('say'))
    const keys = new PartitionKeys(engine.namespace, 0)
    expect(await redis.server.call('HEXISTS', keys.of('workflow', handle.id), 'g0')).toBe(1)
    await handle.forget()
    expect(await redis.server.call('EXISTS', keys.of('workflow', handle.id))).toBe(0)
  })
})

describe('trackStarted', () => {
  const STARTED = { startedAt: expect.any(Number) as number, worker: 'tracker', pid: process.pid }

  test('of a task says when its handler started, where and in which process', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    await engine.worker({ tracked: { handler: gate.handler, options: { trackStarted: true } } }, { name: 'tracker' })
    const handle = await engine.client.submit(call('tracked'))
    await until(async () => (await handle.task('0').info()) !== null, { what: 'the start is shown' })
    expect(await handle.task('0').state()).toBe('STARTED')
    expect(await handle.task('0').info()).toEqual(STARTED)
    gate.open()
    await handle.result()
  })

  test('of a worker holds for all its tasks but those that say otherwise', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    const settings = { name: 'tracker', trackStarted: true }
    await engine.worker({ all: gate.handler, not: { handler: gate.handler, options: { trackStarted: false } } }, settings)
    const [all, not] = await Promise.all([engine.client.submit(call('all')), engine.client.submit(call('not'))])
    await gate.entries(2)
    await until(async () => (await all.task('0').info()) !== null, { what: 'the start is shown' })
    expect(await all.task('0').info()).toEqual(STARTED)
    expect(await not.task('0').info()).toBeNull()
    expect(await not.task('0').state()).toBe('STARTED')
    gate.open()
    await end(all)
    await end(not)
  })
})
