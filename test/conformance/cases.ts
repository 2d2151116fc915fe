/**
 * The conformance cases: their shape, where they lie, and how an outcome is held against what a case expects.
 *
 * Pure but for reading files. Used by the runner (run.ts) and by the evaluator's own test.
 */
import { readFileSync } from 'node:fs'
import type { CelerySignature } from '../support/celery-json.js'

export type Expected =
  | { state: 'SUCCESS'; result: unknown }
  | { state: 'FAILURE'; errors: { type: string; message: string }[]; chordError?: boolean }
  | { state: 'GROUP'; results: Expected[] }

export interface ConformanceCase {
  id: string
  name?: string
  canvas: CelerySignature | { [name: string]: unknown }
  expect: Expected
  /** A multiset. Absent: not compared. */
  marks?: [string, unknown][]
}

export interface SeenError {
  type: string
  message: string
  cause?: SeenError
}

/** What was seen: an outcome in the forms of canvas-semantics 8. */
export interface SeenOutcome {
  state: string
  result?: unknown
  error?: SeenError
  results?: SeenOutcome[]
}

/** The cases of a file of the README's format. */
export function readCases(file: string | URL): ConformanceCase[] {
  return JSON.parse(readFileSync(file, 'utf8')) as ConformanceCase[]
}

/** JSON text with sorted keys: two values are equal as JSON when their texts are. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'undefined'
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`
}

/** A multiset as text. */
export const canonicalSet = (items: unknown[]): string => items.map(canonical).sort().join('\n')

export function rootOf(error: SeenError): SeenError {
  let root = error
  while (root.cause) root = root.cause
  return root
}

/** Whether `seen` is what the case expects. */
export function outcomeMatches(expected: Expected, seen: SeenOutcome | null | undefined): boolean {
  if (!seen || seen.state !== expected.state) return false
  switch (expected.state) {
    case 'SUCCESS':
      return canonical(seen.result) === canonical(expected.result)
    case 'FAILURE':
      return failureMatches(expected, seen.error)
    case 'GROUP':
      return (
        seen.results?.length === expected.results.length && expected.results.every((item, i) => outcomeMatches(item, seen.results?.[i]))
      )
  }
}

function failureMatches(expected: Extract<Expected, { state: 'FAILURE' }>, error: SeenError | undefined): boolean {
  if (!error || (expected.chordError && error.type !== 'ChordError')) return false
  const root = rootOf(error)
  return expected.errors.some(({ type, message }) => type === root.type && message === root.message)
}

/** Whether the callbacks noted what the case expects, in any order. */
export function marksMatch(expected: [string, unknown][] | undefined, seen: unknown[]): boolean {
  return expected === undefined || canonicalSet(expected) === canonicalSet(seen)
}
