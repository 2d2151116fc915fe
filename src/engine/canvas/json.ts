/**
 * Copies of argument values: plain JSON, objects without a prototype, nothing that JSON would change silently.
 *
 * `JSON.stringify` turns NaN into null and drops functions and undefined; such values are refused by path instead. Objects with a
 * `toJSON` method (dates, for one) are taken as what it returns.
 */
import type { ReadContext } from './context.js'
import { limitExceeded } from './errors.js'
import { keyed } from './paths.js'
import type { Json } from './types.js'

/** The object type of kwargs and of objects in arguments. */
export interface JsonObject {
  [key: string]: Json
}

export const NO_ARGS: Json[] = Object.freeze([]) as unknown as Json[]
export const NO_KWARGS: JsonObject = Object.freeze(Object.create(null)) as JsonObject

/** An empty object without a prototype: `__proto__` is an ordinary key of it. */
export function emptyObject(): JsonObject {
  return Object.create(null) as JsonObject
}

/** A copy of `value`; what JSON cannot carry is reported, with null in its place. */
export function copyJson(context: ReadContext, value: unknown, path: string, levels = context.limits.jsonDepth): Json {
  if (isScalar(value)) return value === 0 ? 0 : value
  if (typeof value !== 'object' || value === null) return refuse(context, value, path)
  if (levels <= 0) throw limitExceeded(path, `is nested deeper than ${context.limits.jsonDepth} levels, or contains itself`)
  const plain = viaToJson(value)
  if (plain !== value) return copyJson(context, plain, path, levels - 1)
  return Array.isArray(value) ? copyArray(context, value, path, levels - 1) : copyObject(context, value, path, levels - 1)
}

export function copyArray(context: ReadContext, values: readonly unknown[], path: string, levels = context.limits.jsonDepth): Json[] {
  const copy: Json[] = []
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    copy.push(isScalar(value) && value !== 0 ? value : copyJson(context, value, `${path}[${i}]`, levels))
  }
  return copy
}

export function copyObject(context: ReadContext, value: object, path: string, levels = context.limits.jsonDepth): JsonObject {
  const copy = emptyObject()
  if (isForeign(value)) {
    context.fail(path, `must be plain JSON, not ${nameOf(value)}`)
    return copy
  }
  for (const [key, field] of Object.entries(value)) {
    copy[key] = isScalar(field) && field !== 0 ? field : copyJson(context, field, keyed(path, key), levels)
  }
  return copy
}

function isScalar(value: unknown): value is null | boolean | number | string {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
}

function refuse(context: ReadContext, value: unknown, path: string): null {
  const what =
    typeof value === 'number' ? 'must be a finite number' : `must be JSON, not ${value === undefined ? 'undefined' : `a ${typeof value}`}`
  context.fail(path, what)
  return null
}

function viaToJson(value: object): unknown {
  const method: unknown = (value as { toJSON?: unknown }).toJSON
  return typeof method === 'function' ? (method.call(value) as unknown) : value
}

/** Maps, sets, promises, buffers, errors…: JSON would write `{}` for them. Instances of classes are taken by their own fields. */
function isForeign(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype !== null && prototype !== Object.prototype && Object.prototype.toString.call(value) !== '[object Object]'
}

function nameOf(value: object): string {
  return `a ${Object.prototype.toString.call(value).slice('[object '.length, -1)}`
}

/** Whether an object has no members; without the array that Object.keys() would make, for bulk producers. */
export function isEmpty(object: object): boolean {
  for (const _ in object) return false
  return true
}

/** Whether every value is text, a finite number, a boolean or null: what JSON carries as it is, and what needs no copy. */
export function areScalars(values: readonly unknown[]): boolean {
  for (const value of values) if (!isScalar(value)) return false
  return true
}
