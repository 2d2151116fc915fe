/**
 * Equality of canvases by value: the same callback is not added twice.
 */
import type { Canvas } from './types.js'

/** Whether two canvases say the same, whatever built them. */
export function sameCanvas(a: Canvas, b: Canvas): boolean {
  return sameValue(a, b)
}

function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  return names.every(
    (name) => Object.hasOwn(b, name) && sameValue((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]),
  )
}
