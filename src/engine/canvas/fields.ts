/**
 * Checks of single fields, the same for every form. Each reports by path and returns a usable placeholder.
 */
import type { Place, ReadContext } from './context.js'
import { hint } from './hint.js'
import { copyArray, copyObject, type JsonObject, NO_ARGS, NO_KWARGS } from './json.js'
import { keyed } from './paths.js'
import type { Canvas, Json } from './types.js'

/** Names of tasks, queues and ids. No `:`, which separates the parts of a key. */
const NAME = /^[A-Za-z0-9._-]{1,128}$/
export const NAME_RULE = 'must be 1 to 128 characters of A-Z, a-z, 0-9, ".", "_" and "-"'

/** Ten years, in milliseconds: a longer wait is a mistake in the unit. */
export const LONGEST_MS = 10 * 365 * 86_400_000
/** The end of the year 9999, in Unix milliseconds. */
export const LATEST_MS = 253_402_300_799_999

export type Fields = { readonly [name: string]: unknown }

/** Whether it is an object with fields: no array, not null. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Reports fields that are not known, each with the nearest known name. */
export function checkFields(context: ReadContext, fields: Fields, path: string, known: readonly string[]): void {
  for (const name of Object.keys(fields)) {
    if (!known.includes(name)) context.fail(keyed(path, name), `unknown field${hint(name, known)}`)
  }
}

export const isName = (value: unknown): value is string => typeof value === 'string' && NAME.test(value)

export function readName(context: ReadContext, value: unknown, path: string): string {
  if (isName(value)) return value
  context.fail(path, typeof value === 'string' ? NAME_RULE : `must be a string: ${NAME_RULE.slice('must be '.length)}`)
  return ''
}

export function readBoolean(context: ReadContext, value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') context.fail(path, 'must be true or false')
  return value === true
}

export function readInteger(context: ReadContext, value: unknown, path: string, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value === 0 ? 0 : value
  context.fail(
    path,
    most === Number.MAX_SAFE_INTEGER ? `must be a whole number from ${least} on` : `must be a whole number from ${least} to ${most}`,
  )
  return least
}

/** A length of time in units of `unitMs`; returned in whole milliseconds. */
export function readDuration(context: ReadContext, value: unknown, path: string, unitMs: 1 | 1000): number {
  const ms = typeof value === 'number' ? Math.round(value * unitMs) : Number.NaN
  if (typeof value === 'number' && value >= 0 && ms <= LONGEST_MS) return ms === 0 ? 0 : ms
  context.fail(path, `must be a finite number of ${unitMs === 1 ? 'milliseconds' : 'seconds'} from 0 to ${LONGEST_MS / unitMs} (10 years)`)
  return 0
}

/** Positional arguments; absent means none. */
export function readArgs(context: ReadContext, value: unknown, path: string): Json[] {
  if (value === undefined) return NO_ARGS
  if (Array.isArray(value)) return value.length === 0 ? NO_ARGS : copyArray(context, value, path)
  context.fail(path, 'must be an array')
  return NO_ARGS
}

/** Keyword arguments; absent means none. */
export function readKwargs(context: ReadContext, value: unknown, path: string): JsonObject {
  if (value === undefined) return NO_KWARGS
  if (!isFields(value)) {
    context.fail(path, 'must be an object')
    return NO_KWARGS
  }
  const copy = copyObject(context, value, path)
  return Object.keys(copy).length === 0 ? NO_KWARGS : copy
}

/** The items of a map or starmap; a starmap's are argument lists. */
export function readItems(context: ReadContext, value: unknown, path: string, each: 'map' | 'starmap'): Json[] {
  if (!Array.isArray(value)) {
    context.fail(path, 'must be an array')
    return []
  }
  const items = copyArray(context, value, path)
  if (each === 'starmap') {
    items.forEach((item, i) => {
      if (!Array.isArray(item)) context.fail(`${path}[${i}]`, 'must be an array: each item of a starmap is an argument list')
    })
  }
  return items
}

/** The canvases of a group or header (`deeper` for all), or the steps of a chain (the last is as deep as the chain). */
export function readCanvases(context: ReadContext, value: unknown, path: string, place: Place, role: 'members' | 'steps'): Canvas[] {
  if (!Array.isArray(value)) {
    context.fail(path, 'must be an array of canvases')
    return []
  }
  const deeper = place.level + 1
  const last = role === 'steps' ? value.length - 1 : -1
  const canvases: Canvas[] = []
  for (let i = 0; i < value.length; i++) {
    canvases.push(context.read(value[i], { path: `${path}[${i}]`, level: i === last ? place.level : deeper, dialect: place.dialect }))
  }
  return canvases
}

/** The body of a chord: as deep as the chord, since Celery writes a chain of n groups as n bodies in one another. */
export function readBody(context: ReadContext, value: unknown, path: string, place: Place): Canvas {
  return context.read(value, { path, level: place.level, dialect: place.dialect })
}
