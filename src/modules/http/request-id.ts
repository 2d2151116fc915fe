/** The id of a request: the caller's `X-Request-Id` where it may be written as it is, else a new one. Every answer has it. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'

export const REQUEST_ID = 'x-request-id'
/** What goes into logs and headers without a second look. */
const SANE = /^[A-Za-z0-9._:/+=@-]{1,128}$/

/** Fastify's `genReqId`. */
export function requestId({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[REQUEST_ID]
  return typeof given === 'string' && SANE.test(given) ? given : randomUUID()
}

/** To be called before other hooks: also what these refuse is answered with its id. */
export function echoRequestIds(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.header(REQUEST_ID, request.id)
    done()
  })
}
