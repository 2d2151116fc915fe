/** Rate limits over real sockets: by credential, over two services, and of wrong credentials by address. */
import { Module } from '@nestjs/common'
import { expect, test } from 'vitest'
import { ChordisClient } from '../../src/modules/index.js'
import { bearer } from '../modules/access/credentials.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { WhoController } from './access-harness.js'
import { useServices } from './harness.js'

@Module({ controllers: [WhoController] })
class WhoModule {}

const redis = useRedis()
const serve = useServices({})
const api = (namespace: string, rate?: number) =>
  serve({
    redis: redis.url,
    namespace,
    roles: ['api'],
    imports: [WhoModule],
    access: { open: 'never', ...(rate === undefined ? {} : { rate }) },
  })

test('a credential has so many requests in 10 s, told by headers; then 429 with Retry-After; another one has its own', async () => {
  const { http, app } = await api(redis.ns(), 5)
  const { apiKeys } = app.get(ChordisClient)
  const [one, other, fast] = await Promise.all([
    apiKeys.create({ scopes: ['*'] }),
    apiKeys.create({ scopes: ['*'] }),
    apiKeys.create({ scopes: ['*'], rate: 20 }),
  ])
  const ask = (key: string) => http.get('/v1/who').set('authorization', bearer(key))
  for (let left = 4; left >= 0; left--)
    expect((await ask(one.key).expect(200)).headers).toMatchObject({
      'ratelimit-limit': '5',
      'ratelimit-remaining': String(left),
      'ratelimit-reset': expect.stringMatching(/^([1-9]|10)$/) as string,
    })
  const refused = await ask(one.key).expect(429)
  expect(refused.body).toMatchObject({ code: 'rate-limited', detail: 'more than 5 requests in 10 s' })
  expect(refused.headers['retry-after']).toMatch(/^([1-9]|10)$/)
  await ask(other.key).expect(200)
  for (let k = 0; k < 20; k++) await ask(fast.key).expect(200)
  await ask(fast.key).expect(429)
  // Health checks are not counted, and not refused.
  for (let k = 0; k < 30; k++) await http.get('/livez').expect(200)
})

test('two services share the limit of a credential; the resolvers of one GraphQL request are one request', async () => {
  const namespace = redis.ns()
  const [one, two] = await Promise.all([api(namespace), api(namespace)])
  const { key } = await one.app.get(ChordisClient).apiKeys.create({ scopes: ['*'], rate: 30 })
  for (let k = 0; k < 30; k++) {
    const { body } = await one.http
      .post('/graphql')
      .set('authorization', bearer(key))
      .send({ query: '{ a: workflowCounts { total } b: workflowCounts { total } c: workflowCounts { total } }' })
    expect(body.errors).toBeUndefined()
  }
  const { body } = await one.http.post('/graphql').set('authorization', bearer(key)).send({ query: '{ workflowCounts { total } }' })
  expect(body.errors[0].message).toContain('more than 30 requests in 10 s')
  await until(async () => (await two.http.get('/v1/who').set('authorization', bearer(key))).status === 429, {
    what: 'the other service has heard of it',
  })
})

test('the 21st wrong credential of an address in a minute is a 429, a right one is let in all the same', async () => {
  const { http, app } = await api(redis.ns())
  const { key } = await app.get(ChordisClient).apiKeys.create({ scopes: ['*'] })
  const wrong = (k: number) => http.get('/v1/who').set('authorization', `Bearer wrong-${k}`)
  for (let k = 0; k < 20; k++) await wrong(k).expect(401)
  const refused = await wrong(20).expect(429)
  expect(refused.body).toMatchObject({ code: 'rate-limited', detail: 'too many wrong credentials from this address' })
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(1)
  await http.get('/v1/who').set('authorization', bearer(key)).expect(200)
  await http.get('/v1/who').expect(401)
})

test('while there is no credential nobody is limited: there is nobody to tell apart', async () => {
  const { http } = await serve({ redis: redis.url, namespace: redis.ns(), roles: ['api'], imports: [WhoModule], access: { rate: 5 } })
  for (let k = 0; k < 10; k++) expect((await http.get('/v1/who').expect(200)).headers).not.toHaveProperty('ratelimit-limit')
})
