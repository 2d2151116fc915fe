/**
 * Errors as GraphQL answers them: the message, the place in the document, and in `extensions` what REST has in a problem document. What is not ours says
 * nothing of the inside, and is logged.
 */
import type { FastifyReply } from 'fastify'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { ChordisError, type Logger } from '../../engine/index.js'
import { type Problem, toProblem } from '../http/problem.js'
import { RETRY_AFTER_S, setErrorHeaders } from '../http/send.js'

/** `extensions` of an error. */
export interface ErrorExtensions extends Pick<Problem, 'code' | 'status' | 'path' | 'workflow' | 'errors'> {
  /** Seconds after which the same request may succeed. */
  retryAfter?: number
}

/** An answer with errors. */
export interface FailedAnswer {
  statusCode: number
  response: { data?: unknown; errors: GraphQLFormattedError[] }
}

interface Failed {
  data?: unknown
  errors?: readonly GraphQLError[] | undefined
}

const SUGGESTION = / ?Did you mean .+\?$/

/** Makes answers of errors. */
export class ErrorFormatter {
  /** @param suggests whether messages may name what the schema has */
  constructor(
    private readonly logger: Logger,
    private readonly suggests: boolean,
  ) {}

  /** What was executed is answered with 200, what was refused before with the status of its first error. */
  format(execution: Failed, reply: FastifyReply | undefined): FailedAnswer {
    const errors = (execution.errors ?? []).flatMap(unpacked).map((error) => this.one(error))
    const executed = 'data' in execution
    const { status } = (errors[0]?.extensions ?? { status: 500 }) as unknown as ErrorExtensions
    if (!executed && reply !== undefined) setErrorHeaders(reply, status, execution.errors?.[0]?.originalError)
    return { statusCode: executed ? 200 : status, response: { ...(executed ? { data: execution.data } : {}), errors } }
  }

  /** An error as it may be sent by who sends errors as they are. */
  formed(error: unknown): GraphQLError {
    const given = error instanceof GraphQLError ? error : new GraphQLError((error as Error).message, { originalError: error as Error })
    const { message, extensions } = this.one(given)
    return new GraphQLError(message, { extensions: extensions ?? {} })
  }

  private one(error: GraphQLError): GraphQLFormattedError {
    const { locations, path, originalError } = error
    const extensions = extensionsOf(error)
    if (extensions.status >= 500)
      this.logger.error({ err: originalError ?? error, code: extensions.code, field: path?.join('.') }, 'request failed')
    return {
      message: this.messageOf(error, extensions),
      ...(locations === undefined ? {} : { locations }),
      ...(path === undefined ? {} : { path }),
      extensions: { ...extensions },
    }
  }

  private messageOf(error: GraphQLError, { code }: ErrorExtensions): string {
    if (code === 'internal') return 'The server failed; its log says why'
    return this.suggests ? error.message : error.message.replace(SUGGESTION, '')
  }
}

function extensionsOf(error: GraphQLError): ErrorExtensions {
  const { originalError } = error
  // What GraphQL itself refuses, and the layer between it and HTTP.
  if (originalError === undefined || originalError instanceof GraphQLError || isOfTransport(originalError))
    return { code: 'request-invalid', status: 400 }
  const { code, status, path, workflow, errors } = toProblem(originalError)
  return {
    code,
    status,
    ...(path === undefined ? {} : { path }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(errors === undefined ? {} : { errors }),
    ...(originalError instanceof ChordisError && originalError.retryable && status >= 500 ? { retryAfter: RETRY_AFTER_S } : {}),
  }
}

/** Mercurius refuses an invalid document with one error that holds the others. */
function unpacked(error: GraphQLError): GraphQLError[] {
  const { errors } = (error.originalError ?? {}) as { errors?: unknown }
  if (!isOfTransport(error.originalError) || !Array.isArray(errors)) return [error]
  return errors.map((one: Error) => (one instanceof GraphQLError ? one : new GraphQLError(one.message)))
}

const isOfTransport = (error: unknown): boolean => String((error as { code?: unknown } | undefined)?.code).startsWith('MER_ERR_')
