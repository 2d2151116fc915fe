/** The short way to a workflow of one task makes the same bytes as the long one. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { signature } from '../../src/engine/canvas/builders.js'
import { compile } from '../../src/engine/canvas/compile.js'
import { readCanvas } from '../../src/engine/canvas/read.js'
import { layoutGraph } from '../../src/engine/protocol/layout.js'
import { layoutKnown, layoutLone } from '../../src/engine/protocol/layout-lone.js'

const SAME: [string, object][] = [
  ['plain', { task: 'add', args: [1, 2] }],
  ['without arguments', { task: 'add' }],
  ['with keywords', { task: 'add', args: ['ä☃'], kwargs: { constructor: 1, x: [null] } }],
  ['immutable', { task: 'add', args: [1], immutable: true }],
  [
    'with every option',
    { task: 'a', options: { queue: 'q', priority: 3, countdownMs: 5, expiresInMs: 9, retry: { auto: true }, ignoreResult: true } },
  ],
  ['with an eta', { task: 'a', options: { etaMs: 1_800_000_000_000, expiresAtMs: 1_900_000_000_000 } }],
  ['a map', { map: { task: 'a', items: [1, 2] } }],
  ['a starmap', { starmap: { task: 'a', items: [[1, 2]] } }],
]

/** What enqueue.lua makes of a definition. */
function block(definition: string): Buffer {
  const text = Buffer.from(`${definition}\x1e`)
  const head = Buffer.alloc(3)
  head[0] = 1
  head.writeUInt16BE(text.length, 1)
  return Buffer.concat([head, text])
}

test.each(SAME)('%s', (_name, json) => {
  const canvas = readCanvas(json)
  const long = layoutGraph(compile(canvas))
  const short = layoutLone(canvas)
  expect(long.fields).toEqual([
    ['t0', short?.template],
    ['b0', block(short?.definition ?? '')],
  ])
})

test('what is more than one plain task takes the long way', () => {
  const more: object[] = [
    { chain: [{ task: 'a' }, { task: 'b' }] },
    { group: [{ task: 'a' }] },
    { task: 'a', options: { link: { task: 'b' } } },
    { task: 'a', options: { linkError: { task: 'b' } } },
    { task: 'a', options: { taskId: 'x' } },
    { task: 'a', args: ['x'.repeat(600)] },
  ]
  for (const json of more) expect(layoutLone(readCanvas(json))).toBeUndefined()
})

test('a signature that needs no reading is laid out as if it had been read', () => {
  layoutLone(readCanvas({ task: 'known' }))
  const scalar = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.constant(-0),
  )
  fc.assert(
    fc.property(fc.array(scalar, { maxLength: 5 }), fc.boolean(), (args, immutable) => {
      const canvas = signature('known', args).set({ immutable })
      expect(layoutKnown(canvas)).toEqual(layoutLone(readCanvas(canvas)))
    }),
  )
})

test('whatever has to be checked or copied is read', () => {
  const read = [{}, [1], undefined, Number.NaN, Number.POSITIVE_INFINITY, 1n, new Date(0), () => 1, Symbol('s')]
  for (const arg of read) expect(layoutKnown(signature('known', [arg]))).toBeUndefined()
  expect(layoutKnown(signature('known', [], { a: 1 }))).toBeUndefined()
  expect(layoutKnown(signature('known', []).set({ queue: 'q' }))).toBeUndefined()
  expect(layoutKnown(signature('known', ['x'.repeat(600)]))).toBeUndefined()
  expect(layoutKnown(signature('never seen', []))).toBeUndefined()
  expect(layoutKnown({ kind: 'task', task: 'known', args: [], kwargs: {}, options: {}, immutable: false })).toBeUndefined()
  expect(layoutKnown(null)).toBeUndefined()
})
