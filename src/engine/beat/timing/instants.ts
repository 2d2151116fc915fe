/** Points in time as timings carry them: Unix ms, or ISO 8601; without an offset, wall time in the schedule's zone. */
import { LATEST_MS } from '../../canvas/fields.js'
import { parseIso } from '../../canvas/instants.js'
import { refuse } from './faults.js'
import type { Clock } from './zone.js'

const OFFSET = /(?:z|[+-]\d\d:?\d\d)$/i
const RULE = 'must be ISO 8601 or Unix milliseconds, from 1970 to 9999'

/** Unix ms of what was read. */
export function instantOf(value: string | number, zone: Clock): number {
  if (typeof value === 'number') return value
  const ms = parseIso(value) as number
  return OFFSET.test(value) ? ms : zone.instantOf(ms)
}

/** The value, when it is an instant; otherwise refuses it. */
export function readInstant(value: unknown, path: string, zone: Clock): string | number {
  if (typeof value !== 'string' && typeof value !== 'number') refuse(path, RULE)
  if (typeof value === 'string' && !isDate(value)) refuse(path, RULE)
  const ms = instantOf(value, zone)
  if (!Number.isInteger(ms) || ms < 0 || ms > LATEST_MS) refuse(path, RULE)
  return value
}

/** JavaScript reads 30 February as 2 March; nobody means that. */
function isDate(text: string): boolean {
  const [year, month, day] = text.slice(0, 10).split('-').map(Number)
  return parseIso(text) !== undefined && new Date(Date.UTC(year as number, (month as number) - 1, day)).getUTCDate() === day
}
