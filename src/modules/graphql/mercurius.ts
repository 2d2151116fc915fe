/** How mercurius serves the schema: our limits before it parses, our errors, and nothing that we do not use. */
import type { Type } from '@nestjs/common'
import type { MercuriusDriverConfig } from '@nestjs/mercurius'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { GraphQLError, GraphQLSchema } from 'graphql'
import type { Logger } from '../../engine/index.js'
import type { AccessGuard } from '../access/access.guard.js'
import type { AskingRequest } from '../access/asking.js'
import type { GraphqlContext } from './context.js'
import { Deadline, withDeadline } from './deadline.js'
import { ErrorFormatter } from './errors.js'
import type { GraphqlSettings } from './graphql.options.js'
import { checkDocument } from './limits/document.js'
import { checkHead, type GraphqlBody, readBody } from './limits/request.js'
import { isSocket, socketHooks, socketOptions, withFormedErrors } from './sockets.js'

/** Errors of one validation. */
const MOST_ERRORS = 10

/** What the options are made of. */
export interface DriverParts {
  settings: GraphqlSettings
  logger: Logger
  /** The door; an application without one lets everybody in. */
  guard: AccessGuard | undefined
  /** Where the resolvers are. */
  include: Type[]
}

/** Options of the driver. */
export function driverOptions({ settings, logger, guard, include }: DriverParts): MercuriusDriverConfig {
  const formatter = new ErrorFormatter(logger, settings.introspection)
  return {
    path: settings.path,
    include,
    autoSchemaFile: true,
    transformSchema: (schema) => withFormedErrors(withDeadline(schema), formatter),
    graphiql: settings.playground,
    allowBatchedQueries: false,
    graphql: { validateOptions: { maxErrors: MOST_ERRORS } },
    context: (request: FastifyRequest & AskingRequest): Omit<GraphqlContext, 'reply'> => ({
      request,
      deadline: new Deadline(settings.limits.timeMs),
      statuses: new Map(),
    }),
    errorFormatter: (execution, context) =>
      formatter.format(execution as { errors: GraphQLError[] }, (context as { reply?: FastifyReply } | undefined)?.reply) as never,
    hooks: {
      preParsing: (schema: GraphQLSchema, source: string, context) =>
        checkDocument(schema, { ...bodyOf(context), query: source }, settings),
      ...socketHooks({ settings, formatter }),
      onResolution: (_execution: unknown, context) => (context as unknown as GraphqlContext).deadline.end(),
    },
    subscription: socketOptions(guard),
    additionalRouteOptions: routeOptions(settings, guard),
  }
}

const bodyOf = (context: unknown): GraphqlBody => (context as GraphqlContext).request.body as GraphqlBody

/** The route checks what it is given itself, and writes what it is told: mercurius's schemas turn `path` of an error into texts. */
function routeOptions(
  { allowList }: GraphqlSettings,
  guard: AccessGuard | undefined,
): NonNullable<MercuriusDriverConfig['additionalRouteOptions']> {
  return {
    preParsing: async (request) => {
      // A socket says who it is when it begins to talk.
      if (isSocket(request)) return
      checkHead(request)
      // Who is nobody costs no parsing, and learns nothing of the schema.
      await guard?.admit(request)
    },
    preValidation: async (request) => {
      if (isSocket(request)) return
      request.body = readBody(request.body, allowList)
    },
    validatorCompiler: () => () => true,
    serializerCompiler: () => (answer) => JSON.stringify(answer),
  }
}
