/** A slot moves under traffic of a script with computed keys; the guard key keeps the script whole. */
import type { Cluster } from 'ioredis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { RedisCluster } from './redis-cluster.js'
import { until } from './wait.js'

// KEYS: the partition's meta key, and a key that never exists. While the slot moves, Redis answers TRYAGAIN before the script starts.
const JOIN = `-- join: two writes to computed keys that must agree
local tag = ARGV[1]
redis.call('RPUSH', tag .. ':list:' .. ARGV[2], ARGV[3])
return redis.call('HINCRBY', tag .. ':counts', ARGV[2], 1)`

let redis: RedisCluster
let client: Cluster

beforeAll(async () => {
  redis = await RedisCluster.start()
  client = redis.connect({ scripts: { join: { lua: JOIN, numberOfKeys: 2 } } })
}, 60_000)

afterAll(() => redis?.stop())

it('starts with the slots shared by three masters', async () => {
  expect(await Promise.all([0, 8_000, 16_383].map((slot) => redis.ownerOf(slot)))).toEqual([0, 1, 2])
})

it('moves a slot under traffic and loses nothing of a script with a guard key', async () => {
  const tag = '{moving}'
  const slot = await redis.slotOf(tag)
  const from = await redis.ownerOf(slot)
  const to = (from + 1) % 3
  await client.set(`${tag}:meta`, '1')
  const join = (field: string, value: number) =>
    (client as unknown as Record<'join', (...args: unknown[]) => Promise<number>>).join(`${tag}:meta`, `${tag}:guard`, tag, field, value)
  const sent = new Map<string, number>()
  let stop = false
  const traffic = async (writer: number) => {
    for (let i = 0; !stop; i++) {
      const field = `${writer}-${i % 10}`
      await join(field, i)
      sent.set(field, (sent.get(field) ?? 0) + 1)
    }
  }
  const writers = Promise.all([0, 1, 2, 3].map(traffic))
  writers.catch(() => undefined)
  // All lists exist before the move, so that there is something to migrate key by key.
  await until(() => sent.size === 40)
  const refusedBy = (node: number) => () =>
    until(async () => (await refusals(redis, node)).TRYAGAIN, { what: `node ${node} refuses traffic to the moving slot` }).then(
      () => undefined,
    )
  // Its keys lie on one node, then on the other; on both the guard key is missing.
  const moved = await redis.moveSlot(slot, from, to, { onMigrating: refusedBy(from), onMigrated: refusedBy(to) })
  stop = true
  await writers

  expect(moved).toBeGreaterThanOrEqual(42)
  expect(await redis.ownerOf(slot)).toBe(to)
  const counts = await client.hgetall(`${tag}:counts`)
  const lengths = await Promise.all([...sent.keys()].map(async (field) => [field, await client.llen(`${tag}:list:${field}`)] as const))
  expect(Object.fromEntries(lengths)).toEqual(Object.fromEntries(sent))
  expect(Object.fromEntries(Object.entries(counts).map(([field, count]) => [field, Number(count)]))).toEqual(Object.fromEntries(sent))
})

/** Errors by code over some nodes, from INFO errorstats. */
async function refusals(cluster: RedisCluster, ...nodes: number[]): Promise<Record<string, number>> {
  const total: Record<string, number> = {}
  for (const index of nodes) {
    for (const [name, value] of await (cluster.nodes[index]?.info('errorstats') ?? new Map<string, string>())) {
      const code = name.replace('errorstat_', '')
      total[code] = (total[code] ?? 0) + Number(value.split('=')[1])
    }
  }
  return total
}
