/**
 * Whether something is what a test expects: equal as JSON, a predicate that says yes, or a matcher of any framework that has an
 * `asymmetricMatch` method (`expect.objectContaining(…)`), at any depth.
 */
import { isDeepStrictEqual } from 'node:util'

interface Matcher {
  asymmetricMatch(actual: unknown): boolean
}

const isMatcher = (value: unknown): value is Matcher =>
  typeof value === 'object' && value !== null && typeof (value as Partial<Matcher>).asymmetricMatch === 'function'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isMatcher(value)

export function matches(expected: unknown, actual: unknown): boolean {
  if (isMatcher(expected)) return expected.asymmetricMatch(actual)
  if (typeof expected === 'function') return Boolean((expected as (actual: unknown) => unknown)(actual))
  if (Array.isArray(expected)) {
    return Array.isArray(actual) && actual.length === expected.length && expected.every((item, k) => matches(item, actual[k]))
  }
  if (isRecord(expected) && isPlain(expected)) {
    if (!isRecord(actual)) return false
    const keys = Object.keys(expected).filter((key) => expected[key] !== undefined)
    return (
      keys.length === Object.keys(actual).length && keys.every((key) => Object.hasOwn(actual, key) && matches(expected[key], actual[key]))
    )
  }
  return isDeepStrictEqual(expected, actual)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
