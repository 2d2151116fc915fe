/** The members of a group, as they arrive: Celery's GroupResult. */
import { describe, expect, test } from 'vitest'
import { type Arrival, chain, chord, group, type TaskFailedError, TaskHandle } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { COMMON, call, callAlone, Gate, TestEngine } from './harness.js'

const redis = useRedis()

async function gates(count: number) {
  const engine = await TestEngine.open(redis.url)
  const all = Array.from({ length: count }, () => new Gate())
  const hold = (ctx: Parameters<Gate['handler']>[0], [k, value]: Parameters<Gate['handler']>[1]) =>
    (all[Number(k)] as Gate).handler(ctx, [value ?? null])
  await engine.worker({ ...COMMON, hold })
  return { engine, open: (k: number) => all[k]?.open() }
}

describe('the group that a canvas ends in', () => {
  test('is counted, and shows outcomes of those that are over', async () => {
    const { engine, open } = await gates(2)
    const handle = await engine.client.submit(
      chain(call('echo', [9]), group(callAlone('hold', [0, 'a']), callAlone('boom', ['b']), callAlone('hold', [1, 'c']), call('echo'))),
    )
    const members = handle.group()
    await until(async () => (await members.completedCount()) === 1, { what: 'one member has succeeded' })
    await until(async () => await members.failed(), { what: 'one member has failed' })
    expect(await members.size()).toBe(4)
    expect([await members.ready(), await members.waiting(), await members.successful()]).toEqual([false, true, false])
    const failure = { state: 'FAILURE', error: { type: 'TypeError', message: 'b' } }
    expect(await members.results()).toMatchObject([null, failure, null, { state: 'SUCCESS', result: 9 }])
    open(0)
    open(1)
    await handle.outcome({ waitMs: 10_000 })
    expect([await members.ready(), await members.waiting(), await members.successful()]).toEqual([true, false, false])
    expect(await members.completedCount()).toBe(3)
    expect((await members.results()).map((outcome) => outcome?.state)).toEqual(['SUCCESS', 'FAILURE', 'SUCCESS', 'SUCCESS'])
  })

  test('is iterated as its members end, each once, and ends with the last', async () => {
    const { engine, open } = await gates(4)
    const handle = await engine.client.submit(group(Array.from({ length: 4 }, (_, k) => call('hold', [k, `value ${k}`]))))
    const seen: Arrival<unknown>[] = []
    const order = [2, 0, 3, 1]
    open(order[0] as number)
    for await (const arrival of handle.group()) {
      seen.push(arrival)
      const next = order[seen.length]
      if (next !== undefined) open(next)
    }
    expect(seen).toEqual(order.map((index) => ({ index, outcome: { state: 'SUCCESS', result: `value ${index}` } })))
  })

  test('can be left in the middle, and iterated again from the start', async () => {
    const { engine, open } = await gates(2)
    const handle = await engine.client.submit(group(call('hold', [0, 'x']), call('hold', [1, 'y'])))
    open(1)
    const members = handle.group()
    for await (const { index } of members) {
      expect(index).toBe(1)
      break
    }
    open(0)
    const again: number[] = []
    for await (const { index } of members) again.push(index)
    expect(again.sort()).toEqual([0, 1])
  })

  test('gives the list, or throws at the first member that is seen to fail while others still run', async () => {
    const { engine, open } = await gates(1)
    const good = await engine.client.submit(group(call('echo', [1]), call('echo', [2])))
    expect(await good.group().get()).toEqual([1, 2])
    expect(await good.group().successful()).toBe(true)
    const bad = await engine.client.submit(group(call('hold', [0]), call('boom', ['second']), call('boom', ['third'])))
    const error = (await bad
      .group()
      .get()
      .catch((thrown: unknown) => thrown)) as TaskFailedError
    expect(error).toMatchObject({ name: 'TaskFailedError', outcome: { state: 'FAILURE', error: { type: 'TypeError' } } })
    expect(await bad.ready()).toBe(false)
    await expect(bad.group().results()).resolves.toMatchObject([null, { state: 'FAILURE' }, { state: 'FAILURE' }])
    open(0)
    const slow = await engine.client.submit(group(call('nobody'), call('echo', [1])))
    await expect(slow.group().get({ timeoutMs: 80 })).rejects.toMatchObject({ code: 'timeout' })
  })

  test('that was never reached ends with the error of what failed before it', async () => {
    const { engine } = await gates(0)
    const { handle } = await engine.run(chain(call('boom', ['before']), group(call('echo'), call('echo'))))
    const seen: unknown[] = []
    for await (const { outcome } of handle.group()) seen.push(outcome)
    expect(seen).toMatchObject([
      { state: 'FAILURE', error: { message: 'before' } },
      { state: 'FAILURE', error: { message: 'before' } },
    ])
    await expect(handle.group().get()).rejects.toMatchObject({ name: 'TaskFailedError' })
  })

  test('may hold groups, empty ones, and members that are replaced', async () => {
    const { engine } = await gates(0)
    await engine.worker({ become: (ctx) => ctx.replace(group(call('echo', ['r']), call('echo', ['s']))) })
    const canvas = group(call('echo', [1]), chain(call('echo', [2]), group(call('echo'), call('echo'))), call('become'))
    const { handle } = await engine.run(canvas)
    expect(await handle.group().get()).toEqual([1, [2, 2], ['r', 's']])
    expect(await handle.group().completedCount()).toBe(3)
    const empty = (await engine.run(chain(call('echo', [1]), group()))).handle
    expect(await empty.group().get()).toEqual([])
    expect(await empty.group().ready()).toBe(true)
  })

  test('is refused of a canvas that ends in a task, and of no workflow', async () => {
    const { engine } = await gates(0)
    const { handle } = await engine.run(call('echo', [1]))
    await expect(handle.group().size()).rejects.toMatchObject({ code: 'request-invalid', workflow: handle.id })
    await expect(engine.client.workflow('nobody').group().get()).rejects.toMatchObject({ code: 'not-found' })
  })
})

test("a chord's header is a group, by its body's node, by the id that the body was given, and as its parent", async () => {
  const { engine, open } = await gates(2)
  const body = call('args', [], { taskId: 'the-body' })
  const handle = await engine.client.submit(chain(chord([call('hold', [0, 'a']), call('hold', [1, 'b'])], body), call('echo')))
  open(1)
  const header = handle.group('the-body')
  for await (const { index } of header) {
    expect(index).toBe(1)
    break
  }
  expect(await header.results()).toMatchObject([null, { state: 'SUCCESS', result: 'b' }])
  open(0)
  expect(await header.get()).toEqual(['a', 'b'])
  expect(await handle.group('2').get()).toEqual(['a', 'b'])
  const parent = await handle.task('the-body').parent()
  expect(parent).not.toBeInstanceOf(TaskHandle)
  expect(await handle.get()).toEqual([['a', 'b']])
})

const WIDE = process.env.CHORDIS_VERIFY === '1' ? 100_000 : 10_000

test(`a group of ${WIDE} arrives whole, each member once`, async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker({ one: (_ctx, [i]) => i ?? null }, { concurrency: 500 })
  const handle = await engine.client.submit(group(Array.from({ length: WIDE }, (_, i) => call('one', [i]))))
  const seen = new Uint8Array(WIDE)
  let count = 0
  for await (const { index, outcome } of handle.group()) {
    expect(outcome).toEqual({ state: 'SUCCESS', result: index })
    expect(seen[index]).toBe(0)
    seen[index] = 1
    count++
  }
  expect(count).toBe(WIDE)
}, 180_000)

test.each([
  ['while nothing ends', 'nobody', 0],
  ['when they are over', 'echo', 8_000],
])(
  'members are not read again %s',
  async (_name, task, over) => {
    const { engine } = await gates(1)
    const canvas = group(call('hold', [0]), ...Array.from({ length: 8_000 }, (_, i) => call(task, [i])))
    const members = (await engine.client.submit(canvas)).group()
    await until(async () => (await members.completedCount()) === over, { timeoutMs: 30_000, what: 'they are over' })
    await redis.server.call('CONFIG', 'RESETSTAT')
    await expect(members.get({ timeoutMs: 1_500 })).rejects.toMatchObject({ code: 'timeout' })
    const stats = String(await redis.server.call('INFO', 'commandstats'))
    // One pass over 8,000 members is some 20 calls, a look by itself three; there are about ten looks.
    expect(Number(/cmdstat_hmget:calls=(\d+)/.exec(stats)?.[1] ?? 0)).toBeLessThan(90)
  },
  60_000,
)
