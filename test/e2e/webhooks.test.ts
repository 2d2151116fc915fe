/** Webhooks of a service, from the request that makes an endpoint to the receiver that verifies what arrives. */
import type { LookupAddress } from 'node:dns'
import { expect, onTestFinished, test } from 'vitest'
import { verifyWebhook, WebhookVerificationError } from '../../src/api-client/index.js'
import type { Resolve, WebhooksOptions } from '../../src/modules/index.js'
import { CERTIFIED_HOST, certificate } from '../support/certificate.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { type Answering, type Received, receive } from '../support/webhook-receiver.js'
import { EchoTasks, useServices } from './harness.js'

const redis = useRedis()
const serve = useServices({})
const tls = certificate()

/** Answers this machine for any name: `hooks.test` stands for a public host. */
const resolve: Resolve = (_host, _options, answer) => {
  const found: LookupAddress[] = [{ address: '127.0.0.1', family: 4 }]
  process.nextTick(answer, null, found)
}

const FAST: WebhooksOptions = { ca: tls.cert, resolve, allowNetworks: ['127.0.0.0/8'], lookMs: 20, retryWaitsMs: [30, 30], disableAfter: 2 }

async function opened(answer: Answering = 204, webhooks: WebhooksOptions = {}) {
  const receiver = await receive(answer, tls)
  const namespace = redis.ns()
  const service = await serve({ redis: redis.url, namespace, providers: [EchoTasks], webhooks: { ...FAST, ...webhooks } })
  const url = `https://${CERTIFIED_HOST}:${receiver.port}/hook`
  const create = async (body: object = {}) =>
    (
      await service.http
        .post('/v1/webhooks')
        .send({ url, ...body })
        .expect(201)
    ).body
  const run = async () => {
    const { id } = (await service.http.post('/v1/workflows').send({ canvas: { task: 'echo', args: [1] } })).body as { id: string }
    await until(async () => (await service.http.get(`/v1/workflows/${id}`)).body.ended)
    return id
  }
  const shown = async (id: string) => (await service.http.get(`/v1/webhooks/${id}`).expect(200)).body
  const deliveries = async (id: string, query = '') =>
    (await service.http.get(`/v1/webhooks/${id}/deliveries${query}`).expect(200)).body.deliveries
  return { receiver, namespace, service, http: service.http, url, create, run, shown, deliveries }
}

const headersOf = ({ headers }: Received) => headers as Record<string, string>

test('an endpoint that is made over HTTP hears of an end, and its receiver verifies it with chordis/client', async () => {
  const { create, run, receiver, shown, http } = await opened()
  const { id, secret, ...view } = await create({ label: 'mine' })
  expect(secret).toMatch(/^whsec_[\w-]{32}$/)
  expect(view).toMatchObject({ tenant: '*', enabled: true, states: null, last: null })
  expect(await shown(id)).not.toHaveProperty('secret')
  const workflow = await run()
  await until(() => receiver.received.length === 1)
  const [arrived] = receiver.received as [Received]
  const verified = await verifyWebhook(headersOf(arrived), arrived.body, secret)
  expect(verified).toMatchObject({ type: 'workflow.ended', event: { workflow: { id: workflow, state: 'SUCCESS' } } })
  expect(verified.delivery).toBe(arrived.headers['chordis-delivery'])
  const bytes = new TextEncoder().encode(arrived.body)
  expect(await verifyWebhook(new Headers(headersOf(arrived)), bytes, ['whsec_other', secret])).toEqual(verified)
  const refused = async (headers: object, body: string, secrets: string, tolerance?: number) => {
    const error = await verifyWebhook({ ...headersOf(arrived), ...headers }, body, secrets, tolerance).catch((one: unknown) => one)
    return error instanceof WebhookVerificationError ? error.reason : error
  }
  expect(await refused({}, `${arrived.body} `, secret)).toBe('no-match')
  expect(await refused({}, arrived.body, 'whsec_other')).toBe('no-match')
  expect(await refused({ 'chordis-delivery': 'whd_other' }, arrived.body, secret)).toBe('no-match')
  expect(await refused({ 'chordis-signature': undefined }, arrived.body, secret)).toBe('header-missing')
  expect(await refused({ 'chordis-signature': 't=1,v1=' }, arrived.body, secret)).toBe('header-missing')
  const old = String(headersOf(arrived)['chordis-signature']).replace(/^t=\d+/, `t=${Math.floor(Date.now() / 1_000) - 301}`)
  expect(await refused({ 'chordis-signature': old }, arrived.body, secret)).toBe('too-old')
  await http.delete(`/v1/webhooks/${id}`).expect(204)
  await http.get(`/v1/webhooks/${id}`).expect(404)
})

test('500 and then 200: it is tried again under its id, signed anew, and nothing waits at the end', async () => {
  const { create, run, receiver, deliveries, shown } = await opened((_, response) => {
    response.writeHead(receiver.received.length < 3 ? 500 : 200).end()
  })
  const { id, secret } = await create()
  await run()
  await until(() => receiver.received.length === 3)
  expect(new Set(receiver.ids()).size).toBe(1)
  expect(receiver.received.map(({ headers }) => headers['chordis-attempt'])).toEqual(['1', '2', '3'])
  for (const one of receiver.received) await verifyWebhook(headersOf(one), one.body, secret)
  await until(async () => (await deliveries(id)).length === 0)
  expect(await deliveries(id, '?dead=true')).toEqual([])
  await until(async () => (await shown(id)).last?.outcome === 'delivered')
})

test('what fails at every attempt is given up; two in a row disable the endpoint; enabled again, what was given up can be delivered', async () => {
  const { create, run, receiver, deliveries, shown, http } = await opened(503)
  const { id } = await create()
  await run()
  await until(async () => (await deliveries(id, '?dead=true')).length === 1)
  expect(receiver.received).toHaveLength(3)
  expect((await deliveries(id, '?dead=true'))[0]).toMatchObject({
    state: 'dead',
    attempts: 3,
    lastStatus: 503,
    lastError: 'status',
    nextAttemptAt: null,
  })
  expect(await shown(id)).toMatchObject({ enabled: true })
  await run()
  await until(async () => (await shown(id)).enabled === false)
  expect(await shown(id)).toMatchObject({ disabledReason: 'failing', deadInRow: 2, last: { outcome: 'dead', status: 503 } })
  const unheard = await run()
  receiver.answer = 200
  await http.patch(`/v1/webhooks/${id}`).send({ enabled: true }).expect(200)
  expect(await shown(id)).toMatchObject({ enabled: true, disabledReason: null, deadInRow: 0, last: null })
  const [dead] = await deliveries(id, '?dead=true')
  await http.post(`/v1/webhooks/${id}/deliveries/${dead.id}/redeliver`).expect(204)
  const heard = await run()
  await until(() => receiver.received.some(({ body }) => body.includes(heard)))
  await until(() => receiver.received.filter(({ headers }) => headers['chordis-delivery'] === dead.id).length === 4)
  await until(async () => (await deliveries(id, '?dead=true')).length === 1 && (await deliveries(id)).length === 0)
  expect(receiver.received.some(({ body }) => body.includes(unheard))).toBe(false)
  await http.post(`/v1/webhooks/${id}/deliveries/${dead.id}/redeliver`).expect(404)
})

test('410 Gone disables the endpoint at once', async () => {
  const { create, run, receiver, shown, deliveries } = await opened(410)
  const { id } = await create()
  await run()
  await until(async () => (await shown(id)).enabled === false)
  expect(await shown(id)).toMatchObject({ disabledReason: 'gone', last: { outcome: 'gone', status: 410 } })
  expect(receiver.received).toHaveLength(1)
  expect(await deliveries(id, '?dead=true')).toMatchObject([{ lastError: 'gone', attempts: 1 }])
})

test('a receiver that does not answer keeps no other waiting', async () => {
  const { create, run, receiver, url } = await opened(() => undefined, { timeoutMs: 10_000, perEndpoint: 2, concurrency: 4 })
  const quick = await receive(204, tls)
  await create()
  await create({ url: url.replace(String(receiver.port), String(quick.port)) })
  for (let n = 0; n < 10; n++) await run()
  await until(() => quick.received.length === 10, { timeoutMs: 5_000 })
  expect(receiver.received).toHaveLength(2)
})

test('after a rotation both secrets sign until the grace is over, and then the new one alone', async () => {
  const { create, receiver, http } = await opened()
  const { id, secret: before } = await create()
  const rotate = async (graceMs: number) => (await http.post(`/v1/webhooks/${id}/rotate-secret`).send({ graceMs }).expect(200)).body
  const ping = async () => {
    const { body } = await http.post(`/v1/webhooks/${id}/test`).expect(202)
    return until(() => receiver.received.find(({ headers }) => headers['chordis-delivery'] === body.delivery))
  }
  const rotated = await rotate(60_000)
  expect(rotated.previousUntil).toBeGreaterThan(rotated.createdAt)
  await until(async () => {
    const one = await ping()
    return verifyWebhook(headersOf(one), one.body, rotated.secret)
  })
  const both = await ping()
  expect(await verifyWebhook(headersOf(both), both.body, before)).toMatchObject({ type: 'ping', event: { webhook: id } })
  const { secret } = await rotate(0)
  const last = await until(async () => {
    const one = await ping()
    return verifyWebhook(headersOf(one), one.body, secret).then(() => one)
  })
  for (const old of [before, rotated.secret])
    await expect(verifyWebhook(headersOf(last), last.body, old)).rejects.toMatchObject({ reason: 'no-match' })
})

test('a private address is refused when an endpoint is made or changed, and when its name comes to mean one', async () => {
  const receiver = await receive(204, tls)
  const service = await serve({ redis: redis.url, namespace: redis.ns(), webhooks: { ca: tls.cert, resolve, lookMs: 20 } })
  for (const url of ['https://127.0.0.1/', 'https://[::1]/', 'https://2130706433/', 'http://hooks.test/', 'https://localhost/']) {
    const { body } = await service.http.post('/v1/webhooks').send({ url }).expect(400)
    expect(body).toMatchObject({ code: 'request-invalid', path: 'url' })
  }
  const url = `https://${CERTIFIED_HOST}:${receiver.port}/`
  const { body: made } = await service.http.post('/v1/webhooks').send({ url }).expect(201)
  await service.http.patch(`/v1/webhooks/${made.id}`).send({ url: 'https://10.0.0.1/' }).expect(400)
  await service.http.post(`/v1/webhooks/${made.id}/test`).expect(202)
  const [refused] = await until(async () => {
    const { body } = await service.http.get(`/v1/webhooks/${made.id}/deliveries`)
    return body.deliveries[0]?.lastError ? body.deliveries : undefined
  })
  expect(refused).toMatchObject({ state: 'waiting', lastError: 'address-refused', lastStatus: null })
  expect(receiver.received).toEqual([])
})

test('a service that was not told to have webhooks has none: every route says so, and nothing is written', async () => {
  const namespace = redis.ns()
  const { http } = await serve({ redis: redis.url, namespace, providers: [EchoTasks] })
  const { body } = await http.post('/v1/webhooks').send({ url: 'https://hooks.example.com/' }).expect(409)
  expect(body).toMatchObject({ code: 'not-enabled', status: 409 })
  await http.get('/v1/webhooks').expect(409)
  await http.get('/v1/webhooks/wh_1').expect(409)
  const { body: submitted } = await http.post('/v1/workflows').send({ canvas: { task: 'echo' } })
  await until(async () => (await http.get(`/v1/workflows/${submitted.id}`)).body.ended)
  expect(await redis.connect().keys(`${namespace}:*hook*`)).toEqual([])
})

test('a service that ends waits for what is under way, and gives back what takes too long', async () => {
  let release: () => void = () => undefined
  const slow = await opened((_, response) => {
    release = () => response.writeHead(204).end()
  })
  const { id } = await slow.create()
  await slow.http.post(`/v1/webhooks/${id}/test`).expect(202)
  await until(() => slow.receiver.received.length === 1)
  const closing = slow.service.close()
  release()
  await closing
  const next = await serve({ redis: redis.url, namespace: slow.namespace, webhooks: { ...FAST, drainMs: 0 } })
  expect((await next.http.get(`/v1/webhooks/${id}/deliveries`)).body.deliveries).toEqual([])
  await next.http.post(`/v1/webhooks/${id}/test`).expect(202)
  await until(() => slow.receiver.received.length === 2)
  await next.close()
  const last = await serve({ redis: redis.url, namespace: slow.namespace, webhooks: { ...FAST, send: false } })
  onTestFinished(() => release())
  expect((await last.http.get(`/v1/webhooks/${id}/deliveries`)).body.deliveries).toMatchObject([{ state: 'waiting', attempts: 0 }])
})

test('every change of an endpoint stands in the audit log, with its host and without its secret', async () => {
  const { create, http, service, url } = await opened()
  const { id, secret } = await create({ url: `${url}?token=hidden` })
  await http.patch(`/v1/webhooks/${id}`).send({ label: 'x' }).expect(200)
  await http.delete(`/v1/webhooks/${id}`).expect(204)
  const { Client } = await import('../../src/engine/index.js')
  const entries = await until(async () => {
    const page = await service.app.get(Client).audit.list({ action: 'webhook.*' })
    return page.entries.length === 3 && page.entries
  })
  expect(entries.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
    'webhook.delete ok',
    'webhook.update ok',
    'webhook.create ok',
  ])
  expect(JSON.stringify(entries)).toContain(CERTIFIED_HOST)
  expect(JSON.stringify(entries)).not.toMatch(new RegExp(`hidden|${secret}`))
})

test('GraphQL makes, shows, changes, tests and removes endpoints as REST does', async () => {
  const { http, url, receiver, shown } = await opened(503)
  const ask = async (query: string, variables: object = {}) => {
    const { body } = await http.post('/graphql').send({ query, variables })
    expect(body.errors).toBeUndefined()
    return body.data
  }
  const input = { url, states: ['FAILURE'], name: 'n' }
  const { createWebhook } = await ask(
    'mutation ($input: WebhookInput!) { createWebhook(input: $input) { secret webhook { id states } } }',
    { input },
  )
  const { id } = createWebhook.webhook
  expect(createWebhook.secret).toMatch(/^whsec_/)
  const { updateWebhook } = await ask(
    'mutation ($id: ID!) { updateWebhook(id: $id, input: { states: null, label: "l" }) { states name label enabled } }',
    { id },
  )
  expect(updateWebhook).toEqual({ states: null, name: 'n', label: 'l', enabled: true })
  const { testWebhook } = await ask('mutation ($id: ID!) { testWebhook(id: $id) { delivery } }', { id })
  await until(() => receiver.received.length === 3)
  const dead = await until(async () => {
    const { webhookDeliveries } = await ask(
      'query ($id: ID!) { webhookDeliveries(id: $id, dead: true) { deliveries { id state lastStatus } } }',
      { id },
    )
    return webhookDeliveries.deliveries[0]
  })
  expect(dead).toEqual({ id: testWebhook.delivery, state: 'dead', lastStatus: 503 })
  receiver.answer = 200
  await ask('mutation ($id: ID!, $delivery: ID!) { redeliverWebhook(id: $id, delivery: $delivery) { delivery } }', {
    id,
    delivery: dead.id,
  })
  await until(() => receiver.received.length === 4)
  const { rotateWebhookSecret } = await ask('mutation ($id: ID!) { rotateWebhookSecret(id: $id, graceMs: 1000) { secret } }', { id })
  expect(rotateWebhookSecret.secret).not.toBe(createWebhook.secret)
  const { webhooks, webhook } = await ask('query ($id: ID!) { webhooks { nodes { id } } webhook(id: $id) { id label } }', { id })
  expect(webhooks.nodes).toEqual([{ id }])
  expect(webhook).toEqual({ id, label: (await shown(id)).label })
  await ask('mutation ($id: ID!) { deleteWebhook(id: $id) { id } }', { id })
  await http.get(`/v1/webhooks/${id}`).expect(404)
})
