/**
 * The Fastify adapter as Chordis needs it: bodies keep `__proto__` and `constructor` as ordinary keys, have an explicit limit, and
 * are JSON or nothing.
 */

import { PayloadTooLargeException, UnsupportedMediaTypeException } from '@nestjs/common'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { answerClientError } from './client-error.js'
import { harden, limitBodies, MAX_HEADER_BYTES, protect, TIMES } from './harden.js'
import { isDeeperThan, TOO_DEEP } from './json-depth.js'
import { answerWrongMethods } from './method.js'
import { toProblem } from './problem.js'
import { echoRequestIds, requestId } from './request-id.js'
import { sendProblem } from './send.js'

/** Bytes of a request body. */
export const DEFAULT_BODY_LIMIT = 4 * 1024 * 1024
const JSON_TYPE = 'application/json'
/** They are ordinary keys: nothing here copies objects by assignment. */
const POISONING = 'ignore'
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
  const adapter = new ChordisAdapter({
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
    onProtoPoisoning: POISONING,
    onConstructorPoisoning: POISONING,
    return503OnClosing: false,
    frameworkErrors: answerFrameworkError,
    genReqId: requestId,
    clientErrorHandler: answerClientError,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
  })
  const server = adapter.getInstance()
  adapter.catchErrors()
  adapter.parseJson()
  server.removeContentTypeParser('text/plain')
  echoRequestIds(server)
  streamLines(server)
  harden(server)
  limitBodies(server, bodyMs)
  answerWrongMethods(server)
  return adapter
}

type ErrorHandler = Parameters<FastifyInstance['setErrorHandler']>[0]

class ChordisAdapter extends FastifyAdapter {
  private nest: ErrorHandler | undefined
  private ownsJson = false

  /**
   * Routes keep the error handler that stands when the first plugin has been loaded. Nest sets its own after the modules were initialised, of which some load
   * plugins (mercurius): what Fastify itself refuses, such as a body that is not JSON, would not come to Nest's filters. So ours stands from the start, and
   * hands on to Nest's.
   */
  catchErrors(): void {
    const server = this.getInstance()
    server.setErrorHandler((error: FastifyError, request, reply) =>
      this.nest === undefined ? sendProblem(reply, toProblem(error, request.url), error) : this.nest.call(server, error, request, reply),
    )
  }

  override setErrorHandler(handler: ErrorHandler): FastifyInstance {
    this.nest = handler
    return this.getInstance()
  }

  /** Looks at how deep a body is before it is parsed, in applications without a parser of Nest's too (`bodyParser: false`). */
  parseJson(): void {
    const server = this.getInstance()
    server.removeContentTypeParser(JSON_TYPE)
    server.addContentTypeParser<string>(JSON_TYPE, { parseAs: 'string' }, shallowJson(server))
    this.ownsJson = true
  }

  /** Nest's own parser of JSON, and one of the application, take the place of ours, which Fastify would not have beside theirs. */
  override useBodyParser(...[type, rawBody, options, parser]: Parameters<FastifyAdapter['useBodyParser']>): void {
    const isJson = typeof type === 'string' && type.trim().toLowerCase() === JSON_TYPE
    if (isJson && this.ownsJson) this.getInstance().removeContentTypeParser(JSON_TYPE)
    if (isJson) this.ownsJson = false
    super.useBodyParser(type, rawBody, options, isJson ? (parser ?? shallowJson(this.getInstance())) : parser)
  }
}

/** Fastify's own parser, behind a look at how deep the text is. */
function shallowJson(server: FastifyInstance) {
  const parse = server.getDefaultJsonParser(POISONING, POISONING)
  return (request: FastifyRequest, body: string | Buffer, done: (error: Error | null, body?: unknown) => void): void => {
    const text = body.toString()
    if (isDeeperThan(text)) done(new PayloadTooLargeException(`body: ${TOO_DEEP}`))
    else parse(request, text, done)
  }
}

/** A URL that the router refuses before any hook or filter of Nest. */
function answerFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  protect(request, reply)
  sendProblem(reply, toProblem(error, request.url), error)
}

/** NDJSON is handed over as a stream, where it is understood; elsewhere it is no media type that is known. Its lines have limits, their number has none. */
function streamLines(server: FastifyInstance): void {
  server.addContentTypeParser('application/x-ndjson', (request, payload, done) => {
    const { url } = request.routeOptions
    if (url === '/v1/workflows') done(null, payload)
    else done(new UnsupportedMediaTypeException('Unsupported Media Type: application/x-ndjson'))
  })
}
