/**
 * Query of `GET /v1/workflows/:id/tasks` -> where to go on and how many. What a cursor may be the engine decides.
 */
import { Injectable, type PipeTransform } from '@nestjs/common'
import { RequestInvalidError } from '../http/problem.js'

export const MAX_LISTED = 1_000
const DEFAULT_LISTED = 100
const KNOWN = ['cursor', 'limit']

export interface ListQuery {
  cursor: string
  limit: number
}

@Injectable()
export class ListPipe implements PipeTransform<Record<string, unknown>, ListQuery> {
  transform(query: Record<string, unknown>): ListQuery {
    const unknown = Object.keys(query).find((key) => !KNOWN.includes(key))
    if (unknown !== undefined) throw new RequestInvalidError([{ path: `query.${unknown}`, rule: 'is not a known parameter' }])
    return { cursor: cursorOf(query.cursor), limit: query.limit === undefined ? DEFAULT_LISTED : limitOf(query.limit) }
  }
}

function cursorOf(text: unknown): string {
  if (text === undefined) return ''
  if (typeof text === 'string' && /^\d{1,6}\.\d{1,9}$/.test(text)) return text
  throw new RequestInvalidError([{ path: 'query.cursor', rule: 'must be the cursor of an answer' }])
}

function limitOf(text: unknown): number {
  const value = typeof text === 'string' && /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (value >= 1 && value <= MAX_LISTED) return value
  throw new RequestInvalidError([{ path: 'query.limit', rule: `must be a whole number from 1 to ${MAX_LISTED}` }])
}
