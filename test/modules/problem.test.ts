/**
 * Errors as problem documents.
 */
import { BadGatewayException, NotFoundException } from '@nestjs/common'
import { describe, expect, test } from 'vitest'
import { ChordisError, ERROR_RULES, type ErrorCode } from '../../src/engine/index.js'
import { RequestInvalidError, toProblem } from '../../src/modules/index.js'

describe('toProblem', () => {
  test.each(Object.keys(ERROR_RULES) as ErrorCode[])('the code %s keeps the status and title of the table', (code) => {
    const problem = toProblem(new ChordisError(code, 'why'))
    expect(problem).toEqual({
      type: `urn:chordis:problem:${code}`,
      title: ERROR_RULES[code].title,
      status: ERROR_RULES[code].status,
      code,
      detail: 'why',
    })
  })

  test('path, workflow and instance are told where they are known', () => {
    const error = new ChordisError('canvas-invalid', 'must be an array', { path: 'canvas.chain', workflow: 'w1' })
    expect(toProblem(error, '/v1/workflows')).toMatchObject({ path: 'canvas.chain', workflow: 'w1', instance: '/v1/workflows' })
  })

  test('several faults are listed, one is not', () => {
    const first = { path: 'id', rule: 'is bad' }
    const second = { path: 'tags', rule: 'is worse' }
    expect(toProblem(new RequestInvalidError([first, second])).errors).toEqual([first, second])
    expect(toProblem(new RequestInvalidError([first])).errors).toBeUndefined()
  })

  test.each([
    ['an unknown error', new Error('password=hunter2')],
    ['null', null],
    ['undefined', undefined],
    ['a string', 'hunter2'],
    ['a 5xx of Nest', new BadGatewayException('hunter2')],
    ['an error with a status of its own', Object.assign(new Error('hunter2'), { status: 400, statusCode: 400, code: 'EVIL' })],
  ])('%s is an internal error that says nothing', (_what, error) => {
    const problem = toProblem(error)
    expect(problem).toMatchObject({ code: 'internal' })
    expect(problem.status).toBeGreaterThanOrEqual(500)
    expect(JSON.stringify(problem)).not.toMatch(/hunter2|at .*\.ts/)
  })

  test("a route that does not exist is Nest's 404 with our code", () => {
    expect(toProblem(new NotFoundException('Cannot GET /x'))).toMatchObject({ status: 404, code: 'not-found', detail: 'Cannot GET /x' })
  })
})
