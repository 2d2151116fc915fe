/** What was repaired in a namespace, by the upkeep of workers and by doctors. */
import type { RedisConnection } from '../../redis/connection.js'
import type { Namespace } from '../../redis/namespace.js'

/** How often by code, over all partitions. */
export async function readRepairs(connection: RedisConnection, namespace: Namespace): Promise<{ [code: string]: number }> {
  const sums = new Map<string, number>()
  for (let partition = 0; partition < namespace.partitions; partition++) {
    const counts = await connection.hgetall(namespace.keys(partition).of('repairs'))
    for (const [code, count] of Object.entries(counts)) sums.set(code, (sums.get(code) ?? 0) + Number(count))
  }
  return Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)))
}
