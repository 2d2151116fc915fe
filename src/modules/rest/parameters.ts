/**
 * Parameters of handlers: each reads a part of the request and describes it in OpenAPI. Swagger's own look at parameter types is not used: it
 * depends on what a compiler emits.
 */
import { createParamDecorator, type ExecutionContext, type PipeTransform } from '@nestjs/common'
import { ApiBody, ApiParam, ApiQuery } from '@nestjs/swagger'
import type { FastifyRequest } from 'fastify'
import { fieldsOf, refTo } from './fields.js'
import { readBody, readQuery } from './read-dto.js'
import type { Described } from './schema.js'

type Type = new () => object
type Documents = MethodDecorator

const requestOf = (context: ExecutionContext): FastifyRequest => context.switchToHttp().getRequest<FastifyRequest>()

/** A body, read into a DTO; where none of its fields is required, it may be missing. */
export function Sent<T extends Type>(type: T, { examples }: { examples: Readonly<Record<string, object>> }): ParameterDecorator {
  const required = fieldsOf(type).some((field) => field.required)
  const documents = ApiBody({ schema: refTo(type), required, examples: named(examples) })
  return reads((request) => readBody(type, request.body), [documents])
}

/** The body as it came, read by a pipe of its own. */
export function SentTo(pipe: PipeTransform<unknown>, documents: Documents): ParameterDecorator {
  return reads((request) => pipe.transform(request.body, { type: 'body' }), [documents])
}

/** The query, read into a DTO. */
export function Asked(type: Type): ParameterDecorator {
  const documents = fieldsOf(type).map(({ name, required, schema: { description, example, ...schema } }) =>
    ApiQuery({ name, required, description, schema, ...(example === undefined ? {} : { example }) } as Parameters<typeof ApiQuery>[0]),
  )
  return reads((request) => readQuery(type, request.query as Record<string, unknown>), documents)
}

/** A part of the path. */
export function At(name: string, { schema, example }: Described): ParameterDecorator {
  const { description, ...rest } = schema as { description?: string }
  const documents = ApiParam({ name, description: description ?? name, schema: rest, example } as Parameters<typeof ApiParam>[0])
  return reads((request) => (request.params as Record<string, string>)[name], [documents])
}

function reads(read: (request: FastifyRequest) => unknown, documents: readonly Documents[]): ParameterDecorator {
  const value = createParamDecorator((_: unknown, context: ExecutionContext) => read(requestOf(context)))()
  return (target, key, index) => {
    value(target, key, index)
    const descriptor = Object.getOwnPropertyDescriptor(target, key as string) as PropertyDescriptor
    for (const document of documents) document(target, key as string, descriptor)
  }
}

/** Examples by name, as OpenAPI wants them. */
export function named(examples: Readonly<Record<string, object>>): Record<string, { value: object }> {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]))
}
