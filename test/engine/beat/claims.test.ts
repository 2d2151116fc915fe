/** Claims: a name and a nominal time belong to one claimer, whatever happens to calls, replies and clocks. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { Client } from '../../../src/engine/index.js'
import { Namespace } from '../../../src/engine/redis/namespace.js'
import { calls } from '../../../src/engine/redis/scripts.generated.js'
import { RedisProxy } from '../../support/proxy.js'
import { RedisServer, uniqueName, useRedis } from '../../support/redis-server.js'

const redis = useRedis()
const TTL_MS = 86_400_000

type Answer = [what: string, ...times: number[]]

/** The script, called by hand. */
async function open(namespaceName = uniqueName()) {
  const connection = redis.connect()
  const namespace = new Namespace({ namespace: namespaceName })
  await namespace.load(connection)
  const claim = (nominal: number, claimer: string, ttlMs = TTL_MS) =>
    namespace.runAtEpoch(connection, 0, (epoch) => calls.claim(epoch, 'tick', nominal, claimer, ttlMs)) as Promise<Answer>
  const time = async () => Number((await connection.time())[0]) * 1_000
  return { connection, key: namespace.keys(0).of('claim', 'tick'), claim, time }
}

async function client(url: string, namespace: string): Promise<Client> {
  const made = await Client.connect({ redis: url, namespace })
  onTestFinished(() => made.close())
  return made
}

describe('the script', () => {
  test('says yes to the first claimer of a time, and no to every other one', async () => {
    const { claim, time } = await open()
    const now = await time()
    expect((await claim(now, 'a'))[0]).toBe('yes')
    expect((await claim(now, 'b'))[0]).toBe('no')
    expect((await claim(now - 1, 'c'))[0]).toBe('no')
    expect((await claim(now + 1, 'd'))[0]).toBe('yes')
  })

  test('says yes again to the claimer that asks again, also when later times were claimed meanwhile', async () => {
    const { claim, time, connection, key } = await open()
    const now = (await time()) - 1_000
    await claim(now, 'a')
    for (let k = 1; k < 32; k++) expect((await claim(now + k, `later${k}`))[0]).toBe('yes')
    const stored = await connection.zrange(key, '0', '-1')
    expect((await claim(now, 'a'))[0]).toBe('yes')
    expect((await claim(now + 31, 'a'))[0]).toBe('no')
    expect(await connection.zrange(key, '0', '-1')).toEqual(stored)
  })

  test('remembers 32 claimers of a name, and forgets the name when its time is over', async () => {
    const { claim, time, connection, key } = await open()
    const now = (await time()) - 1_000
    for (let k = 0; k < 100; k++) await claim(now + k, `c${k}`, 50_000)
    expect(await connection.zcard(key)).toBe(32)
    const left = await connection.pttl(key)
    expect(left).toBeGreaterThan(40_000)
    expect(left).toBeLessThanOrEqual(50_000)
  })

  test('lets a time wait that is more than 50 ms ahead of Redis, and writes nothing', async () => {
    const { claim, connection, key } = await open()
    const [s, us] = await connection.time()
    const now = Number(s) * 1_000 + Math.floor(Number(us) / 1_000)
    const [what, ms, at] = await claim(now + 10_000, 'a')
    expect(what).toBe('wait')
    expect(at! + ms!).toBe(now + 10_000)
    expect(await connection.exists(key)).toBe(0)
    expect((await claim(now + 40, 'a'))[0]).toBe('yes')
  })

  test('refuses another epoch', async () => {
    const { connection } = await open()
    const namespace = new Namespace({ namespace: uniqueName() })
    await namespace.load(connection)
    expect(await namespace.run(connection, 0, calls.claim('0', 'tick', 1, 'a', TTL_MS))).toEqual(['epoch'])
  })
})

test('of 20 claimers each of 1,000 times is told to exactly one', async () => {
  const namespace = uniqueName()
  const clients = await Promise.all(Array.from({ length: 20 }, () => client(redis.url, namespace)))
  const first = (await clients[0]!.claims.time()) - 1_000_000
  const winners = new Map<number, number>()
  const claimAll = async ({ claims }: Client) => {
    for (let k = 0; k < 1_000; k++) {
      const nominal = first + k * 1_000
      if (await claims.claim('race', nominal, { ttlMs: TTL_MS })) winners.set(nominal, (winners.get(nominal) ?? 0) + 1)
    }
  }
  await Promise.all(clients.map(claimAll))
  expect([...winners.values()].every((count) => count === 1)).toBe(true)
  // A claimer that is behind never claims a time before one that was claimed, so each time was claimed by whoever came first.
  expect(winners.size).toBe(1_000)
})

test('a time that is ahead is claimed when it has come, by Redis’s clock', async () => {
  const { claims } = await client(redis.url, uniqueName())
  const nominal = (await claims.time()) + 300
  expect(await claims.claim('ahead', nominal, { ttlMs: TTL_MS })).toBe(true)
  expect(await claims.time()).toBeGreaterThanOrEqual(nominal - 50)
  expect(claims.now()).toBeGreaterThan(nominal - 60)
})

test('a claimer that is stopped while it waits hears `closed`', async () => {
  const { claims } = await client(redis.url, uniqueName())
  const stop = new AbortController()
  const waiting = claims.claim('ahead', (await claims.time()) + 60_000, { ttlMs: TTL_MS, signal: stop.signal })
  stop.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'closed' })
})

test('a reply that is lost neither doubles a claim nor loses it', async () => {
  const proxy = await RedisProxy.start(redis.server)
  onTestFinished(() => proxy.close())
  const namespace = uniqueName()
  const [there, behind] = [await client(redis.url, namespace), await client(proxy.url, namespace)]
  const first = (await there.claims.time()) - 100_000
  const lost = proxy.loseEachOnce()
  for (let k = 0; k < 10; k++) {
    expect(await behind.claims.claim('lost', first + k, { ttlMs: TTL_MS })).toBe(true)
    expect(await there.claims.claim('lost', first + k, { ttlMs: TTL_MS })).toBe(false)
  }
  expect(lost.hits).toBe(10)
})

test('what cannot be claimed is refused with its path, and a Redis that is away with its code', async () => {
  await using server = await RedisServer.start()
  const { claims } = await client(server.url, uniqueName())
  await expect(claims.claim('', 1, { ttlMs: 1 })).rejects.toMatchObject({ code: 'request-invalid', path: 'name' })
  await expect(claims.claim('x', 1.5, { ttlMs: 1 })).rejects.toMatchObject({ code: 'request-invalid', path: 'nominalMs' })
  await expect(claims.claim('x', 1, { ttlMs: 0 })).rejects.toMatchObject({ code: 'request-invalid', path: 'ttlMs' })
  await server.kill9()
  await expect(claims.time()).rejects.toMatchObject({ code: expect.stringMatching(/redis-unavailable|outcome-unknown/) })
  await expect(claims.claim('x', 1, { ttlMs: 1 })).rejects.toMatchObject({ code: 'redis-unavailable' })
})
