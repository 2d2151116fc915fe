/** What is wrong with a timing, by path. */
import { hint } from '../../canvas/hint.js'
import { keyed } from '../../canvas/paths.js'
import { ChordisError } from '../../protocol/errors.js'

/** Throws `schedule-invalid`: the message is the path and the rule. */
export function refuse(path: string, rule: string, cause?: unknown): never {
  throw new ChordisError('schedule-invalid', rule, { path, rule, cause })
}

export type Fields = { readonly [name: string]: unknown }

/** The fields of an object, of which none may be unknown. `what` names it: `must be a timing`. */
export function readFields(value: unknown, path: string, known: readonly string[], what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(path, `must be ${what}`)
  for (const name of Object.keys(value)) {
    if (!known.includes(name)) refuse(keyed(path, name), `unknown field${hint(name, known)}`)
  }
  return value as Fields
}

export function readInteger(value: unknown, path: string, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value === 0 ? 0 : value
  refuse(path, `must be a whole number from ${least} to ${most}`)
}

export function readNumber(value: unknown, path: string, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value === 0 ? 0 : value
  refuse(path, `must be a number from ${least} to ${most}`)
}
