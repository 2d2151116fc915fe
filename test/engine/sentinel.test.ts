/** Behind Sentinel a former master takes writes until it is made a replica, some 10 s after the failover, and forgets them: nobody may stay with it. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { Client } from '../../src/engine/index.js'
import { type ProxyRequest, RedisProxy, type Verdict } from '../support/proxy.js'
import { RedisSentinel } from '../support/redis-sentinel.js'
import { RedisServer } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { COMMON, call, TestEngine } from './harness.js'

/** Less than the Sentinels take to make the former master a replica, ms. */
const SOON_MS = 7_000

let group: RedisSentinel

beforeAll(async () => {
  group = await RedisSentinel.start()
}, 60_000)
afterAll(() => group?.stop())

test('after a failover clients and workers go to the new master while the former one still says that it is one', async () => {
  const engine = await TestEngine.open({ sentinel: { hosts: group.hosts, name: group.name } })
  await engine.worker(COMMON)
  const { client, namespace } = engine
  expect(await (await client.submit(call('echo', ['before']))).result()).toBe('before')
  const former = await group.master()
  const direct = await Client.connect({ redis: (await group.failover()).url, namespace })
  onTestFinished(() => direct.close())
  const arrives = async () => {
    const { id } = await client.submit(call('echo', ['after']))
    return direct.workflow(id).state()
  }
  await until(arrives, { timeoutMs: SOON_MS, what: 'what the client submits is at the new master' })
  const handle = await direct.submit(call('echo', ['there']))
  expect(await handle.result({ timeoutMs: SOON_MS })).toBe('there')
  expect((await former.info('replication')).get('role')).toBe('master')
}, 60_000)

// A client that reconnects to a frozen master hears of the failover meanwhile.
test('clients and workers whose master froze work at the new one, each time', async () => {
  const engine = await TestEngine.open({ sentinel: { hosts: group.hosts, name: group.name } })
  const { namespace, redis } = engine
  await engine.worker(COMMON, { leaseMs: 2_000 })
  const clients = await Promise.all(
    [500, 1_000, 1_500, 2_000].map((commandTimeoutMs) => Client.connect({ redis, namespace, commandTimeoutMs })),
  )
  onTestFinished(() => Promise.all(clients.map((client) => client.close())).then(() => undefined))
  await until(() => group.inSync(), { timeoutMs: 40_000, what: 'there is a replica' })
  const former = await group.master()
  former.pause()
  const asked = Promise.allSettled(clients.map((client) => client.submit(call('echo'))))
  await group.promoted(former).finally(() => former.resume())
  await asked
  for (const client of clients) {
    const handle = await until(() => client.submit(call('echo', ['there'])), { timeoutMs: 20_000, what: 'the client works again' })
    expect(await until(() => handle.result({ timeoutMs: 15_000 }), { timeoutMs: 30_000 })).toBe('there')
  }
}, 120_000)

test('a failover between the answer of a Sentinel and the moment from which it is listened to is noticed, too', async () => {
  await until(() => group.inSync(), { timeoutMs: 40_000, what: 'there is a replica' })
  const former = await group.master()
  const proxy = await RedisProxy.start(group.sentinels[0] as { host: string; port: number })
  onTestFinished(() => proxy.close())
  let successor: Promise<RedisServer> | undefined
  // What it answered is old when it arrives.
  const asked = ({ name, args }: ProxyRequest) => name === 'SENTINEL' && String(args[0]).toLowerCase() === 'get-master-addr-by-name'
  const held = proxy.intercept(asked, 'reply', async (): Promise<Verdict> => {
    successor ??= group.failover()
    await successor
    return 'pass'
  })
  const sentinel = { hosts: [`127.0.0.1:${proxy.port}`], name: group.name }
  const client = await Client.connect({ redis: { sentinel }, namespace: 'late' })
  held.off()
  onTestFinished(() => client.close())
  const direct = await Client.connect({ redis: (await (successor as Promise<RedisServer>)).url, namespace: 'late' })
  onTestFinished(() => direct.close())
  const arrives = async () => {
    const { id } = await client.submit(call('echo', ['after']))
    return direct.workflow(id).state()
  }
  await until(arrives, { timeoutMs: SOON_MS, what: 'what the client submits is at the new master' })
  expect((await former.info('replication')).get('role')).toBe('master')
}, 90_000)

// Who leads a failover then names the new master to those who ask for it, and shows the former one in its list of fields.
test('while other replicas go over to the new master, nobody leaves it again', async () => {
  const group = await RedisSentinel.start()
  onTestFinished(() => group.stop())
  const former = await group.master()
  const slow = await RedisServer.start({ config: { replicaof: `${former.host} ${former.port}`, 'replica-priority': 200 } })
  onTestFinished(() => slow.stop())
  const [leader] = group.sentinels as [RedisServer]
  const fields = async () => (await leader.call('SENTINEL', 'MASTER', group.name)) as string[]
  const field = (list: string[], name: string) => list[list.indexOf(name) + 1]
  await until(async () => field(await fields(), 'num-slaves') === '2', { timeoutMs: 30_000, what: 'the leader knows both replicas' })
  await until(async () => (await slow.info('replication')).get('master_link_status') === 'up', { timeoutMs: 30_000, what: 'it is in sync' })
  // The new master does not let it in.
  for (const [name, value] of [
    ['masteruser', 'nobody'],
    ['masterauth', 'wrong'],
  ])
    await slow.call('CONFIG', 'SET', name as string, value as string)
  const master = await group.failover()
  const proxy = await RedisProxy.start(leader)
  onTestFinished(() => proxy.close())
  let asked = 0
  proxy.intercept(
    ({ name, args }) => name === 'SENTINEL' && String(args[0]).toLowerCase() === 'master',
    'reply',
    (): Verdict => {
      asked++
      return 'pass'
    },
  )
  const sentinel = { hosts: [`127.0.0.1:${proxy.port}`], name: group.name }
  const calling = async () => String(await master.call('CLIENT', 'LIST')).match(/^id=\d+(?=.* cmd=fcall)/gm)
  const client = await Client.connect({ redis: { sentinel }, namespace: 'steady' })
  onTestFinished(() => client.close())
  await client.submit(call('echo', ['here']))
  const before = await calling()
  await until(() => asked > 0, { timeoutMs: SOON_MS, what: 'the Sentinel was asked again' })
  await client.submit(call('echo', ['there']))
  expect(field(await fields(), 'port')).toBe(String(former.port))
  expect(before).toHaveLength(1)
  expect(await calling()).toEqual(before)
}, 90_000)
