/** What lies in the ready lists of a namespace, for tests that vandalise them. */
import { PartitionKeys } from '../../src/engine/redis/keys.js'
import type { RedisServer } from '../../src/engine/testing/redis-server.js'

/** Puts a copy of each of the first `most` ready entries of a queue behind the others; of entries that ran long ago where there are none. */
export async function doubleReadyEntries(
  server: RedisServer,
  namespace: string,
  { partitions, queue, most, instead }: { partitions: number; queue: string; most: number; instead: string[] },
): Promise<number> {
  let doubled = 0
  for (let partition = 0; partition < partitions; partition++) {
    const keys = new PartitionKeys(namespace, partition)
    const active = (await server.call('HKEYS', keys.of('active'))) as string[]
    for (const list of active.filter((name) => name.startsWith(`${queue}:`))) {
      const entries = (await server.call('LRANGE', keys.of('ready', list), 0, most - 1)) as string[]
      const copies = entries.length > 0 ? entries : instead
      if (copies.length === 0) continue
      await server.call('RPUSH', keys.of('ready', list), ...copies)
      await server.call('HSET', keys.of('active'), list, '1')
      doubled += copies.length
    }
  }
  return doubled
}
