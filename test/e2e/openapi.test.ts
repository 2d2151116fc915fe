/** The OpenAPI document says what the service does: its routes, its examples, the scopes that it demands; and its page works under a strict policy. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { AskingRequest } from '../../src/modules/access/asking.js'
import { Principal } from '../../src/modules/access/principal.js'
import { ALL_SCOPES } from '../../src/modules/access/scopes.js'
import { generateOpenApi } from '../../src/modules/rest/generate.js'
import { OPERATION_SCOPES } from '../../src/modules/rest/scopes.js'
import { useRedis } from '../support/redis-server.js'
import { EchoTasks, useServices } from './harness.js'

interface Operation {
  operationId: string
  parameters?: { name: string; in: string; required: boolean }[]
  requestBody?: { content: Record<string, { examples: Record<string, { value: unknown }> }> }
  responses: Record<string, { content?: Record<string, { schema: object; example: unknown }> }>
  'x-chordis-scope': string | null
}
interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, { examples?: unknown[] }>; securitySchemes: object }
}

const FILE = join(resolve(import.meta.dirname, '../..'), 'docs/openapi.json')
const document = JSON.parse(readFileSync(FILE, 'utf8')) as Document
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation, id: operation.operationId })),
)

/** The scopes of a request, as its header says. */
@Injectable()
class HeaderGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<AskingRequest & { headers: Record<string, string> }>()
    const scopes = request.headers['x-scopes']
    if (scopes !== undefined) request.principal = new Principal('key', 'key:test', { tenant: '*', scopes: scopes.split(' ') })
    return true
  }
}

const redis = useRedis()
const serve = useServices({})
let service: Awaited<ReturnType<typeof serve>>
const routes = new Set<string>()

beforeAll(async () => {
  const providers = [EchoTasks, { provide: APP_GUARD, useClass: HeaderGuard }]
  // An example makes an API key: that would end the time in which requests need none.
  service = await serve({ redis: redis.url, namespace: redis.ns(), providers, access: { apiKeys: false }, webhooks: { send: false } })
  const server = service.app.getHttpAdapter().getInstance() as unknown as {
    printRoutes(options: object): string
    hasRoute(route: object): boolean
  }
  for (const line of flat(server.printRoutes({ commonPrefix: false }))) if (line.includes(' /v1')) routes.add(line)
})

/** `METHOD /path` of each route, of what Fastify prints as a tree. */
function flat(tree: string): string[] {
  const parts: string[] = []
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', path = '', methods = ''] = /^((?:[│ ]{4})*)(?:├── |└── )(\S+)(?: \((.*)\))?/.exec(line) ?? []
    if (path === '') return []
    parts.splice(indent.length / 4)
    parts.push(path)
    return methods
      .split(', ')
      .filter((method) => method !== '' && method !== 'HEAD')
      .map((method) => `${method} ${parts.join('')}`)
  })
}

describe('the file docs/openapi.json', () => {
  test('is what the controllers make, and what the service answers', async () => {
    expect(document).toEqual(JSON.parse(JSON.stringify(await generateOpenApi())))
    expect((await service.http.get('/docs/openapi.json').expect(200)).body).toEqual(document)
    expect(document.openapi).toBe('3.1.0')
  })

  test('has each route of the service, and none that it has not', () => {
    const documented = operations.map(({ method, path }) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`)
    expect(documented.sort()).toEqual([...routes].sort())
    expect(documented.length).toBeGreaterThan(40)
  })

  test('refers to nothing that is not there, and names each operation once', () => {
    const names = [...readFileSync(FILE, 'utf8').matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name as string)
    expect(names.filter((name) => document.components.schemas[name] === undefined)).toEqual([])
    expect(Object.keys(document.components.schemas).filter((name) => !names.includes(name))).toEqual([])
    const ids = operations.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.sort()).toEqual(Object.keys(OPERATION_SCOPES).sort())
  })

  test.each(Object.entries(document.components.schemas))('has an example of %s that keeps its rules', (name, schema) => {
    expect(schema.examples?.length).toBeGreaterThan(0)
    const validator = validatorOf(`#/components/schemas/${name}`)
    for (const example of schema.examples ?? []) expect(validator.safeParse(example).error?.issues).toBeUndefined()
  })
})

/** A check of the document's schemas: zod knows JSON Schema. */
function validatorOf(ref: string): z.ZodType {
  const text = JSON.stringify({ $ref: ref, $defs: document.components.schemas }).replaceAll('#/components/schemas/', '#/$defs/')
  return z.fromJSONSchema(JSON.parse(text) as Parameters<typeof z.fromJSONSchema>[0])
}

const NAMES: Record<string, string> = { id: 'report-7', task: '0', queue: 'default' }
/** A stream of events would never end: no id of one is an `x`. */
const urlOf = (path: string) =>
  (path.endsWith('/events') ? `${path}?after=x` : path).replace(/\{(\w+)\}/g, (_, name: string) =>
    path.includes('dead-letters') ? 'report-7%3A0' : (NAMES[name] as string),
  )

function send(method: string, path: string, body: unknown, headers: Record<string, string> = {}) {
  const asked = service.http[method.toLowerCase() as 'get'](urlOf(path)).set(headers)
  return body === undefined ? asked : asked.send(body as object)
}

describe('answers', () => {
  beforeAll(async () => {
    await service.http
      .post('/v1/workflows')
      .send({ id: 'shown', tags: ['t'], canvas: { chain: [{ task: 'echo', args: [1] }, { task: 'echo' }] } })
    await service.http.post('/v1/workflows').send({ id: 'fails', canvas: { group: [{ task: 'throws', args: ['no'] }, { task: 'echo' }] } })
    await service.http.post('/v1/keys').send({ scopes: ['*'], label: 'shown', queues: ['a*'], tasks: ['b'], rate: 5, expiresInMs: 9e9 })
    await service.http.put('/v1/schedules/shown').send({ rules: '0 3 * * *', canvas: { task: 'echo' } })
    for (const id of ['shown', 'fails']) await service.http.get(`/v1/workflows/${id}/result?waitMs=20000`).expect(200)
  })

  test.each([
    ['/v1/workflows', 'WorkflowPage'],
    ['/v1/workflows/counts', 'WorkflowCounts'],
    ['/v1/workflows/shown', 'Workflow'],
    ['/v1/workflows/shown/graph', 'Graph'],
    ['/v1/workflows/shown/tasks', 'TaskCallPage'],
    ['/v1/workflows/shown/tasks/0', 'TaskCallResult'],
    ['/v1/workflows/fails/tasks/0', 'TaskCallResult'],
    ['/v1/workflows/shown/result', 'Outcome'],
    ['/v1/workflows/fails/result', 'Outcome'],
    ['/v1/workflows/shown/runs', 'RunList'],
    ['/v1/tasks', 'TaskPage'],
    ['/v1/queues', 'QueuePage'],
    ['/v1/queues/default', 'Queue'],
    ['/v1/queues/default/tasks', 'QueuedTasks'],
    ['/v1/workers', 'WorkerPage'],
    ['/v1/workers/active', 'WorkerAnswers'],
    ['/v1/schedules', 'SchedulePage'],
    ['/v1/schedules/shown', 'Schedule'],
    ['/v1/schedules/shown/preview', 'Ticks'],
    ['/v1/dead-letters', 'DeadLetterPage'],
    ['/v1/dead-letters/fails%3A0', 'DeadLetterDetails'],
    ['/v1/keys', 'KeyPage'],
    ['/v1/audit', 'AuditPage'],
    ['/v1/limits', 'Limits'],
    ['/v1/nowhere', 'Problem'],
  ])('of %s are what the document says: %s', async (path, name) => {
    const { body } = await service.http.get(path)
    expect(validatorOf(`#/components/schemas/${name}`).safeParse(body).error?.issues).toBeUndefined()
  })
})

// These pause and revoke what is there.
describe('each example of a request', () => {
  const examples = operations.flatMap(({ method, path, operation }) =>
    Object.entries(operation.requestBody?.content['application/json']?.examples ?? {}).map(
      ([name, { value }]) => [`${method} ${path}`, name, method, path, value] as const,
    ),
  )

  test.each(examples)('%s, "%s", is understood', async (_what, _name, method, path, value) => {
    const answer = await send(method, path, value)
    expect(answer.body.code ?? 'ok').toMatch(/^(ok|not-found|already-exists|not-rerunnable)$/)
  })
})

describe('the scope of an operation', () => {
  const scoped = operations.filter(({ operation }) => operation['x-chordis-scope'] !== null)
  /** What is demanded beside it. */
  const beside: Record<string, string> = {
    changeWorkflows: 'workflows:cancel',
    // What the key of the example may do.
    createKey: 'workflows:read workflows:submit',
  }

  test.each(scoped.map((one) => [one.id, one] as const))('of %s is demanded, and is enough', async (id, { method, path, operation }) => {
    const scope = operation['x-chordis-scope'] as string
    const [example] = Object.values(operation.requestBody?.content['application/json']?.examples ?? {})
    const others = ALL_SCOPES.filter((one) => one !== scope).join(' ')
    const without = await send(method, path, example?.value, { 'x-scopes': others })
    expect({ status: without.status, detail: without.body.detail }).toEqual({
      status: 403,
      detail: expect.stringContaining(scope) as string,
    })
    const enough = [scope, beside[id]].filter(Boolean).join(' ')
    expect((await send(method, path, example?.value, { 'x-scopes': enough })).status).not.toBe(403)
  })
})

describe('the page', () => {
  test('and all that it loads come from here, under a policy that allows nothing else', async () => {
    const { text, headers } = await service.http.get('/docs').expect(200)
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
    expect(text).not.toMatch(/<style|style=|<script>|https?:/)
    const loaded = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url as string)
    expect(loaded.length).toBeGreaterThan(3)
    for (const url of loaded) await service.http.get(url).expect(200)
    await service.http.get('/docs/ui/package.json').expect(404)
  })

  test('is left out where it is not wanted', async () => {
    const bare = await serve({ redis: redis.url, namespace: redis.ns(), docs: false, roles: ['api'] })
    await bare.http.get('/docs').expect(404)
  })
})
