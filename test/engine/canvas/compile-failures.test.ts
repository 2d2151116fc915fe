/** How a compiled graph ends when something in it fails, is revoked, is replaced or grows; run by the interpreter. */
import { describe, expect, test } from 'vitest'
import type { Canvas, Json, Signature } from '../../../src/engine/canvas/types.js'
import { chain, chord, group, set, task } from '../../support/canvases.js'
import { runCanvas } from '../../support/run-canvas.js'

const ok = (tag: string) => task('node', tag)
const boom = (tag = 'x') => task('boom', tag)
const mark = (tag: string) => task('mark', tag)
const errmark = (tag: string) => task('errmark', tag)
const grow = (tag: string, ...members: Canvas[]): Signature => {
  const signature = task('grow', tag)
  return { ...signature, kwargs: { ...signature.kwargs, members: members as unknown as Json } }
}

const valueError = { type: 'ValueError', message: 'x' }
const inChordError = (cause: object) => expect.objectContaining({ type: 'ChordError', cause })

/** `tag state` of the nodes that are not SUCCESS. */
const notGood = (canvas: Canvas) =>
  runCanvas(canvas)
    .nodes.filter(({ state }) => state !== 'SUCCESS')
    .map(({ kwargs, state }) => `${String(kwargs.tag ?? '*')} ${state}`)

describe('a failure', () => {
  test('before a group ends the chain with its own error, the body behind the group is SKIPPED', () => {
    const canvas = chain(boom(), group(ok('a'), ok('b')), set(ok('c'), { linkError: [errmark('E')] }))
    expect(runCanvas(canvas)).toMatchObject({ outcome: { state: 'FAILURE', error: valueError }, marks: [] })
    expect(notGood(canvas)).toEqual(['x FAILURE', 'a SKIPPED', 'b SKIPPED', 'c SKIPPED', 'E SKIPPED'])
  })

  test('in a nested chain, before the group that ends it, skips the body behind the group too', () => {
    const canvas = chain(chain(chain(boom(), group(ok('a'), chain(ok('b'), group(ok('c'))))), ok('d')), group(ok('e')), ok('f'))
    expect(runCanvas(canvas).outcome).toEqual({ state: 'FAILURE', error: valueError })
    expect(notGood(canvas)).toEqual(['x FAILURE', 'a SKIPPED', 'b SKIPPED', 'c SKIPPED', 'd SKIPPED', 'e SKIPPED', 'f SKIPPED'])
  })

  test('in the first step of a header member is the cause of the ChordError', () => {
    const canvas = chord([ok('a'), chain(boom(), ok('b'))], set(ok('c'), { linkError: [errmark('E')] }))
    expect(runCanvas(canvas)).toMatchObject({
      outcome: { state: 'FAILURE', error: inChordError(valueError) },
      marks: [['E', 'ChordError']],
    })
    expect(notGood(canvas)).toEqual(['x FAILURE', 'b SKIPPED', 'c FAILURE'])
  })

  test('in a header is named by the member that stands first, whatever failed first', () => {
    const canvas = chord([chain(ok('a'), ok('b'), boom('late')), boom('early')], ok('c'))
    for (const pick of [() => 0, (count: number) => count - 1]) {
      expect(runCanvas(canvas, { pick }).outcome).toMatchObject({ error: inChordError({ type: 'ValueError', message: 'late' }) })
    }
  })

  test('in a header lets the others run, then every entry of the body fails, once each, and what follows is SKIPPED', () => {
    const entry = (tag: string) => set(ok(tag), { linkError: [errmark(`E${tag}`)] })
    const canvas = chord([boom(), set(ok('a'), { link: [mark('L')] })], group(entry('b'), chain(entry('c'), entry('d'))))
    const { marks, outcome } = runCanvas(canvas)
    expect(marks.map(([tag, seen]) => [tag, tag === 'L' ? null : seen]).sort()).toEqual([
      ['Eb', 'ChordError'],
      ['Ec', 'ChordError'],
      ['L', null],
    ])
    expect(outcome).toMatchObject({ state: 'FAILURE', error: inChordError(valueError) })
    expect(notGood(canvas)).toEqual(['x FAILURE', '* FAILURE', 'b FAILURE', 'c FAILURE', 'd SKIPPED', 'Ed SKIPPED'])
  })

  test('in a header inside a header reaches the outer body, one ChordError in the other', () => {
    const canvas = chord([chord([boom(), ok('a')], ok('b')), ok('c')], ok('d'))
    expect(runCanvas(canvas).outcome).toMatchObject({ error: inChordError(inChordError(valueError)) })
  })

  test('in a member of the final group leaves the others as they are', () => {
    expect(runCanvas(chain(ok('a'), group(chain(boom(), ok('b')), ok('c')))).outcome).toMatchObject({
      state: 'GROUP',
      results: [{ state: 'FAILURE', error: valueError }, { state: 'SUCCESS' }],
    })
  })

  test('before a final group means that the group was not reached', () => {
    expect(runCanvas(chain(boom(), group(ok('a')))).outcome).toEqual({ state: 'FAILURE', error: valueError })
    expect(runCanvas(chain(boom(), group())).outcome).toEqual({ state: 'FAILURE', error: valueError })
    expect(runCanvas(chain(group(boom(), ok('a')), group(ok('b')))).outcome).toMatchObject({
      state: 'FAILURE',
      error: inChordError(valueError),
    })
    expect(runCanvas(chain(group(boom(), ok('a')), group())).outcome).toMatchObject({ state: 'FAILURE', error: inChordError(valueError) })
    expect(runCanvas(group(ok('a'), chain(boom(), group(ok('b'))))).outcome).toMatchObject({
      results: [{ state: 'SUCCESS' }, { state: 'FAILURE' }],
    })
  })

  test('calls the error callback of a chain once, for whichever step failed', () => {
    const onError = { linkError: [errmark('E')] }
    expect(runCanvas(set(chain(ok('a'), boom(), ok('b')), onError)).marks).toEqual([['E', 'ValueError']])
    expect(runCanvas(set(chain(ok('a'), group(boom(), boom('y')), ok('b')), onError)).marks).toEqual([['E', 'ChordError']])
    expect(runCanvas(set(chain(ok('a'), group(boom(), boom('y'))), onError)).marks).toEqual([['E', 'ValueError']])
    expect(runCanvas(chord([boom()], set(chain(ok('a'), ok('b')), onError))).marks).toEqual([['E', 'ChordError']])
    expect(runCanvas(set(chain(ok('a'), ok('b')), onError)).marks).toEqual([])
  })

  test('of a callback changes nothing else, and a compound callback that is not needed is SKIPPED as a whole', () => {
    const canvas = set(ok('a'), {
      link: [boom('l')],
      linkError: [chord([errmark('E'), ok('b')], set(ok('c'), { linkError: [errmark('F')] }))],
    })
    expect(runCanvas(canvas)).toMatchObject({ outcome: { state: 'SUCCESS' }, marks: [] })
    expect(notGood(canvas)).toEqual(['l FAILURE', 'E SKIPPED', 'b SKIPPED', 'c SKIPPED', 'F SKIPPED'])
  })
})

describe('a revoked node', () => {
  const revoked = task('revoked', 'r')

  test('ends a chain as REVOKED and calls no error callback', () => {
    const canvas = set(chain(revoked, ok('a')), { linkError: [errmark('E')] })
    expect(runCanvas(canvas)).toMatchObject({ outcome: { state: 'REVOKED' }, marks: [] })
  })

  test('in a header is a TaskRevokedError behind the ChordError', () => {
    expect(runCanvas(chord([chain(revoked, ok('a')), boom()], ok('b'))).outcome).toMatchObject({
      state: 'FAILURE',
      error: inChordError(expect.objectContaining({ type: 'TaskRevokedError' })),
    })
  })
})

describe('a graph that grows', () => {
  test('takes added members after the defined ones, in order of commit, whatever the body is', () => {
    const value = (tag: string) => ({ ...task('const', tag), kwargs: { value: tag } })
    const header = [grow('a', value('n1'), chain(value('x'), group(value('n2'), value('n3')))), value('b')]
    const list = ['a', 'b', 'n1', ['n2', 'n3']]
    expect(runCanvas(chord(header, task('ident', ''))).outcome).toEqual({ state: 'SUCCESS', result: list })
    expect(runCanvas(chord(header, group(task('ident', ''), task('ident', '')))).outcome).toEqual({
      state: 'GROUP',
      results: [list, list].map((result) => ({ state: 'SUCCESS', result })),
    })
  })

  test('fails the body when an added member fails', () => {
    expect(runCanvas(chord([grow('a', chain(boom(), ok('b')))], ok('c'))).outcome).toMatchObject({ error: inChordError(valueError) })
  })

  test('lets a replaced node keep its place and its callbacks', () => {
    const swapped = set(task('swapchain', 's'), { link: [mark('L')], linkError: [errmark('E')] })
    const { marks, outcome } = runCanvas(chord([swapped], task('ident', '')))
    expect(outcome).toMatchObject({ state: 'SUCCESS', result: [{ t: 's.2' }] })
    expect(marks).toMatchObject([['L', [{ t: 's.2' }]]])
  })
})
