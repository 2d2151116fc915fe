/** The HTTP client of webhooks, over real sockets and TLS: whom it connects to, and what it takes from a receiver. */
import { type LookupAddress, lookup } from 'node:dns'
import { expect, onTestFinished, test } from 'vitest'
import { type Resolve, WebhookTransport, type WebhookTransportOptions } from '../../../src/modules/webhooks/transport.js'
import { CERTIFIED_HOST, certificate } from '../../support/certificate.js'
import { until } from '../../support/wait.js'
import { receive } from '../../support/webhook-receiver.js'

const tls = certificate()
const LOOPBACK = ['127.0.0.0/8']

/** A name server that answers these addresses, one list after another, and the last one for ever. */
function names(...answers: string[][]): Resolve & { asked: number } {
  const resolve = ((_host, _options, answer) => {
    const list = answers[Math.min(resolve.asked++, answers.length - 1)] as string[]
    const found: LookupAddress[] = list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    process.nextTick(answer, null, found)
  }) as Resolve & { asked: number }
  resolve.asked = 0
  return resolve
}

function opened(options: WebhookTransportOptions) {
  const transport = new WebhookTransport({ timeoutMs: 2_000, ca: tls.cert, ...options })
  onTestFinished(() => transport.close())
  const send = (url: string) => transport.send({ url, headers: { 'x-test': '1' }, body: '{"a":1}', signal: new AbortController().signal })
  return { transport, send }
}

test('it posts over TLS to the address that it has checked, and believes only the certificates that it was given', async () => {
  const receiver = await receive(204, tls)
  const url = `https://${CERTIFIED_HOST}:${receiver.port}/a?b=c`
  const { send } = opened({ resolve: names(['127.0.0.1']), allowNetworks: LOOPBACK })
  expect(await send(url)).toEqual({ status: 204 })
  expect(receiver.received).toMatchObject([{ body: '{"a":1}', headers: { 'x-test': '1', host: `${CERTIFIED_HOST}:${receiver.port}` } }])
  const stranger = opened({ resolve: names(['127.0.0.1']), allowNetworks: LOOPBACK, ca: certificate().cert })
  expect(await stranger.send(url)).toMatchObject({ fault: 'tls' })
  const misnamed = await opened({ resolve: names(['127.0.0.1']), allowNetworks: LOOPBACK }).send(`https://other.test:${receiver.port}/`)
  expect(misnamed).toMatchObject({ fault: 'tls' })
  expect(receiver.received).toHaveLength(1)
})

test.each([
  ...[
    ['127.0.0.1'],
    ['10.0.0.1'],
    ['169.254.169.254'],
    ['100.64.0.1'],
    ['192.168.0.1'],
    ['::1'],
    ['fe80::1'],
    ['fd00::1'],
    ['::ffff:127.0.0.1'],
  ],
  ...[
    ['1.1.1.1', '127.0.0.1'],
    ['127.0.0.1', '1.1.1.1'],
  ],
])('a name with the addresses %s %s is not connected to', async (...addresses) => {
  const receiver = await receive(204, tls)
  const { send } = opened({ resolve: names(addresses.filter((one) => one !== undefined)) })
  expect(await send(`https://${CERTIFIED_HOST}:${receiver.port}/`)).toMatchObject({ fault: 'address-refused' })
  expect(receiver.received).toEqual([])
})

test('a name server that answers a public address first and this machine then (rebinding) is asked once for a connection, and gets none here', async () => {
  const receiver = await receive(204, tls)
  // 192.0.2.0/24 stands for a public network in which nobody answers.
  const resolve = names(['192.0.2.1'], ['127.0.0.1'])
  const { send } = opened({ resolve, allowNetworks: ['192.0.2.0/24'], timeoutMs: 300 })
  expect(await send(`https://${CERTIFIED_HOST}:${receiver.port}/`)).toMatchObject({ fault: expect.stringMatching(/timeout|unreachable/) })
  expect(resolve.asked).toBe(1)
  expect(await send(`https://${CERTIFIED_HOST}:${receiver.port}/`)).toMatchObject({ fault: 'address-refused' })
  expect(resolve.asked).toBe(2)
  expect(receiver.received).toEqual([])
})

test('an address in the URL is refused when it is sent, too: the operating system is never asked for it', async () => {
  const receiver = await receive(204)
  const { send } = opened({ allowHttp: true, resolve: lookup as unknown as Resolve })
  for (const host of ['127.0.0.1', '127.1', '2130706433', '[::1]', '[::ffff:127.0.0.1]', 'localhost', 'localhost.'])
    expect(await send(`http://${host}:${receiver.port}/`), host).toMatchObject({ fault: 'address-refused' })
  expect(receiver.received).toEqual([])
})

test('a redirect is not followed: it is a status like any other', async () => {
  const inside = await receive(204, tls)
  const receiver = await receive((_, response) => response.writeHead(307, { location: `https://127.0.0.1:${inside.port}/` }).end(), tls)
  const { send } = opened({ resolve: names(['127.0.0.1']), allowNetworks: LOOPBACK })
  expect(await send(`https://${CERTIFIED_HOST}:${receiver.port}/`)).toEqual({ status: 307 })
  expect(inside.received).toEqual([])
})

test('a receiver that never answers, and one that never ends its answer, are left when the time is over', async () => {
  const silent = await receive(() => undefined, tls)
  const endless = await receive((_, response) => {
    response.writeHead(200).write('.')
    const drip = setInterval(() => response.write('.'), 50)
    response.on('close', () => clearInterval(drip))
  }, tls)
  const { send } = opened({ resolve: names(['127.0.0.1']), allowNetworks: LOOPBACK, timeoutMs: 400 })
  const from = performance.now()
  expect(await send(`https://${CERTIFIED_HOST}:${silent.port}/`)).toMatchObject({ fault: 'timeout' })
  expect(await send(`https://${CERTIFIED_HOST}:${endless.port}/`)).toEqual({ status: 200 })
  expect(performance.now() - from).toBeLessThan(3_000)
})

test('of an answer without an end some 64 kB are read, and its connection is cut before the time is over', async () => {
  let closed = false
  const receiver = await receive((_, response) => {
    response.on('close', () => {
      closed = true
    })
    const pump = (): void => {
      while (!closed && response.write(Buffer.alloc(65_536)));
      if (!closed) response.once('drain', pump)
    }
    pump()
  }, tls)
  const { send } = opened({ resolve: names(['127.0.0.1']), allowNetworks: LOOPBACK, timeoutMs: 20_000 })
  expect(await send(`https://${CERTIFIED_HOST}:${receiver.port}/`)).toEqual({ status: 200 })
  await until(() => closed, { timeoutMs: 5_000 })
})

test('Retry-After is read as seconds and as a date', async () => {
  const receiver = await receive((_, response) => response.writeHead(503, { 'retry-after': '120' }).end(), tls)
  const { send } = opened({ resolve: names(['127.0.0.1']), allowNetworks: LOOPBACK })
  const url = `https://${CERTIFIED_HOST}:${receiver.port}/`
  expect(await send(url)).toEqual({ status: 503, retryAfterMs: 120_000 })
  const later = new Date(Date.now() + 90_000).toUTCString()
  receiver.answer = (_, response) => response.writeHead(429, { 'retry-after': later }).end()
  expect((await send(url)) as object).toMatchObject({ status: 429, retryAfterMs: expect.closeTo(90_000, -4) })
})

test('a proxy of the environment is not used', async () => {
  const [proxy, receiver] = [await receive(200), await receive(204, tls)]
  process.env.HTTPS_PROXY = `http://127.0.0.1:${proxy.port}`
  onTestFinished(() => void delete process.env.HTTPS_PROXY)
  const { send } = opened({ resolve: names(['127.0.0.1']), allowNetworks: LOOPBACK })
  expect(await send(`https://${CERTIFIED_HOST}:${receiver.port}/`)).toEqual({ status: 204 })
  expect(proxy.received).toEqual([])
})
