/** All conformance cases through compile and the interpreter, in definition order and in random orders. */
import { describe, expect, test } from 'vitest'
import { readCanvas } from '../../../src/engine/canvas/read.js'
import { type ConformanceCase, marksMatch, outcomeMatches, readCases } from '../../conformance/cases.js'
import { runCanvas } from '../../support/run-canvas.js'
import { SeededRandom } from '../../support/seed.js'

function isWrong({ canvas, expect: expected, marks: noted }: ConformanceCase, pick?: (count: number) => number): boolean {
  const { outcome, marks } = runCanvas(readCanvas(canvas), pick === undefined ? {} : { pick })
  return !outcomeMatches(expected, outcome) || !marksMatch(noted, marks)
}

describe.each([
  ['edge', 72],
  ['random', 995],
])('the compiled graphs of %s.json', (name, count) => {
  const cases = readCases(new URL(`../../conformance/cases/${name}.json`, import.meta.url))

  test(`give every outcome and mark when nodes run in definition order, ${count} of them`, () => {
    expect(cases).toHaveLength(count)
    expect(cases.filter((one) => isWrong(one)).map(({ id }) => id)).toEqual([])
  })

  test.each([1, 2, 3])('give every outcome and mark in whatever order ready nodes run (seed %i)', (seed) => {
    const random = new SeededRandom(seed)
    expect(cases.filter((one) => isWrong(one, (ready) => random.int(0, Math.max(0, ready - 1)))).map(({ id }) => id)).toEqual([])
  })
})
