/** What every controller and every handler of REST has: the filter of problems, and a description in OpenAPI. */
import { applyDecorators, Controller, HttpCode, UseFilters, UseGuards } from '@nestjs/common'
import { ApiExtension, ApiOperation, ApiResponse, type ApiResponseOptions, ApiTags } from '@nestjs/swagger'
import { AccessGuard } from '../access/access.guard.js'
import { ProblemFilter } from '../http/problem.filter.js'
import { PROBLEM_TYPE } from '../http/problem.js'
import type { Described } from './schema.js'
import { problem } from './schemas/common.js'
import { OPERATION_SCOPES, type OperationId } from './scopes.js'

/** A controller below `/v1`. */
export function RestController(path: string, tag: string): ClassDecorator {
  return applyDecorators(Controller(path === '' ? 'v1' : `v1/${path}`), UseFilters(ProblemFilter), UseGuards(AccessGuard), ApiTags(tag))
}

/** What an operation answers. */
export interface Answers {
  summary: string
  description?: string
  /** Status of success. Default 200. */
  status?: number
  /** Its body; none: there is none. */
  answer?: Described
  /** Media type of that. Default `application/json`. */
  type?: string
  /** Other answers that are no problems. */
  others?: readonly { status: number; description: string; answer: Described; type?: string }[]
  /** Headers of success. */
  headers?: ApiResponseOptions['headers']
}

/** Describes a handler, and sets its status. */
export function Operation(
  id: OperationId,
  { summary, description, status = 200, answer, type, others = [], headers }: Answers,
): MethodDecorator {
  const scope = OPERATION_SCOPES[id]
  return applyDecorators(
    HttpCode(status),
    ApiOperation({ operationId: id, summary, ...(description === undefined ? {} : { description }) }),
    ApiExtension('x-chordis-scope', scope),
    response(status, 'Done', answer, type, headers),
    ...others.map((one) => response(one.status, one.description, one.answer, one.type)),
    response('default', 'A problem', problem, PROBLEM_TYPE),
  )
}

function response(
  status: number | 'default',
  description: string,
  answer: Described | undefined,
  type = 'application/json',
  headers?: ApiResponseOptions['headers'],
): MethodDecorator & ClassDecorator {
  const content = answer === undefined ? {} : { content: { [type]: { schema: answer.schema, example: answer.example } } }
  return ApiResponse({ status, description, ...content, ...(headers === undefined ? {} : { headers }) } as ApiResponseOptions)
}
