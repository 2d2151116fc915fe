import { expect, onTestFinished, test } from 'vitest'
import { Client } from '../../src/engine/index.js'
import { RedisProxy } from '../support/proxy.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { answer, Chaos, work } from './harness.js'

const redis = useRedis()

/** Longer than a connection may be silent while it owes an answer, and than a lease. */
const RECOVERED_MS = 15_000

async function proxied(): Promise<RedisProxy> {
  const proxy = await RedisProxy.start(redis.server)
  onTestFinished(() => proxy.close())
  return proxy
}

// What a firewall does that forgets a connection: nobody is told, and every byte is lost from then on.
test('a worker all of whose connections went silent makes others, and works again', async () => {
  const proxy = await proxied()
  const chaos = await Chaos.open(redis.url, 0)
  await chaos.worker({ redis: proxy.url })
  expect(await (await chaos.client.submit(work('before'))).result({ timeoutMs: 10_000 })).toBe('before')
  await until(() => proxy.connections.size === 3, { what: 'turns, heartbeat and wake list have a connection each' })
  expect(proxy.halfOpen()).toBe(3)
  expect(await (await chaos.client.submit(work('after'))).result({ timeoutMs: RECOVERED_MS })).toBe('after')
  const beats = proxy.count('script:beat')
  await until(() => proxy.count('script:beat') > beats + 1, { timeoutMs: RECOVERED_MS, what: 'the heart beats on another connection' })
  await until(() => proxy.connections.size >= 6, { timeoutMs: RECOVERED_MS, what: 'each of the three was made again' })
  expect(chaos.processes[0]?.running).toBe(true)
})

test('a client whose connections went silent submits again, and hears of outcomes by message', async () => {
  const proxy = await proxied()
  const chaos = await Chaos.open(redis.url, 1)
  const client = await Client.connect({ redis: proxy.url, namespace: chaos.namespace, commandTimeoutMs: 1_000 })
  onTestFinished(() => client.close())
  const ask = async (value: string): Promise<number> => {
    const from = performance.now()
    const handle = await answer(() => client.submit(work(value, 50), { id: value }))
    expect(await answer(() => handle.result({ timeoutMs: 20_000 }))).toBe(value)
    return performance.now() - from
  }
  await ask('before')
  proxy.halfOpen()
  await ask('after')
  // The subscription is silent too, and is made again as soon as an outcome shows that a message was missed.
  await until(async () => (await ask(`again-${performance.now()}`.replace('.', '-'))) < 1_000, {
    timeoutMs: 30_000,
    what: 'an outcome is heard at once',
  })
})
