/**
 * Query of `GET /v1/workflows/:id/graph` -> which part of the picture. The ranges are the engine's; here only text becomes numbers.
 */
import { Injectable, type PipeTransform } from '@nestjs/common'
import type { GraphViewOptions } from '../../engine/index.js'
import { RequestInvalidError } from '../http/problem.js'

const NUMBERS = ['collapse', 'limit'] as const
const TEXTS = ['cursor', 'of'] as const

@Injectable()
export class GraphPipe implements PipeTransform<Record<string, unknown>, GraphViewOptions> {
  transform(query: Record<string, unknown>): GraphViewOptions {
    const options: GraphViewOptions = {}
    for (const [name, value] of Object.entries(query)) {
      if (typeof value !== 'string') throw refused(name, 'must be there once')
      if (isOneOf(TEXTS, name)) options[name] = value
      else if (isOneOf(NUMBERS, name)) options[name] = whole(name, value)
      else throw refused(name, 'is not a known parameter')
    }
    return options
  }
}

const isOneOf = <T extends string>(names: readonly T[], name: string): name is T => (names as readonly string[]).includes(name)

function whole(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw refused(name, 'must be a whole number')
}

const refused = (name: string, rule: string): RequestInvalidError => new RequestInvalidError([{ path: `query.${name}`, rule }])
