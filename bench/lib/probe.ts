/** The server as an observer in the child process sees it, over a connection of its own. */
import { Redis } from 'ioredis'
import type { Probe } from '../contract.js'
import { field } from './server.js'

export function probe(url: string): Probe & { close(): void } {
  const redis = new Redis(url, { lazyConnect: true })
  return {
    usedMemory: async () => Number(field(await redis.info('memory'), 'used_memory')),
    roundTripMs: async () => {
      const from = performance.now()
      await redis.ping()
      return performance.now() - from
    },
    close: () => redis.disconnect(),
  }
}
