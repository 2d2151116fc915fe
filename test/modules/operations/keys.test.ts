/** Nobody gives more than they have: what a key may be that is made, or given another secret, by somebody who has less than everything. */
import { beforeAll, describe, expect, test } from 'vitest'
import { type AuditRecord, Client } from '../../../src/engine/index.js'
import { AuditTrail } from '../../../src/modules/access/audit.js'
import { type Grant, Principal } from '../../../src/modules/access/principal.js'
import { AuditOperations } from '../../../src/modules/operations/audit.operations.js'
import { KeyOperations, type OwnKey } from '../../../src/modules/operations/keys.operations.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'

const redis = useRedis()
const lines: object[] = []
const heard = (fields: object) => void lines.push(fields)
const LOGGER = { debug: heard, info: heard, warn: heard, error: heard }

let client: Client
let keys: KeyOperations
let log: AuditOperations

beforeAll(async () => {
  client = await Client.connect({ redis: redis.url, namespace: redis.ns() })
  keys = new KeyOperations(client, new AuditTrail(LOGGER, client))
  log = new AuditOperations(client)
  return () => client.close()
})

const IN_AN_HOUR = Date.now() + 3_600_000
const someone = (tenant: string, grant: Partial<Grant> = {}, expiresAt: number | null = null): Principal =>
  new Principal('key', `key:${tenant}`, { tenant, scopes: ['*'], ...grant }, expiresAt)

const operator = someone('*')
const acme = someone('acme')
const ci = someone('acme', {
  scopes: ['keys:manage', 'keys:read', 'workflows:*', 'tasks:read'],
  queues: ['mail', 'acme-*'],
  tasks: ['acme.*'],
})
const shortly = someone('acme', {}, IN_AN_HOUR)
const slow = someone('acme', { rate: 100 })

const refusal = (call: Promise<unknown>): Promise<{ code?: string; path?: string }> =>
  call.then(
    () => ({}),
    (error: { code: string; path?: string }) => error,
  )

describe('a maker is refused a key with what it does not have', () => {
  const every: [string, Principal, OwnKey, string][] = [
    ['all scopes', ci, { scopes: ['*'] }, 'scopes[0]'],
    ['a scope', ci, { scopes: ['workflows:read', 'queues:purge'] }, 'scopes[1]'],
    ['a wildcard for scopes that it has one by one', ci, { scopes: ['tasks:*'] }, 'scopes[0]'],
    ['a wildcard for the scopes of keys', ci, { scopes: ['keys:*'] }, 'scopes[0]'],
    ['another tenant', acme, { scopes: ['*'], tenant: 'globex' }, 'tenant'],
    ['the tenant of nobody', acme, { scopes: ['*'], tenant: '-' }, 'tenant'],
    ['all tenants', acme, { scopes: ['*'], tenant: '*' }, 'tenant'],
    ['all tenants, acting for one', operator.actingFor('acme'), { scopes: ['*'], tenant: '*' }, 'tenant'],
    ['a queue', ci, { scopes: ['workflows:read'], queues: ['mail', 'billing'] }, 'queues[1]'],
    ['more queues', ci, { scopes: ['workflows:read'], queues: ['mail*'] }, 'queues[0]'],
    ['all queues', ci, { scopes: ['workflows:read'], queues: ['*'] }, 'queues[0]'],
    ['a shorter prefix', ci, { scopes: ['workflows:read'], tasks: ['acme*'] }, 'tasks[0]'],
    ['a later end', shortly, { scopes: ['*'], expiresInMs: 2 * 3_600_000 }, 'expiresInMs'],
    ['a higher rate', slow, { scopes: ['*'], rate: 101 }, 'rate'],
    ['a rate, having none of its own to give', acme, { scopes: ['*'], rate: 5 }, 'rate'],
    ['any of no tasks at all', someone('acme', { tasks: [] }), { scopes: ['*'] }, 'tasks'],
  ]

  test.each(every)('%s', async (_what, who, asked, path) => {
    const before = await client.apiKeys.count()
    expect(await refusal(keys.create(who, asked))).toMatchObject({ code: 'forbidden', path })
    expect(await client.apiKeys.count()).toBe(before)
  })
})

test('what is left out is as the maker has it, and never more', async () => {
  const limited = someone('acme', { ...ci.grant, rate: 100 }, IN_AN_HOUR)
  const { key: _, ...made } = await keys.create(limited, { scopes: ['workflows:read'] })
  expect(made).toMatchObject({ tenant: 'acme', queues: ['mail', 'acme-*'], tasks: ['acme.*'], rate: 100, expiresAt: IN_AN_HOUR })
  expect(made.by).toBe('key:acme')
  const free = await keys.create(operator, { scopes: ['*'] })
  expect(free).toMatchObject({ tenant: '*', expiresAt: null })
  expect([free.queues, free.tasks, free.rate]).toEqual([undefined, undefined, undefined])
})

test('what is within the maker’s is given', async () => {
  const asked = {
    scopes: ['workflows:*', 'workflows:read', 'keys:read'],
    queues: ['acme-1', 'acme-*', 'acme-a*', 'mail'],
    tasks: ['acme.a'],
  }
  expect(await keys.create(ci, asked)).toMatchObject(asked)
  expect((await keys.create(shortly, { scopes: ['*'], expiresInMs: 60_000 })).expiresAt).toBeLessThan(IN_AN_HOUR)
  expect(await keys.create(slow, { scopes: ['*'], rate: 99 })).toMatchObject({ rate: 99 })
  expect(await keys.create(operator.actingFor('acme'), { scopes: ['*'] })).toMatchObject({ tenant: 'acme' })
  expect(await keys.create(operator, { scopes: ['*'], tenant: 'globex', rate: 1_000_000 })).toMatchObject({ tenant: 'globex' })
})

test('who could not have made a key gets no secret of it, and ends it all the same', async () => {
  const more: OwnKey[] = [
    { scopes: ['*'] },
    { scopes: ['workflows:read'] },
    { scopes: ['workflows:read'], queues: ['mail'], tasks: ['acme.*', 'other'] },
  ]
  for (const [k, path] of ['scopes[0]', 'queues', 'tasks[1]'].entries()) {
    const { id } = await keys.create(acme, more[k] as OwnKey)
    const before = await client.apiKeys.find(id)
    expect(await refusal(keys.rotate(ci, id, { graceMs: 0 }))).toMatchObject({ code: 'forbidden', path })
    expect(await client.apiKeys.find(id)).toEqual(before)
    await keys.revoke(ci, id)
    expect(await refusal(keys.get(ci, id))).toMatchObject({ code: 'not-found' })
  }
  const lasting = await keys.create(acme, { scopes: ['*'] })
  expect(await refusal(keys.rotate(shortly, lasting.id))).toMatchObject({ code: 'forbidden', path: 'expiresAt' })
  expect(await refusal(keys.rotate(slow, lasting.id))).toMatchObject({ code: 'forbidden', path: 'rate' })
  expect((await keys.rotate(acme, lasting.id, { graceMs: 60_000 })).previousUntil).toBeGreaterThan(Date.now())
})

test('a key that was revoked, or is over, makes no others in the seconds in which services still know it', async () => {
  const made = await keys.create(operator, { scopes: ['*'] })
  const asKey = new Principal('key', `key:${made.id}`, { tenant: '*', scopes: ['*'] })
  const child = await keys.create(asKey, { scopes: ['*'] })
  expect(child.by).toBe(`key:${made.id}`)
  await keys.revoke(operator, made.id)
  for (const call of [() => keys.create(asKey, { scopes: ['*'] }), () => keys.rotate(asKey, child.id), () => keys.revoke(asKey, child.id)])
    expect(await refusal(call())).toMatchObject({ code: 'forbidden' })
})

test('a list goes on behind its cursor, the oldest first, while keys come and go', async () => {
  const who = someone('paged')
  const ids: string[] = []
  for (let k = 0; k < 5; k++) ids.push((await keys.create(who, { scopes: ['*'], label: `k${k}` })).id)
  const first = await keys.list(who, { limit: 2 })
  await keys.revoke(who, first.keys[1]?.id as string)
  const rest = await keys.list(who, { limit: 10, cursor: first.cursor as string })
  expect(new Set([...first.keys, ...rest.keys].map(({ id }) => id))).toEqual(new Set(ids))
  expect(rest.cursor).toBeNull()
  expect(await refusal(keys.list(who, { cursor: 'x' }))).toMatchObject({ code: 'request-invalid', path: 'cursor' })
})

test('every change is written down, done or refused, and no secret is: not in lists, not in the log, not in the audit log', async () => {
  const who = someone('audited')
  const made = await keys.create(who, { scopes: ['workflows:read'], label: 'shown' })
  const rotated = await keys.rotate(who, made.id)
  await refusal(keys.create(who, { scopes: ['*'], tenant: 'globex' }))
  await keys.revoke(who, made.id)
  const entries = await until(async () => {
    const page = await log.list(who, { action: 'key.*' })
    return page.entries.length === 4 && page.entries
  })
  expect(entries.map(({ action, target, outcome }: AuditRecord) => [action, target, outcome])).toEqual([
    ['key.revoke', made.id, 'ok'],
    ['key.create', '', 'forbidden'],
    ['key.rotate', made.id, 'ok'],
    ['key.create', made.id, 'ok'],
  ])
  expect(entries[3]?.detail).toEqual({ scopes: ['workflows:read'], label: 'shown' })
  const everything = JSON.stringify([lines, await log.list(operator, { limit: 1_000 }), await keys.list(operator, { limit: 1_000 })])
  expect(everything).toContain(made.id)
  for (const { key } of [made, rotated]) expect(everything).not.toContain(key.slice(-43))
})
