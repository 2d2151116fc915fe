import { describe, expect, test } from 'vitest'
import { type Canvas, chain, chord, chunks, group, type Json, map, starmap } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { COMMON, call, callAlone, errorOf, type Handlers, TestEngine } from './harness.js'

const redis = useRedis()

/** `hear` notes what it is called with; everything else is COMMON. */
function hearing(): { heard: Json[][]; tasks: Handlers } {
  const heard: Json[][] = []
  return { heard, tasks: { ...COMMON, hear: (_ctx, args) => void heard.push(args) } }
}

describe('callbacks', () => {
  test('an error callback of a body that ends in an empty group hears of the ChordError of the group before it', async () => {
    const engine = await TestEngine.open(redis.url)
    const { heard, tasks } = hearing()
    await engine.worker(tasks)
    const steps: Canvas[] = [group([chord([call('echo')], call('echo')), call('echo')]), group([])]
    const body = chain(...steps)
    await engine.run(chord([call('echo', [1]), call('boom')], body).onError(call('hear')))
    expect(heard).toMatchObject([[{ args: [] }, { type: 'ChordError' }, null]])
  })

  test('a success callback gets the result in front of its own arguments, an immutable one only its own', async () => {
    const engine = await TestEngine.open(redis.url)
    const { heard, tasks } = hearing()
    await engine.worker(tasks)
    await engine.run(call('echo', [{ x: 1 }]).link(call('hear', ['mutable']), callAlone('hear', ['alone'])))
    expect(heard).toHaveLength(2)
    expect(heard).toEqual(expect.arrayContaining([[{ x: 1 }, 'mutable'], ['alone']]))
  })

  test('an error callback gets the request, the error and the traceback', async () => {
    const engine = await TestEngine.open(redis.url)
    const { heard, tasks } = hearing()
    await engine.worker(tasks)
    const failing = { task: 'boom', args: ['why'], kwargs: { k: [1] }, options: { linkError: { task: 'hear', args: ['own'] } } }
    const { handle, node } = await engine.run({
      chain: [
        { task: 'echo', args: ['before'] },
        { ...failing, args: [2] },
      ],
    })
    const [[request, error, traceback, own]] = heard as [[Json, Json, Json, Json]]
    expect(request).toEqual({
      id: node('boom').id,
      task: 'boom',
      args: ['before', 2],
      kwargs: { k: [1] },
      workflow: handle.id,
      attempt: 1,
    })
    expect(error).toEqual({ type: 'TypeError', message: 'before' })
    expect(traceback).toMatch(/^TypeError: before\n {4}at /)
    expect(own).toBe('own')
  })

  test('an error callback is told of the last attempt, and of none before it', async () => {
    const engine = await TestEngine.open(redis.url)
    const { heard, tasks } = hearing()
    await engine.worker(tasks)
    await engine.run(call('boom', ['x'], { retry: { auto: true, maxRetries: 2, factorMs: 1 } }).onError(call('hear')))
    expect(heard.map(([request]) => request)).toMatchObject([{ attempt: 3 }])
  })

  test('an immutable error callback gets only its own arguments', async () => {
    const engine = await TestEngine.open(redis.url)
    const { heard, tasks } = hearing()
    await engine.worker(tasks)
    await engine.run(call('boom').onError(callAlone('hear', ['mine'])))
    expect(heard).toEqual([['mine']])
  })

  test('a failing callback changes nothing else, and the workflow ends after it', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const { outcome, handle, node } = await engine.run(call('echo', ['fine']).link(call('boom', ['callback'])))
    expect(outcome).toEqual({ state: 'SUCCESS', result: 'fine' })
    expect(node('boom').state).toBe('FAILURE')
    expect(await handle.status()).toMatchObject({ state: 'SUCCESS', ended: true, counts: { success: 1, failure: 1, remaining: 0 } })
  })

  test('an error callback that is not needed ends SKIPPED, and so does a success callback of a failure', async () => {
    const engine = await TestEngine.open(redis.url)
    const { heard, tasks } = hearing()
    await engine.worker(tasks)
    const fine = await engine.run(call('echo').onError(call('hear')))
    const bad = await engine.run(call('boom').link(call('hear')))
    expect([fine.node('hear').state, bad.node('hear').state]).toEqual(['SKIPPED', 'SKIPPED'])
    expect(heard).toEqual([])
  })

  test("a chain's error callback is called once, for the step that failed", async () => {
    const engine = await TestEngine.open(redis.url)
    const { heard, tasks } = hearing()
    await engine.worker(tasks)
    await engine.run(chain(call('echo', [1]), callAlone('boom', ['two']), call('echo'), call('echo')).onError(call('hear')))
    expect(heard).toHaveLength(1)
    expect(heard[0]?.[0]).toMatchObject({ task: 'boom', args: ['two'] })
  })

  test('when a header fails, the error callbacks of the body hear the ChordError, once', async () => {
    const engine = await TestEngine.open(redis.url)
    const { heard, tasks } = hearing()
    await engine.worker(tasks)
    await engine.run(chord([call('echo', [1]), call('boom', ['m'])], call('add')).onError(call('hear')))
    expect(heard).toHaveLength(1)
    expect(heard[0]?.[0]).toMatchObject({ task: 'add', attempt: 0 })
    expect(heard[0]?.[1]).toMatchObject({ type: 'ChordError', cause: { type: 'TypeError', message: 'm' } })
  })
})

describe('what a task says of itself', () => {
  test('ignore() ends SUCCESS with null and the chain goes on', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({ ...COMMON, skip: (ctx) => ctx.ignore() })
    const { outcome, node } = await engine.run(chain(call('echo', [1]), call('skip'), call('args', ['next'])))
    expect(outcome).toEqual({ state: 'SUCCESS', result: [null, 'next'] })
    expect(node('skip').state).toBe('SUCCESS')
    const header = await engine.run(chord([call('echo', [1]), call('skip'), call('echo', [3])], call('echo')))
    expect(header.outcome).toEqual({ state: 'SUCCESS', result: [1, null, 3] })
  })

  test('a result that is ignored is not shown to readers and still reaches what follows', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const quiet = { ignoreResult: true }
    const { outcome, nodes } = await engine.run(chord([call('echo', [1], quiet), call('echo', [2])], call('echo')))
    expect(outcome).toEqual({ state: 'SUCCESS', result: [1, 2] })
    expect(nodes.map(({ result, ignored }) => [result, ignored])).toEqual([
      [null, true],
      [2, undefined],
      [[1, 2], undefined],
    ])
  })

  test('the context names workflow, node, task and attempt', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({
      who: (ctx, args) => ({ id: ctx.id, task: ctx.task, attempt: ctx.attempt, workflow: ctx.workflow.id, same: ctx.args === args }),
    })
    const { outcome, handle } = await engine.run(call('who'))
    expect(outcome).toMatchObject({ result: { id: `${handle.id}:0`, task: 'who', attempt: 1, workflow: handle.id, same: true } })
  })
})

describe('one task over many items', () => {
  test('map calls the task once per item and starmap with each item as arguments, in one node', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const mapped = await engine.run(chain(call('echo', ['ignored']), map('echo', [1, [2], null])))
    expect(mapped.outcome).toEqual({ state: 'SUCCESS', result: [1, [2], null] })
    const starred = await engine.run(starmap('add', [[1, 2], [], [3, 4, 5]]))
    expect(starred.outcome).toEqual({ state: 'SUCCESS', result: [3, 0, 12] })
    expect([mapped.nodes.length, starred.nodes.length]).toEqual([2, 1])
  })

  test('the items of a map are awaited one after another, and the first that fails fails it', async () => {
    const engine = await TestEngine.open(redis.url)
    const seen: Json[] = []
    await engine.worker({
      slow: async (_ctx, [n = null]) => {
        seen.push(`in ${n}`)
        await new Promise((resolve) => setImmediate(resolve))
        seen.push(`out ${n}`)
        if (n === 2) throw new RangeError('two')
        return n
      },
    })
    const { outcome } = await engine.run(map('slow', [1, 2, 3]))
    expect(errorOf(outcome)).toMatchObject({ type: 'RangeError', message: 'two' })
    expect(seen).toEqual(['in 1', 'out 1', 'in 2', 'out 2'])
  })

  test('chunks is a group of starmaps, the last one shorter, and a header of a chord when something follows', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const items = [
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
      [5, 5],
    ]
    const { outcome, nodes } = await engine.run(chunks('add', items, 2))
    expect(outcome).toMatchObject({ state: 'GROUP', results: [{ result: [2, 4] }, { result: [6, 8] }, { result: [10] }] })
    expect(nodes).toHaveLength(3)
    expect((await engine.run(chain(chunks('add', items, 2), call('add')))).outcome).toEqual({ state: 'SUCCESS', result: 30 })
    expect((await engine.run(group(chunks('add', [], 2), call('echo', [1])))).outcome).toMatchObject({ state: 'GROUP' })
  })
})
