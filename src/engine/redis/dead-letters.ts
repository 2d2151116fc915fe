/** Reads and changes the index of dead letters, over all partitions. */
import type { RedisConnection } from './connection.js'
import type { Namespace } from './namespace.js'
import { calls } from './scripts.generated.js'

/** A place in the order of dead letters: the newest first, of one instant the greatest name first. */
export interface DeadPlace {
  /** Unix ms. */
  time: number
  /** `<workflow>:<node>`; '' stands in front of all of that instant. */
  name: string
}

/** A dead letter as it is stored; without record when its task is not failed (any more). */
export interface DeadEntry extends DeadPlace {
  record?: string
  /** Of its node, see ARCHITECTURE.md. */
  template?: string
  /** The workflow's meta field. */
  meta?: string | null
}

/** What to read: `count` entries behind a place, none older than `oldest` (Unix ms). */
export interface DeadWindow {
  place: DeadPlace
  oldest: number
  count: number
}

/** Bytes of records that one call answers. */
const PAGE_BYTES = 256 * 1_024
/** Names that one call takes out. */
const DROP_NAMES = 1_000

type PageReply = [more: number, ...entries: [name: string, time: string, record?: string, template?: string, meta?: string | null][]]

/** The sort order of {@link DeadPlace}s. */
export function newestFirst(a: DeadPlace, b: DeadPlace): number {
  if (a.time !== b.time) return b.time - a.time
  return Buffer.compare(Buffer.from(b.name), Buffer.from(a.name))
}

/** Entries of all partitions behind a place, in order, perhaps fewer than asked; `more`: there are others behind the last one. */
export async function readDead(
  connection: RedisConnection,
  namespace: Namespace,
  { place, oldest, count }: DeadWindow,
): Promise<{ entries: DeadEntry[]; more: boolean }> {
  const call = calls.dead(place.time, place.name, oldest, count, PAGE_BYTES)
  const pages = await namespace.each(async (partition) => {
    const [more, ...entries] = (await namespace.run(connection, partition, call)) as PageReply
    return { more: more === 1, entries: entries.map(entryOf) }
  })
  // Behind the last entry that a partition with more of them answered, its others may stand before those of other partitions.
  const ends = pages.flatMap(({ more, entries }) => (more ? entries.slice(-1) : [])).sort(newestFirst)
  const [end] = ends
  const entries = pages.flatMap((page) => page.entries).sort(newestFirst)
  return { entries: end === undefined ? entries : entries.filter((entry) => newestFirst(entry, end) <= 0), more: end !== undefined }
}

function entryOf([name, time, record, template, meta]: [string, string, string?, string?, (string | null)?]): DeadEntry {
  const place = { name, time: Number(time) }
  return record === undefined ? place : { ...place, record, template: template ?? '', meta: meta ?? null }
}

/** How many there are: one command per partition. */
export async function countDead(connection: RedisConnection, namespace: Namespace): Promise<number> {
  const counts = await namespace.each((partition) => connection.zcard(namespace.keys(partition).of('dead')))
  return counts.reduce((sum, count) => sum + count, 0)
}

/** When a dead letter's last attempt failed, Unix ms; null when it is not in the index. */
export async function deadSince(connection: RedisConnection, namespace: Namespace, workflow: string, name: string): Promise<number | null> {
  const time = await connection.zscore(namespace.keys(namespace.partitionOf(workflow)).of('dead'), name)
  return time === null ? null : Number(time)
}

/** Takes these out of the index; answers how many were in it. */
export async function dropDead(
  connection: RedisConnection,
  namespace: Namespace,
  letters: readonly { workflow: string; id: string }[],
): Promise<number> {
  const counts = await namespace.each(async (partition) => {
    const names = letters.filter(({ workflow }) => namespace.partitionOf(workflow) === partition).map(({ id }) => id)
    let dropped = 0
    for (let from = 0; from < names.length; from += DROP_NAMES) {
      const some = names.slice(from, from + DROP_NAMES)
      const [, count] = await namespace.runAtEpoch(connection, partition, (epoch) => calls.drop(epoch, some))
      dropped += Number(count)
    }
    return dropped
  })
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Requeues a task that failed in this attempt, in as many calls as its undoing wants; false when it is not failed by that attempt (any more). */
export async function requeueDead(
  connection: RedisConnection,
  namespace: Namespace,
  workflow: string,
  node: string,
  attempts: number,
): Promise<boolean> {
  const call = (epoch: string) => calls.requeue(epoch, workflow, node, attempts)
  for (let begun = false; ; ) {
    const [answer] = await namespace.runAtEpoch(connection, namespace.partitionOf(workflow), call)
    begun ||= answer === 'begun' || answer === 'ok'
    if (answer !== 'begun' && answer !== 'busy') return begun
  }
}
