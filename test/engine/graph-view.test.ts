/** The picture of a graph: the same as the graph where nothing is collapsed, and never larger than what is distinct in it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Canvas, chain, chord, compile, type GraphViewEdge, group, validateCanvas } from '../../src/engine/index.js'
import { FAN_OUT } from '../../src/engine/protocol/layout.js'
import { randomCanvas, randomCanvasSpec } from '../support/random-canvas.js'
import { useRedis } from '../support/redis-server.js'
import { pickSeed } from '../support/seed.js'
import { COMMON, call, TestEngine } from './harness.js'

const redis = useRedis()

const ALL = { collapse: 100_000, limit: 5_000 }
const arrow = ({ from, to, when }: GraphViewEdge) => `${from} ${when} ${to}`

describe('the picture of a canvas', () => {
  test('has every node and every arrow of the compiled graph where nothing is collapsed', () => {
    const check = (spec: { seed: number; nodes: number }): void => {
      const canvas = randomCanvas({ ...spec, caseId: 'c', graphs: true })
      const { nodes } = compile(canvas)
      const { graph } = validateCanvas(canvas, ALL)
      if (nodes.some(({ next }) => next.length > FAN_OUT)) return
      expect(graph.nodes.map(({ id, task, path }) => ({ id, task, path }))).toEqual(
        nodes.map(({ task, path }, index) => ({ id: String(index), task, path })),
      )
      const arrows = nodes.flatMap(({ next }, from) =>
        next.map((to) => arrow({ from: String(from), to: String(to), when: nodes[to]?.mode === 'error' ? 'failure' : 'success' })),
      )
      expect(graph.edges.map(arrow).sort()).toEqual(arrows.sort())
    }
    fc.assert(fc.property(randomCanvasSpec(120), check), { numRuns: 300, seed: pickSeed() | 0 })
  })

  test('collapsed has an arrow exactly where one of those that a part stands for has one', () => {
    const check = (spec: { seed: number; nodes: number }): void => {
      const canvas = randomCanvas({ ...spec, caseId: 'c', graphs: true })
      if (compile(canvas).nodes.some(({ next }) => next.length > FAN_OUT)) return
      const whole = validateCanvas(canvas, ALL).graph
      const options = { collapse: 2, limit: 5_000 }
      const view = validateCanvas(canvas, options).graph
      const partOf = new Map<string, string>()
      for (const { id, count } of view.nodes) {
        const members = id.startsWith('t') ? validateCanvas(canvas, { ...options, of: id }).graph.nodes : [{ id }]
        expect(members).toHaveLength(count)
        for (const member of members) partOf.set(member.id, id)
      }
      expect(partOf.size).toBe(whole.nodes.length)
      const arrows = whole.edges.map((edge) => arrow({ ...edge, from: partOf.get(edge.from) ?? '?', to: partOf.get(edge.to) ?? '?' }))
      expect(view.edges.map(arrow).sort()).toEqual([...new Set(arrows)].sort())
    }
    fc.assert(fc.property(randomCanvasSpec(120), check), { numRuns: 300, seed: pickSeed() | 0 })
  })
})

describe('the picture of a workflow', () => {
  test('shows what tasks added: inside what they replaced, and as inputs of their chord', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({
      ...COMMON,
      become: (ctx) => ctx.replace(chain(call('echo', [1]), call('echo')) as Canvas),
      grow: (ctx) => ctx.addToChord(call('echo', [2])),
    })
    const { handle } = await engine.run(chord([call('become'), call('grow')], call('args')))
    const { nodes, edges } = await handle.graph()
    // Segments stand in the order in which they came to be.
    nodes.sort((a, b) => (a.id < b.id ? -1 : 1))
    expect(nodes.map(({ id, task, parent }) => [id, task, parent])).toEqual([
      ['0', 'become', undefined],
      ['0/0', 'echo', '0'],
      ['0/1', 'echo', '0'],
      ['0/2', null, '0'],
      ['1', 'grow', undefined],
      ['1.1/0', 'echo', '1'],
      ['1.1/1', null, '1'],
      ['2', 'args', undefined],
    ])
    expect(edges.map(arrow).sort()).toEqual([
      '0 success 2',
      '0/0 success 0/1',
      '0/1 success 0/2',
      '1 success 2',
      '1.1/0 success 1.1/1',
      '1.1/1 success 2',
    ])
    expect(nodes.every(({ states }) => states.SUCCESS === 1)).toBe(true)
  })

  test('is read in several calls where definitions are large', async () => {
    const engine = await TestEngine.open(redis.url)
    const large = Array.from({ length: 70 }, (_, k) => call(k % 2 === 0 ? 'even' : 'odd', ['x'.repeat(k % 7 === 0 ? 400_000 : 700)]))
    const handle = await engine.client.submit(group(large))
    const { nodes } = await handle.graph({ collapse: 1_000 })
    expect(nodes.map(({ task }) => task)).toEqual(large.map(({ task }) => task))
  })

  test('of 60,000 calls is three parts', async () => {
    const engine = await TestEngine.open(redis.url)
    const wide = group(Array.from({ length: 60_000 }, (_, k) => call('echo', [k])))
    const handle = await engine.client.submit(chain(call('echo', [0]), wide, call('sum')))
    const { nodes } = await handle.graph()
    expect(nodes.map(({ task, count, states }) => [task, count, states])).toEqual([
      ['echo', 1, { PENDING: 1 }],
      ['echo', 60_000, { PENDING: 60_000 }],
      ['sum', 1, { PENDING: 1 }],
    ])
  })
})
