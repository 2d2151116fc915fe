/**
 * Points in time as canvases carry them: Unix seconds, or ISO 8601 text. Without an offset the text means UTC, as Celery's default
 * time zone does (JavaScript would take the machine's).
 */
const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)(?:\s?(Z|[+-]\d\d:?\d\d))?)?$/i

/** Unix milliseconds of an ISO 8601 text, or undefined when it is none. */
export function parseIso(text: string): number | undefined {
  const match = ISO.exec(text)
  if (match === null) return undefined
  const [, date = '', time = '00:00', offset = 'Z'] = match
  const zone = /^[+-]\d{4}$/.test(offset) ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset.toUpperCase()
  const ms = Date.parse(`${date}T${toMillis(time)}${zone}`)
  return Number.isNaN(ms) ? undefined : ms
}

/** Python writes microseconds; more than three digits are cut. */
function toMillis(time: string): string {
  const [whole = '', fraction] = time.split(/[.,]/)
  return fraction === undefined ? whole : `${whole}.${fraction.slice(0, 3).padEnd(3, '0')}`
}

/** The text inside a date that kombu wrote: `{"__type__": "datetime", "__value__": "2026-08-01T12:00:00+00:00"}`. */
export function unwrapDate(value: unknown): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? value : value.toISOString()
  if (typeof value !== 'object' || value === null || !('__type__' in value) || !('__value__' in value)) return value
  return value.__type__ === 'datetime' ? value.__value__ : value
}

export function toIso(ms: number): string {
  return new Date(ms).toISOString()
}
