/** What GraphQL says of errors, and what it keeps to itself. */
import { BadRequestException, ForbiddenException } from '@nestjs/common'
import { GraphQLError } from 'graphql'
import { expect, test } from 'vitest'
import { ChordisError, ERROR_RULES, type ErrorCode, type Logger } from '../../../src/engine/index.js'
import { ErrorFormatter } from '../../../src/modules/graphql/errors.js'
import { RequestInvalidError } from '../../../src/modules/http/problem.js'

const logged: object[] = []
const quiet = () => undefined
const logger: Logger = { debug: quiet, info: quiet, warn: quiet, error: (entry: object) => void logged.push(entry) } as unknown as Logger

function said(originalError: Error, suggests = true) {
  const error = new GraphQLError(originalError.message, { originalError, path: ['workflow'] })
  return new ErrorFormatter(logger, suggests).format({ data: null, errors: [error] }, undefined).response.errors[0]!
}

test.each(Object.keys(ERROR_RULES) as ErrorCode[])('%s has the status of the table, and a time to come back where it may help', (code) => {
  const { status, retryable } = ERROR_RULES[code]
  expect(said(new ChordisError(code, 'why', { path: 'input.id', workflow: 'w' }))).toEqual({
    message: 'input.id: why',
    path: ['workflow'],
    extensions: { code, status, path: 'input.id', workflow: 'w', ...(retryable && status >= 500 ? { retryAfter: 1 } : {}) },
  })
})

test('an error that is not ours says nothing of the inside, and is logged', () => {
  logged.length = 0
  const error = new TypeError('connect ECONNREFUSED 10.0.0.7:6379')
  const answer = said(error)
  expect(answer).toEqual({
    message: 'The server failed; its log says why',
    path: ['workflow'],
    extensions: { code: 'internal', status: 500 },
  })
  expect(logged).toEqual([{ err: error, code: 'internal', field: 'workflow' }])
})

test('what Nest refuses keeps its status, and several faults are all told', () => {
  expect(said(new ForbiddenException('no')).extensions).toEqual({ code: 'request-invalid', status: 403 })
  expect(said(new BadRequestException('no')).extensions).toMatchObject({ status: 400 })
  const faults = [
    { path: 'a', rule: 'x' },
    { path: 'b', rule: 'y' },
  ] as const
  expect(said(new RequestInvalidError([...faults])).extensions).toMatchObject({ code: 'request-invalid', path: 'a', errors: faults })
})

test('names of the schema are suggested only where it may be asked for', () => {
  const formatter = (suggests: boolean) => new ErrorFormatter(logger, suggests)
  const error = new GraphQLError('Cannot query field "a" on type "B". Did you mean "c" or "d"?')
  expect(formatter(true).format({ errors: [error] }, undefined).response.errors[0]?.message).toContain('Did you mean')
  expect(formatter(false).format({ errors: [error] }, undefined)).toEqual({
    statusCode: 400,
    response: { errors: [{ message: 'Cannot query field "a" on type "B".', extensions: { code: 'request-invalid', status: 400 } }] },
  })
})
