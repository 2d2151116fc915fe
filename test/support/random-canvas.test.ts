import { describe, expect, test } from 'vitest'
import type { Canvas } from '../../src/engine/index.js'
import { evaluate } from './evaluator.js'
import { randomCanvas } from './random-canvas.js'

const SIZES = [1, 3, 10, 40, 200, 2_000]
const seeds = (count: number) => Array.from({ length: count }, (_, seed) => seed)
const grow = (seed: number, nodes: number): Canvas => randomCanvas({ seed, nodes, caseId: 'c' })

describe('random canvases', () => {
  test('are the same for the same seed', () => {
    expect(grow(7, 300)).toEqual(grow(7, 300))
  })

  test('have an outcome of a bounded size by the evaluator', () => {
    const sizes = SIZES.flatMap((nodes) => seeds(30).map((seed) => JSON.stringify(evaluate(grow(seed, nodes))).length))
    expect(Math.max(...sizes)).toBeLessThan(5_000_000)
  })

  test('end in every way: with a value, with a failure, in a group, with marks of both kinds', () => {
    const ends = SIZES.flatMap((nodes) => seeds(60).map((seed) => evaluate(grow(seed, nodes))))
    expect(new Set(ends.map(({ outcome }) => outcome.state))).toEqual(new Set(['SUCCESS', 'FAILURE', 'GROUP']))
    const marks = ends.flatMap((end) => end.marks.map(([, seen]) => seen))
    expect(marks).toEqual(expect.arrayContaining(['ValueError', 'ChordError', null, []]))
  })

  test('use the size that they are given', () => {
    const counts = seeds(60).map((seed) => (JSON.stringify(grow(seed, 2_000)).match(/"task":/g) ?? []).length)
    expect(Math.min(...counts)).toBeGreaterThan(500)
    expect(Math.max(...counts)).toBeGreaterThan(2_000)
  })
})
