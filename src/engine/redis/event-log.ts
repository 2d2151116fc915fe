/** The log of events of each partition: pages of it, where it ends, whether anything is missing in it, and how much of it is kept. */
import { ChordisError } from '../protocol/errors.js'
import { type EntryId, entryText, NO_ENTRY, parseEntryId } from '../protocol/event-cursor.js'
import { EVENT_LEVELS, type EventLevel } from '../protocol/events.js'
import { checkWhole } from '../protocol/ids.js'
import type { RedisConnection } from './connection.js'
import { namespaceKey } from './keys.js'
import type { Namespace } from './namespace.js'
import { calls } from './scripts.generated.js'

/** An entry as it was read. */
export interface LogEntry {
  id: EntryId
  text: string
}

/** How much is told, and how much of it is kept in each partition. */
export interface EventSettings {
  /** `off`: nothing; `workflows`: all but tasks; `tasks`: everything. Default `tasks`. */
  level: EventLevel
  /** Entries of each partition, about: one is what one call of a worker or a client changed. 1,000 to 10,000,000, default 100,000. */
  entries: number
  /** Memory of each partition's log, bytes, about: fewer entries are kept where they would take more. 1 MiB to 4 GiB, default 64 MiB. */
  bytes: number
}

export const DEFAULT_SETTINGS: EventSettings = { level: 'tasks', entries: 100_000, bytes: 67_108_864 }

const BOUNDS = { entries: [1_000, 10_000_000], bytes: [1_048_576, 4_294_967_296] } as const

type RawEntry = [id: string, fields: string[]]

const entryOf = ([id, [, text = '']]: RawEntry): LogEntry => ({ id: parseEntryId(id), text })

/** The entries behind one, at most `count`. */
export async function readEntries(
  connection: RedisConnection,
  namespace: Namespace,
  partition: number,
  after: EntryId,
  count: number,
): Promise<LogEntry[]> {
  const from = after.ms === 0 ? '-' : `(${entryText(after)}`
  const found = (await connection.xrange(namespace.keys(partition).of('events'), from, '+', 'COUNT', count)) as RawEntry[]
  return found.map(entryOf)
}

/** One entry; undefined: it is not there. */
export async function readEntry(
  connection: RedisConnection,
  namespace: Namespace,
  partition: number,
  id: EntryId,
): Promise<LogEntry | undefined> {
  const text = entryText(id)
  const found = (await connection.xrange(namespace.keys(partition).of('events'), text, text)) as RawEntry[]
  return found.map(entryOf)[0]
}

/**
 * Waits until there are entries behind these, at most `blockMs`; of each partition at most `count`. On a Cluster all partitions must be one, since a
 * command may not ask after two.
 */
export async function awaitEntries(
  connection: RedisConnection,
  namespace: Namespace,
  after: ReadonlyMap<number, EntryId>,
  count: number,
  blockMs: number,
): Promise<Map<number, LogEntry[]>> {
  const partitions = [...after.keys()]
  const keys = partitions.map((partition) => namespace.keys(partition).of('events'))
  const from = partitions.map((partition) => entryText(after.get(partition) as EntryId))
  const found = (await connection.xread('COUNT', count, 'BLOCK', blockMs, 'STREAMS', ...keys, ...from)) as [string, RawEntry[]][] | null
  return new Map((found ?? []).map(([key, entries]) => [partitions[keys.indexOf(key)] as number, entries.map(entryOf)]))
}

/** The last entry of a partition. */
export async function lastEntry(connection: RedisConnection, namespace: Namespace, partition: number): Promise<EntryId> {
  const [last] = (await connection.xrevrange(namespace.keys(partition).of('events'), '+', '-', 'COUNT', 1)) as RawEntry[]
  return last === undefined ? NO_ENTRY : entryOf(last).id
}

/**
 * Whether every entry behind this one is still there: the entry itself is, since a log loses its oldest ones, or its newest ones with Redis's last
 * second. Of the beginning: that none was ever taken out.
 */
export async function reaches(connection: RedisConnection, namespace: Namespace, partition: number, after: EntryId): Promise<boolean> {
  const key = namespace.keys(partition).of('events')
  if (after.ms !== 0) return (await readEntry(connection, namespace, partition, after)) !== undefined
  if ((await connection.exists(key)) === 0) return true
  const info = (await connection.xinfo('STREAM', key)) as unknown[]
  const of = (name: string): number => Number(info[info.indexOf(name) + 1])
  return of('entries-added') === of('length')
}

/** Whether every entry since an instant (Unix ms) is still there. */
export async function reachesBackTo(connection: RedisConnection, namespace: Namespace, partition: number, ms: number): Promise<boolean> {
  const [first] = await readEntries(connection, namespace, partition, NO_ENTRY, 1)
  return first === undefined || first.id.ms < ms || reaches(connection, namespace, partition, NO_ENTRY)
}

/** What holds for a namespace. */
export async function readSettings(connection: RedisConnection, namespace: Namespace): Promise<EventSettings> {
  return parseSettings(await connection.hget(namespaceKey(namespace.name), 'events')) ?? DEFAULT_SETTINGS
}

function parseSettings(text: string | null): EventSettings | null {
  const [, level, entries, bytes] = /^\d+ ([012]) (\d+) (\d+)$/.exec(text ?? '') ?? []
  if (level === undefined) return null
  return { level: EVENT_LEVELS[Number(level)] as EventLevel, entries: Number(entries), bytes: Number(bytes) }
}

/**
 * Changes what holds for a namespace: in its own hash first, then in every partition. Who dies between the two leaves the rest to the next process that
 * connects.
 * @throws ChordisError `request-invalid`
 */
export async function writeSettings(
  connection: RedisConnection,
  namespace: Namespace,
  change: Partial<EventSettings>,
): Promise<EventSettings> {
  const settings = { ...(await readSettings(connection, namespace)), ...change }
  check(settings)
  const [seconds = 0, micros = 0] = (await connection.time()).map(Number)
  const text = `${seconds * 1_000 + Math.floor(micros / 1_000)} ${EVENT_LEVELS.indexOf(settings.level)} ${settings.entries} ${settings.bytes}`
  await connection.hset(namespaceKey(namespace.name), 'events', text)
  await namespace.each((partition) => namespace.runAtEpoch(connection, partition, (epoch) => calls.setevents(epoch, text)))
  return settings
}

function check({ level, ...numbers }: EventSettings): void {
  if (!EVENT_LEVELS.includes(level))
    throw new ChordisError('request-invalid', `must be one of ${EVENT_LEVELS.join(', ')}`, { path: 'level' })
  for (const name of ['entries', 'bytes'] as const) {
    const [least, most] = BOUNDS[name]
    checkWhole(numbers[name], least, most, name)
  }
}
