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
