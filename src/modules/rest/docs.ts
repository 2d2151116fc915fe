/**
 * OpenAPI 3.1 of REST: the document, made from the controllers, and its page at `/docs`, whose parts are all served from here.
 */
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type { INestApplicationContext } from '@nestjs/common'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger'
import type { FastifyInstance } from 'fastify'
import { VERSION } from '../../engine/index.js'
import { ALL_SCOPES, SCOPES } from '../access/scopes.js'
import { page, start } from './docs.page.js'
import { RestModule } from './rest.module.js'
import { SCHEMAS } from './schemas/index.js'

const TEXT = `Workflows of tasks (chains, groups, chords, graphs) on Redis. Every error is a problem document (RFC 9457) with a stable \`code\`; every list has
\`limit\` and \`cursor\`; times are Unix ms. A 503 says that nothing was stored (\`redis-full\`, \`redis-unavailable\`) or that nobody knows
(\`outcome-unknown\`, with the id in \`workflow\`): both may be sent again under the same id or Idempotency-Key.

A canvas has at most 100,000 task calls, 64 canvases in one another and 512 arrays and objects in one another, or less: \`GET /v1/limits\` says what this
service takes, of members of a group and of arguments of a call as well. Beyond it nothing is stored: 413 \`limit-exceeded\`, with the \`path\`.

Scopes of credentials: ${ALL_SCOPES.map((scope) => `\`${scope}\` (${SCOPES[scope]})`).join('; ')}.`

/** The OpenAPI document of the application's REST interface. The application need not be started, nor have Redis. */
export function openApiDocument(app: INestApplicationContext): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Chordis')
    .setDescription(TEXT)
    .setVersion(VERSION)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      description: 'An API key or a JWT. None is needed where the service has none configured.',
    })
    .addSecurityRequirements('bearer')
    .addSecurityRequirements({})
    .build()
  const document = SwaggerModule.createDocument(app as Parameters<typeof SwaggerModule.createDocument>[0], config, {
    include: [RestModule],
  })
  const schemas = { ...document.components?.schemas, ...SCHEMAS }
  return { ...document, components: { ...document.components, schemas: sorted(schemas) } } as OpenAPIObject
}

/** Serves the document at `/docs/openapi.json` and its page at `/docs`. To be called before the application listens. */
export async function serveDocs(app: NestFastifyApplication): Promise<void> {
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance
  const { default: files } = await import('@fastify/static')
  // Looked up from the package that needs it: it is no dependency of ours.
  const swagger = createRequire(import.meta.url).resolve('@nestjs/swagger/package.json')
  const root = dirname(createRequire(swagger).resolve('swagger-ui-dist/package.json'))
  await server.register(files, { root, prefix: '/docs/ui/', index: false, allowedPath: (path) => SHOWN.test(path) })
  let text: string | undefined
  server.get('/docs', (_, reply) => reply.headers(HEADERS).type('text/html; charset=utf-8').send(page))
  server.get('/docs/start.js', (_, reply) => reply.headers(HEADERS).type('text/javascript; charset=utf-8').send(start))
  server.get('/docs/openapi.json', (_, reply) => {
    text ??= JSON.stringify(openApiDocument(app))
    return reply.type('application/json').send(text)
  })
}

const SHOWN = /^\/(swagger-ui\.css|swagger-ui-bundle\.js|favicon-32x32\.png)$/
/** The page runs no script and shows no style but those of this origin. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

const sorted = <T>(map: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)))
