/** The server as an observer in the child process sees it, over a connection of its own. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Probe } from '../contract.js'
import { cpuSeconds, field } from './server.js'

const LOOK_MS = 100

export function probe(url: string): Probe & { close(): void } {
  const redis = new Redis(url, { lazyConnect: true })
  const usedMemory = async (): Promise<number> => Number(field(await redis.info('memory'), 'used_memory'))
  return {
    cpuSeconds: () => cpuSeconds(redis),
    usedMemory,
    served: async () => {
      const stats = await redis.info('stats')
      return { requests: Number(field(stats, 'total_reads_processed')), commands: Number(field(stats, 'total_commands_processed')) }
    },
    roundTripMs: async () => {
      const from = performance.now()
      await redis.ping()
      return performance.now() - from
    },
    peakMemory: async (work) => {
      let most = 0
      let over = false
      const look = async (): Promise<void> => {
        while (!over) {
          most = Math.max(most, await usedMemory())
          await sleep(LOOK_MS)
        }
      }
      const looking = look()
      await work().finally(() => {
        over = true
      })
      await looking
      return most
    },
    close: () => redis.disconnect(),
  }
}
