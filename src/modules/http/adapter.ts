/**
 * The Fastify adapter as Chordis needs it: bodies keep `__proto__` and `constructor` as ordinary keys, have an explicit limit, and
 * are JSON or nothing.
 */

import { UnsupportedMediaTypeException } from '@nestjs/common'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { answerWrongMethods } from './method.js'
import { toProblem } from './problem.js'
import { echoRequestIds, requestId } from './request-id.js'
import { sendProblem } from './send.js'

/** Bytes of a request body. */
export const DEFAULT_BODY_LIMIT = 4 * 1024 * 1024
/** Ids are up to 128 characters; Fastify's default of 100 would not route them. */
const MAX_PARAM_LENGTH = 512

/** To be used with `bodyParser: false`, so that Fastify's own JSON parser (and its poisoning options) is the only one. */
export function createAdapter(bodyLimit = DEFAULT_BODY_LIMIT): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit,
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    return503OnClosing: false,
    frameworkErrors: answerFrameworkError,
    genReqId: requestId,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
  })
  const server = adapter.getInstance()
  server.removeContentTypeParser('text/plain')
  echoRequestIds(server)
  streamLines(server)
  answerWrongMethods(server)
  answerBadBodies(server)
  return adapter
}

/** A URL that the router refuses before any hook or filter of Nest. */
function answerFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  sendProblem(reply, toProblem(error, request.url), error)
}

/**
 * A body that cannot be read never reaches a handler of Nest. Its own filter for that is set when routes may be there already: a plugin that was waited for
 * (mercurius) makes Fastify settle those that follow at once. Plugins answer for their own routes.
 */
function answerBadBodies(server: FastifyInstance): void {
  server.addHook('onRoute', function (route) {
    if (this === server) route.errorHandler ??= answerFrameworkError
  })
}

/** NDJSON is handed over as a stream, where it is understood; elsewhere it is no media type that is known. Its lines have limits, their number has none. */
function streamLines(server: FastifyInstance): void {
  server.addContentTypeParser('application/x-ndjson', (request, payload, done) => {
    const { url } = request.routeOptions
    if (url === '/v1/workflows') done(null, payload)
    else done(new UnsupportedMediaTypeException('Unsupported Media Type: application/x-ndjson'))
  })
}
