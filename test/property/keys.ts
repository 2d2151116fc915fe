/** What a namespace still holds: for the promise that nothing is left of a workflow after its retention, nor of a worker that has left. */
import type { Redis } from 'ioredis'
import { until } from '../support/wait.js'

/** A namespace is never without these: its own hash, each partition's, and tokens that say "look". */
const LASTING = /:(namespace|meta|wake:.*)$/
/** There as long as a worker is. */
const WORKERS = /:(p:[^:]+|beats)$/

async function keysLeft(redis: Redis, namespace: string, lasting: RegExp[]): Promise<string[]> {
  const found = new Set<string>()
  for await (const keys of redis.scanStream({ match: `${namespace}:*`, count: 1_000 })) for (const key of keys as string[]) found.add(key)
  return [...found].filter((key) => !lasting.some((pattern) => pattern.test(key)))
}

/** Waits until no workflow, ready entry, timer, spread, parked or index key is left. */
export async function forgotten(redis: Redis, namespace: string, { workers }: { workers: boolean }): Promise<void> {
  let left: string[] = []
  const gone = async (): Promise<boolean> => {
    left = await keysLeft(redis, namespace, workers ? [LASTING, WORKERS] : [LASTING])
    return left.length === 0
  }
  await until(gone, { timeoutMs: 30_000, what: 'no key is left' }).catch((error: Error) => {
    throw new Error(`${error.message}: ${left.slice(0, 10).join(' ')}`)
  })
}
