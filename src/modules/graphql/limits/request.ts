/**
 * What a request must be before it is parsed: POST, `application/json` (so no form of another site can send it), one operation and not a list of them,
 * variables of a depth that recursion can take.
 */
import { HttpException } from '@nestjs/common'
import type { FastifyRequest } from 'fastify'
import { ChordisError, checkJsonDepth } from '../../../engine/index.js'
import { MethodNotAllowed } from '../../http/method.js'
import { isObject } from '../../http/read.js'

/** Body of a request. */
export interface GraphqlBody {
  query: string
  operationName?: string | null
  variables?: Record<string, unknown> | null
}

/** Characters of a document: what has to be looked at to count its tokens. */
const MOST_TEXT = 65_536
/** Levels of the variables: 512 of a canvas, and what stands around it. GraphQL walks over them by recursion. */
const MOST_LEVELS = 600
const FIELDS = ['query', 'operationName', 'variables', 'extensions']

const invalid = (path: string, rule: string): ChordisError => new ChordisError('request-invalid', rule, { path, rule })

/** Before the body is read. @throws MethodNotAllowed, HttpException 415 */
export function checkHead({ method, headers }: Pick<FastifyRequest, 'method' | 'headers'>): void {
  if (method !== 'POST') throw new MethodNotAllowed('POST')
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1)
  if (type.trim().toLowerCase() !== 'application/json') throw new HttpException('Only application/json is taken here', 415)
}

/**
 * The body of a request, with the document of the allow list in it where there is one.
 * @throws ChordisError `request-invalid`, `limit-exceeded`, `forbidden`
 */
export function readBody(body: unknown, allowList?: ReadonlyMap<string, string>): GraphqlBody {
  if (Array.isArray(body)) throw invalid('body', 'must be one operation, not a list of them')
  if (!isObject(body)) throw invalid('body', 'must be an object with a `query`')
  const unknown = Object.keys(body).find((name) => !FIELDS.includes(name))
  if (unknown !== undefined) throw invalid(unknown, 'is not a known field')
  const { operationName, variables } = body
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string')
    throw invalid('operationName', 'must be a text')
  if (variables !== undefined && variables !== null && !isObject(variables)) throw invalid('variables', 'must be an object')
  checkJsonDepth(variables, MOST_LEVELS, 'variables')
  const query = allowList === undefined ? textOf(body.query) : allowed(body, allowList)
  return { query, operationName: operationName ?? null, variables: variables ?? null }
}

function textOf(query: unknown): string {
  if (typeof query !== 'string' || query === '') throw invalid('query', 'must be a text')
  return checkLength(query)
}

/** A document of a length that can be looked through. @throws ChordisError `limit-exceeded` */
export function checkLength(query: string): string {
  if (query.length <= MOST_TEXT) return query
  throw new ChordisError('limit-exceeded', `must not be longer than ${MOST_TEXT} characters`, { path: 'query' })
}

function allowed({ query, extensions }: Record<string, unknown>, allowList: ReadonlyMap<string, string>): string {
  if (query !== undefined) throw new ChordisError('forbidden', 'only queries of the list are taken here, by their hash', { path: 'query' })
  const persisted = isObject(extensions) ? extensions.persistedQuery : undefined
  const hash = isObject(persisted) ? persisted.sha256Hash : undefined
  if (typeof hash !== 'string') throw invalid('extensions.persistedQuery.sha256Hash', 'must be the hash of a query')
  const text = allowList.get(hash)
  if (text === undefined)
    throw new ChordisError('forbidden', 'is not the hash of a query of the list', { path: 'extensions.persistedQuery.sha256Hash' })
  return text
}
