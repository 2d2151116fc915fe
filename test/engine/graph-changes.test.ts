import { describe, expect, test } from 'vitest'
import { type Canvas, chain, chord, group, type Json } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { Hand } from './hand.js'
import { COMMON, call, callAlone, errorOf, Gate, type Handlers, stateOf, TestEngine } from './harness.js'

const redis = useRedis()

/** `become`: a task that replaces itself by the canvas that `make` gives for its arguments. */
const becoming = (make: (args: Json[]) => Canvas): Handlers => ({ ...COMMON, become: (ctx, args) => ctx.replace(make(args)) })

describe('replace', () => {
  test('by a chain passes place and position on: the next step gets the result of its last step', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(becoming(([x]) => chain(call('add', [x, 1]), call('add', [10]))))
    const { outcome, nodes } = await engine.run(chain(call('echo', [5]), call('become'), call('add', [100])))
    expect(outcome).toEqual({ state: 'SUCCESS', result: 116 })
    expect(nodes.map(({ task, state }) => [task, state])).toEqual([
      ['echo', 'SUCCESS'],
      ['become', 'SUCCESS'],
      ['add', 'SUCCESS'],
      ['add', 'SUCCESS'],
      ['add', 'SUCCESS'],
    ])
  })

  test("by a group has the group's list as value, also as member of a chord", async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(becoming(([n]) => group(Array.from({ length: Number(n) }, (_, i) => call('echo', [i])))))
    expect((await engine.run(call('become', [3]))).outcome).toEqual({ state: 'SUCCESS', result: [0, 1, 2] })
    const header = chord([call('echo', ['a']), call('become', [2]), call('echo', ['b']), call('become', [0])], call('echo'))
    expect((await engine.run(header)).outcome).toEqual({ state: 'SUCCESS', result: ['a', [0, 1], 'b', []] })
  })

  test('by a chord in the middle of a chain goes on with what its body gave', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(becoming(([n]) => chord([call('add', [n, 1]), call('add', [n, 2])], call('add'))))
    expect((await engine.run(chain(call('echo', [10]), call('become'), call('echo')))).outcome).toEqual({ state: 'SUCCESS', result: 23 })
  })

  // As after a failover that lost it, or a rerun that dropped it: no template of the segment is there to look at.
  test('leaves nothing to a completion that comes when its segment is gone: it is late, and the workflow goes on', async () => {
    const engine = await TestEngine.open(redis.url)
    const hand = await Hand.open(redis.connect(), engine, ['echo'], 'late')
    const handle = await engine.client.submit(chain(call('echo', [5]), call('add', [1])))
    const [, , , lost] = await hand.turn(2, 0, [handle.id, '1', '0/', '0', '0:1', '0,1', 'S|1\x1eS|2'])
    expect(lost).toEqual([`${handle.id}:0/0`, `${handle.id}:0/1`])
    await engine.worker(COMMON)
    expect(await handle.result()).toBe(6)
  })

  test('that fails ends the place with its error, and the error callbacks of the place are called', async () => {
    const engine = await TestEngine.open(redis.url)
    const heard: Json[] = []
    await engine.worker({
      ...becoming(() => chain(call('echo', [1]), callAlone('boom', ['inside']))),
      hear: (_ctx, args) => void heard.push(...args),
    })
    const { outcome, node, nodes } = await engine.run(chain(call('become').onError(call('hear')), call('echo')))
    expect(errorOf(outcome)).toMatchObject({ type: 'TypeError', message: 'inside' })
    expect(stateOf(node('become'))).toEqual({ state: 'FAILURE', attempts: 1, error: 'TypeError' })
    expect(nodes.filter(({ state }) => state === 'SKIPPED').map(({ task }) => task)).toEqual(['echo'])
    expect(heard[0]).toMatchObject({ task: 'become' })
    expect(heard[1]).toMatchObject({ type: 'TypeError', message: 'inside' })
  })

  test('by a group of which one member fails is a ChordError around that member', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(becoming(() => group(call('echo', [1]), call('boom', ['second']), call('boom', ['third']))))
    const { outcome } = await engine.run(call('become'))
    expect(errorOf(outcome)).toMatchObject({ type: 'ChordError', cause: { type: 'TypeError', message: 'second' } })
  })

  test('by a replacement of a replacement, 50 deep, ends with the value of the last one', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({ ...COMMON, down: (ctx, [n]) => (n === 0 ? 'ground' : ctx.replace(call('down', [Number(n) - 1]))) })
    const { outcome, nodes } = await engine.run(chain(call('down', [50]), call('args', [1])))
    expect(outcome).toEqual({ state: 'SUCCESS', result: ['ground', 1] })
    expect(nodes.filter(({ state }) => state === 'SUCCESS')).toHaveLength(52)
  })

  test('that fails 50 deep fails every place on the way with the same error', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({
      ...COMMON,
      down: (ctx, [n]) => ctx.replace(n === 0 ? call('boom', ['at the bottom']) : call('down', [Number(n) - 1])),
    })
    const { outcome, handle } = await engine.run(call('down', [50]))
    expect(errorOf(outcome)).toMatchObject({ type: 'TypeError', message: 'at the bottom' })
    expect((await handle.status()).counts).toMatchObject({ total: 52, failure: 52, remaining: 0 })
  })

  test('takes effect when the attempt ends: an attempt that is tried again has replaced nothing', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({
      ...COMMON,
      late: (ctx) => (ctx.attempt === 1 ? ctx.retry({ countdownMs: 0 }) : ctx.replace(call('echo', ['new']))),
    })
    const { outcome, nodes } = await engine.run(call('late'))
    expect(outcome).toEqual({ state: 'SUCCESS', result: 'new' })
    expect(nodes.map(({ task }) => task)).toEqual(['late', 'echo'])
  })

  test('passes success callbacks on to the replacement', async () => {
    const engine = await TestEngine.open(redis.url)
    const heard: Json[] = []
    await engine.worker({ ...becoming(([x]) => call('add', [x, 1])), hear: (_ctx, args) => void heard.push(args) })
    await engine.run(call('become', [41]).link(call('hear', ['linked'])))
    expect(heard).toEqual([[42, 'linked']])
  })

  test('by something that is no canvas fails the task and names the fault', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({ ...COMMON, become: (ctx) => ctx.replace({ kind: 'task', task: 'no such name!' } as unknown as Canvas) })
    const { outcome } = await engine.run(call('become'))
    expect(errorOf(outcome).message).toMatch(/task/)
    expect(errorOf(outcome).code).toBe('canvas-invalid')
  })
})

describe('addToChord', () => {
  const grow: Handlers = {
    ...COMMON,
    /** Adds one echo per argument. */
    grow: (ctx, args) => {
      for (const value of args) ctx.addToChord(call('echo', [value]))
      return 'grown'
    },
  }

  test('puts added members after the defined ones, in the order in which they were added', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(grow)
    const { outcome } = await engine.run(chord([call('grow', ['x', 'y']), call('echo', ['b'])], call('echo')))
    expect(outcome).toEqual({ state: 'SUCCESS', result: ['grown', 'b', 'x', 'y'] })
  })

  test('orders what several members add by the order in which their attempts ended', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    await engine.worker({
      ...grow,
      late: async (ctx, args) => {
        await gate.handler(ctx, args)
        ctx.addToChord(call('echo', ['late']))
        return 'first defined'
      },
      letGo: () => gate.open(),
    })
    const early = chain(call('grow', ['early']), callAlone('letGo'))
    const { outcome } = await engine.run(chord([call('late'), early], call('echo')))
    expect(outcome).toEqual({ state: 'SUCCESS', result: ['first defined', null, 'early', 'late'] })
  })

  test('counts once when an earlier attempt had added and was tried again', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({
      ...grow,
      again: (ctx) => {
        ctx.addToChord(call('echo', [`attempt ${ctx.attempt}`]))
        return ctx.attempt < 3 ? ctx.retry({ countdownMs: 0 }) : 'done'
      },
    })
    const { outcome } = await engine.run(chord([call('again'), call('echo', [1])], call('echo')))
    expect(outcome).toEqual({ state: 'SUCCESS', result: ['done', 1, 'attempt 3'] })
  })

  test('adds nothing when the attempt fails', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({
      ...grow,
      bad: (ctx) => {
        ctx.addToChord(call('echo', ['never']))
        throw new TypeError('after adding')
      },
    })
    const { outcome, nodes } = await engine.run(chord([call('bad'), call('echo', [1])], call('echo')))
    expect(errorOf(outcome)).toMatchObject({ type: 'ChordError', cause: { message: 'after adding' } })
    expect(nodes).toHaveLength(3)
  })

  test('takes whole canvases: a chain counts as one member, a group as its list', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({
      ...grow,
      wide: (ctx) => {
        ctx.addToChord(chain(call('echo', [20]), call('add', [1])))
        ctx.addToChord(group(call('echo', ['p']), call('echo', ['q'])))
        ctx.addToChord(chord([call('echo', [1]), call('echo', [2])], call('add')))
        return 'w'
      },
    })
    const { outcome } = await engine.run(chord([call('wide')], call('echo')))
    expect(outcome).toEqual({ state: 'SUCCESS', result: ['w', 21, ['p', 'q'], 3] })
  })

  test('takes members from members that were added, and from what replaced a member', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({
      ...grow,
      deep: (ctx, [n]) => {
        if (Number(n) > 0) ctx.addToChord(call('deep', [Number(n) - 1]))
        return n ?? null
      },
      become: (ctx) => ctx.replace(chain(call('echo', ['new']), call('also'))),
      also: (ctx, [x]) => {
        ctx.addToChord(call('echo', ['by the replacement']))
        return `${x} place`
      },
    })
    const deep = await engine.run(chord([call('deep', [9])], call('echo')))
    expect(deep.outcome).toEqual({ state: 'SUCCESS', result: [9, 8, 7, 6, 5, 4, 3, 2, 1, 0] })
    const replaced = await engine.run(chord([call('become'), call('echo', [2])], call('echo')))
    expect(replaced.outcome).toEqual({ state: 'SUCCESS', result: ['new place', 2, 'by the replacement'] })
    const inner = chord([call('grow', ['inner'])], call('echo'))
    expect((await engine.run(chord([inner, call('echo', [1])], call('echo')))).outcome).toEqual({
      state: 'SUCCESS',
      result: [['grown', 'inner'], 1],
    })
  })

  test('an added member that fails fails the body, as a defined one does', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({
      ...grow,
      bad: (ctx) => {
        ctx.addToChord(call('boom', ['added']))
        return 1
      },
    })
    const { outcome } = await engine.run(chord([call('bad'), call('echo', [1])], call('echo')))
    expect(errorOf(outcome)).toMatchObject({ type: 'ChordError', cause: { type: 'TypeError', message: 'added' } })
  })

  test('works in a member of a header of one, and for a body that is a group or a chain', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(grow)
    const one = await engine.run(chord([call('grow', [7])], chain(call('echo'), call('args', ['tail']))))
    expect(one.outcome).toEqual({ state: 'SUCCESS', result: [['grown', 7], 'tail'] })
    const many = await engine.run(chord([call('grow', [7])], group(call('args', ['m1']), call('args', ['m2']))))
    expect(many.outcome).toMatchObject({
      state: 'GROUP',
      results: [{ result: [['grown', 7], 'm1'] }, { result: [['grown', 7], 'm2'] }],
    })
  })

  test('adds to that chord only: not to one whose header ends in it, nor to the empty one that is its body', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(grow)
    const inner = chord([call('grow', [7])], call('args'))
    const nested = await engine.run(chord([inner], call('args')))
    expect(nested.outcome).toEqual({ state: 'SUCCESS', result: [[[['grown', 7]]]] })
    const empty = await engine.run(chord([call('grow', [7]), call('echo', [1])], chord([], call('args'))))
    expect(empty.outcome).toEqual({ state: 'SUCCESS', result: [[]] })
  })

  test('in a task that belongs to no chord fails the task and says why', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(grow)
    const { outcome } = await engine.run(chain(call('grow', [1]), call('echo')))
    expect(errorOf(outcome)).toMatchObject({ code: 'request-invalid', message: expect.stringContaining('belongs to no chord') })
  })
})

describe('a workflow that its tasks make too large', () => {
  const wide = (count: number) => group(...Array.from({ length: count }, (_, i) => call('echo', [i])))

  test('by replacing themselves ends with a clear failure, and what was there before goes on', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(becoming(() => wide(60_000)))
    const handle = await engine.client.submit(group(call('become'), call('become'), call('echo', ['side'])))
    const outcome = await handle.outcome({ waitMs: 60_000 })
    expect(outcome?.state).toBe('GROUP')
    const states = outcome?.state === 'GROUP' ? outcome.results.map(({ state }) => state) : []
    expect(states.toSorted()).toEqual(['FAILURE', 'SUCCESS', 'SUCCESS'])
    const failed = outcome?.state === 'GROUP' ? outcome.results.find(({ state }) => state === 'FAILURE') : undefined
    expect(failed).toMatchObject({ error: { type: 'LimitExceeded', code: 'limit-exceeded' } })
    expect((await handle.status()).ended).toBe(true)
  }, 90_000)
})
