/**
 * 405 with `Allow` for a path that exists under other methods. Fastify has 404 for both; the routes it registers tell them apart.
 */
import { HttpException } from '@nestjs/common'
import type { FastifyInstance } from 'fastify'

export class MethodNotAllowed extends HttpException {
  /** @param allow value of the `Allow` header */
  constructor(readonly allow: string) {
    super(`Only ${allow} is allowed here`, 405)
  }
}

interface Route {
  pattern: RegExp
  methods: Set<string>
}

/** To be called before the routes are registered. */
export function answerWrongMethods(server: FastifyInstance): void {
  const routes = new Map<string, Route>()
  server.addHook('onRoute', ({ url, method }) => {
    const route = routes.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() }
    for (const name of [method].flat()) route.methods.add(name)
    routes.set(url, route)
  })
  server.addHook('onRequest', (request, _reply, done) => {
    if (!request.is404) return done()
    const path = request.url.split('?', 1)[0] ?? ''
    const found = [...routes.values()].filter(({ pattern }) => pattern.test(path))
    const methods = new Set(found.flatMap((route) => [...route.methods]))
    if (methods.size === 0 || methods.has(request.method)) return done()
    done(new MethodNotAllowed([...methods].sort().join(', ')))
  })
}

function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
  return new RegExp(`^${parts.join('/')}$`)
}
