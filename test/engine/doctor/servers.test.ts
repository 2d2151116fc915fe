/** What the doctor says of Redis itself, each on a real server that is set up like that. */
import { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { Client, type Finding } from '../../../src/engine/index.js'
import { RedisServer, type RedisServerOptions, uniqueName } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'

async function start(options: RedisServerOptions = {}): Promise<RedisServer> {
  const server = await RedisServer.start({ appendonly: true, ...options })
  onTestFinished(() => server.stop())
  return server
}

async function findings(url: string): Promise<Finding[]> {
  const client = await Client.connect({ redis: url, namespace: uniqueName() })
  onTestFinished(() => client.close())
  return (await client.doctor({ fix: true })).findings
}

const codes = async (server: RedisServer): Promise<string[]> => (await findings(server.url)).map(({ code }) => code).sort()

test('a server that keeps an append-only file and evicts nothing has nothing wrong with it', async () => {
  expect(await codes(await start())).toEqual([])
})

test('without append-only file and snapshots it is redis-not-persistent; with snapshots alone redis-snapshots-only', async () => {
  expect(await codes(await start({ appendonly: false }))).toEqual(['redis-not-persistent'])
  expect(await codes(await start({ appendonly: false, config: { save: '3600 1' } }))).toEqual(['redis-snapshots-only'])
})

test.each(['allkeys-lru', 'volatile-ttl'])('with the policy %s it is redis-evicts', async (policy) => {
  const found = await findings((await start({ maxmemory: '100mb', config: { 'maxmemory-policy': policy } })).url)
  expect(found).toMatchObject([
    { code: 'redis-evicts', state: 'manual', subject: expect.stringMatching(/^server /), message: expect.stringContaining(policy) },
  ])
})

test('a master without persistence that has replicas is redis-replicas-unsafe', async () => {
  const master = await start({ appendonly: false })
  // Without processes of its own that write files.
  const config = { replicaof: `${master.host} ${master.port}`, 'repl-diskless-load': 'on-empty-db' }
  const replica = await start({ appendonly: false, config })
  const online = async () => /slave0:.*state=online/.test(String(await master.call('INFO', 'replication')))
  await until(online, { what: 'the replica is online', timeoutMs: 30_000 })
  expect(await codes(master)).toContain('redis-replicas-unsafe')
  expect(replica.running).toBe(true)
})

test.each([
  [0.88, 'redis-nearly-full'],
  [0.97, 'redis-full'],
] as const)('at %d of maxmemory it is %s', async (share, code) => {
  // Without an append-only file, whose buffer would come and go.
  const server = await start({ appendonly: false })
  const client = await Client.connect({ redis: server.url, namespace: uniqueName() })
  onTestFinished(() => client.close())
  await server.call('SET', 'ballast', Buffer.alloc(60_000_000))
  const used = Number(/used_memory:(\d+)/.exec(String(await server.call('INFO', 'memory')))?.[1])
  await server.call('CONFIG', 'SET', 'maxmemory', Math.round(used / share))
  expect((await client.doctor()).findings.map((one) => one.code)).toEqual([code, 'redis-not-persistent'])
})

test('another version of the library is library-foreign, and stays', async () => {
  const server = await start()
  await server.call('FUNCTION', 'LOAD', "#!lua name=chordis_0123456789\nredis.register_function('other', function() return 1 end)")
  expect(await findings(server.url)).toMatchObject([
    { code: 'library-foreign', state: 'note', message: expect.stringContaining('chordis_0123456789') },
  ])
  expect(await server.call('FCALL', 'other', 0)).toBe(1)
})

test('a service that refuses CONFIG, INFO and FUNCTION LIST could not be checked, and everything else is', async () => {
  const server = await start()
  await findings(server.url)
  await server.call('ACL', 'SETUSER', 'tenant', 'on', '>word', '~*', '&*', '+@all', '-config', '-info', '-function|list')
  const found = await findings(server.url.replace('redis://', 'redis://tenant:word@'))
  expect(found.map(({ code, message }) => `${code} ${/\((.*)\)/.exec(message)?.[1]}`).sort()).toEqual([
    'check-refused CONFIG GET',
    'check-refused FUNCTION LIST',
    'check-refused INFO',
  ])
})

test('a partition of another epoch is epoch-differs', async () => {
  const server = await start()
  const namespace = uniqueName()
  const client = await Client.connect({ redis: server.url, namespace })
  onTestFinished(() => client.close())
  const db = new Redis(server.url)
  onTestFinished(() => db.disconnect())
  const [meta = ''] = await db.keys(`${namespace}:*:meta`)
  await db.hset(meta, 'epoch', '7')
  expect((await client.doctor()).findings).toMatchObject([{ code: 'epoch-differs', partition: 0 }])
})
