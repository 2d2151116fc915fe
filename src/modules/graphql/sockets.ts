/**
 * WebSocket (`graphql-transport-ws`): only subscriptions go over it. Mercurius parses what it is sent, and neither validates nor limits it: that is done here,
 * in its hooks. A document that comes as a tree, past the parser, is refused.
 */
import type { MercuriusDriverConfig } from '@nestjs/mercurius'
import type { FastifyRequest } from 'fastify'
import { GraphQLError, type GraphQLSchema, validate } from 'graphql'
import { ChordisError } from '../../engine/index.js'
import type { AccessGuard } from '../access/access.guard.js'
import type { ErrorFormatter } from './errors.js'
import type { GraphqlSettings } from './graphql.options.js'
import { checkDocument } from './limits/document.js'
import { checkLength } from './limits/request.js'

/** Between two signs of life, ms. */
const KEEP_ALIVE_MS = 15_000

type SocketOptions = Exclude<NonNullable<MercuriusDriverConfig['subscription']>, boolean>
/** What sockets are served with. */
export interface SocketParts {
  settings: GraphqlSettings
  formatter: ErrorFormatter
}

/** What hooks of one subscription share. */
type SocketContext = { checked?: boolean }

/** Whether a request wants to become a socket. */
export const isSocket = (request: FastifyRequest): boolean => (request as { ws?: boolean | null }).ws === true

/**
 * A credential comes as a header of the first request, or with `connection_init` (`{"authorization": "Bearer …"}`): mercurius adds what that holds to the
 * headers, and the door asks for it at every subscription. One that is wrong ends the connection before it begins.
 */
export function socketOptions(guard: AccessGuard | undefined): SocketOptions {
  return {
    keepAlive: KEEP_ALIVE_MS,
    onConnect: async ({ payload }: { payload?: { authorization?: unknown } | null }) => {
      const authorization = payload?.authorization
      if (authorization === undefined || guard === undefined) return true
      await guard.check(String(authorization))
      return true
    },
  }
}

/** Hooks that check a subscription before it is made; what they throw is told the client. */
export function socketHooks({ settings, formatter }: SocketParts): NonNullable<MercuriusDriverConfig['hooks']> {
  return {
    preSubscriptionParsing: async (schema, source, context) => {
      await told(formatter, async () => checkSource(schema, source, settings))
      ;(context as SocketContext).checked = true
    },
    preSubscriptionExecution: async (schema, document, context) => {
      if ((context as SocketContext).checked !== true) throw new GraphQLError('query: must be a text')
      const [error] = validate(schema, document, undefined, { maxErrors: 1 })
      await told(formatter, () => (error === undefined ? Promise.resolve() : Promise.reject(error)))
    },
  }
}

/** @throws ChordisError, GraphQLError as {@link checkDocument}; `forbidden` for what is not on the list */
function checkSource(schema: GraphQLSchema, query: string, settings: GraphqlSettings): void {
  const { allowList } = settings
  if (allowList !== undefined && ![...allowList.values()].includes(query))
    throw new ChordisError('forbidden', 'only queries of the list are taken here', { path: 'query' })
  checkLength(query)
  checkDocument(schema, { query }, settings)
}

/** The schema with subscriptions whose errors are formed as all others: mercurius would send them as they are. */
export function withFormedErrors(schema: GraphQLSchema, formatter: ErrorFormatter): GraphQLSchema {
  for (const field of Object.values(schema.getSubscriptionType()?.getFields() ?? {})) {
    const { subscribe } = field
    if (subscribe === undefined) continue
    field.subscribe = (source, args, context, info) =>
      told(formatter, async () => formed(formatter, (await subscribe(source, args, context, info)) as AsyncGenerator<unknown>))
  }
  return schema
}

function formed(formatter: ErrorFormatter, frames: AsyncGenerator<unknown>): AsyncGenerator<unknown> {
  return {
    next: () => told(formatter, () => frames.next()),
    return: (value) => frames.return(value),
    throw: (error) => frames.throw(error),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

async function told<T>(formatter: ErrorFormatter, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw formatter.formed(error)
  }
}
