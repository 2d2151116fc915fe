/** Queues in Redis: which are paused. Every partition has a copy; versions are made at home, where it stands who paused a queue and why. */
import { ChordisError } from '../protocol/errors.js'
import type { RedisConnection } from './connection.js'
import { HOME, type Namespace } from './namespace.js'
import { calls } from './scripts.generated.js'

/** Who paused a queue, and why. */
export interface PauseDetails {
  by: string | null
  reason: string | null
}

/** A queue that is paused. */
export interface QueuePause extends PauseDetails {
  /** Unix ms of Redis's clock; null where the server has forgotten it. */
  since: number | null
}

/** The version of a copy: `0` for none. */
export const pauseVersion = (paused: string): number => Number.parseInt(paused, 10) || 0

/**
 * Pauses a queue, or resumes it (`details` null): first at home, then in every other partition. Ends when all have it. Sent again, it changes nothing
 * and reaches the partitions that it had not reached.
 * @throws ChordisError `limit-exceeded`: 1,000 queues are paused
 */
export async function writePause(
  connection: RedisConnection,
  namespace: Namespace,
  queue: string,
  details: PauseDetails | null,
): Promise<void> {
  const text = details === null ? '' : JSON.stringify(details)
  const [answer, paused] = await namespace.runAtEpoch(connection, HOME, (epoch) => calls.pausequeue(epoch, queue, text))
  if (answer === 'full') throw new ChordisError('limit-exceeded', 'at most 1,000 queues may be paused at a time', { path: 'queue' })
  const others = namespace.numbers.filter((partition) => partition !== HOME)
  await Promise.all(others.map((partition) => copyPauses(connection, namespace, partition, String(paused))))
}

/** A partition takes over which queues are paused, where it knows less. */
export async function copyPauses(connection: RedisConnection, namespace: Namespace, partition: number, paused: string): Promise<void> {
  await namespace.runAtEpoch(connection, partition, (epoch) => calls.copypauses(epoch, paused))
}

/** The queues that are paused. */
export async function readPauses(connection: RedisConnection, namespace: Namespace): Promise<Map<string, QueuePause>> {
  const keys = namespace.keys(HOME)
  const [paused, details] = await Promise.all([connection.hget(keys.meta, 'paused'), connection.hgetall(keys.of('pauses'))])
  const names = (paused ?? '').split(',').slice(1).filter(Boolean)
  return new Map(names.map((name) => [name, pauseOf(details[name])]))
}

function pauseOf(text: string | undefined): QueuePause {
  const [, since, json] = /^(\d+) (.*)$/.exec(text ?? '') ?? []
  if (json === undefined) return { since: null, by: null, reason: null }
  const { by, reason } = JSON.parse(json) as PauseDetails
  return { since: Number(since), by, reason }
}
