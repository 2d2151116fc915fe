/**
 * The Fastify adapter as Chordis needs it: bodies keep `__proto__` and `constructor` as ordinary keys, have an explicit limit, and
 * are JSON or nothing.
 */

import { UnsupportedMediaTypeException } from '@nestjs/common'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { harden, limitBodies, MAX_HEADER_BYTES, protect, TIMES } from './harden.js'
import { answerWrongMethods } from './method.js'
import { toProblem } from './problem.js'
import { echoRequestIds, requestId } from './request-id.js'
import { sendProblem } from './send.js'

/** Bytes of a request body. */
export const DEFAULT_BODY_LIMIT = 4 * 1024 * 1024
/** Ids are up to 128 characters; Fastify's default of 100 would not route them. */
const MAX_PARAM_LENGTH = 512

/** How HTTP is served. */
export interface HttpOptions {
  /** How long a client may take for its headers, ms. Default 30,000. Looked at in intervals of a third of it. */
  headersMs?: number
  /** How long it may take for its body, ms. Default 60,000. Of a stream of NDJSON: how long it may send nothing. */
  bodyMs?: number
  /**
   * Addresses of proxies whose `X-Forwarded-*` headers say who asked, and whether by https: `127.0.0.1`, `10.0.0.0/8`, or `true` for whoever connects.
   * Default: nobody's.
   */
  trustProxy?: boolean | string | string[]
}

/**
 * To be used with `bodyParser: false`, so that Fastify's own JSON parser (and its poisoning options) is the only one.
 * @param bodyLimit bytes of a request body
 */
export function createAdapter(bodyLimit = DEFAULT_BODY_LIMIT, options: HttpOptions = {}): FastifyAdapter {
  const { headersMs = TIMES.headersMs, bodyMs = TIMES.bodyMs, trustProxy = false } = options
  const adapter = new FastifyAdapter({
    bodyLimit,
    trustProxy,
    keepAliveTimeout: TIMES.keepAliveMs,
    http: {
      headersTimeout: headersMs,
      // Bodies have a time of their own: a stream may take as long as it sends.
      requestTimeout: 0,
      connectionsCheckingInterval: Math.max(10, Math.floor(headersMs / 3)),
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    return503OnClosing: false,
    frameworkErrors: answerFrameworkError,
    genReqId: requestId,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
  })
  const server = adapter.getInstance()
  server.removeContentTypeParser('text/plain')
  streamLines(server)
  echoRequestIds(server)
  harden(server)
  limitBodies(server, bodyMs)
  answerWrongMethods(server)
  answerBadBodies(server)
  return adapter
}

/** A URL that the router refuses before any hook or filter of Nest. */
function answerFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  protect(request, reply)
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
