/** Who is let in by a credential, and what everybody else is told: over real sockets, against a real Redis. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Module } from '@nestjs/common'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Client, hashApiKey } from '../../src/engine/index.js'
import { ChordisClient } from '../../src/modules/index.js'
import { AUDIENCE, bearer, ISSUER, TestIssuer } from '../modules/access/credentials.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { WhoController } from './access-harness.js'
import { useServices } from './harness.js'

@Module({ controllers: [WhoController] })
class WhoModule {}

const redis = useRedis()
const serve = useServices({})
const STATIC = 'configured-0123456789abcdef0123456789abcdef'
let issuer: TestIssuer
let client: Client
let http: Awaited<ReturnType<typeof serve>>['http']
let every: { id: string; key: string }

beforeAll(async () => {
  issuer = await TestIssuer.create()
  const service = await serve({
    redis: redis.url,
    namespace: redis.ns(),
    roles: ['api'],
    imports: [WhoModule],
    access: {
      jwt: { issuer: ISSUER, audience: AUDIENCE, jwks: issuer.jwks },
      staticKeys: [{ id: 'ops', hash: hashApiKey(STATIC), grant: { tenant: '*', scopes: ['queues:*'] } }],
    },
  })
  http = service.http
  client = service.app.get(ChordisClient)
  every = await client.apiKeys.create({ scopes: ['*'] })
})

const who = (key: string) => http.get('/v1/who').set('authorization', bearer(key))

describe('a credential', () => {
  test('is an API key, a key of the configuration or a token; the handler is given its principal', async () => {
    const acme = await client.apiKeys.create({ scopes: ['workflows:*'], tenant: 'acme' })
    expect((await who(acme.key).expect(200)).body).toEqual({ kind: 'key', id: `key:${acme.id}`, tenant: 'acme' })
    expect((await who(STATIC).expect(200)).body).toEqual({ kind: 'key', id: 'static:ops', tenant: '*' })
    expect((await who(await issuer.token()).expect(200)).body).toEqual({ kind: 'jwt', id: 'jwt:ana', tenant: 'acme' })
    await http.get('/v1/who').set('authorization', `bearer  ${acme.key} `).expect(200)
  })

  test('does what its scopes say and nothing else', async () => {
    const reader = await client.apiKeys.create({ scopes: ['workflows:read'] })
    const refused = await http.post('/v1/who').set('authorization', bearer(reader.key)).expect(403)
    expect(refused.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(refused.body).toMatchObject({ code: 'forbidden', detail: 'needs the scope queues:pause' })
    await http.post('/v1/who').set('authorization', bearer(STATIC)).expect(201)
  })

  test('of all tenants may act for one, by a header; one of a tenant may not act for another', async () => {
    const acme = await client.apiKeys.create({ scopes: ['*'], tenant: 'acme' })
    expect((await who(every.key).set('chordis-tenant', 'globex').expect(200)).body).toMatchObject({ tenant: 'globex' })
    expect((await who(acme.key).set('chordis-tenant', 'acme').expect(200)).body).toMatchObject({ tenant: 'acme' })
    for (const tenant of ['globex', '-'])
      expect((await who(acme.key).set('chordis-tenant', tenant).expect(403)).body).toMatchObject({
        code: 'forbidden',
        path: 'headers.chordis-tenant',
      })
    for (const tenant of ['*', 'a b', 'acme, globex'])
      expect((await who(every.key).set('chordis-tenant', tenant).expect(400)).body).toMatchObject({
        code: 'name-invalid',
        path: 'headers.chordis-tenant',
      })
  })

  test('is asked for by every route, GraphQL’s resolvers too, but not by health checks', async () => {
    for (const path of ['/v1/who', '/v1/workflows/x', '/v1/tasks']) await http.get(path).expect(401)
    await http
      .post('/v1/workflows')
      .send({ canvas: { task: 'echo' } })
      .expect(401)
    await http.get('/livez').expect(200)
    await http.get('/readyz').expect(200)
    const ask = () => http.post('/graphql').send({ query: '{ a: workflowCounts { total } b: workflowCounts { total } }' })
    const refused = (await ask()).body as { data?: unknown; errors: { message: string }[] }
    expect(refused.data ?? null).toBeNull()
    expect(refused.errors[0]?.message).toContain('needs a valid credential')
    expect((await ask().set('authorization', bearer(every.key))).body).toEqual({ data: { a: { total: 0 }, b: { total: 0 } } })
  })
})

test('whatever is wrong with a credential, the answer is the same to the byte', async () => {
  const { id, key } = await client.apiKeys.create({ scopes: ['*'] })
  const expired = await client.apiKeys.create({ scopes: ['*'], expiresInMs: 1 })
  const revoked = await client.apiKeys.create({ scopes: ['*'] })
  await client.apiKeys.revoke(revoked.id)
  const rotated = await client.apiKeys.create({ scopes: ['*'] })
  await client.apiKeys.rotate(rotated.id, { graceMs: 0 })
  const tokens = [
    `chordis_${id}_${'A'.repeat(43)}`,
    `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`,
    `chordis_000000000000_${'A'.repeat(43)}`,
    'chordis_',
    'chordis_constructor__proto__',
    expired.key,
    revoked.key,
    rotated.key,
    await issuer.token({ aud: 'another' }),
    'a.b.c',
    'x',
  ]
  const answers = await Promise.all(tokens.map((token) => who(token)))
  const [first] = answers
  expect(first?.status).toBe(401)
  expect(first?.headers['www-authenticate']).toBe('Bearer realm="chordis", error="invalid_token"')
  expect(first?.body).toMatchObject({ code: 'unauthenticated', status: 401, type: 'urn:chordis:problem:unauthenticated' })
  for (const { status, text, headers } of answers) {
    expect([status, text, headers['www-authenticate']]).toEqual([401, first?.text, first?.headers['www-authenticate']])
  }
  for (const authorization of ['Basic YTpi', 'Bearer', `Bearer ${key} ${key}`, key])
    expect((await http.get('/v1/who').set('authorization', authorization)).text, authorization).toBe(first?.text)
  // RFC 6750: no error where there was no credential.
  expect((await http.get('/v1/who').expect(401)).headers['www-authenticate']).toBe('Bearer realm="chordis"')
})

test('a key in the query or in a cookie is no credential: it would stand in logs and be sent by browsers', async () => {
  await http.get('/v1/who').query({ access_token: every.key, key: every.key }).expect(401)
  await http.get('/v1/who').set('cookie', `authorization=Bearer ${every.key}`).expect(401)
})

test('a revoked key is refused within 5 s, a rotated one goes on with both secrets, and its use is noted', async () => {
  const revoked = await client.apiKeys.create({ scopes: ['*'] })
  const rotated = await client.apiKeys.create({ scopes: ['*'] })
  await who(revoked.key).expect(200)
  await who(rotated.key).expect(200)
  const next = await client.apiKeys.rotate(rotated.id)
  await client.apiKeys.revoke(revoked.id)
  const from = performance.now()
  await until(async () => (await who(revoked.key)).status === 401, { what: 'the revoked key is refused', timeoutMs: 10_000 })
  expect(performance.now() - from).toBeLessThan(6_500)
  await until(async () => (await who(next.key)).status === 200, { what: 'the new secret is known', timeoutMs: 10_000 })
  await who(rotated.key).expect(200)
  expect((await client.apiKeys.get(rotated.id)).usedAt).not.toBeNull()
}, 20_000)

test('the documentation needs no credential and is that of the release: of the installation it says nothing', async () => {
  const file = readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8')
  const { body } = await http.get('/docs/openapi.json').expect(200)
  expect(body).toEqual(JSON.parse(file))
  const { text } = await http.get('/docs').expect(200)
  expect((await http.get('/docs').set('authorization', bearer(every.key)).expect(200)).text).toBe(text)
})
