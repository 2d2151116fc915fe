/** What two outcomes must share to be called the same: states, results, and of an error its type and root. */
import { canonical, canonicalSet, rootOf, type SeenOutcome } from '../conformance/cases.js'

export interface Seen {
  outcome: SeenOutcome | null
  marks: unknown[]
}

function shapeOf(outcome: SeenOutcome | null): unknown {
  if (outcome === null) return null
  const { state, result, error, results } = outcome
  if (results) return { state, results: results.map(shapeOf) }
  if (!error) return { state, result }
  const { type, message } = rootOf(error)
  return { state, type: error.type, root: { type, message } }
}

/** `null` when equal, else both sides as text. */
export function difference(expected: Seen, got: Seen): { expected: string; got: string } | null {
  const [want, have] = [expected, got].map(({ outcome, marks }) => `${canonical(shapeOf(outcome))}\n${canonicalSet(marks)}`) as [
    string,
    string,
  ]
  return want === have ? null : { expected: want, got: have }
}
