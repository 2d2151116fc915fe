/** Writing: both JSON forms read back to the same canvas, for random canvases and for every conformance case. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Canvas,
  type CanvasOptions,
  type DagNode,
  type Json,
  readCanvas,
  writeCanvas,
  writeCelery,
} from '../../../src/engine/canvas/index.js'

const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,12}$/)
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Json)
const key = fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom('__proto__', 'constructor', 'toJSON', 'kind', 'task', 'chain'))
const kwargs = fc.dictionary(key, json, { maxKeys: 3, noNullPrototype: false })
const ms = fc.integer({ min: 0, max: 315_360_000_000 })
const instant = fc.integer({ min: 0, max: 253_402_300_799_999 })
const retry = fc.record(
  { maxRetries: fc.option(fc.nat(100)), auto: fc.boolean(), factorMs: ms, maxDelayMs: ms, jitter: fc.boolean() },
  { requiredKeys: [] },
)
const plainOptions = {
  queue: name,
  priority: fc.integer({ min: 0, max: 9 }),
  countdownMs: ms,
  etaMs: instant,
  expiresInMs: ms,
  expiresAtMs: instant,
  retry,
  ignoreResult: fc.boolean(),
  taskId: name,
}

/** Each part after some of those before it. */
const inGraph = (canvases: Canvas[]): DagNode[] =>
  canvases.map((canvas, k) => ({ name: `n${k}`, canvas, after: k % 2 === 1 ? [`n${k - 1}`] : k === 2 ? ['n0', 'n1'] : [] }))

const canvases = (graphs: boolean) =>
  fc.letrec<{ canvas: Canvas; leaf: Canvas; options: CanvasOptions }>((tie) => {
    const many = fc.array(tie('canvas'), { depthIdentifier: 'canvas', maxLength: 3 })
    const callbacks = fc.array(tie('leaf'), { maxLength: 1, depthIdentifier: 'canvas' })
    const options = tie('options')
    const items = fc.array(fc.array(json, { maxLength: 2 }), { maxLength: 3 })
    return {
      options: fc.record({ ...plainOptions, link: callbacks, linkError: callbacks }, { requiredKeys: [] }),
      leaf: fc.oneof(
        { maxDepth: 3, depthIdentifier: 'canvas' },
        fc.record({
          kind: fc.constant('task' as const),
          task: name,
          args: fc.array(json, { maxLength: 3 }),
          kwargs,
          options,
          immutable: fc.boolean(),
        }),
        fc.record({
          kind: fc.constant('task' as const),
          task: name,
          args: fc.tuple(items),
          kwargs,
          options,
          immutable: fc.constant(true),
          each: fc.constantFrom('map' as const, 'starmap' as const),
        }),
      ),
      canvas: fc.oneof(
        { maxDepth: 3, depthIdentifier: 'canvas', withCrossShrink: true },
        tie('leaf'),
        fc.record({ kind: fc.constant('chain' as const), steps: many, options }),
        fc.record({ kind: fc.constant('group' as const), members: many, options }),
        fc.record({ kind: fc.constant('chord' as const), header: many, body: tie('canvas'), options }),
        ...(graphs ? [fc.record({ kind: fc.constant('graph' as const), nodes: many.map(inGraph), options })] : []),
      ),
    }
  })

const overTheWire = (value: Json): unknown => JSON.parse(JSON.stringify(value))

describe('read(write(x)) equals x', () => {
  it.each([
    ['our form', writeCanvas, true],
    ['Celery’s form', writeCelery, false],
  ] as const)('in %s', (_, write, graphs) => {
    fc.assert(
      fc.property(canvases(graphs).canvas, (original) => {
        const read = readCanvas(original)
        expect(read).toEqual(original)
        expect(readCanvas(overTheWire(write(read)))).toEqual(read)
      }),
      { numRuns: 200 },
    )
  })
})

interface ConformanceCase {
  id: string
  canvas: unknown
}

describe.each(['edge', 'random'])('every case of %s.json', (file) => {
  const path = new URL(`../../conformance/cases/${file}.json`, import.meta.url)
  const cases = JSON.parse(readFileSync(path, 'utf8')) as ConformanceCase[]

  it('is stable when read, written and read again, in both forms', () => {
    for (const { id, canvas: input } of cases) {
      const read = readCanvas(input)
      expect(readCanvas(overTheWire(writeCelery(read))), id).toEqual(read)
      expect(readCanvas(overTheWire(writeCanvas(read))), id).toEqual(read)
    }
  })

  it('is written in Celery’s form as Celery wrote it', () => {
    for (const { id, canvas: input } of cases) expect(writeCelery(readCanvas(input)), id).toEqual(input)
  })
})

it('Celery has no form for a graph', () => {
  const canvas = readCanvas({ chain: [{ task: 'a' }, { graph: { nodes: { a: { task: 'a' } } } }] })
  expect(() => writeCelery(canvas)).toThrow('canvas: has a graph in it, which Celery has no form for')
})

it('what is empty or default is left out of our form', () => {
  const input = {
    chord: { header: [{ task: 'a' }, { map: { task: 'm', items: [] } }], body: { task: 'b', immutable: true } },
    options: { queue: 'q' },
  }
  expect(writeCanvas(readCanvas(input))).toEqual(input)
})
