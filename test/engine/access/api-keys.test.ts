/** API keys: what is stored of them, how they are changed by several at once, and what is left of one that is gone. */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { apiKeyIdOf, hashApiKey } from '../../../src/engine/index.js'
import { PartitionKeys } from '../../../src/engine/redis/keys.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { TestEngine } from '../harness.js'

const redis = useRedis()

async function opened() {
  const engine = await TestEngine.open(redis.url, 2)
  const keys = new PartitionKeys(engine.namespace, 0)
  return { engine, apiKeys: engine.client.apiKeys, connection: redis.connect(), stored: keys.of('apikeys'), used: keys.of('apikeysused') }
}

test('a key is shown once; Redis has the SHA-256 of its text and nothing else of it', async () => {
  const { apiKeys, connection, stored, engine } = await opened()
  const made = await apiKeys.create({
    label: 'ci',
    tenant: 'acme',
    scopes: ['workflows:*', 'workflows:*'],
    queues: ['mail', 'acme-*'],
    rate: 50,
  })
  expect(made.key).toMatch(new RegExp(`^chordis_${made.id}_[A-Za-z0-9_-]{43}$`))
  expect(apiKeyIdOf(made.key)).toBe(made.id)
  const text = (await connection.hget(stored, made.id)) as string
  expect(text).not.toContain(made.key.slice(-43))
  expect(JSON.parse(text)).toEqual({
    hash: createHash('sha256').update(made.key).digest('hex'),
    label: 'ci',
    tenant: 'acme',
    scopes: ['workflows:*'],
    queues: ['mail', 'acme-*'],
    rate: 50,
    createdAt: made.createdAt,
  })
  const { key: _, ...view } = made
  expect(await apiKeys.get(made.id)).toEqual(view)
  expect(await (await engine.connect()).apiKeys.list()).toEqual([view])
  expect(JSON.stringify(view)).not.toContain(hashApiKey(made.key))
})

test('what a key could not be is refused by its path, and nothing is stored', async () => {
  const { apiKeys } = await opened()
  const refused: [object, string, string][] = [
    [{ scopes: [] }, 'scopes', 'request-invalid'],
    [{ scopes: ['workflows:write'] }, 'scopes[0]', 'request-invalid'],
    [{ scopes: ['*'], tenant: 'a b' }, 'tenant', 'name-invalid'],
    [{ scopes: ['*'], queues: ['*mail'] }, 'queues', 'request-invalid'],
    [{ scopes: ['*'], tasks: [] }, 'tasks', 'request-invalid'],
    [{ scopes: ['*'], label: 'x'.repeat(201) }, 'label', 'request-invalid'],
    [{ scopes: ['*'], expiresInMs: 0 }, 'expiresInMs', 'request-invalid'],
    [{ scopes: ['*'], rate: 1.5 }, 'rate', 'request-invalid'],
  ]
  for (const [options, path, code] of refused)
    await expect(apiKeys.create(options as { scopes: string[] }), path).rejects.toMatchObject({ code, path })
  expect(await apiKeys.count()).toBe(0)
})

test('after a rotation both secrets are good until the grace is over; without a grace only the new one is', async () => {
  const { apiKeys, connection, stored } = await opened()
  const first = await apiKeys.create({ scopes: ['*'] })
  const second = await apiKeys.rotate(first.id)
  expect(second.id).toBe(first.id)
  const hashes = async () => (await apiKeys.find(first.id))?.secrets
  expect(await hashes()).toEqual([
    { hash: hashApiKey(second.key), goodForMs: Number.POSITIVE_INFINITY },
    { hash: hashApiKey(first.key), goodForMs: expect.closeTo(86_400_000, -5) },
  ])
  // The grace of the first secret has passed: by the clock of Redis, which says what time it is.
  const text = JSON.parse((await connection.hget(stored, first.id)) as string) as { previous: { until: number } }
  text.previous.until = second.createdAt
  await connection.hset(stored, first.id, JSON.stringify(text))
  expect(await hashes()).toEqual([{ hash: hashApiKey(second.key), goodForMs: Number.POSITIVE_INFINITY }])
  const third = await apiKeys.rotate(first.id, { graceMs: 0 })
  expect(third.previousUntil).toBeNull()
  expect(await hashes()).toEqual([{ hash: hashApiKey(third.key), goodForMs: Number.POSITIVE_INFINITY }])
  await expect(apiKeys.rotate('nobody')).rejects.toMatchObject({ code: 'not-found' })
  await expect(apiKeys.rotate(first.id, { graceMs: -1 })).rejects.toMatchObject({ code: 'request-invalid', path: 'graceMs' })
})

test('a key expires by the clock of Redis, its old secret with it', async () => {
  const { apiKeys, connection, stored } = await opened()
  const made = await apiKeys.create({ scopes: ['*'], expiresInMs: 60_000 })
  expect(made.expiresAt).toBe(made.createdAt + 60_000)
  await apiKeys.rotate(made.id)
  const good = (await apiKeys.find(made.id))?.secrets.map(({ goodForMs }) => goodForMs) ?? []
  expect(good).toHaveLength(2)
  for (const ms of good) expect(ms).toBeLessThanOrEqual(60_000)
  const text = JSON.parse((await connection.hget(stored, made.id)) as string) as object
  await connection.hset(stored, made.id, JSON.stringify({ ...text, expiresAt: made.createdAt }))
  expect((await apiKeys.find(made.id))?.secrets).toEqual([])
})

test('twenty rotations at once leave the key with the secrets of the last two', async () => {
  const { engine, apiKeys } = await opened()
  const { id } = await apiKeys.create({ scopes: ['*'] })
  const clients = await Promise.all([1, 2, 3, 4].map(() => engine.connect()))
  const done = await Promise.allSettled(Array.from({ length: 20 }, (_, k) => (clients[k % 4] as typeof engine.client).apiKeys.rotate(id)))
  const texts = done.flatMap((one) => (one.status === 'fulfilled' ? [hashApiKey(one.value.key)] : []))
  const good = (await apiKeys.find(id))?.secrets.map(({ hash }) => hash) ?? []
  expect(good).toHaveLength(2)
  for (const hash of good) expect(texts).toContain(hash)
  // Who lost five races is told so, and has changed nothing.
  for (const one of done) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'outcome-unknown' })
})

test('a revoked key leaves nothing behind, also when a note of its use comes after', async () => {
  const { engine, apiKeys, connection, stored, used } = await opened()
  const { id } = await apiKeys.create({ scopes: ['*'] })
  apiKeys.touch(id)
  await until(async () => (await apiKeys.get(id)).usedAt !== null, { what: 'the use is noted' })
  expect(await apiKeys.revoke(id)).toBe(true)
  expect(await apiKeys.revoke(id)).toBe(false)
  expect(await apiKeys.find(id)).toBeNull()
  const { apiKeys: other } = await engine.connect()
  other.touch(id)
  // Sent behind the note, on its connection.
  await other.count()
  expect(await connection.exists(stored, used)).toBe(0)
})

test('a process notes a use once a minute', async () => {
  const { apiKeys, connection, used } = await opened()
  const { id } = await apiKeys.create({ scopes: ['*'] })
  apiKeys.touch(id)
  await until(async () => (await connection.hget(used, id)) !== null, { what: 'the use is noted' })
  await connection.hset(used, id, '1')
  for (let k = 0; k < 100; k++) apiKeys.touch(id)
  await apiKeys.count()
  expect((await apiKeys.get(id)).usedAt).toBe(1)
})

test('more keys than a step of the list holds are all listed, once, the oldest first', async () => {
  const { apiKeys, connection, stored } = await opened()
  const template = await apiKeys.create({ scopes: ['*'] })
  const text = JSON.parse((await connection.hget(stored, template.id)) as string) as object
  const many = Array.from({ length: 1_500 }, (_, k) => [`k${k}`, JSON.stringify({ ...text, createdAt: k })]).flat()
  await connection.hset(stored, ...many)
  const listed = await apiKeys.list()
  expect(listed.map(({ id }) => id)).toEqual([...Array.from({ length: 1_500 }, (_, k) => `k${k}`), template.id])
  const rest = Array.from({ length: 8_499 }, (_, k) => [`m${k}`, '{}']).flat()
  await connection.hset(stored, ...rest)
  await expect(apiKeys.create({ scopes: ['*'] })).rejects.toMatchObject({ code: 'limit-exceeded' })
})
