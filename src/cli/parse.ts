/** Values of options, read from the words of a command line; what is wrong is told as commander's own errors are. */
import { InvalidArgumentError } from 'commander'

/** An option that may be repeated. */
export const collect = (value: string, before: string[] = []): string[] => [...before, value]

/** Names with commas between them. */
export function list(text: string): string[] {
  const items = text.split(',').map((item) => item.trim())
  if (items.includes('')) throw new InvalidArgumentError('must be names with commas between them')
  return items
}

/** A whole number within bounds. */
export const whole = (least: number, most: number) => (text: string) => {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most)) throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}`)
  return value
}

const YEAR_S = 31_622_400

/** Up to a year, with fractions. */
export function seconds(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (!(value <= YEAR_S)) throw new InvalidArgumentError(`must be a number of seconds, up to ${YEAR_S}`)
  return value
}

/** An instant as Unix ms. */
export function instant(text: string): number {
  const ms = /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text)
  if (!Number.isFinite(ms)) throw new InvalidArgumentError('must be a time: 2026-08-01T12:00:00Z, or ms')
  return ms
}

const UNITS: { readonly [unit: string]: number } = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** An instant, or how long ago, as Unix ms. */
export function moment(text: string): number {
  return ago(text) ?? instant(text)
}

/** ISO 8601 that says where on earth it is meant: with an offset, or a day alone (UTC). */
const PLACED = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/

/** The same, but no time of day without its offset: a schedule has a zone, and the machine that asks may be in another. */
export function placedMoment(text: string): number {
  if (/^\d{4}-/.test(text) && !PLACED.test(text)) throw new InvalidArgumentError('must say its offset: 2026-08-01T12:00:00Z')
  return moment(text)
}

/** How long something is, ms: `30s`, `15m`, `2h`, `7d`. */
export function span(text: string): number {
  const ms = spanOf(text)
  if (ms === undefined) throw new InvalidArgumentError('must be how long: 30s, 15m, 2h, 7d')
  return ms
}

function ago(text: string): number | undefined {
  const ms = spanOf(text)
  return ms === undefined ? undefined : Date.now() - ms
}

function spanOf(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  return count === undefined ? undefined : Number(count) * (UNITS[unit] ?? 0)
}
