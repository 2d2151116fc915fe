/**
 * What every answer says to browsers and caches, and how long a client may take. Clients of the API are programs: no other site may read an answer (no CORS),
 * frame it, sniff it or keep it.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** For answers that no page shows; a page brings a policy of its own. Sources: OWASP REST Security and HTTP Headers cheat sheets. */
const HEADERS = Object.entries({
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
})
/** A year. Only where the request came by https: over http browsers pass it over. */
const HSTS = 'max-age=31536000; includeSubDomains'

/** How long a client may take, ms. */
export const TIMES = {
  /** For the whole of its headers (slowloris). */
  headersMs: 30_000,
  /** For its body; of a stream of NDJSON between two pieces. */
  bodyMs: 60_000,
  /** Between two requests on one connection; longer than that of load balancers (60 s), so that they are who closes. */
  keepAliveMs: 65_000,
} as const
/** Bytes of all headers; a JSON Web Token of a large organisation has 8 kB. */
export const MAX_HEADER_BYTES = 16_384

/** Adds the headers to every answer that has not its own. */
export function harden(server: FastifyInstance): void {
  server.addHook('onSend', (request, reply, _payload, done) => {
    protect(request, reply)
    done()
  })
}

/** Adds the headers to one answer: to those that no hook sees, because the router refused the URL. */
export function protect(request: FastifyRequest, reply: FastifyReply): void {
  for (const [name, value] of HEADERS) if (!reply.hasHeader(name)) reply.header(name, value)
  if (request.protocol === 'https') reply.header('strict-transport-security', HSTS)
}

/**
 * Cuts connections whose body does not come: nobody else would, and each holds what it has sent. A body of JSON has that time in all, a stream of NDJSON
 * between two looks at what has come of it; who does not read our answers sends nothing either, and is cut as well.
 */
export function limitBodies(server: FastifyInstance, ms: number): void {
  const timers = new WeakMap<FastifyRequest, NodeJS.Timeout>()
  const clear = (request: FastifyRequest): void => clearInterval(timers.get(request))
  const watch = (request: FastifyRequest): void => {
    const { headers, raw } = request
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return
    let seen = -1
    const timer = setInterval(() => {
      const stalled = !isStream(request) || raw.socket.bytesRead === seen
      seen = raw.socket.bytesRead
      if (raw.complete) clearInterval(timer)
      else if (stalled) raw.socket.destroy()
    }, ms)
    timer.unref()
    timers.set(request, timer)
  }
  server.addHook('onRequest', (request, _reply, done) => {
    watch(request)
    done()
  })
  // The body is there; that of a stream is taken by its handler piece by piece.
  server.addHook('preValidation', (request, _reply, done) => {
    if (!isStream(request)) clear(request)
    done()
  })
  server.addHook('onResponse', (request, _reply, done) => {
    clear(request)
    done()
  })
  server.addHook('onRequestAbort', (request, done) => {
    clear(request)
    done()
  })
}

const isStream = ({ headers }: FastifyRequest): boolean => headers['content-type']?.startsWith('application/x-ndjson') === true
