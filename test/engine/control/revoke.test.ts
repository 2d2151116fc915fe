import { describe, expect, test } from 'vitest'
import { chain, chord, group, TaskRevokedError } from '../../../src/engine/index.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { COMMON, call, end, Gate, stateOf, TestEngine } from '../harness.js'

const redis = useRedis()
const REVOKED = { state: 'REVOKED', error: { type: 'TaskRevokedError', message: 'revoked', code: 'revoked' } }

/** Keys of a namespace that belong to one workflow, and members of indexes that name it. */
async function tracesOf(namespace: string, id: string): Promise<string[]> {
  const db = redis.connect()
  const keys = await db.keys(`${namespace}:*`)
  const timers = keys.filter((key) => key.endsWith(':timers'))
  const members = (await Promise.all(timers.map((key) => db.zrange(key, '0', '-1')))).flat() as string[]
  return [...keys, ...members].filter((text) => text.includes(id))
}

describe('a revoked workflow', () => {
  test('ends REVOKED with what could have run, and SKIPPED with the rest', async () => {
    const engine = await TestEngine.open(redis.url)
    const handle = await engine.client.submit(chain(group([call('hold', [1]), call('hold', [2])]), call('echo'), call('echo')))
    expect(await handle.revoke()).toBe(true)
    expect(await handle.revoke()).toBe(false)
    const { outcome, nodes } = await end(handle)
    expect(outcome).toEqual(REVOKED)
    expect(nodes.map(({ state, attempts }) => ({ state, attempts }))).toEqual([
      { state: 'REVOKED', attempts: 0 },
      { state: 'REVOKED', attempts: 0 },
      { state: 'SKIPPED', attempts: 0 },
      { state: 'SKIPPED', attempts: 0 },
    ])
    expect((await handle.status()).counts).toMatchObject({ revoked: 2, skipped: 2, remaining: 0 })
    expect(await handle.state()).toBe('REVOKED')
  })

  test('says why', async () => {
    const engine = await TestEngine.open(redis.url)
    const handle = await engine.client.submit(call('hold'))
    await handle.revoke({ reason: 'wrong customer' })
    expect(await handle.outcome()).toEqual({
      state: 'REVOKED',
      error: { type: 'TaskRevokedError', message: 'wrong customer', code: 'revoked' },
    })
    await expect(handle.revoke({ reason: '' })).rejects.toThrow('reason: must be a text of 1 to 1000 characters')
    await expect(engine.client.workflow('nobody').revoke()).rejects.toMatchObject({ code: 'not-found' })
  })

  test('fires the signals of what runs at once, and what they return counts for nothing', async () => {
    const engine = await TestEngine.open(redis.url)
    const reasons: unknown[] = []
    let ended = 0
    await engine.worker({
      waits: async (ctx) => {
        await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve, { once: true }))
        reasons.push(ctx.signal.reason)
        ended++
        return 'late'
      },
    })
    const handle = await engine.client.submit(chord(group([1, 2, 3].map((n) => call('waits', [n]))), call('echo')))
    await until(async () => (await handle.results()).filter(({ state }) => state === 'STARTED').length === 3, { what: 'all run' })
    await handle.revoke()
    await until(() => ended === 3, { what: 'all were told' })
    expect(reasons.every((reason) => reason instanceof TaskRevokedError)).toBe(true)
    const { outcome, nodes } = await end(handle)
    expect(outcome).toEqual(REVOKED)
    expect(nodes.map(stateOf)).toMatchObject([...Array(3).fill({ state: 'REVOKED', attempts: 1 }), { state: 'SKIPPED' }])
    expect(engine.complaints).toEqual([])
  })

  test('is heard of by a worker that has only just started, before it listens', async () => {
    const engine = await TestEngine.open(redis.url)
    for (let n = 0; n < 10; n++) {
      const gate = new Gate()
      const handle = await engine.client.submit(call(`hold${n}`))
      let told = 0
      await engine.worker({
        [`hold${n}`]: async (ctx) => {
          ctx.signal.addEventListener('abort', () => told++, { once: true })
          return gate.handler(ctx, [])
        },
      })
      await gate.entries(1)
      await handle.revoke()
      await until(() => told === 1, { what: 'it was told' })
    }
  })

  test('starts nothing of what a worker had been granted before', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    let others = 0
    await engine.worker({ hold: gate.handler, other: () => ++others }, { concurrency: 1 })
    const first = await engine.client.submit(call('hold'))
    await gate.entries(1)
    const handle = await engine.client.submit(group(Array.from({ length: 20 }, () => call('other'))))
    await handle.revoke()
    const after = await engine.client.submit(call('other'))
    gate.open()
    await after.result()
    expect(others).toBe(1)
    expect((await first.outcome())?.state).toBe('SUCCESS')
    expect((await end(handle)).nodes.every(({ state }) => state === 'REVOKED')).toBe(true)
  })

  test('of 100,000 nodes is decided in one call, and ends in steps', async () => {
    const engine = await TestEngine.open(redis.url)
    const handle = await engine.client.submit(chord(group(Array.from({ length: 99_999 }, (_, n) => call('hold', [n]))), call('echo')))
    expect(await handle.revoke()).toBe(true)
    expect(await handle.state()).toBe('REVOKED')
    let ran = 0
    await engine.worker({ hold: () => ++ran, echo: () => ++ran })
    await until(async () => (await handle.status()).ended, { what: 'it ends', timeoutMs: 30_000 })
    expect(ran).toBe(0)
    expect((await handle.status()).counts).toMatchObject({ revoked: 99_999, skipped: 1, remaining: 0 })
  }, 60_000)

  test('leaves nothing behind when it is forgotten: no delayed node, no held one, no timeout', async () => {
    const engine = await TestEngine.open(redis.url)
    const late = { options: { countdownMs: 3_600_000 } }
    const canvas = group([call('echo'), call('echo', [], late.options), chain(call('echo'), call('echo', [], late.options))])
    const handle = await engine.client.submit(canvas, { timeoutMs: 3_600_000 })
    await handle.pause()
    await handle.revoke()
    await end(handle)
    await handle.forget()
    expect(await tracesOf(engine.namespace, handle.id)).toEqual([])
  })

  test('ends with what it replaced itself by', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    await engine.worker({ ...COMMON, hold: gate.handler, more: (ctx) => ctx.replace(chain(call('hold'), call('echo'))) })
    const handle = await engine.client.submit(chain(call('more'), call('echo')))
    await gate.entries(1)
    await handle.revoke()
    const { outcome, nodes } = await end(handle)
    expect(outcome).toEqual(REVOKED)
    expect(nodes.map(({ state }) => state)).toEqual(['REVOKED', 'SKIPPED', 'REVOKED', 'SKIPPED'])
  })
})

test('many are revoked by a filter, or only counted; one is deleted while it runs', async () => {
  const engine = await TestEngine.open(redis.url)
  const { client } = engine
  const tagged = await Promise.all(Array.from({ length: 450 }, () => client.submit(call('nobody'), { tags: ['nightly'] })))
  const other = await client.submit(call('nobody'))
  expect(await client.workflows.revoke({ tag: 'nightly' }, { dryRun: true })).toEqual({ matched: 450, revoked: 0 })
  const seen: number[] = []
  const answer = await client.workflows.revoke({ tag: 'nightly' }, { reason: 'stop', onProgress: ({ revoked }) => seen.push(revoked) })
  expect(answer).toEqual({ matched: 450, revoked: 450 })
  expect(seen.at(-1)).toBe(450)
  expect(await tagged[7]?.outcome()).toMatchObject({ state: 'REVOKED', error: { message: 'stop' } })
  expect(await other.state()).toBe('PENDING')
  expect(await client.workflows.count()).toMatchObject({ REVOKED: 450, PENDING: 1 })
  await expect(client.workflows.revoke({})).rejects.toThrow('filter: must say which')
  const wide = await client.submit(group(Array.from({ length: 3_000 }, () => call('nobody'))))
  expect(await wide.delete()).toBe(true)
  expect(await wide.delete()).toBe(false)
  await expect(wide.status()).rejects.toMatchObject({ code: 'not-found' })
})

describe('a revoked task', () => {
  test('of a chord ends its body with a ChordError, and its siblings go on', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    await engine.worker({ ...COMMON, hold: gate.handler })
    const handle = await engine.client.submit(chord(group([call('hold', [1]), call('hold', [2])]), call('echo')))
    await gate.entries(2)
    expect(await handle.task('0').revoke({ reason: 'not this one' })).toBe(true)
    gate.open()
    const { outcome, nodes } = await end(handle)
    expect(outcome).toMatchObject({
      state: 'FAILURE',
      error: { type: 'ChordError', cause: { type: 'TaskRevokedError', message: 'not this one' } },
    })
    expect(nodes.map(({ state }) => state)).toEqual(['REVOKED', 'SUCCESS', 'FAILURE'])
    expect(await handle.task('0').revoke()).toBe(false)
  })

  test('that nothing has reached yet ends at once, and the chain behind it', async () => {
    const engine = await TestEngine.open(redis.url)
    const handle = await engine.client.submit(chain(call('echo', [1]), call('echo'), call('echo')))
    await handle.task('1').revoke()
    expect((await handle.results()).map(({ state }) => state)).toEqual(['PENDING', 'REVOKED', 'SKIPPED'])
    await engine.worker(COMMON)
    const { outcome, nodes } = await end(handle)
    expect(outcome).toEqual(REVOKED)
    expect(nodes.map(({ state }) => state)).toEqual(['SUCCESS', 'REVOKED', 'SKIPPED'])
  })

  test('that replaced itself takes along what took its place', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    await engine.worker({ ...COMMON, hold: gate.handler, more: (ctx) => ctx.replace(chain(call('hold'), call('echo'))) })
    const handle = await engine.client.submit(group([call('more'), call('echo', [2])]))
    await gate.entries(1)
    await handle.task('0').revoke()
    const { outcome, nodes } = await end(handle)
    expect(outcome).toMatchObject({ state: 'GROUP', results: [REVOKED, { state: 'SUCCESS', result: 2 }] })
    expect(nodes.map(({ state }) => state)).toEqual(['REVOKED', 'SUCCESS', 'REVOKED', 'SKIPPED'])
  })

  test('of a group are all its members', async () => {
    const engine = await TestEngine.open(redis.url)
    const handle = await engine.client.submit(group([call('a'), group([call('b'), call('c')])]))
    expect(await handle.group().revoke()).toBe(true)
    expect((await end(handle)).nodes.map(({ state }) => state)).toEqual(['REVOKED', 'REVOKED', 'REVOKED'])
    expect(await handle.group().revoke()).toBe(false)
  })
})

describe('a workflow with a timeout', () => {
  test('is revoked when it has run out, whatever it waits for', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    await engine.worker({ ...COMMON, hold: gate.handler })
    const handle = await engine.client.submit(chain(call('hold'), call('echo')), { timeoutMs: 300 })
    const { outcome, nodes } = await end(handle)
    expect(outcome).toMatchObject({ state: 'REVOKED', error: { code: 'timeout' } })
    expect(nodes.map(({ state }) => state)).toEqual(['REVOKED', 'SKIPPED'])
  })

  test('that ends in time leaves no timer', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const handle = await engine.client.submit(chain(call('echo'), call('echo')), { timeoutMs: 3_600_000 })
    await end(handle)
    expect((await tracesOf(engine.namespace, handle.id)).filter((text) => text.startsWith('t:'))).toEqual([])
    await expect(engine.client.submit(call('echo'), { timeoutMs: 0 })).rejects.toThrow(
      'options.timeoutMs: must be a number of milliseconds above 0',
    )
  })

  test('that is stored in pieces has it too', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const wide = group(Array.from({ length: 20_000 }, (_, n) => call('nobody', [n])))
    const handle = await engine.client.submit(wide, { timeoutMs: 500 })
    expect((await end(handle)).outcome.state).toBe('GROUP')
    expect((await handle.status()).counts.revoked).toBe(20_000)
  })
})
