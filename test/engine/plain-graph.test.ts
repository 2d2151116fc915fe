import { describe, expect, test } from 'vitest'
import { type After, type Canvas, chain, chord, graph, group, type Json } from '../../src/engine/index.js'
import { FAN_OUT } from '../../src/engine/protocol/layout.js'
import { useRedis } from '../support/redis-server.js'
import { COMMON, call, errorOf, TestEngine } from './harness.js'

const redis = useRedis()

async function open(more = {}): Promise<TestEngine> {
  const engine = await TestEngine.open(redis.url)
  await engine.worker({ ...COMMON, ...more })
  return engine
}

const callAlone = (task: string, args: unknown[]) => call(task, args).set({ immutable: true })

const result = async (canvas: Canvas): Promise<Json | undefined> => {
  const { outcome } = await (await open()).run(canvas)
  return outcome.state === 'SUCCESS' ? outcome.result : undefined
}

describe('a plain graph', () => {
  test('gives each part the results of those that it comes after, by name, and is worth what nothing comes after', async () => {
    const canvas = graph({
      a: call('echo', [1]),
      b: call('echo', ['two']),
      both: call('args', ['own']).after('b', 'a'),
      alone: callAlone('args', ['own']).after('both'),
      loose: call('echo', [null]),
    })
    expect(await result(canvas)).toEqual({ alone: ['own'], loose: null })
    expect(await result(graph({ a: call('echo', [1]), b: call('echo', ['two']), c: call('args', ['own']).after('b', 'a') }))).toEqual({
      c: [{ b: 'two', a: 1 }, 'own'],
    })
  })

  test('without parts is an empty object, at once', async () => {
    expect(await result(graph({}))).toEqual({})
    expect(await result(chain(call('echo', [1]), graph({}), call('args')))).toEqual([{}])
  })

  test('holds any canvas, and stands in any', async () => {
    const canvas = chain(
      call('echo', [5]),
      graph({
        some: group(call('add', [1]), call('add', [2])),
        sum: chord([call('add', [10]), call('add', [20])], call('add')),
        deep: chain(call('echo'), graph({ x: call('echo'), y: call('args').after('x') })),
        all: group(call('args'), graph({ z: call('args') })).after('some', 'sum', 'deep'),
      }),
      call('args', ['end']),
    )
    const given = { some: [6, 7], sum: 40, deep: { y: [{ x: 5 }] } }
    expect(await result(canvas)).toEqual([{ all: [[given], { z: [given] }] }, 'end'])
  })

  test('skips what comes after a failure, tells the error of the failed part, and runs the rest', async () => {
    const engine = await open()
    const { outcome, nodes } = await engine.run(
      graph({
        good: call('echo', [1]),
        bad: call('boom', ['it broke']),
        later: call('args').after('good', 'bad'),
        last: call('args').after('later'),
        other: call('args').after('good'),
      }),
    )
    expect(errorOf(outcome)).toMatchObject({ type: 'TypeError', message: 'it broke' })
    expect(nodes.map(({ state }) => state)).toEqual(['SUCCESS', 'FAILURE', 'SKIPPED', 'SKIPPED', 'SUCCESS'])
  })

  test('of two failures tells that of the part that is written first, whichever came first', async () => {
    const engine = await open()
    const canvas = graph({
      slow: call('boom', ['first'], { countdownMs: 150 }),
      quick: call('boom', ['second']),
      end: call('args').after('quick', 'slow'),
    })
    expect(errorOf((await engine.run(canvas)).outcome)).toMatchObject({ message: 'first' })
  })

  test('calls its callbacks once: with its value, or for the part that failed', async () => {
    const heard: Json[] = []
    const engine = await open({ hear: (_ctx: unknown, args: Json[]) => void heard.push(args.at(-1) as Json) })
    await engine.run(graph({ a: call('echo', [1]), b: call('echo', [2]) }).link(call('hear')))
    expect(heard).toEqual([{ a: 1, b: 2 }])
    heard.length = 0
    const failing = graph({ a: call('boom'), b: call('args').after('a'), c: call('args').after('b') })
    await engine.run(chain(failing, call('echo')).onError(callAlone('hear', ['outer'])))
    await engine.run(failing.onError(callAlone('hear', ['inner'])))
    expect(heard).toEqual(['outer', 'inner'])
  })

  test('may be what a task becomes, and what it adds to its chord', async () => {
    const inner = graph({ x: call('echo', [1]), y: call('args').after('x') })
    const engine = await open({
      become: (ctx: { replace(canvas: Canvas): never }) => ctx.replace(inner),
      grow: (ctx: { addToChord(canvas: Canvas): void }) => {
        ctx.addToChord(inner)
        return 'grown'
      },
    })
    expect((await engine.run(chain(call('become'), call('args')))).outcome).toEqual({ state: 'SUCCESS', result: [{ y: [{ x: 1 }] }] })
    const { outcome } = await engine.run(chord([call('grow'), graph({ g: call('grow') })], call('args')))
    const y = { y: [{ x: 1 }] }
    expect(outcome).toEqual({ state: 'SUCCESS', result: [['grown', { g: 'grown' }, y, y]] })
  })

  test('takes names that look like numbers, options and prototypes as names', async () => {
    const nodes = ['a-1', '-', '__proto__', 'constructor', '12', 'x.y'].map((name) => ({
      name,
      canvas: call('echo', [name]),
      after: [] as string[],
    }))
    const all = { name: 'all', canvas: call('args') as Canvas, after: nodes.map(({ name }) => name) }
    const { outcome } = await (await open()).run({ kind: 'graph', nodes: [all, ...nodes], options: {} })
    const text = JSON.stringify(outcome.state === 'SUCCESS' && outcome.result)
    for (const { name } of nodes) expect(text).toContain(`${JSON.stringify(name)}:${JSON.stringify(name)}`)
  })

  test('hands on results that are too large or too many to travel with a grant', async () => {
    const long = 'x'.repeat(100_000)
    const wide = group(Array.from({ length: 5_000 }, (_, k) => call('echo', [k])))
    const canvas = graph({
      long: call('echo', [long]),
      wide,
      size: call('sizes').after('long', 'wide'),
      again: call('sizes').after('wide', 'long'),
    })
    const engine = await open({
      sizes: (_ctx: unknown, [given]: Json[]) =>
        Object.entries(given as { [name: string]: Json[] }).map(([name, value]) => [name, value.length]),
    })
    expect((await engine.run(canvas)).outcome).toEqual({
      state: 'SUCCESS',
      result: {
        size: [
          ['long', 100_000],
          ['wide', 5_000],
        ],
        again: [
          ['wide', 5_000],
          ['long', 100_000],
        ],
      },
    })
  })

  test('keeps its order of errors where one part has more successors than a node can name', async () => {
    const count = 3 * FAN_OUT
    const parts: { [name: string]: Canvas | After } = { hub: call('boom', ['hub'], { countdownMs: 100 }), quick: call('boom', ['quick']) }
    for (let k = 0; k < count; k++) {
      parts[`p${k}`] = call('args', [], { queue: `q${k % 2}`, priority: k % 10 }).after('quick', 'hub')
      parts[`t${k}`] = call('args').after(`p${k}`)
    }
    const engine = await open()
    const { outcome, nodes } = await engine.run(graph(parts as { [name: string]: Canvas }))
    expect(errorOf(outcome)).toMatchObject({ message: 'hub' })
    expect(nodes.filter(({ state }) => state === 'SKIPPED')).toHaveLength(2 * count)
  })

  test('makes a step before it its input, and hands a failed header’s ChordError on', async () => {
    const engine = await open()
    const body = graph({ a: call('args'), b: call('args').after('a') })
    const { outcome, nodes } = await engine.run(chord([call('boom', ['member']), call('echo', [1])], body))
    expect(errorOf(outcome)).toMatchObject({ type: 'ChordError', cause: { message: 'member' } })
    expect(nodes.map(({ state }) => state)).toEqual(['FAILURE', 'SUCCESS', 'FAILURE', 'SKIPPED'])
    const empty = chain(graph({ p: graph({}) }), call('echo'))
    expect(errorOf((await engine.run(chord([call('boom', ['member'])], empty))).outcome)).toMatchObject({
      type: 'ChordError',
      cause: { message: 'member' },
    })
  })
})
