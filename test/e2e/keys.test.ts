/** `/v1/keys` and `/v1/audit`, and the same over GraphQL and `chordis/client`: over real sockets against a real Redis, with keys that are asked for. */
import { beforeAll, describe, expect, test } from 'vitest'
import { ChordisApi, type ChordisApiError } from '../../src/api-client/index.js'
import { type ApiKeyOptions, type ApiKeyView, Client, hashApiKey, type NewApiKey } from '../../src/engine/index.js'
import { bearer } from '../modules/access/credentials.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import type { Answer } from './graphql/harness.js'
import { EchoTasks, useServices } from './harness.js'

const redis = useRedis()
const serve = useServices({})
let service: Awaited<ReturnType<typeof serve>>
let client: Client
let operator: string
let acme: string

beforeAll(async () => {
  service = await serve({ redis: redis.url, namespace: redis.ns(), roles: ['api'], providers: [EchoTasks], access: { open: 'never' } })
  client = service.app.get(Client)
  operator = await keyFor({ scopes: ['*'] })
  acme = await keyFor({ scopes: ['*'], tenant: 'acme' })
})

const keyFor = async (options: ApiKeyOptions): Promise<string> => (await client.apiKeys.create(options)).key
const as = (key: string, method: 'get' | 'post' | 'delete', path: string) => service.http[method](path).set('authorization', bearer(key))
const make = async (key: string, asked: object): Promise<NewApiKey> =>
  (await as(key, 'post', '/v1/keys').send(asked).expect(201)).body as NewApiKey
const graphql = async (key: string, query: string, variables?: object): Promise<Answer> =>
  (await as(key, 'post', '/graphql').send({ query, variables })).body as Answer

describe('over REST a key', () => {
  test('is made, used, shown without its secret, rotated and ended', async () => {
    const { key, ...view } = await make(acme, { scopes: ['workflows:read'], label: 'ci', queues: ['mail'], expiresInMs: 60_000 })
    expect(key).toMatch(new RegExp(`^chordis_${view.id}_[A-Za-z0-9_-]{43}$`))
    expect(view).toMatchObject({ label: 'ci', tenant: 'acme', scopes: ['workflows:read'], queues: ['mail'], usedAt: null })
    expect(view.by).toMatch(/^key:[0-9a-z]{12}$/)
    await as(key, 'get', '/v1/workflows').expect(200)
    await until(async () => ((await as(acme, 'get', `/v1/keys/${view.id}`)).body as ApiKeyView).usedAt !== null)
    expect((await as(acme, 'get', `/v1/keys/${view.id}`).expect(200)).body).toEqual({ ...view, usedAt: expect.any(Number) as number })
    const rotated = (await as(acme, 'post', `/v1/keys/${view.id}/rotate`).send({ graceMs: 0 }).expect(200)).body as NewApiKey
    expect(rotated).toMatchObject({ id: view.id, previousUntil: null })
    // What services have at hand of it is tried in access.test.ts; here Redis is asked.
    const secrets = async () => (await client.apiKeys.find(view.id))?.secrets.map(({ hash }) => hash)
    expect(await secrets()).toEqual([hashApiKey(rotated.key)])
    await as(acme, 'delete', `/v1/keys/${view.id}`).expect(204)
    expect(await secrets()).toBeUndefined()
    for (const method of ['get', 'delete'] as const) await as(acme, method, `/v1/keys/${view.id}`).expect(404)
    await as(acme, 'post', `/v1/keys/${view.id}/rotate`).expect(404)
  })

  test.each([
    [{}, 400, 'scopes'],
    [{ scopes: [] }, 400, 'scopes'],
    [{ scopes: 'x' }, 400, 'scopes'],
    [{ scopes: ['workflows:write'] }, 400, 'scopes[0]'],
    [{ scopes: ['*'], queues: ['*mail'] }, 400, 'queues'],
    [{ scopes: ['*'], tasks: [] }, 400, 'tasks'],
    [{ scopes: ['*'], expiresInMs: 0 }, 400, 'expiresInMs'],
    [{ scopes: ['*'], label: 'x'.repeat(201) }, 400, 'label'],
    [{ scopes: ['*'], by: 'key:somebody' }, 400, 'by'],
    [{ scopes: ['*'], expiresBy: 5 }, 400, 'expiresBy'],
    [{ scopes: ['*'], tenant: 'globex' }, 403, 'tenant'],
    [{ scopes: ['*'], tenant: '*' }, 403, 'tenant'],
    [{ scopes: ['*'], rate: 5 }, 403, 'rate'],
  ])('is refused as %j, by its path', async (asked, status, path) => {
    expect((await as(acme, 'post', '/v1/keys').send(asked).expect(status)).body).toMatchObject({ path })
  })

  test('of a name that is none is refused, to who may give any', async () => {
    const refused = await as(operator, 'post', '/v1/keys')
      .send({ scopes: ['*'], tenant: 'a b' })
      .expect(400)
    expect(refused.body).toMatchObject({ code: 'name-invalid', path: 'tenant' })
  })

  test('never has more than its maker, who is the one of the header where there is one', async () => {
    const small = await make(acme, { scopes: ['keys:manage', 'keys:read'], expiresInMs: 600_000 })
    const refused = await as(small.key, 'post', '/v1/keys')
      .send({ scopes: ['workflows:read'] })
      .expect(403)
    expect(refused.body).toMatchObject({ code: 'forbidden', path: 'scopes[0]' })
    expect((await make(small.key, { scopes: ['keys:read'] })).expiresAt).toBe(small.expiresAt)
    await as(small.key, 'post', '/v1/keys')
      .send({ scopes: ['keys:read'], expiresInMs: 700_000 })
      .expect(403)
    const acting = () => as(operator, 'post', '/v1/keys').set('chordis-tenant', 'acme')
    expect(
      (
        await acting()
          .send({ scopes: ['*'] })
          .expect(201)
      ).body,
    ).toMatchObject({ tenant: 'acme' })
    await acting()
      .send({ scopes: ['*'], tenant: '*' })
      .expect(403)
  })

  test('of another tenant, or of all, is not there; and each scope is asked for', async () => {
    const { id } = await make(operator, { scopes: ['*'], tenant: 'globex' })
    const all = await make(operator, { scopes: ['*'] })
    for (const one of [id, all.id]) {
      await as(acme, 'get', `/v1/keys/${one}`).expect(404)
      await as(acme, 'post', `/v1/keys/${one}/rotate`).expect(404)
      await as(acme, 'delete', `/v1/keys/${one}`).expect(404)
    }
    const mine = ((await as(acme, 'get', '/v1/keys?limit=1000').expect(200)).body as { keys: ApiKeyView[] }).keys
    expect(new Set(mine.map(({ tenant }) => tenant))).toEqual(new Set(['acme']))
    const reader = await keyFor({ scopes: ['keys:read'], tenant: 'acme' })
    await as(reader, 'get', '/v1/keys').expect(200)
    expect(
      (
        await as(reader, 'post', '/v1/keys')
          .send({ scopes: ['keys:read'] })
          .expect(403)
      ).body.detail,
    ).toBe('needs the scope keys:manage')
    const writer = await keyFor({ scopes: ['keys:manage'], tenant: 'acme' })
    expect((await as(writer, 'get', '/v1/keys').expect(403)).body.detail).toBe('needs the scope keys:read')
    await service.http.get('/v1/keys').expect(401)
    await service.http.get('/v1/audit').expect(401)
  })
})

describe('the audit log over REST', () => {
  test('shows who changed what, of one’s own tenant only, by filters and part by part', async () => {
    const made = await make(acme, { scopes: ['keys:read'] })
    await make(operator, { scopes: ['keys:read'], label: 'of the operator' })
    const list = async (key: string, query: string) =>
      (await as(key, 'get', `/v1/audit${query}`).expect(200)).body as { entries: Record<string, unknown>[]; cursor: string | null }
    await until(async () => (await list(acme, '?action=key.create')).entries.some(({ target }) => target === made.id))
    const { entries } = await list(acme, '?action=key.*&limit=1000')
    expect(new Set(entries.map(({ tenant }) => tenant))).toEqual(new Set(['acme']))
    const [first] = (await list(acme, '?action=key.*&limit=1')).entries
    const next = await list(acme, `?action=key.*&limit=1&cursor=${first?.id as string}`)
    expect(next.entries[0]).toEqual(entries[1])
    expect((await list(acme, `?principal=nobody`)).entries).toEqual([])
    const at = first?.at as number
    expect((await list(acme, `?after=${at}&action=key.*`)).entries[0]).toEqual(first)
    expect((await list(acme, `?before=${at}`)).entries.some(({ id }) => id === first?.id)).toBe(false)
    await until(async () => (await list(operator, '?limit=1000')).entries.some(({ tenant }) => tenant === '*'))
  })

  test.each([
    ['limit=0', 'query.limit'],
    ['limit=1001', 'query.limit'],
    ['before=x', 'query.before'],
    ['tenant=globex', 'query.tenant'],
    ['cursor=x', 'cursor'],
  ])('refuses %s', async (query, path) => {
    expect((await as(acme, 'get', `/v1/audit?${query}`).expect(400)).body).toMatchObject({ path })
  })

  test('needs its scope', async () => {
    const blind = await keyFor({ scopes: ['keys:read'], tenant: 'acme' })
    expect((await as(blind, 'get', '/v1/audit').expect(403)).body.detail).toBe('needs the scope audit:read')
  })
})

describe('over GraphQL', () => {
  const CREATE =
    'mutation ($input: ApiKeyInput!) { createApiKey(input: $input) { secret key { id tenant scopes label by expiresAt queues } } }'

  test('keys are made, shown, rotated and ended, and what is done is in the audit log', async () => {
    const { data } = await graphql(acme, CREATE, { input: { scopes: ['keys:read'], label: 'by GraphQL', expiresInMs: 60_000 } })
    const { secret, key } = data.createApiKey
    expect(key).toMatchObject({ tenant: 'acme', scopes: ['keys:read'], label: 'by GraphQL', queues: null })
    const used = await graphql(
      secret,
      'query ($id: ID!) { apiKey(id: $id) { id label } apiKeys(first: 1) { nodes { id } pageInfo { endCursor hasNextPage } } }',
      {
        id: key.id,
      },
    )
    expect(used.data.apiKey).toEqual({ id: key.id, label: 'by GraphQL' })
    const { endCursor, hasNextPage } = used.data.apiKeys.pageInfo
    expect(hasNextPage).toBe(true)
    const next = await graphql(secret, 'query ($after: String) { apiKeys(first: 200, after: $after) { nodes { id tenant } } }', {
      after: endCursor,
    })
    expect(next.data.apiKeys.nodes.map(({ id }: ApiKeyView) => id)).not.toContain(used.data.apiKeys.nodes[0].id)
    const rotated = await graphql(acme, 'mutation ($id: ID!) { rotateApiKey(id: $id, graceMs: 0) { secret key { previousUntil } } }', {
      id: key.id,
    })
    expect(rotated.data.rotateApiKey).toEqual({ secret: expect.stringContaining(key.id) as string, key: { previousUntil: null } })
    const revoked = await graphql(acme, 'mutation ($id: ID!) { revokeApiKey(id: $id) { id revoked } }', { id: key.id })
    expect(revoked.data.revokeApiKey).toEqual({ id: key.id, revoked: true })
    const AUDIT =
      '{ auditEntries(filter: {action: "key.*"}, first: 3) { nodes { action target outcome tenant detail } pageInfo { hasNextPage } } }'
    await until(async () => (await graphql(acme, AUDIT)).data.auditEntries.nodes[0].action === 'key.revoke')
    const { auditEntries } = (await graphql(acme, AUDIT)).data
    expect(auditEntries.nodes.map(({ action, target }: Record<string, string>) => [action, target])).toEqual([
      ['key.revoke', key.id],
      ['key.rotate', key.id],
      ['key.create', key.id],
    ])
    expect(JSON.stringify(auditEntries)).not.toContain(secret.slice(-43))
    expect(auditEntries.pageInfo.hasNextPage).toBe(true)
  })

  test('the same is refused as over REST, by its place in the input', async () => {
    const { id } = await make(operator, { scopes: ['*'] })
    const tries: [string, object, string, string | undefined][] = [
      [CREATE, { input: { scopes: ['*'], tenant: 'globex' } }, 'forbidden', 'input.tenant'],
      [CREATE, { input: { scopes: [] } }, 'request-invalid', 'input.scopes'],
      [CREATE, { input: { scopes: ['nothing'] } }, 'request-invalid', 'input.scopes[0]'],
      ['query ($id: ID!) { apiKey(id: $id) { id } }', { id }, 'not-found', undefined],
      ['mutation ($id: ID!) { rotateApiKey(id: $id) { secret } }', { id }, 'not-found', undefined],
      ['mutation ($id: ID!) { revokeApiKey(id: $id) { id } }', { id }, 'not-found', undefined],
      ['{ apiKeys(after: "x") { nodes { id } } }', {}, 'request-invalid', 'after'],
      ['{ auditEntries(after: "x") { nodes { id } } }', {}, 'request-invalid', 'after'],
      ['{ auditEntries(filter: {before: 0}) { nodes { id } } }', {}, 'request-invalid', 'filter.before'],
    ]
    for (const [query, variables, code, path] of tries) {
      const { errors } = await graphql(acme, query, variables)
      expect([query, errors?.[0]?.extensions.code, errors?.[0]?.extensions.path]).toEqual([query, code, path])
    }
    const blind = await keyFor({ scopes: ['workflows:read'] })
    for (const query of ['{ apiKeys { nodes { id } } }', '{ auditEntries { nodes { id } } }'])
      expect((await graphql(blind, query)).errors?.[0]?.extensions.code).toBe('forbidden')
  })
})

test('chordis/client does the same', async () => {
  const api = new ChordisApi({ url: service.url, token: acme })
  const { id, key } = await api.createKey({ scopes: ['keys:read'], label: 'by the client' })
  expect((await new ChordisApi({ url: service.url, token: key }).getKey(id)).label).toBe('by the client')
  expect((await api.listKeys({ limit: 1 })).keys).toHaveLength(1)
  expect((await api.rotateKey(id)).key).not.toBe(key)
  await api.revokeKey(id)
  expect(await api.getKey(id).catch(({ code }: ChordisApiError) => code)).toBe('not-found')
  await until(async () => (await api.listAudit({ action: 'key.revoke' })).entries.some(({ target }) => target === id))
  for await (const entry of api.eachAuditEntry({ action: 'key.*', limit: 1 })) {
    expect(entry.tenant).toBe('acme')
    if (entry.target === id && entry.action === 'key.create') break
  }
})
