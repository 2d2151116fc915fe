/** The audit log in Redis: a stream in the partition where API keys are. */
import type { RedisConnection } from './connection.js'
import { HOME, type Namespace } from './namespace.js'
import { calls } from './scripts.generated.js'

/** Entries that are kept, about: Redis trims whole blocks of the stream. */
export const MOST_AUDITED = 100_000

/** Adds entries, each a JSON text. */
export async function addAudit(connection: RedisConnection, namespace: Namespace, entries: readonly string[]): Promise<void> {
  await namespace.runAtEpoch(connection, HOME, (epoch) => calls.writeaudit(epoch, MOST_AUDITED, entries))
}

/** A part of the log, the newest first: entries with ids from `newest` down to `oldest` (a stream's ids, `+`, `-`, `(` for "before"). */
export async function readAudit(
  connection: RedisConnection,
  namespace: Namespace,
  { newest, oldest, count }: { newest: string; oldest: string; count: number },
): Promise<{ id: string; text: string }[]> {
  const rows = await connection.xrevrange(namespace.keys(HOME).of('auditlog'), newest, oldest, 'COUNT', count)
  return rows.map(([id, [, text = '{}']]) => ({ id, text }))
}
