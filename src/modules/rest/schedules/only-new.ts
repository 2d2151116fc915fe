/** The `If-None-Match` header: only `*` makes sense here. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import { ApiHeader } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { RequestInvalidError } from '../../http/problem.js'

const Header = createParamDecorator((_: unknown, context: ExecutionContext): boolean => {
  const value = context.switchToHttp().getRequest<FastifyRequest>().headers['if-none-match']
  if (value === undefined || value === '*') return value === '*'
  throw new RequestInvalidError([{ path: 'headers.if-none-match', rule: 'must be *' }])
})

/** Whether only something new may be made. */
export function OnlyNew(): ParameterDecorator {
  return (target, key, index) => {
    Header()(target, key, index)
    const descriptor = Object.getOwnPropertyDescriptor(target, key as string) as PropertyDescriptor
    const description = '`*`: only make, do not change'
    ApiHeader({ name: 'If-None-Match', description, required: false, schema: { const: '*' } as object })(target, key as string, descriptor)
  }
}
