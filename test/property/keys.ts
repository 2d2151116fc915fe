/** What a namespace still holds: for the promise that nothing is left of a workflow after its retention, nor of a worker that has left. */
import type { RedisServer } from '../../src/engine/testing/index.js'
import { until } from '../support/wait.js'

/** A namespace is never without these: its own hash, each partition's, its counts, and tokens that say "look". */
const LASTING = /:(namespace|meta|counts|events|wake:.*)$/
/** There as long as a worker is. */
const WORKERS = /:(p:[^:]+|beats)$/

async function keysLeft(server: RedisServer, namespace: string, lasting: RegExp[]): Promise<string[]> {
  const found = new Set<string>()
  let cursor = '0'
  do {
    const [next, keys] = (await server.call('SCAN', cursor, 'MATCH', `${namespace}:*`, 'COUNT', 1_000)) as [string, string[]]
    for (const key of keys) found.add(key)
    cursor = next
  } while (cursor !== '0')
  return [...found].filter((key) => !lasting.some((pattern) => pattern.test(key)))
}

/** What was repaired is what one wants to know first. */
async function described(server: RedisServer, key: string): Promise<string> {
  return key.endsWith(':repairs') ? `${key} ${JSON.stringify(await server.call('HGETALL', key))}` : key
}

/** Waits until no workflow, ready entry, timer, spread, parked or index key is left. */
export async function forgotten(
  server: RedisServer,
  namespace: string,
  { workers, timeoutMs = 30_000 }: { workers: boolean; timeoutMs?: number },
): Promise<void> {
  let left: string[] = []
  const gone = async (): Promise<boolean> => {
    const found = await keysLeft(server, namespace, workers ? [LASTING, WORKERS] : [LASTING])
    left = await Promise.all(found.map((key) => described(server, key)))
    return left.length === 0
  }
  await until(gone, { timeoutMs, what: 'no key is left' }).catch((error: Error) => {
    throw new Error(`${error.message}: ${left.slice(0, 10).join(' ')}`)
  })
}
