/** Counts that all processes of a namespace share, by window of time. */
import type { RedisConnection } from './connection.js'
import { HOME, type Namespace } from './namespace.js'
import { calls } from './scripts.generated.js'

/** What a window holds, and how long it lasts still, ms. */
export interface Window {
  total: number
  leftMs: number
}

/** Adds counts; answers what the windows hold then, in the same order. */
export async function addCounts(
  connection: RedisConnection,
  namespace: Namespace,
  windowMs: number,
  counts: readonly (readonly [name: string, count: number])[],
): Promise<Window[]> {
  const [, ...windows] = (await namespace.runAtEpoch(connection, HOME, (epoch) => calls.rate(epoch, windowMs, counts.flat()))) as [
    string,
    ...[total: number, leftMs: number][],
  ]
  return windows.map(([total, leftMs]) => ({ total, leftMs }))
}
