/**
 * The envelope of a submit: validated to the last field, the canvas handed on unread.
 */
import { describe, expect, test } from 'vitest'
import { RequestInvalidError } from '../../src/modules/index.js'
import { readQuery } from '../../src/modules/rest/read-dto.js'
import { SubmitPipe } from '../../src/modules/rest/workflows/submit.pipe.js'
import { ResultDto } from '../../src/modules/rest/workflows/workflows.dto.js'

const pipe = new SubmitPipe()

/** path -> rule of every fault. */
function faultsOf(run: () => unknown): Record<string, string> {
  try {
    run()
  } catch (error) {
    if (error instanceof RequestInvalidError) return Object.fromEntries(error.errors.map(({ path, rule }) => [path, rule]))
    throw error
  }
  throw new Error('nothing was refused')
}

const refusedBody = (body: unknown) => faultsOf(() => pipe.transform(body))

describe('the body of a submit', () => {
  test('the canvas is handed on by reference, whatever it is', () => {
    const canvas = JSON.parse('{"__proto__":{"x":1},"constructor":[],"task":3}') as unknown
    expect(pipe.transform({ canvas }).canvas).toBe(canvas)
  })

  test('a canvas nested a million levels deep is not walked', () => {
    const canvas = JSON.parse(`${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`) as unknown
    expect(pipe.transform({ canvas, name: 'deep' }).options).toEqual({ name: 'deep' })
  })

  test('id, name, tags and options become the options of a submit', () => {
    const body = { canvas: {}, id: 'a.b-c_1', name: 'A name', tags: ['x', 'y.z'], options: { retentionMs: 5, limits: { nodes: 10 } } }
    expect(pipe.transform(body).options).toEqual({
      id: 'a.b-c_1',
      name: 'A name',
      tags: ['x', 'y.z'],
      retentionMs: 5,
      limits: { nodes: 10 },
    })
  })

  test.each([[null], ['text'], [[1]], [7], [undefined]])('a body that is not an object is refused: %j', (body) => {
    expect(refusedBody(body)).toEqual({ body: 'must be a JSON object with a `canvas`' })
  })

  test('a missing canvas and every unknown field are refused by path, all at once', () => {
    const body = { ID: 'x', options: { retention: 1, limits: { node: 1 } } }
    expect(Object.keys(refusedBody(body))).toEqual(['canvas', 'ID', 'options.retention', 'options.limits.node'])
  })

  test('`__proto__` and `constructor` are unknown fields of the envelope, not ways around it', () => {
    const body = JSON.parse('{"canvas":{},"__proto__":{"id":"x"},"constructor":1,"options":{"__proto__":{"retentionMs":-1}}}') as unknown
    expect(Object.keys(refusedBody(body))).toEqual(['__proto__', 'constructor', 'options.__proto__'])
  })

  test.each([
    ['id', { id: 'a:b' }],
    ['id', { id: '' }],
    ['id', { id: 'x'.repeat(129) }],
    ['id', { id: null }],
    ['name', { name: 7 }],
    ['name', { name: 'x'.repeat(257) }],
    ['tags', { tags: 'one' }],
    ['tags', { tags: [1] }],
    ['tags', { tags: [''] }],
    ['tags', { tags: ['two words'] }],
    ['tags', { tags: Array.from({ length: 33 }, String) }],
    ['options', { options: [] }],
    ['options', { options: null }],
    ['options.retentionMs', { options: { retentionMs: -1 } }],
    ['options.retentionMs', { options: { retentionMs: 1.5 } }],
    ['options.retentionMs', { options: { retentionMs: '1' } }],
    ['options.limits', { options: { limits: 3 } }],
    ['options.limits.nodes', { options: { limits: { nodes: 0 } } }],
    ['options.limits.nodes', { options: { limits: { nodes: 100_001 } } }],
  ])('a wrong value is refused at %s: %j', (path, fields) => {
    expect(Object.keys(refusedBody({ canvas: {}, ...fields }))).toEqual([path])
  })
})

describe('waitMs', () => {
  const wait = (query: Record<string, unknown>) => readQuery(ResultDto, query)

  test.each([
    [{}, undefined],
    [{ waitMs: '0' }, 0],
    [{ waitMs: '60000' }, 60_000],
  ])('%j means %s ms', (query, ms) => {
    expect(wait(query).waitMs).toBe(ms)
  })

  test.each(['60001', '-1', '1.5', '1e3', '', 'x', ' 5'])('"%s" is refused, not clamped', (waitMs) => {
    expect(Object.keys(faultsOf(() => wait({ waitMs })))).toEqual(['query.waitMs'])
  })

  test('given twice, or under another name, is refused', () => {
    expect(Object.keys(faultsOf(() => wait({ waitMs: ['1', '2'] })))).toEqual(['query.waitMs'])
    expect(Object.keys(faultsOf(() => wait({ waitms: '1' })))).toEqual(['query.waitms'])
  })
})
