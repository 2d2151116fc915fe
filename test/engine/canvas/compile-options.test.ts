/** What compounds hand down: options (rules 2.5, 3.3, 4.2) and callbacks (rules 5.1-5.4). */
import { describe, expect, test } from 'vitest'
import { compile } from '../../../src/engine/canvas/compile.js'
import type { Canvas, CanvasOptions } from '../../../src/engine/canvas/types.js'
import { chain, chord, group, set, t } from '../../support/canvases.js'

const a = t('a')
const b = t('b')
const c = t('c')
const d = t('d')
const l = t('l')
const e = t('e')

/** The options of each task, by name. */
const optionsIn = (canvas: Canvas) => Object.fromEntries(compile(canvas).nodes.map(({ task, options }) => [task, options]))

/** `e<-a,b`: callback e watches a and b. `l<-a*`: l is a success callback. Barriers are `*`. */
function callbacksIn(canvas: Canvas): string[] {
  const { nodes } = compile(canvas)
  return nodes.flatMap(({ task, mode, path }, index) => {
    if (!/\.options\.link(Error)?\[\d+\]/.test(path)) return []
    const watched = nodes.filter(({ next }) => next.includes(index)).map((node) => node.task ?? '*')
    return [`${task}${mode === 'error' ? '!' : ''}<-${watched}`]
  })
}

describe('options', () => {
  const q: CanvasOptions = { queue: 'q', countdownMs: 5 }

  test('of a chain reach its first step, of a group every member at any depth, of a chord its body', () => {
    expect(optionsIn(set(chain(a, b), q))).toEqual({ a: q, b: {} })
    expect(optionsIn(set(group(a, group(b), chain(c, d)), q))).toEqual({ a: q, b: q, c: q, d: {} })
    expect(optionsIn(set(chord([a, b], chain(c, d)), q))).toEqual({ a: {}, b: {}, c: q, d: {} })
    expect(optionsIn(set(chain(group(a, chord([b], c)), d), q))).toEqual({ a: q, b: {}, c: q, d: {} })
  })

  test('given outside win over those inside, one by one', () => {
    const inner = set(group(set(a, { queue: 'a', priority: 1 })), { queue: 'g', priority: 2, retry: { maxRetries: 1 } })
    expect(optionsIn(set(chain(inner), { queue: 'c' }))).toEqual({ a: { queue: 'c', priority: 2, retry: { maxRetries: 1 } } })
  })

  test('an outer expires replaces an inner one of either kind', () => {
    expect(optionsIn(set(group(set(a, { expiresAtMs: 1 })), { expiresInMs: 2 }))).toEqual({ a: { expiresInMs: 2 } })
    expect(optionsIn(set(group(set(a, { expiresInMs: 1 })), { expiresAtMs: 2 }))).toEqual({ a: { expiresAtMs: 2 } })
  })

  test('the taskId of a chain names its last step, of a chord its body, of a group no node', () => {
    const id = { taskId: 'x' }
    expect(optionsIn(set(chain(a, b), id))).toEqual({ a: {}, b: id })
    expect(optionsIn(set(chain(a), id))).toEqual({ a: id })
    expect(optionsIn(set(chord([a], b), id))).toEqual({ a: {}, b: id })
    expect(optionsIn(set(group(a, b), id))).toEqual({ a: {}, b: {} })
    expect(optionsIn(set(chain(a, group(b)), id))).toEqual({ a: {}, b: {} })
  })

  test('of a task are passed on as they are, its arguments too', () => {
    const canvas = { ...set(a, q), args: [1, { k: [2] }], kwargs: { x: null } }
    const [node] = compile(canvas).nodes
    expect(node).toMatchObject({ args: [1, { k: [2] }], kwargs: { x: null }, options: q })
    expect(optionsIn(set(a, { ...q, link: [l], linkError: [e] }))).toEqual({ a: q, l: {}, e: {} })
  })
})

describe('callbacks', () => {
  const both: CanvasOptions = { link: [l], linkError: [e] }

  test.each<[string, Canvas, string[]]>([
    ['of a task', set(a, both), ['l<-a', 'e!<-a']],
    ['of a chain: the last step, and every step by one node', set(chain(a, b, c), both), ['l<-c', 'e!<-a,b,c']],
    ['of a group: every member, each its own', set(group(a, b), both), ['l<-a', 'e!<-a', 'l<-b', 'e!<-b']],
    ['of a chord: the body', set(chord([a, b], c), both), ['l<-c', 'e!<-c']],
    ['of a chord with a chain as body: one node for the chain', set(chord([a], chain(b, c)), both), ['l<-c', 'e!<-b,c']],
    ['of a chord with a group as body: every member', set(chord([a], group(b, c)), both), ['l<-b', 'e!<-b', 'l<-c', 'e!<-c']],
    ['of a chain whose group is a header: the join reports it', set(chain(a, group(b, c), d), both), ['l<-d', 'e!<-a,d']],
    ['of a chain that ends in a group', set(chain(a, group(b, chain(c, d))), both), ['l<-b', 'l<-d', 'e!<-a,b,c,d']],
    ['of a chain with a chord inside: its body', set(chain(chord([a, b], c), d), both), ['l<-d', 'e!<-c,d']],
    ['of a chain in which a body ends in a header', set(chain(chord([a], chain(b, group(c))), d), both), ['l<-d', 'e!<-b,d']],
    ['of a chain within a chain: both', set(chain(a, set(chain(b, group(c)), both), d), both), ['l<-c', 'e!<-b,c', 'l<-d', 'e!<-a,d']],
    ['of a chain that ends in an empty group: the virtual node', set(chain(group(a), group()), both), ['e!<-*']],
    ['of an empty group: none', set(group(), both), []],
    ['of a group of compounds', set(group(chain(a, b), chord([c], d)), both), ['l<-b', 'e!<-a,b', 'l<-d', 'e!<-d']],
  ])('%s', (_name, canvas, expected) => {
    expect(callbacksIn(canvas)).toEqual(expected)
  })

  test('that are equal are not repeated', () => {
    expect(callbacksIn(set(a, { link: [l, t('l')] }))).toEqual(['l<-a'])
    expect(callbacksIn(set(group(set(a, both), b), both))).toEqual(['l<-a', 'e!<-a', 'l<-b', 'e!<-b'])
    expect(callbacksIn(set(chain(set(a, both), set(b, both)), both))).toEqual(['l<-a', 'e!<-a', 'l<-b', 'e!<-b'])
    expect(callbacksIn(set(chain(a, set(b, both)), both))).toEqual(['l<-b', 'e!<-b', 'e!<-a'])
    expect(callbacksIn(set(chain(a, set(chain(b, c), both)), both))).toEqual(['l<-c', 'e!<-b,c', 'e!<-a'])
    expect(callbacksIn(set(a, { link: [set(l, { queue: 'p' }), l, { ...l, args: [1] }, { ...l, immutable: true }] }))).toHaveLength(4)
  })

  test('that are compound start with every entry given the result or the error, and have callbacks of their own', () => {
    const { nodes } = compile(
      set(chain(a, b), { link: [chain(c, d)], linkError: [chord([c, { ...d, immutable: true }], set(e, { link: [l] }))] }),
    )
    expect(
      nodes.map(({ task, mode, needs, input, errorInput, next, chord: join }) => ({ task, mode, needs, input, errorInput, next, join })),
    ).toEqual([
      { task: 'a', mode: 'all', needs: 0, input: null, next: [1, 4, 5] },
      { task: 'b', mode: 'all', needs: 1, input: 0, next: [2, 4, 5] },
      { task: 'c', mode: 'all', needs: 1, input: 1, next: [3] },
      { task: 'd', mode: 'all', needs: 1, input: 2, next: [] },
      { task: 'c', mode: 'error', needs: 2, input: null, errorInput: true, next: [6], join: 6 },
      { task: 'd', mode: 'error', needs: 2, input: null, next: [6], join: 6 },
      { task: 'e', mode: 'chord', needs: 2, input: [4, 5], next: [7] },
      { task: 'l', mode: 'all', needs: 1, input: 6, next: [] },
    ])
  })

  test('are no part of the output, nor of the chord that their node belongs to', () => {
    const graph = compile(chord([set(a, both), b], c))
    expect(graph.nodes.map(({ task, chord: join }) => [task, join])).toEqual([
      ['a', 4],
      ['l', undefined],
      ['e', undefined],
      ['b', 4],
      ['c', undefined],
    ])
    expect(graph.output).toBe(4)
  })
})
