/** Workflows of one task take a short way through the scripts. It must end where the general way ends. */
import { expect, test } from 'vitest'
import { type Canvas, chain, signature, type TaskContext } from '../../src/engine/index.js'
import { PartitionKeys } from '../../src/engine/redis/keys.js'
import { useRedis } from '../support/redis-server.js'
import { type Handlers, TestEngine } from './harness.js'

const redis = useRedis()

const HANDLERS: Handlers = {
  add: (_ctx, args) => (args as number[]).reduce((sum, n) => sum + n, 0),
  boom: () => {
    throw new TypeError('no')
  },
  again: (ctx: TaskContext) => (ctx.attempt < 3 ? ctx.retry({ countdownMs: 5 }) : ctx.attempt),
  swap: (ctx: TaskContext) => ctx.replace(signature('add', [20, 22])),
  skip: (ctx: TaskContext) => ctx.ignore(),
  tell: (ctx: TaskContext) => {
    ctx.progress(1, 2, 'half')
    return ctx.kwargs as never
  },
}

/** Each alone, which is the short way, and as a chain of one with a name, which is not. */
const CASES: [string, Canvas][] = [
  ['a value', signature('add', [1, 2])],
  ['a failure', signature('boom')],
  ['retries', signature('again')],
  ['a replacement', signature('swap')],
  ['an ignored task', signature('skip')],
  ['keywords and progress', signature('tell', [], { constructor: [1], ö: null })],
  ['a delay', signature('add', [3], {}, { countdownMs: 30 })],
  ['a priority', signature('add', [4], {}, { priority: 7 })],
  ['a map', signature('add', [5])],
]

test.each(CASES)('%s ends the short way as it does the long way', async (_name, canvas) => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(HANDLERS)
  const short = await engine.client.submit(canvas)
  const long = await engine.client.submit(chain(canvas), { name: 'long' })
  const outcome = async (handle: typeof short) => {
    const text = JSON.stringify(await handle.outcome({ waitMs: 10_000 }), (key, value: unknown) => (key === 'stack' ? undefined : value))
    return JSON.parse(text) as unknown
  }
  expect(await outcome(short)).toEqual(await outcome(long))
  const shape = async (handle: typeof short) => (await handle.results()).map(({ error: _error, ...node }) => node)
  expect(await shape(short)).toEqual(await shape(long))
  const counts = async (handle: typeof short) => (await handle.status()).counts
  expect(await counts(short)).toEqual(await counts(long))
})

test('a task that ignored itself is marked so', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(HANDLERS)
  const handle = await engine.client.submit(chain(signature('skip'), signature('add', [1])))
  expect(await handle.result()).toBe(1)
  expect((await handle.results()).map(({ ignored }) => ignored)).toEqual([true, undefined])
})

test('a result that comes in the very turn in which its task expires is kept', async () => {
  const engine = await TestEngine.open(redis.url)
  let runs = 0
  await engine.worker({
    busy: () => {
      runs++
      const until = performance.now() + 150
      while (performance.now() < until);
      return 'done'
    },
  })
  while (runs < 5) {
    const before = runs
    const handle = await engine.client.submit(signature('busy', [], {}, { expiresInMs: 100 }))
    const outcome = await handle.outcome({ waitMs: 5_000 })
    // On a busy machine 100 ms may be over before a worker has it: such a round says nothing.
    expect(outcome).toEqual(runs === before ? expect.objectContaining({ state: 'REVOKED' }) : { state: 'SUCCESS', result: 'done' })
  }
})

test('an entry that stands twice in a ready list leases its task once', async () => {
  const engine = await TestEngine.open(redis.url)
  const handles = await Promise.all(Array.from({ length: 20 }, (_, i) => engine.client.submit(signature('count', [i]))))
  const ready = new PartitionKeys(engine.namespace, 0).of('ready', 'default:0')
  const entries = (await redis.server.call('LRANGE', ready, '0', '-1')) as string[]
  expect(entries).toHaveLength(20)
  await redis.server.call('RPUSH', ready, ...entries, ...entries)
  const runs = new Map<unknown, number>()
  await engine.worker({
    count: (_ctx, [i]) => {
      runs.set(i, (runs.get(i) ?? 0) + 1)
      return i as number
    },
  })
  for (const [i, handle] of handles.entries()) expect(await handle.result()).toBe(i)
  expect([...runs.values()]).toEqual(handles.map(() => 1))
})
