/** Credentials while Redis is away: what was seen stays good for a minute, what was not is nobody's fault. */

import { Module } from '@nestjs/common'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ChordisClient } from '../../src/modules/index.js'
import { bearer } from '../modules/access/credentials.js'
import { RedisServer } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { WhoController } from './access-harness.js'
import { useServices } from './harness.js'

@Module({ controllers: [WhoController] })
class WhoModule {}

let redis: RedisServer
const serve = useServices()
beforeAll(async () => {
  redis = await RedisServer.start({ appendonly: true })
})
afterAll(() => redis.stop())

test('a key that was seen stays good, one that was not is a 503 with Retry-After, and both work when Redis is back', async () => {
  const { http, app } = await serve({ redis: redis.url, namespace: 'away', roles: ['api'], imports: [WhoModule], commandTimeoutMs: 500 })
  const { apiKeys } = app.get(ChordisClient)
  const [seen, unseen] = [await apiKeys.create({ scopes: ['*'] }), await apiKeys.create({ scopes: ['*'] })]
  const ask = (key: string) => http.get('/v1/who').set('authorization', bearer(key))
  await until(async () => (await http.get('/v1/who')).status === 401, { what: 'the first key is known', timeoutMs: 10_000 })
  await ask(seen.key).expect(200)
  await redis.kill9()
  const away = performance.now()
  const refused = await ask(unseen.key).expect(503)
  expect(refused.headers['retry-after']).toBe('1')
  expect(refused.body).toMatchObject({ code: 'redis-unavailable', status: 503 })
  // Longer than an answer is fresh.
  await until(
    async () => {
      await ask(seen.key).expect(200)
      return performance.now() - away > 5_500
    },
    { what: 'the key that was seen is older than 5 s', timeoutMs: 20_000 },
  )
  await http.get('/v1/who').expect(401)
  await redis.restart()
  await until(async () => (await ask(unseen.key)).status === 200, { what: 'the other key works', timeoutMs: 20_000 })
  await ask(seen.key).expect(200)
}, 60_000)
