import { describe, expect, test } from 'vitest'
import { type Canvas, chain, chord, group } from '../../../src/engine/index.js'
import { Namespace } from '../../../src/engine/redis/namespace.js'
import { calls as scripts } from '../../../src/engine/redis/scripts.generated.js'
import { keysOf } from '../../support/dead-letters.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { allOf, Hand } from '../hand.js'
import { COMMON, call, end, Gate, type Handlers, TestEngine } from '../harness.js'

const redis = useRedis({ appendonly: true })

/** Tasks that count their calls; `flaky` fails while `broken`. */
function counted(): { tasks: Handlers; calls: unknown[]; broken: { now: boolean } } {
  const calls: unknown[] = []
  const broken = { now: true }
  const tasks: Handlers = {
    ...COMMON,
    one: (_ctx, [value]) => {
      calls.push(value)
      return value
    },
    flaky: (_ctx, [value]) => {
      calls.push(value)
      if (broken.now) throw new TypeError('broken')
      return value
    },
    sum: (_ctx, [values]) => {
      calls.push('sum')
      return (values as number[]).reduce((sum, n) => sum + n, 0)
    },
  }
  return { tasks, calls, broken }
}

/**
 * Submits a canvas, runs it up to its tasks named `leaf`, and ends them in one turn, behind a failure that skips so many others. Answers how many fields
 * the workflow has then.
 */
async function leavesEnd(engine: TestEngine, canvas: Canvas, others: number) {
  const connection = redis.connect()
  const first = await engine.worker({ replaces: (ctx) => ctx.replace(call('leaf')) })
  const handle = await engine.client.submit(canvas)
  const ready = async () => (await handle.results()).some(({ task, state }) => task === 'leaf' && state === 'PENDING')
  await until(ready, { what: 'leaves are ready' })
  await first.stop()
  await engine.client.submit(chain(call('fails'), group(Array.from({ length: others }, () => call('leaf')))))
  const hand = await Hand.open(connection, engine, ['fails', 'leaf'], 'hand')
  const [, , , , grants] = await hand.turn(1, 10, [])
  const ends = (own: boolean, record: string) =>
    grants.filter(([head]) => head.startsWith(handle.id) === own).flatMap((grant) => allOf(grant, 1, record))
  await hand.turn(2, 0, [...ends(false, 'F|{"type":"Error","message":"no"}'), ...ends(true, 'S|1')])
  const keys = await keysOf(connection, engine.namespace, handle.id)
  return { handle, fields: await connection.hlen(keys.of('workflow', handle.id)) }
}

describe('a retry from the failure', () => {
  test('of a chord of 1,000 runs the failed member and the body, and gives what a clean run gives', async () => {
    const engine = await TestEngine.open(redis.url)
    const { tasks, calls, broken } = counted()
    await engine.worker(tasks)
    const members = Array.from({ length: 1_000 }, (_, n) => call(n === 617 ? 'flaky' : 'one', [n]))
    const handle = await engine.client.submit(chord(members, call('sum')))
    expect((await end(handle)).outcome).toMatchObject({ state: 'FAILURE', error: { type: 'ChordError' } })
    expect(calls).toHaveLength(1_000)
    broken.now = false
    expect(await handle.retry()).toBe(2)
    expect(await handle.result()).toBe(499_500)
    expect(calls.slice(1_000)).toEqual([617, 'sum'])
    const { run, counts } = await handle.status()
    expect({ run, counts }).toMatchObject({ run: 2, counts: { success: 1_001, failure: 0, skipped: 0, remaining: 0 } })
    expect(await handle.retry()).toBeNull()
    expect((await engine.client.deadLetters.list()).letters).toEqual([])
  })

  test('of a body that was revoked takes along the members that were added after that', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    const { tasks, calls } = counted()
    const adds: Handlers[string] = async (ctx, args) => {
      ctx.addToChord(call('one', [100]))
      return gate.handler(ctx, args)
    }
    await engine.worker({ ...tasks, adds })
    const handle = await engine.client.submit(chord([call('one', [1]), call('adds', [2])], call('sum')))
    await gate.entries(1)
    expect(await handle.task('2').revoke()).toBe(true)
    gate.open()
    expect((await end(handle)).outcome.state).toBe('REVOKED')
    // As the members that were there before: nothing of them was revoked.
    expect(calls).toEqual([1, 100])
    expect(await handle.retry()).toBe(2)
    expect(await handle.result()).toBe(103)
    expect(calls).toEqual([1, 100, 'sum'])
  })

  test('keeps the history of runs and of attempts', async () => {
    const engine = await TestEngine.open(redis.url)
    const { tasks, broken } = counted()
    await engine.worker(tasks)
    const handle = await engine.client.submit(chain(call('one', [1]), call('flaky'), call('one')))
    await end(handle)
    await handle.retry()
    await end(handle)
    broken.now = false
    await handle.retry()
    await end(handle)
    const runs = await handle.runs()
    expect(
      runs.map(({ run, opened, state, counts: { success, failure, skipped } }) => ({ run, opened, state, success, failure, skipped })),
    ).toEqual([
      { run: 1, opened: 'submit', state: 'FAILURE', success: 1, failure: 1, skipped: 1 },
      { run: 2, opened: 'retry', state: 'FAILURE', success: 1, failure: 1, skipped: 1 },
      { run: 3, opened: 'retry', state: 'SUCCESS', success: 3, failure: 0, skipped: 0 },
    ])
    const times = runs.flatMap(({ openedAt, startedAt, endedAt }) => [openedAt, startedAt, endedAt])
    expect(times).toEqual([...times].sort((a, b) => Number(a) - Number(b)))
    expect((await handle.task('1').errors()).map(({ attempt, error }) => [attempt, error?.message])).toEqual([
      [1, 'broken'],
      [2, 'broken'],
    ])
    expect((await handle.task('1').status()).attempts).toBe(3)
  })

  test('of a revoked workflow goes on where it was revoked', async () => {
    const engine = await TestEngine.open(redis.url)
    const { tasks, calls, broken } = counted()
    broken.now = false
    const handle = await engine.client.submit(chain(call('one', [1]), group([call('one'), call('flaky')]), call('sum')))
    await handle.revoke()
    await end(handle)
    expect((await engine.client.doctor()).findings).toEqual([])
    await engine.worker(tasks)
    await handle.retry()
    expect(await handle.result()).toBe(2)
    expect(calls).toEqual([1, 1, 1, 'sum'])
  })

  test.each([
    ['the place of a task that had replaced itself', [1], () => chain(call('replaces'), call('one'))],
    [
      'a join behind its last input',
      [
        [1, 1],
        [1, 1],
      ],
      () => chain(group([call('leaf'), call('leaf')]), group([call('one'), call('one')])),
    ],
  ])('of a workflow that was revoked when a step had ended before it came to %s goes on there', async (_what, left, canvas) => {
    const { tasks, calls } = counted()
    const sizes = new Set<number>()
    // A step makes 500 moves: those of somebody's failure, and so many of ours.
    for (let ours = 0; ours < 8; ours++) {
      const engine = await TestEngine.open(redis.url)
      const { handle, fields } = await leavesEnd(engine, canvas(), 500 - ours)
      sizes.add(fields)
      await handle.revoke()
      await end(handle)
      expect((await handle.status()).state).toBe('REVOKED')
      calls.length = 0
      await engine.worker(tasks)
      expect(await handle.retry()).toBe(2)
      await end(handle)
      expect(await handle.status()).toMatchObject({ state: 'SUCCESS', counts: { revoked: 0, skipped: 0, remaining: 0 } })
      expect(calls).toEqual(left)
      expect((await engine.client.doctor()).findings).toEqual([])
    }
    expect(sizes.size).toBeGreaterThan(1)
  })

  test('in which nothing is to run again ends at once with the outcome that the workflow had', async () => {
    const engine = await TestEngine.open(redis.url)
    const { tasks, calls, broken } = counted()
    await engine.worker(tasks)
    // Nobody knows `note`: it still waits when what it was called for has been put right, and is revoked. Nothing says any more what to call it with.
    const handle = await engine.client.submit(call('flaky', [1]).onError(call('note')))
    expect((await handle.outcome({ waitMs: 20_000 }))?.state).toBe('FAILURE')
    broken.now = false
    await engine.client.deadLetters.requeue(`${handle.id}:0`)
    expect(await handle.result()).toBe(1)
    await handle.task('1').revoke()
    await end(handle)
    expect(await handle.retry()).toBe(2)
    expect(await handle.status()).toMatchObject({ state: 'SUCCESS', run: 2, ended: true, counts: { success: 1, revoked: 1, remaining: 0 } })
    expect(calls).toEqual([1, 1])
  })

  test('that is revoked before it has found what failed leaves the workflow the outcome that it had', async () => {
    const engine = await TestEngine.open(redis.url)
    const { tasks, calls } = counted()
    await engine.worker(tasks)
    const members = Array.from({ length: 3_000 }, (_, n) => call(n === 2_999 ? 'flaky' : 'one', [n]))
    const handle = await engine.client.submit(chord(members, call('sum')))
    await end(handle)
    const namespace = new Namespace({ namespace: engine.namespace })
    await namespace.load(redis.connect())
    // One call of those that a retry makes: it looks at 1,000 tasks.
    const [answer] = await namespace.runAtEpoch(redis.connect(), 0, (epoch) => scripts.rerun(epoch, handle.id, '1', 0, []))
    expect(answer).toBe('more')
    expect(await handle.revoke()).toBe(true)
    const { outcome } = await end(handle)
    expect(outcome).toMatchObject({ state: 'FAILURE', error: { type: 'ChordError' } })
    expect(await handle.status()).toMatchObject({ run: 2, counts: { success: 2_999, failure: 2, remaining: 0 } })
    expect(calls).toHaveLength(3_000)
  })

  test('calls an error callback once for each failure, and not for a success', async () => {
    const engine = await TestEngine.open(redis.url)
    const { tasks, broken } = counted()
    const told: string[] = []
    await engine.worker({ ...tasks, note: (_ctx, [, error]) => told.push((error as { message: string }).message) })
    const handle = await engine.client.submit(call('flaky', [1]).onError(call('note')))
    await end(handle)
    await handle.retry()
    await end(handle)
    expect(told).toEqual(['broken', 'broken'])
    broken.now = false
    await handle.retry()
    expect((await end(handle)).nodes.map(({ state }) => state)).toEqual(['SUCCESS', 'SKIPPED'])
    expect(told).toHaveLength(2)
  })
})

describe('a rerun', () => {
  test('runs a task and what depends on it again, with other arguments if it is given some, and nothing else', async () => {
    const engine = await TestEngine.open(redis.url)
    const { tasks, calls } = counted()
    await engine.worker(tasks)
    const handle = await engine.client.submit(
      chain(group([call('one', [1]), chain(call('one', [2]), call('one')), call('one', [3])]), call('sum'), call('one')),
    )
    expect(await handle.result()).toBe(6)
    calls.length = 0
    expect(await handle.rerun('1', { args: [20] })).toBe(2)
    expect(await handle.result()).toBe(24)
    expect(calls).toEqual([20, 20, 'sum', 24])
    expect((await handle.runs())[1]).toMatchObject({ run: 2, opened: 'rerun', tasks: ['1'], state: 'SUCCESS' })
  })

  test('of a task with a long argument, among neighbours with long ones, changes only its own', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const texts = ['a', 'b', 'c'].map((letter) => letter.repeat(2_000))
    const handle = await engine.client.submit(group([...texts.map((text) => call('echo', [text])), call('echo', ['short'])]))
    await end(handle)
    await handle.rerun('1', { args: ['d'.repeat(3_000)] })
    expect(await handle.result()).toEqual([texts[0], 'd'.repeat(3_000), texts[2], 'short'])
    await handle.rerun('2', { args: ['e'] })
    expect(await handle.result()).toEqual([texts[0], 'd'.repeat(3_000), 'e', 'short'])
    await handle.rerun('0')
    expect(await handle.result()).toEqual([texts[0], 'd'.repeat(3_000), 'e', 'short'])
  })

  test('of a task that replaced itself drops what it replaced itself by, and of one that added to its chord what it added', async () => {
    const engine = await TestEngine.open(redis.url)
    let wide = 3
    await engine.worker({
      ...COMMON,
      more: (ctx) => ctx.replace(group(Array.from({ length: wide }, (_, n) => call('echo', [n])))),
      adds: (ctx) => {
        for (let n = 0; n < wide; n++) ctx.addToChord(call('echo', [10 + n]))
        return 1
      },
    })
    const handle = await engine.client.submit(chord([call('more'), call('adds')], call('args')))
    expect(await handle.result()).toEqual([[[0, 1, 2], 1, 10, 11, 12]])
    wide = 2
    await handle.rerun(['0', '1'])
    expect(await handle.result()).toEqual([[[0, 1], 1, 10, 11]])
    expect((await handle.status()).counts).toMatchObject({ success: 7, remaining: 0 })
    await handle.rerun('1')
    expect(await handle.result()).toEqual([[[0, 1], 1, 10, 11]])
    expect((await engine.client.doctor()).findings).toEqual([])
  })

  test('of a task and of the one that had added it waits for what is added anew', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({
      ...COMMON,
      adds: (ctx) => {
        ctx.addToChord(group(chain(call('echo', [10]), call('echo')), call('echo', [20])))
        return 1
      },
    })
    const handle = await engine.client.submit(chord([call('adds'), call('echo', [2])], call('args')))
    expect(await handle.result()).toEqual([[1, 2, [10, 20]]])
    await engine.client.queues.pause('default')
    await handle.rerun(['0.1/0', '0'])
    expect((await engine.client.doctor({ workflow: handle.id })).findings).toEqual([])
    await engine.client.queues.resume('default')
    expect(await handle.result()).toEqual([[1, 2, [10, 20]]])
  })

  test('of tasks and of one before them runs them behind that one, wherever the steps of the reset end', async () => {
    const engine = await TestEngine.open(redis.url)
    const { tasks, calls } = counted()
    await engine.worker(tasks)
    // One step resets 500 nodes, the next one takes up 20 items: the reset of the last nodes, and the releases of most of them, which are due no more.
    const wide = Array.from({ length: 500 }, () => call('echo'))
    const last = Array.from({ length: 20 }, (_, k) => String(501 + k))
    const handle = await engine.client.submit(chain(call('one', [1]), group([...wide, ...last.map(() => call('one'))])))
    await end(handle)
    calls.length = 0
    await handle.rerun([...last, '0'])
    await end(handle)
    expect(calls).toEqual(Array(21).fill(1))
    expect((await engine.client.doctor()).findings).toEqual([])
  })

  test('is refused while the workflow runs, for what was skipped, and for what is not there', async () => {
    const engine = await TestEngine.open(redis.url)
    const { tasks } = counted()
    const handle = await engine.client.submit(chain(call('flaky', [1]), call('one')))
    await expect(handle.retry()).rejects.toMatchObject({ code: 'not-ended' })
    await engine.worker(tasks)
    await end(handle)
    await expect(handle.rerun('1')).rejects.toMatchObject({ code: 'not-rerunnable' })
    await expect(handle.rerun('9')).rejects.toMatchObject({ code: 'not-found' })
    await expect(handle.rerun([])).rejects.toThrow('tasks: must name 1 to 500 tasks')
    await expect(handle.rerun(['0', '1'], { args: [] })).rejects.toThrow('changes: may be given for one task only')
    await expect(handle.rerun('0', { args: 'none' as never })).rejects.toMatchObject({ code: 'canvas-invalid' })
    expect((await handle.status()).run).toBe(1)
  })
})
