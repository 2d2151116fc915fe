/**
 * Query of `GET /v1/workflows/:id/result` -> milliseconds to wait. Refused, not clamped: a caller must know how long it was waited.
 */
import { Injectable, type PipeTransform } from '@nestjs/common'
import { RequestInvalidError } from '../http/problem.js'

export const MAX_WAIT_MS = 60_000

@Injectable()
export class WaitPipe implements PipeTransform<Record<string, unknown>, number> {
  transform(query: Record<string, unknown>): number {
    const unknown = Object.keys(query).find((key) => key !== 'waitMs')
    if (unknown !== undefined) throw new RequestInvalidError([{ path: `query.${unknown}`, rule: 'is not a known parameter' }])
    return query.waitMs === undefined ? 0 : milliseconds(query.waitMs)
  }
}

function milliseconds(text: unknown): number {
  const value = typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value <= MAX_WAIT_MS) return value
  throw new RequestInvalidError([{ path: 'query.waitMs', rule: `must be a whole number of milliseconds from 0 to ${MAX_WAIT_MS}` }])
}
