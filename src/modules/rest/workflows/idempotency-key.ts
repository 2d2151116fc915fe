/**
 * The `Idempotency-Key` header: 1 to 255 visible ASCII characters, taken as they are.
 */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import { ApiHeader } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { RequestInvalidError } from '../../http/problem.js'

const KEY = /^[\x21-\x7e]{1,255}$/

const KeyHeader = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const key = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key']
  if (key === undefined || (typeof key === 'string' && KEY.test(key))) return key
  throw new RequestInvalidError([{ path: 'headers.idempotency-key', rule: 'must be 1 to 255 visible ASCII characters' }])
})

/** The key of the request, if it has one. */
export function IdempotencyKey(): ParameterDecorator {
  return (target, key, index) => {
    KeyHeader()(target, key, index)
    const descriptor = Object.getOwnPropertyDescriptor(target, key as string) as PropertyDescriptor
    ApiHeader({
      name: 'Idempotency-Key',
      description: 'Known for 24 h: the same key with the same canvas answers the first workflow, with another canvas 422',
      required: false,
      schema: { type: 'string', pattern: KEY.source },
      example: 'report-7',
    })(target, key as string, descriptor)
  }
}
