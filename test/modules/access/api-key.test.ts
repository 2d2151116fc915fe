/** An API key that is remembered: its end, and the end of its old secret, come on time. */
import { expect, onTestFinished, test } from 'vitest'
import { Client } from '../../../src/engine/index.js'
import { ApiKeyVerifier } from '../../../src/modules/access/api-key.verifier.js'
import { useRedis } from '../../support/redis-server.js'

const redis = useRedis()

async function opened() {
  const client = await Client.connect({ redis: redis.url, namespace: redis.ns() })
  onTestFinished(() => client.close())
  const clock = { now: 0 }
  return { keys: client.apiKeys, clock, verifier: new ApiKeyVerifier(client.apiKeys, { clock: () => clock.now }) }
}

test('a key that expires while it is remembered is refused from then on', async () => {
  const { keys, clock, verifier } = await opened()
  const { id, key } = await keys.create({ scopes: ['*'], expiresInMs: 3_000 })
  expect(await verifier.verify(key)).toMatchObject({ id: `key:${id}` })
  clock.now = 3_000
  expect(await verifier.verify(key)).toBeNull()
})

test('the old secret of a rotated key ends while both are remembered', async () => {
  const { keys, clock, verifier } = await opened()
  const old = await keys.create({ scopes: ['*'] })
  const { key } = await keys.rotate(old.id, { graceMs: 3_000 })
  for (const text of [old.key, key]) expect(await verifier.verify(text)).not.toBeNull()
  clock.now = 3_000
  expect(await verifier.verify(old.key)).toBeNull()
  expect(await verifier.verify(key)).not.toBeNull()
})

test('a scope of a later release means nothing here, and the key works for what it does mean', async () => {
  const { keys, verifier } = await opened()
  const { id, key } = await keys.create({ scopes: ['workflows:read'] })
  const found = await keys.find(id)
  const later = new ApiKeyVerifier({
    touch: () => undefined,
    find: async () => found && { ...found, view: { ...found.view, scopes: ['workflows:read', 'moons:visit'] } },
  })
  expect((await later.verify(key))?.may('workflows:read')).toBe(true)
  expect((await verifier.verify(key))?.may('workflows:submit')).toBe(false)
})
