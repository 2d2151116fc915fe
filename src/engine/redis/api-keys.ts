/** API keys in Redis. All of a namespace lie at home. */
import type { StoredApiKey } from '../protocol/api-keys.js'
import { ChordisError } from '../protocol/errors.js'
import { type RedisConnection, redisFull } from './connection.js'
import { HOME, type Namespace } from './namespace.js'
import { calls } from './scripts.generated.js'

/** Keys of a namespace, at most. */
const MOST_KEYS = 10_000
/** Keys that one step of a list reads. */
const PAGE = 500

/** A key as it was read. */
export interface ReadApiKey {
  key: StoredApiKey
  /** The stored text, to change it as it was read. */
  seen: string
  /** When it was used last, ms; '' for never. */
  used: string
}

/** One key, and Redis's clock, Unix ms. */
export async function readApiKey(
  connection: RedisConnection,
  namespace: Namespace,
  id: string,
): Promise<{ now: number; read: ReadApiKey | null }> {
  const [now, seen, used] = (await namespace.run(connection, HOME, calls.readkey(id))) as [number, string, string]
  return { now, read: seen === '' ? null : { key: JSON.parse(seen) as StoredApiKey, seen, used } }
}

/**
 * Writes a key as it was read (`seen`; '' for a new one); null removes it.
 * @returns whether it is so now; false: it is another one by now
 * @throws ChordisError `limit-exceeded`: there are 10,000; `redis-full`
 */
export async function writeApiKey(
  connection: RedisConnection,
  namespace: Namespace,
  id: string,
  seen: string,
  key: StoredApiKey | null,
): Promise<boolean> {
  const value = key === null ? '' : JSON.stringify(key)
  const [answer] = await namespace.runAtEpoch(connection, HOME, (epoch) => calls.setkey(epoch, id, seen, value, MOST_KEYS))
  if (answer === 'many') throw new ChordisError('limit-exceeded', `there may be ${MOST_KEYS.toLocaleString('en-US')} API keys at most`)
  if (answer === 'full') throw redisFull('API keys')
  return answer === 'ok'
}

/** All keys, in no order. */
export async function listApiKeys(connection: RedisConnection, namespace: Namespace): Promise<[id: string, read: ReadApiKey][]> {
  const keys = namespace.keys(HOME)
  // A scan may answer an entry twice.
  const found = new Map<string, ReadApiKey>()
  let cursor = '0'
  do {
    const [next, page] = await connection.hscan(keys.of('apikeys'), cursor, 'COUNT', PAGE)
    const ids = page.filter((_, k) => k % 2 === 0)
    const used = ids.length === 0 ? [] : await connection.hmget(keys.of('apikeysused'), ...ids)
    ids.forEach((id, k) => {
      const seen = page[2 * k + 1] as string
      found.set(id, { key: JSON.parse(seen) as StoredApiKey, seen, used: used[k] ?? '' })
    })
    cursor = next
  } while (cursor !== '0')
  return [...found]
}

/** How many keys there are. */
export const countApiKeys = (connection: RedisConnection, namespace: Namespace): Promise<number> =>
  connection.hlen(namespace.keys(HOME).of('apikeys'))

/** A key was used now. */
export async function touchApiKey(connection: RedisConnection, namespace: Namespace, id: string): Promise<void> {
  await namespace.runAtEpoch(connection, HOME, (epoch) => calls.touchkey(epoch, id))
}
