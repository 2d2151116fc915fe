/** The shapes of compiled graphs: edges, barriers, virtual nodes, outputs, numbering, limits. */
import { describe, expect, test } from 'vitest'
import { compile } from '../../../src/engine/canvas/compile.js'
import type { Graph } from '../../../src/engine/canvas/graph.js'
import type { Canvas } from '../../../src/engine/canvas/types.js'
import { chain, chord, group, set, t } from '../../support/canvases.js'
import { brokenInvariants } from '../../support/graph-invariants.js'

/** One line per node: `1 b all(1) <0 >2,3 ^3`, a virtual one being `*`; `<` is what it is given, `^` its chord. */
function drawn({ nodes }: Graph): string[] {
  return nodes.map(({ task, mode, needs, input, errorInput, next, chord }, index) => {
    const given = input === null ? (errorInput ? ' <error' : '') : ` <${JSON.stringify(input)}`
    return `${index} ${task ?? '*'} ${mode}(${needs})${given}${next.length > 0 ? ` >${next}` : ''}${chord === undefined ? '' : ` ^${chord}`}`
  })
}

const a = t('a')
const b = t('b')
const c = t('c')
const d = t('d')
const e = t('e')

describe('a canvas compiles to these nodes:', () => {
  test.each<[string, Canvas, string[], Graph['output']]>([
    ['a task', a, ['0 a all(0)'], 0],
    ['a chain, nested chains flat', chain(a, chain(b, c)), ['0 a all(0) >1', '1 b all(1) <0 >2', '2 c all(1) <1'], 2],
    [
      'a group, nested groups flat',
      group(a, group(b, group(c))),
      ['0 a all(0)', '1 b all(0)', '2 c all(0)'],
      { gate: null, members: [0, 1, 2] },
    ],
    ['a chord', chord([a, b], c), ['0 a all(0) >2 ^2', '1 b all(0) >2 ^2', '2 c chord(2) <[0,1]'], 2],
    ['a group followed by a task', chain(group(a, b), c), ['0 a all(0) >2 ^2', '1 b all(0) >2 ^2', '2 c chord(2) <[0,1]'], 2],
    ['a chord of one', chord([a], b), ['0 a all(0) >1 ^1', '1 b chord(1) <[0]'], 1],
    [
      'one node before a group: no barrier',
      chain(a, group(b, c)),
      ['0 a all(0) >1,2', '1 b all(1) <0', '2 c all(1) <0'],
      { gate: 0, members: [1, 2] },
    ],
    [
      'a group before a group: one barrier, inputs name the results',
      chain(group(a, b), group(c, d)),
      ['0 a all(0) >2 ^2', '1 b all(0) >2 ^2', '2 * chord(2) >3,4', '3 c chord(1) <[0,1]', '4 d chord(1) <[0,1]'],
      { gate: 2, members: [3, 4] },
    ],
    [
      'a chord whose body is a chord',
      chord([a, b], chord([c, d], e)),
      [
        '0 a all(0) >2 ^2',
        '1 b all(0) >2 ^2',
        '2 * chord(2) >3,4',
        '3 c chord(1) <[0,1] >5 ^5',
        '4 d chord(1) <[0,1] >5 ^5',
        '5 e chord(2) <[3,4]',
      ],
      5,
    ],
    [
      'a chain that ends in a chord goes on after the body',
      chain(a, chord([b], c), d),
      ['0 a all(0) >1', '1 b all(1) <0 >2 ^2', '2 c chord(1) <[1] >3', '3 d all(1) <2'],
      3,
    ],
    [
      'a chord whose body ends in a group goes on as a chord',
      chain(chord([a], group(b, c)), d),
      ['0 a all(0) >1 ^1', '1 * chord(1) >2,3', '2 b chord(1) <[0] >4 ^4', '3 c chord(1) <[0] >4 ^4', '4 d chord(2) <[2,3]'],
      4,
    ],
    [
      'a member that ends in a group is one list, its nodes are inputs of the body',
      chord([chain(a, group(b, c)), d], e),
      ['0 a all(0) >1,2 ^4', '1 b all(1) <0 >4 ^4', '2 c all(1) <0 >4 ^4', '3 d all(0) >4 ^4', '4 e chord(3) <[[1,2],3]'],
      4,
    ],
    [
      'nodes belong to the innermost chord around them',
      chord([chord([a, b], c), d], e),
      ['0 a all(0) >2 ^2', '1 b all(0) >2 ^2', '2 c chord(2) <[0,1] >4 ^4', '3 d all(0) >4 ^4', '4 e chord(2) <[2,3]'],
      4,
    ],
    [
      'a barrier inside a header belongs to it like any node there',
      chord([chord([a, b], group(c, d))], e),
      [
        '0 a all(0) >2 ^2',
        '1 b all(0) >2 ^2',
        '2 * chord(2) >3,4 ^5',
        '3 c chord(1) <[0,1] >5 ^5',
        '4 d chord(1) <[0,1] >5 ^5',
        '5 e chord(2) <[[3,4]]',
      ],
      5,
    ],
    [
      'a group of one before a group of one keeps a barrier, for the gate',
      chain(group(a, b), group(c)),
      ['0 a all(0) >2 ^2', '1 b all(0) >2 ^2', '2 * chord(2) >3', '3 c chord(1) <[0,1]'],
      { gate: 2, members: [3] },
    ],
    ['an empty group', group(), ['0 * all(0) <[]'], { gate: 0, members: [] }],
    ['an empty header', chord([], a), ['0 * all(0) <[] >1 ^1', '1 a chord(1) <0'], 1],
    ['an empty group in a chain', chain(a, group(), b), ['0 a all(0) >1', '1 * all(1) <[] >2 ^2', '2 b chord(1) <1'], 2],
    ['an empty group at the end', chain(a, group()), ['0 a all(0) >1', '1 * all(1) <[]'], { gate: 1, members: [] }],
    ['an empty group in a group', group(a, group()), ['0 a all(0)'], { gate: null, members: [0] }],
    ['an empty member', chord([chain(group()), a], b), ['0 * all(0) <[] >2 ^2', '1 a all(0) >2 ^2', '2 b chord(2) <[0,1]'], 2],
    ['a chain without steps', chain(a, chain(), b), ['0 a all(0) >1', '1 * all(1) <0 >2', '2 b all(1) <1'], 2],
    [
      'gates of nested groups',
      group(a, chain(b, group(c, chain(d, group(e))))),
      ['0 a all(0)', '1 b all(0) >2,3', '2 c all(1) <1', '3 d all(1) <1 >4', '4 e all(1) <3'],
      { gate: null, members: [0, { gate: 1, members: [2, { gate: 3, members: [4] }] }] },
    ],
  ])('%s', (_name, canvas, nodes, output) => {
    const graph = compile(canvas)
    expect(drawn(graph)).toEqual(nodes)
    expect(graph.output).toEqual(output)
    expect(brokenInvariants(graph)).toEqual([])
  })

  test('immutable signatures, maps and starmaps take nothing but still wait', () => {
    const map = { ...t('m'), args: [[1, 2]], each: 'map' as const }
    const graph = compile(chain(a, { ...b, immutable: true }, map))
    expect(drawn(graph)).toEqual(['0 a all(0) >1', '1 b all(1) >2', '2 m all(1)'])
    expect(graph.nodes[2]).toMatchObject({ each: 'map', args: [[1, 2]] })
  })

  test('a path says where each node was written', () => {
    const canvas = chain(a, chord([b, group(c)], group(d, set(e, { link: [group(a)] }))))
    expect(compile(canvas).nodes.map(({ path }) => path)).toEqual([
      'canvas.chain[0]',
      'canvas.chain[1].chord.header[0]',
      'canvas.chain[1].chord.header[1].group[0]',
      'canvas.chain[1].chord.body',
      'canvas.chain[1].chord.body.group[0]',
      'canvas.chain[1].chord.body.group[1]',
      'canvas.chain[1].chord.body.group[1].options.link[0].group[0]',
    ])
  })
})

describe('size', () => {
  const many = (count: number) => Array.from({ length: count }, () => a)

  test('entries of one body share one list of inputs, so that M members before N entries cost M + N', () => {
    const { nodes } = compile(chain(group(...many(1_000)), group(...many(1_000))))
    expect(new Set(nodes.slice(1_001).map(({ input }) => input)).size).toBe(1)
    expect(nodes.reduce((sum, { next }) => sum + next.length, 0)).toBe(2_000)
  })

  test.each<[string, Canvas, number]>([
    ['a group of 100,000', group(...many(100_000)), 100_000],
    ['a chord of 99,999', chord(many(99_999), a), 100_000],
    ['a chain of 100,000', chain(...many(100_000)), 100_000],
    ['a group of 50,000 with a callback and options', set(group(...many(50_000)), { link: [b], queue: 'q' }), 100_000],
  ])('%s compiles in linear time', (_name, canvas, count) => {
    const started = performance.now()
    expect(compile(canvas).nodes).toHaveLength(count)
    // About 100 ms alone; the rest is room for a busy machine. Anything quadratic takes minutes.
    expect(performance.now() - started).toBeLessThan(3_000)
  })

  test('a chain of groups that Celery wrote as 10,000 nested bodies compiles, as do chains, groups and callbacks nested as deep', () => {
    const nested = (wrap: (inner: Canvas) => Canvas) => {
      let canvas: Canvas = a
      for (let i = 0; i < 10_000; i++) canvas = wrap(canvas)
      return compile(canvas).nodes.length
    }
    expect(nested((inner) => chord([b, c], inner))).toBe(30_000)
    expect(nested((inner) => chord([inner, c], d))).toBe(20_001)
    expect(nested((inner) => chain(b, inner))).toBe(10_001)
    expect(nested((inner) => group(b, inner))).toBe(10_001)
    expect(nested((inner) => group(b, chain(c, inner)))).toBe(20_001)
    expect(nested((inner) => t('x', { link: [inner] }))).toBe(10_001)
  })

  test('one node too many is refused with its path', () => {
    const canvas = chain(a, group(b, c, d))
    expect(compile(canvas, { limits: { nodes: 4 } }).nodes).toHaveLength(4)
    expect(() => compile(canvas, { limits: { nodes: 3 } })).toThrow(
      expect.objectContaining({ code: 'limit-exceeded', path: 'canvas.chain[1].group[2]' }),
    )
    expect(() => compile(group(...many(100_001)))).toThrow(
      expect.objectContaining({ code: 'limit-exceeded', path: 'canvas.group[100000]' }),
    )
  })

  test('a callback with many entries on a chain with many steps is refused before its edges fill the memory', () => {
    const canvas = set(chain(...many(40_000)), { linkError: [group(...many(40_000))] })
    expect(() => compile(canvas)).toThrow(expect.objectContaining({ code: 'limit-exceeded' }))
    const callbacks = Array.from({ length: 1_000 }, (_, i) => t(`e${i}`))
    expect(() => compile(set(chain(...many(50_000)), { linkError: callbacks }))).toThrow(
      expect.objectContaining({ code: 'limit-exceeded' }),
    )
  })
})
