import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { type ProxyConnection, RedisProxy } from '../support/proxy.js'
import { RedisSentinel } from '../support/redis-sentinel.js'
import { RedisServer } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { Chaos, work } from './harness.js'

/** Leases of these tests, so that letting one pass does not take long. */
const LEASE_MS = 2_000

async function durableRedis(): Promise<RedisServer> {
  const server = await RedisServer.start({ appendonly: true, appendfsync: 'always' })
  onTestFinished(() => server.stop())
  return server
}

test('Redis killed -9 and restarted under load loses nothing and expires nobody', async () => {
  const server = await durableRedis()
  const chaos = await Chaos.open(server.url, 2, { leaseMs: LEASE_MS })
  const load = chaos.load()
  for (const downMs of [0, 2 * LEASE_MS]) {
    await load.progress(40)
    await server.kill9()
    await sleep(downMs)
    await server.restart()
  }
  await load.progress(40)
  await load.end()
  expect(load.wrong).toEqual([])
  expect(load.right).toBe(load.acknowledged)
  expect(chaos.losses).toEqual([])
}, 120_000)

test('Redis frozen for longer than a lease expires nobody, and work goes on when it wakes', async () => {
  const server = await durableRedis()
  const chaos = await Chaos.open(server.url, 2, { leaseMs: LEASE_MS })
  const load = chaos.load({ ms: 30 })
  for (const frozenMs of [LEASE_MS + 300, 3 * LEASE_MS]) {
    await load.progress(30)
    server.pause()
    await sleep(frozenMs)
    server.resume()
  }
  await load.progress(30)
  await load.end()
  expect(load.wrong).toEqual([])
  expect(load.right).toBe(load.acknowledged)
  expect(chaos.losses).toEqual([])
}, 120_000)

test('a failover by Sentinel under load: work goes on at the new master and ends right', async () => {
  const group = await RedisSentinel.start({ appendonly: true })
  onTestFinished(() => group.stop())
  const redis = { sentinel: { hosts: group.hosts, name: group.name } }
  const chaos = await Chaos.open(redis, 2, { leaseMs: LEASE_MS })
  const load = chaos.load({ mayForget: true })
  await load.progress(40)
  const began = performance.now()
  await group.failover()
  await load.progress(60)
  await load.end()
  expect(load.wrong).toEqual([])
  expect(load.right).toBe(load.acknowledged)
  // Replication is asynchronous: what the former master took while the other one was promoted is forgotten, and nothing that was older.
  expect(load.forgotten.filter((at) => at < began - 1_000)).toEqual([])
}, 120_000)

test('SCRIPT FLUSH and FUNCTION FLUSH again and again under load changes nothing', async () => {
  const server = await durableRedis()
  const chaos = await Chaos.open(server.url, 2)
  const load = chaos.load()
  for (let flushes = 0; flushes < 30; flushes++) {
    await server.call('FUNCTION', 'FLUSH')
    await server.call('SCRIPT', 'FLUSH')
    await load.progress(3)
  }
  await load.end()
  expect(load.wrong).toEqual([])
  expect(load.right).toBe(load.acknowledged)
  expect(chaos.losses).toEqual([])
}, 120_000)

test('a worker whose blocking connection hears nothing any more makes another and fetches again within seconds', async () => {
  const server = await durableRedis()
  const proxy = await RedisProxy.start({ host: server.host, port: server.port })
  onTestFinished(() => proxy.close())
  // The client does not go through the proxy; the worker does.
  const chaos = await Chaos.open(server.url, 0)
  await chaos.worker({ redis: proxy.url })
  const timeOf = async (value: string): Promise<number> => {
    const from = performance.now()
    expect(await (await chaos.client.submit(work(value))).result({ timeoutMs: 20_000 })).toBe(value)
    return performance.now() - from
  }
  await timeOf('before')
  const blocks = (connection: ProxyConnection) => connection.pending.some(({ name }) => name === 'BLPOP')
  let deaf: ProxyConnection | undefined
  await until(
    () => {
      deaf = [...proxy.connections].find(blocks)
      return deaf && proxy.halfOpen((connection) => connection === deaf)
    },
    { intervalMs: 1, what: 'the worker blocks' },
  )
  expect(await timeOf('after')).toBeLessThan(8_000)
  await until(() => [...proxy.connections].some((connection) => connection !== deaf && blocks(connection)), { what: 'it blocks elsewhere' })
  expect(await timeOf('as before')).toBeLessThan(900)
}, 60_000)
