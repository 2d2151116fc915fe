/** The audit log: kept in order, read in parts, bounded. */
import { expect, test } from 'vitest'
import type { AuditEntry, AuditPage } from '../../../src/engine/index.js'
import { PartitionKeys } from '../../../src/engine/redis/keys.js'
import { useRedis } from '../../support/redis-server.js'
import { TestEngine } from '../harness.js'

const redis = useRedis()

const entry = (target: string, other: Partial<AuditEntry> = {}): AuditEntry => ({
  principal: 'key:a',
  tenant: 'acme',
  action: 'workflow.revoke',
  target,
  outcome: 'ok',
  ...other,
})

const numbered = (from: number, count: number): AuditEntry[] => Array.from({ length: count }, (_, k) => entry(`w${from + k}`))

test('entries come back as they were written, the newest first, with the time of Redis', async () => {
  const { client } = await TestEngine.open(redis.url, 2)
  const connection = redis.connect()
  const [seconds] = await connection.time()
  await client.audit.append([entry('w1'), entry('w2', { detail: { reason: 'é\n"' }, outcome: 'forbidden' })])
  const { entries, cursor } = await client.audit.list()
  expect(cursor).toBeNull()
  expect(entries).toEqual([
    { ...entry('w2', { detail: { reason: 'é\n"' }, outcome: 'forbidden' }), id: expect.any(String), at: expect.any(Number) },
    { ...entry('w1'), id: expect.any(String), at: expect.any(Number) },
  ])
  expect(entries[0]?.at).toBeGreaterThanOrEqual(Number(seconds) * 1_000)
})

test('a filter means principal, tenant, an action or a kind of them, and times', async () => {
  const { client } = await TestEngine.open(redis.url)
  const all = [
    entry('a'),
    entry('b', { principal: 'jwt:ana' }),
    entry('c', { tenant: '*', action: 'queue.pause' }),
    entry('d', { action: 'queue.purge' }),
    entry('e', { action: 'queues.x' }),
  ]
  await client.audit.append(all)
  const targets = async (filter: Parameters<typeof client.audit.list>[0]) =>
    (await client.audit.list(filter)).entries.map(({ target }) => target)
  expect(await targets({ principal: 'jwt:ana' })).toEqual(['b'])
  expect(await targets({ tenant: '*' })).toEqual(['c'])
  expect(await targets({ action: 'queue.pause' })).toEqual(['c'])
  expect(await targets({ action: 'queue.*' })).toEqual(['d', 'c'])
  const { at = 0 } = (await client.audit.list()).entries[0] ?? {}
  expect(await targets({ after: at + 1 })).toEqual([])
  expect(await targets({ before: at + 1 })).toHaveLength(5)
  expect(await targets({ before: 1 })).toEqual([])
  for (const [filter, path] of [
    [{ limit: 0 }, 'limit'],
    [{ cursor: 'x' }, 'cursor'],
    [{ before: 0 }, 'before'],
    [{ after: -1 }, 'after'],
    [{ action: 'x'.repeat(257) }, 'action'],
  ] as const)
    await expect(client.audit.list(filter), path).rejects.toMatchObject({ code: 'request-invalid', path })
})

test('parts follow one another without a gap, however few entries a filter means', async () => {
  const { client } = await TestEngine.open(redis.url)
  await client.audit.append([entry('rare', { principal: 'jwt:ana' })])
  for (let k = 0; k < 30; k++) await client.audit.append(numbered(k * 200, 200))
  const seen: string[] = []
  let page: AuditPage = { entries: [], cursor: null }
  do {
    page = await client.audit.list({ limit: 700, ...(page.cursor === null ? {} : { cursor: page.cursor }) })
    seen.push(...page.entries.map(({ target }) => target))
  } while (page.cursor !== null)
  expect(seen).toEqual([...numbered(0, 6_000).map(({ target }) => target), ''].reverse().slice(1).concat('rare'))
  const first = await client.audit.list({ principal: 'jwt:ana' })
  expect(first).toEqual({ entries: [], cursor: expect.any(String) })
  const second = await client.audit.list({ principal: 'jwt:ana', cursor: first.cursor as string })
  expect(second).toMatchObject({ entries: [{ target: 'rare' }], cursor: null })
})

test('about 100,000 entries are kept, and a detail beyond 8 kB is left out', async () => {
  const { client, namespace } = await TestEngine.open(redis.url)
  const connection = redis.connect()
  const key = new PartitionKeys(namespace, 0).of('auditlog')
  for (let k = 0; k < 510; k++) await client.audit.append(numbered(k * 200, 200))
  const length = await connection.xlen(key)
  expect(length).toBeGreaterThanOrEqual(100_000)
  expect(length).toBeLessThan(100_500)
  await client.audit.append([entry('long', { detail: { ids: 'x'.repeat(8_192) } })])
  expect((await client.audit.list({ limit: 1 })).entries).toMatchObject([{ target: 'long', detail: { leftOut: 'it was too long' } }])
  await expect(client.audit.append([])).rejects.toMatchObject({ code: 'request-invalid', path: 'entries' })
}, 30_000)
