/**
 * Any error as a problem document (RFC 9457). What a code means is read from the engine's table; the few codes below exist only in HTTP.
 *
 * A problem never holds a stack, a cause or anything about an error that is not ours.
 */
import { STATUS_CODES } from 'node:http'
import { HttpException } from '@nestjs/common'
import { ChordisError, ERROR_RULES, type ErrorCode } from '../../engine/index.js'

/** The media type of a problem document. */
export const PROBLEM_TYPE = 'application/problem+json'

/** Codes of faults that only HTTP has. */
export type HttpOnlyCode = 'media-type-unsupported' | 'method-not-allowed' | 'uri-too-long' | 'internal'

/** One thing that is wrong with a request, and where. */
export interface Fault {
  /** Where in the request: `canvas.chain[2].args`, `options.retentionMs`, `query.waitMs`, `headers.idempotency-key`. */
  path: string
  /** The rule that is broken: `must be an array`. */
  rule: string
}

/** An error as HTTP answers it (RFC 9457), with the code of the error. */
export interface Problem {
  type: string
  title: string
  status: number
  code: ErrorCode | HttpOnlyCode
  detail: string
  path?: string
  /** Every fault, when there is more than the first. */
  errors?: readonly Fault[]
  workflow?: string
  instance?: string
}

/** A request that is wrong in one or more places. */
export class RequestInvalidError extends ChordisError {
  readonly errors: readonly Fault[]

  constructor(errors: [Fault, ...Fault[]]) {
    super('request-invalid', errors[0].rule, { path: errors[0].path, rule: errors[0].rule })
    this.errors = errors
  }
}

const BY_STATUS: Partial<Record<number, ErrorCode | HttpOnlyCode>> = {
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'limit-exceeded',
  414: 'uri-too-long',
  415: 'media-type-unsupported',
}

/** The problem document of any thrown value. `instance` is the path of `url`. */
export function toProblem(error: unknown, url?: string): Problem {
  const problem = error instanceof ChordisError ? ofChordis(error) : ofStatus(error)
  const instance = url?.split('?', 1)[0]
  return { type: `urn:chordis:problem:${problem.code}`, ...problem, ...(instance === undefined ? {} : { instance }) }
}

function ofChordis(error: ChordisError): Omit<Problem, 'type'> {
  const { errors = [] } = error as { errors?: readonly Fault[] }
  return {
    title: ERROR_RULES[error.code].title,
    status: error.status,
    code: error.code,
    detail: error.message,
    ...(error.path === undefined ? {} : { path: error.path }),
    ...(errors.length > 1 ? { errors } : {}),
    ...(error.workflow === undefined ? {} : { workflow: error.workflow }),
  }
}

function ofStatus(error: unknown): Omit<Problem, 'type'> {
  const status = statusOf(error)
  if (status >= 500) return { title: title(status), status, code: 'internal', detail: 'The server failed; its log says why' }
  return { title: title(status), status, code: BY_STATUS[status] ?? 'request-invalid', detail: (error as Error).message }
}

/** Status of an error that HTTP layers made (Nest's exceptions, Fastify's errors); 500 for everything else. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus()
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown }
  return typeof code === 'string' && code.startsWith('FST_') && typeof statusCode === 'number' ? statusCode : 500
}

function title(status: number): string {
  return STATUS_CODES[status] ?? 'Error'
}
