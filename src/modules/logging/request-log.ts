/** A line per request: method, route, status, ms, and the id that the answer has too. Bodies, queries and headers are not written. */
import type { FastifyInstance } from 'fastify'
import type { Logger as Pino } from 'pino'

/** Asked every few seconds by machines: `debug`. */
const PROBES = new Set(['/livez', '/readyz', '/metrics'])

/** Logs the requests of a server when they have been answered. To be called before its routes are registered, or they are not logged. */
export function logRequests(server: FastifyInstance, pino: Pino): void {
  server.addHook('onResponse', (request, reply, done) => {
    const { method, id: requestId } = request
    const { statusCode: status } = reply
    // Of what has no route not the path either: it may be anything.
    const route = request.routeOptions.url ?? null
    const level = status >= 500 ? 'warn' : PROBES.has(route ?? '') ? 'debug' : 'info'
    pino[level]({ requestId, method, route, status, ms: Math.round(reply.elapsedTime * 10) / 10 }, 'request')
    done()
  })
}
