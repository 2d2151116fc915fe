import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { chain, chord, group, type TaskDefinition } from '../../../src/engine/index.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { COMMON, call, end, Gate, type Handlers, TestEngine } from '../harness.js'

const redis = useRedis({ appendonly: true })

/** A worker holds nothing ahead of tasks that last so long: what it has leased would not be overtaken any more (worker/prefetch.ts). */
const LASTS_MS = 12

const lasting =
  (handler: TaskDefinition['handler']): TaskDefinition['handler'] =>
  async (ctx, args) => {
    const result = await handler(ctx, args)
    await sleep(LASTS_MS)
    return result
  }

/** A worker with one slot, which a gate holds; tasks that note their argument in the order in which they run. */
async function oneSlot(more: Handlers = {}): Promise<{ engine: TestEngine; gate: Gate; order: unknown[] }> {
  const engine = await TestEngine.open(redis.url)
  const [gate, order] = [new Gate(), [] as unknown[]]
  const note = lasting((_ctx, args) => order.push(args.at(-1)))
  await engine.worker({ ...COMMON, hold: gate.handler, note, ...more }, { concurrency: 1 })
  await engine.client.submit(call('hold'))
  await gate.entries(1)
  return { engine, gate, order }
}

const note = (what: unknown, options: object = {}) => call('note', [what], options)

/** Ready and parked lists by what their entries name, and timers: `default:3 0 2`. */
async function places(engine: TestEngine, id: string): Promise<string[]> {
  const connection = redis.connect()
  const keys = (await connection.keys(`${engine.namespace}:*`)).filter((key) => /:[qk]:[^:]+:\d/.test(key))
  const lists = await Promise.all(
    keys.map(async (key) => (await connection.lrange(key, 0, -1)).map((entry) => `${/[qk]:([^:]+:\d)/.exec(key)?.[1]} ${entry}`)),
  )
  const [timers] = await connection.keys(`${engine.namespace}:*:timers`)
  const delayed = timers === undefined ? [] : await connection.zrange(timers, '0', '-1')
  const named = delayed.filter((timer) => timer.startsWith('d:')).map((timer) => timer.replace(/^d:([^:]+:\d):/, '$1 '))
  return [...lists.flat(), ...named]
    .map((text) => new RegExp(`^(\\S+) ${id}:\\d+:\\d+:([^:]*):(\\d+):(\\d+):`).exec(text))
    .flatMap((found) => (found === null ? [] : [`${found[1]} ${found[2]}${found[3]} ${found[4]}`]))
    .sort()
}

describe('the priority of a live workflow', () => {
  test('lets what waits of it overtake what is less urgent, and what it becomes later too', async () => {
    const { engine, gate, order } = await oneSlot()
    const other = await engine.client.submit(group([note('a', { priority: 5 }), note('b', { priority: 5 })]))
    const handle = await engine.client.submit(
      chain(group([note(1, { priority: 9 }), note(2, { priority: 9 })]), call('note', [3], { priority: 9 })),
    )
    expect(await handle.setPriority(2)).toBe(true)
    expect(await handle.setPriority(2)).toBe(true)
    gate.open()
    await Promise.all([end(handle), end(other)])
    expect(order).toEqual([1, 2, 3, 'a', 'b'])
    expect(await handle.setPriority(3)).toBe(false)
    await expect(engine.client.workflow('nobody').setPriority(3)).rejects.toMatchObject({ code: 'not-found' })
    await expect(handle.setPriority(10)).rejects.toMatchObject({ code: 'request-invalid', path: 'priority' })
  })

  test('lets what waits of it stand back behind what is more urgent', async () => {
    const { engine, gate, order } = await oneSlot()
    const handle = await engine.client.submit(chain(group([note(1), note(2)]), call('note', [3])))
    const other = await engine.client.submit(group([note('a', { priority: 5 }), note('b', { priority: 5 })]))
    expect(await handle.setPriority(7)).toBe(true)
    gate.open()
    await Promise.all([end(handle), end(other)])
    expect(order).toEqual(['a', 'b', 1, 2, 3])
  })

  test('is that of a workflow of one task as well', async () => {
    const { engine, gate, order } = await oneSlot()
    const handles = await Promise.all(['low', 'high'].map((what) => engine.client.submit(note(what, { priority: 4 }))))
    const other = await engine.client.submit(note('other', { priority: 4 }))
    await handles[0]?.setPriority(6)
    await other.setPriority(5)
    await handles[1]?.setPriority(0)
    gate.open()
    await Promise.all([...handles, other].map((handle) => end(handle)))
    expect(order).toEqual(['high', 'other', 'low'])
  })

  test('of some tasks, in the middle of a range, is theirs only', async () => {
    const { engine, gate, order } = await oneSlot()
    const members = Array.from({ length: 6 }, (_, n) => note(n, { priority: 6 }))
    const handle = await engine.client.submit(group(members))
    expect(await handle.setPriority(1, { tasks: ['3', '4'] })).toBe(true)
    expect(await places(engine, handle.id)).toEqual(
      expect.arrayContaining(['default:1 3 1', 'default:1 4 1', 'default:6 0 3', 'default:6 5 1']),
    )
    expect(await handle.setPriority(8, { tasks: '0' })).toBe(true)
    await expect(handle.setPriority(8, { tasks: '77' })).rejects.toMatchObject({ code: 'not-found' })
    gate.open()
    await end(handle)
    // The rest of a range that was taken apart stands behind what is as urgent.
    expect(order).toEqual([3, 4, 5, 1, 2, 0])
  })

  test('takes the place of what tasks of it had got', async () => {
    const engine = await TestEngine.open(redis.url)
    const handle = await engine.client.submit(group([0, 1, 2].map((n) => note(n, { priority: 8 }))))
    await handle.setPriority(6, { tasks: ['1'] })
    await handle.setPriority(3)
    expect(await places(engine, handle.id)).toEqual(['default:3 0 1', 'default:3 1 1', 'default:3 2 1'])
  })

  test('stays with a task that is tried again, given back, requeued and run again, and with a moved one', async () => {
    const engine = await TestEngine.open(redis.url)
    const handle = await engine.client.submit(chain(call('later', [1]), call('echo')))
    await handle.setPriority(4)
    let failing = true
    const later: Handlers[string] = (ctx, [value = null]) => (failing ? ctx.retry({ countdownMs: 3_600_000 }) : value)
    await engine.worker({ ...COMMON, later })
    await until(async () => (await handle.results())[0]?.state === 'RETRY', { what: 'it is tried again' })
    expect(await places(engine, handle.id)).toEqual(['default:4 0 1'])
    await handle.setPriority(1)
    expect(await places(engine, handle.id)).toEqual(['default:1 0 1'])
    failing = false
    await handle.revoke()
    await end(handle)
    expect(await places(engine, handle.id)).toEqual([])
    await engine.client.queues.pause('default')
    await handle.retry()
    expect(await places(engine, handle.id)).toEqual(['default:1 0 1'])
    await engine.client.queues.move('default', 'aside')
    expect(await places(engine, handle.id)).toEqual(['aside:1 0 1'])
    await handle.setPriority(0)
    expect(await places(engine, handle.id)).toEqual(['aside:0 0 1'])
    expect((await engine.client.doctor()).findings.filter(({ workflow }) => workflow === handle.id)).toEqual([])
  })

  test('of a delayed task that is ended early leaves no timer behind', async () => {
    const engine = await TestEngine.open(redis.url)
    const handle = await engine.client.submit(call('echo', [1], { countdownMs: 3_600_000, priority: 9 }))
    await handle.setPriority(8)
    await handle.setPriority(3)
    expect(await places(engine, handle.id)).toEqual(['default:3 0 1'])
    await handle.revoke()
    await end(handle)
    expect(await places(engine, handle.id)).toEqual([])
  })

  test('is kept by what a paused workflow holds, and by what its tasks add', async () => {
    const adds = lasting((ctx) => {
      ctx.addToChord(note('added', { priority: 9 }))
      return 0
    })
    const block = new Gate()
    const { engine, gate, order } = await oneSlot({ adds, block: block.handler })
    const handle = await engine.client.submit(chord([call('adds'), note(1, { priority: 9 })], call('note', ['body'], { priority: 9 })))
    const other = await engine.client.submit(note('other', { priority: 6 }))
    await handle.pause()
    gate.open()
    await end(other)
    expect(order).toEqual(['other'])
    await handle.setPriority(2)
    await engine.client.submit(call('block'))
    await block.entries(1)
    const second = await engine.client.submit(note('second', { priority: 6 }))
    await handle.resume()
    block.open()
    await Promise.all([end(handle), end(second)])
    expect(order).toEqual(['other', 1, 'added', 'body', 'second'])
  })

  test('finds what waits in lists and among timers longer than a step', async () => {
    const engine = await TestEngine.open(redis.url)
    const crowd = (count: number, options: object) =>
      engine.client.submitMany(Array.from({ length: count }, (_, n) => ({ canvas: call('echo', [n], options) })))
    await crowd(700, { priority: 9 })
    await crowd(700, { countdownMs: 3_600_000 })
    const ready = await engine.client.submit(call('echo', [1], { priority: 9 }))
    const delayed = await engine.client.submit(call('echo', [1], { countdownMs: 1_800_000, priority: 9 }))
    await crowd(1_700, { priority: 9 })
    await crowd(1_700, { countdownMs: 7_200_000 })
    await ready.setPriority(0)
    await delayed.setPriority(1)
    // Its upkeep takes the steps; it serves none of these tasks.
    await engine.worker({ nothing: () => null }, { queues: ['other'] })
    await until(async () => String(await places(engine, ready.id)) === 'default:0 0 1', { what: 'what is ready has overtaken' })
    await until(async () => String(await places(engine, delayed.id)) === 'default:1 0 1', { what: 'what is delayed has another list' })
    expect((await engine.client.queues.peek('default', { limit: 1 })).map(({ id }) => id)).toEqual([`${ready.id}:0`])
  })

  test('does not reach workflows that its tasks started', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({ starts: async (ctx) => (await ctx.startChild(call('nobody', [], { priority: 7 }))).id }, {})
    const handle = await engine.client.submit(chain(call('starts'), call('nobody', [], { priority: 7 })))
    const child = await handle.task('0').get({ timeoutMs: 20_000 })
    await handle.setPriority(1)
    expect(await places(engine, handle.id)).toEqual(['default:1 1 1'])
    expect(await places(engine, String(child))).toEqual(['default:7 0 1'])
  })
})
