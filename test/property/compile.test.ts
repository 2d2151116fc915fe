import fc from 'fast-check'
import { describe, test } from 'vitest'
import type { Canvas } from '../../src/engine/index.js'
import { evaluate } from '../support/evaluator.js'
import { randomCanvas, randomCanvasSpec, randomGraph } from '../support/random-canvas.js'
import { runCanvas } from '../support/run-canvas.js'
import { pickSeed, SeededRandom } from '../support/seed.js'
import { difference } from './compare.js'

const RUNS = process.env.CHORDIS_VERIFY === '1' ? 20_000 : 1_000

type Spec = { seed: number; nodes: number }

/** Every second one with plain graphs in it. */
const mixed = (spec: Spec): Canvas => randomCanvas({ ...spec, caseId: 'c', graphs: spec.seed % 2 === 1 })

const check =
  (made: (spec: Spec) => Canvas) =>
  (spec: Spec, order: number): void => {
    const canvas = made(spec)
    const random = new SeededRandom(order)
    const run = runCanvas(canvas, { pick: (count) => random.int(0, Math.max(0, count - 1)) })
    const found = difference(evaluate(canvas), run)
    if (found) throw new Error(`${JSON.stringify(canvas).slice(0, 4_000)}\nexpected ${found.expected}\ngot ${found.got}`)
  }

describe('a compiled random canvas, run by the words of its graph in any order of ready nodes,', () => {
  test('ends as the evaluator says, up to 60 nodes', () => {
    fc.assert(fc.property(randomCanvasSpec(60), fc.nat(), check(mixed)), { numRuns: RUNS, seed: pickSeed() | 0 })
  })

  test('ends as the evaluator says, up to 2,000 nodes', () => {
    fc.assert(fc.property(randomCanvasSpec(2_000), fc.nat(), check(mixed)), { numRuns: RUNS / 20, seed: pickSeed() | 0 })
  })

  test('ends as the evaluator says, with chords that collect the outcomes of their headers', () => {
    const collecting = (spec: Spec): Canvas => randomCanvas({ ...spec, caseId: 'c', policies: true, graphs: spec.seed % 2 === 1 })
    fc.assert(fc.property(randomCanvasSpec(60), fc.nat(), check(collecting)), { numRuns: RUNS, seed: pickSeed() | 0 })
    fc.assert(fc.property(randomCanvasSpec(2_000), fc.nat(), check(collecting)), { numRuns: RUNS / 20, seed: pickSeed() | 0 })
  })

  test('ends as the evaluator says, one plain graph of up to 2,000 parts', () => {
    const graph = (spec: Spec): Canvas => randomGraph({ ...spec, caseId: 'c' })
    fc.assert(fc.property(randomCanvasSpec(60), fc.nat(), check(graph)), { numRuns: RUNS / 2, seed: pickSeed() | 0 })
    fc.assert(fc.property(randomCanvasSpec(2_000), fc.nat(), check(graph)), { numRuns: RUNS / 20, seed: pickSeed() | 0 })
  })
})
