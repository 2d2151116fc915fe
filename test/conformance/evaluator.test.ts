import { describe, expect, test } from 'vitest'
import { type CelerySignature, fromCelery } from '../support/celery-json.js'
import { evaluate } from '../support/evaluator.js'
import { type ConformanceCase, marksMatch, outcomeMatches, readCases } from './cases.js'

const isWrong = ({ canvas, expect: expected, marks: noted }: ConformanceCase) => {
  const { outcome, marks } = evaluate(fromCelery(canvas as CelerySignature))
  return !outcomeMatches(expected, outcome) || !marksMatch(noted, marks)
}

describe('the evaluator, by which the property tests judge the engine,', () => {
  test.each([
    ['edge', 72],
    ['random', 995],
  ])('gives every outcome and mark of %s.json, %i of them', (name, count) => {
    const cases = readCases(new URL(`./cases/${name}.json`, import.meta.url))
    expect(cases).toHaveLength(count)
    expect(cases.filter(isWrong).map(({ id }) => id)).toEqual([])
  })
})
