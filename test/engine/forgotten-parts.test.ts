/**
 * What is stored in parts while Redis fails over: a former master answers a part, and the new one has never heard of it. Here Redis is put back, behind the
 * answer, to what it held before that part; nothing that is not whole may start, and all that was accepted must come to its right end.
 */
import type { Redis } from 'ioredis'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Canvas, chain, chord, type Json } from '../../src/engine/index.js'
import { type ProxyRequest, RedisProxy, type Verdict } from '../support/proxy.js'
import { useRedis } from '../support/redis-server.js'
import { COMMON, call, type Handlers, TestEngine } from './harness.js'

const redis = useRedis()

/** Of three parts. */
const LARGE = 1_200_000
const large = (size = LARGE): Canvas => chain(...['a', 'b', 'c', 'd'].map((letter) => call('count', [letter.repeat(size / 4)])))
const LONG = LARGE / 4

/** How many letters it got; what came from the step before is in front. */
const TASKS: Handlers = {
  ...COMMON,
  count: (_ctx, args) => args.map((text) => (typeof text === 'string' ? text.length : 0)).reduce((a, b) => a + b),
}

type Dump = Map<string, Buffer>

async function dump(db: Redis): Promise<Dump> {
  const keys = await db.keys('*')
  const values = await Promise.all(keys.map((key) => db.dumpBuffer(key)))
  return new Map(keys.flatMap((key, k) => (values[k] ? [[key, values[k]]] : [])))
}

async function putBack(db: Redis, held: Dump): Promise<void> {
  const transaction = db.multi().flushdb()
  for (const [key, value] of held) transaction.restore(key, 0, value)
  await transaction.exec()
}

const isScript = (name: string) => (request: ProxyRequest) => request.name === 'FCALL' && String(request.args[0]).startsWith(`${name}_`)

/** Redis as it was before the k-th call of a script, once that has been answered; `times` in a row. */
async function forgetting(script: string, k: number, times = 1): Promise<{ proxy: RedisProxy; forgotten: () => number }> {
  const db = redis.connect()
  const proxy = await RedisProxy.start(redis.server)
  onTestFinished(() => proxy.close())
  let seen = 0
  let forgotten = 0
  let before: Dump = new Map()
  proxy.intercept(isScript(script), 'request', async (): Promise<Verdict> => {
    seen++
    before = await dump(db)
    return 'pass'
  })
  proxy.intercept(isScript(script), 'reply', async (): Promise<Verdict> => {
    if (seen >= k && forgotten < times) {
      forgotten++
      await putBack(db, before)
    }
    return 'pass'
  })
  return { proxy, forgotten: () => forgotten }
}

describe.each([1, 2, 3])('a failover that forgets part %i', (part) => {
  test('of a submission: it is stored anew, and runs', async () => {
    const { proxy, forgotten } = await forgetting('stage', part)
    const engine = await TestEngine.open(proxy.url)
    await engine.worker(TASKS)
    const handle = await engine.client.submit(large())
    expect(await handle.result({ timeoutMs: 20_000 })).toBe(LONG)
    expect(forgotten()).toBe(1)
  })

  test('of a replacement: it takes the place of its task all the same', async () => {
    const { proxy, forgotten } = await forgetting('stage', part)
    const engine = await TestEngine.open(proxy.url)
    await engine.worker({ ...TASKS, become: (ctx) => ctx.replace(large()) })
    expect((await engine.run(chain(call('become'), call('args', [1])))).outcome).toEqual({ state: 'SUCCESS', result: [LONG, 1] })
    expect(forgotten()).toBe(1)
  })

  test('of a child that is waited for: it ends, and its parent hears of it', async () => {
    const { proxy, forgotten } = await forgetting('stage', part)
    const engine = await TestEngine.open(proxy.url)
    await engine.worker({ ...TASKS, ask: (ctx) => ctx.executeChild(large()) })
    expect((await engine.run(call('ask'))).outcome).toEqual({ state: 'SUCCESS', result: LONG })
    expect(forgotten()).toBe(1)
  })
})

test('what a former master answered last, of a replacement in one part, lets its task run again', async () => {
  const { proxy, forgotten } = await forgetting('stage', 1)
  const engine = await TestEngine.open(proxy.url)
  let calls = 0
  const become: Handlers[string] = (ctx) => {
    calls++
    return ctx.replace(call('echo', ['there']))
  }
  await engine.worker({ ...TASKS, become })
  const { outcome, node } = await engine.run(call('become'))
  expect(outcome).toEqual({ state: 'SUCCESS', result: 'there' })
  expect([forgotten(), calls, node('become').attempts]).toEqual([1, 2, 1])
})

test('members that were added and forgotten are added again, each once', async () => {
  const { proxy, forgotten } = await forgetting('stage', 2)
  const engine = await TestEngine.open(proxy.url)
  const more: Handlers[string] = (ctx, [x]) => {
    ctx.addToChord(call('echo', ['first']))
    ctx.addToChord(call('echo', ['second']))
    return x as Json
  }
  await engine.worker({ ...TASKS, more })
  const { outcome } = await engine.run(chord([call('more', [0]), call('echo', [1])], call('args')))
  expect(outcome).toMatchObject({ state: 'SUCCESS' })
  expect((outcome as { result: Json[][] }).result.flat().toSorted()).toEqual([0, 1, 'first', 'second'])
  expect(forgotten()).toBe(1)
})

test('a Redis that forgets every time is told so to who submits, and nothing starts', async () => {
  const { proxy } = await forgetting('stage', 2, Number.POSITIVE_INFINITY)
  const engine = await TestEngine.open(proxy.url)
  await engine.worker(TASKS)
  await expect(engine.client.submit(large())).rejects.toMatchObject({ code: 'workflow-corrupt' })
  expect(await engine.client.workflows.list()).toMatchObject({ workflows: [] })
})
