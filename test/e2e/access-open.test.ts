/** A service without any credential: it serves this machine alone, and not the pages in its browsers. With the first key that is over. */
import { request } from 'node:http'
import type { Logger as Pino } from 'pino'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { ChordisClient } from '../../src/modules/index.js'
import { bearer } from '../modules/access/credentials.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { useServices } from './harness.js'

const redis = useRedis()
const serve = useServices()

/** A logger whose lines a test reads. */
function heard(): { logger: Pino; lines: { msg: string; [field: string]: unknown }[] } {
  const lines: { msg: string }[] = []
  return { lines, logger: pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line) as { msg: string }) }) }
}

/** A request with headers that a client library would not send; its status. */
function send(url: string, method: string, headers: { [name: string]: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${url}/v1/tasks`, { method, headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .on('error', reject)
      .end()
  })
}

test('it listens on 127.0.0.1 whatever is wanted, says so once, and lets everybody on this machine do everything', async () => {
  const { logger, lines } = heard()
  const { url, http } = await serve({ redis: redis.url, namespace: redis.ns(), host: '0.0.0.0', logger })
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/)
  await http.get('/v1/tasks').expect(200)
  await http.get('/v1/tasks').set('authorization', 'Bearer anything').expect(200)
  const said = lines.filter(({ msg }) => msg.includes('no credential is configured'))
  expect(said).toEqual([expect.objectContaining({ level: 40, host: '127.0.0.1', wanted: '0.0.0.0' })])
})

test('a name that leads here, and a page of another site, are refused', async () => {
  const { url } = await serve({ redis: redis.url, namespace: redis.ns() })
  const port = new URL(url).port
  for (const host of ['localhost', `localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, 'LOCALHOST'])
    expect(await send(url, 'GET', { host }), host).toBe(200)
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'x127.0.0.1',
    '0.0.0.0',
    '10.0.0.1',
  ])
    expect(await send(url, 'GET', { host }), host).toBe(403)
  for (const site of ['cross-site', 'same-site']) {
    expect(await send(url, 'GET', { 'sec-fetch-site': site }), site).toBe(200)
    for (const method of ['POST', 'PUT', 'DELETE']) expect(await send(`${url}`, method, { 'sec-fetch-site': site }), method).not.toBe(200)
  }
})

test('a page of another site can submit nothing; the same page of ours can', async () => {
  const { http } = await serve({ redis: redis.url, namespace: redis.ns() })
  const submit = () => http.post('/v1/workflows').send({ canvas: { task: 'x' } })
  for (const site of ['cross-site', 'same-site']) {
    const { body } = await submit().set('sec-fetch-site', site).expect(403)
    expect(body).toMatchObject({ code: 'forbidden', path: 'headers.sec-fetch-site' })
  }
  await submit().set('sec-fetch-site', 'same-origin').expect(202)
  await submit().expect(202)
})

test('with the first key requests need one within 5 s, and go on to when all keys are revoked, until the next start', async () => {
  const where = { redis: redis.url, namespace: redis.ns() }
  const { http, app } = await serve(where)
  await http.get('/v1/tasks').expect(200)
  const { apiKeys } = app.get(ChordisClient)
  const { id, key } = await apiKeys.create({ scopes: ['*'] })
  const from = performance.now()
  await until(async () => (await http.get('/v1/tasks')).status === 401, { what: 'a credential is demanded', timeoutMs: 10_000 })
  expect(performance.now() - from).toBeLessThan(6_500)
  await http.get('/v1/tasks').set('authorization', bearer(key)).expect(200)
  await apiKeys.revoke(id)
  await until(async () => (await http.get('/v1/tasks').set('authorization', bearer(key))).status === 401, {
    what: 'the key is refused',
    timeoutMs: 10_000,
  })
  await http.get('/v1/tasks').expect(401)
  const again = await serve(where)
  await again.http.get('/v1/tasks').expect(200)
}, 30_000)

test('where a credential is configured, or openness is not wanted, nobody is let in without one, and the address is as wanted', async () => {
  const never = await serve({ redis: redis.url, namespace: redis.ns(), host: '0.0.0.0', access: { open: 'never' } })
  expect(never.url).toMatch(/^http:\/\/0\.0\.0\.0:/)
  await never.http.get('/v1/tasks').expect(401)
  await never.http.get('/livez').expect(200)
  const grant = { tenant: '*', scopes: ['*'] }
  const fixed = await serve({ redis: redis.url, namespace: redis.ns(), access: { staticKeys: [{ id: 'a', hash: '0'.repeat(64), grant }] } })
  await fixed.http.get('/v1/tasks').expect(401)
})

test('options that cannot be are refused at boot', async () => {
  const where = { redis: redis.url, namespace: redis.ns() }
  const grant = { tenant: '*', scopes: ['*'] }
  await expect(serve({ ...where, access: { staticKeys: [{ id: 'a', hash: 'my key', grant }] } })).rejects.toMatchObject({
    path: 'access.staticKeys[0].hash',
  })
  await expect(serve({ ...where, access: { open: 'always' as 'never' } })).rejects.toMatchObject({ path: 'access.open' })
  await expect(
    serve({ ...where, access: { staticKeys: [{ id: 'a', hash: '0'.repeat(64), grant: { tenant: '*', scopes: ['all'] } }] } }),
  ).rejects.toMatchObject({ code: 'request-invalid', path: 'scopes[0]' })
})
