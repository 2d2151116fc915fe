/** Counts by window of time that all processes of a namespace share: `client.rates`. What limits requests stands on it (src/modules/access). */
import { createHash } from 'node:crypto'
import { checkWhole } from '../protocol/ids.js'
import type { RedisConnection } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { addCounts, type Window } from '../redis/rates.js'
import { explained } from './failures.js'

/** Names in one call. */
export const MOST_COUNTED = 500
const DAY_MS = 86_400_000

/** Counts by window of time. */
export class Rates {
  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
  ) {}

  /**
   * Adds to the counts of some names, and answers what they are now; a window begins with the first count of a name.
   * @param counts 500 names at most, each at least 1
   * @param windowMs how long a window is, ms; up to a day
   * @throws ChordisError `request-invalid`, `redis-full`, `redis-unavailable`; `outcome-unknown`: they may have been counted
   */
  add(counts: ReadonlyMap<string, number>, windowMs: number): Promise<Map<string, Window>> {
    return explained(async () => {
      checkWhole(counts.size, 1, MOST_COUNTED, 'counts')
      checkWhole(windowMs, 1, DAY_MS, 'windowMs')
      const names = [...counts.keys()]
      const windows = await addCounts(
        this.connection,
        this.namespace,
        windowMs,
        [...counts].map(([name, count]) => [digest(name), count] as const),
      )
      return new Map(names.map((name, k) => [name, windows[k] as Window]))
    })
  }
}

/** Names come from outside: subjects of tokens, addresses. */
const digest = (name: string): string => createHash('sha256').update(name).digest('base64url').slice(0, 22)
