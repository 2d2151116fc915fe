/**
 * The one reader of the log that a process has: follows every partition on connections of its own, cuts each entry once and hands its frames to all who
 * want them. It starts with the first subscriber and stops with the last.
 *
 * One Redis is read by one blocking command over all partitions. On a Cluster a command may ask one partition only: there are at most eight readers, each
 * of which waits for its first partition and looks at its others every 100 ms.
 *
 * Whoever comes later, or was sent back, catches up by itself (subscription.ts) and joins here, partition by partition.
 */
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises'
import { compareEntries, type EntryId, type Vector } from '../../protocol/event-cursor.js'
import { parseEntry } from '../../protocol/events.js'
import { connect, normalise, type RedisConnection, type RedisOptions } from '../../redis/connection.js'
import { awaitEntries, type LogEntry, lastEntry, reaches } from '../../redis/event-log.js'
import type { Namespace } from '../../redis/namespace.js'
import { type EventFilter, wanted } from './filter.js'
import { framesOf, type LogFrame, type ResetReason } from './frame.js'

/** Entries of a partition that one look brings: 200 of 4 kB take some 2 ms to be cut. */
const PAGE = 200
const BLOCK_MS = 5_000
/** Where others wait to be looked at. */
const SHORT_BLOCK_MS = 100
const MAX_LOOPS = 8
/** Longest time for which entries are handed on without letting anything else run, ms. */
const SLICE_MS = 2
/** Before the next try, when Redis is away, ms. */
const AGAIN_MS = 200

/** Whom the reader hands things to (subscription.ts). */
export interface Follower {
  readonly filter: EventFilter
  /** Followers with the same key want the same. */
  readonly key: string
  /** A frame of entry `id`, of which something is wanted. */
  live(frame: LogFrame, id: EntryId): void
  /** Everything of entry `id` has been handed on. */
  passed(partition: number, id: EntryId): void
  /** Before entry `id` something may be missing. */
  gap(partition: number, id: EntryId, reason: ResetReason): void
  /** What was read last of a partition is not there any more, or what follows it is not. */
  broken(partition: number, reason: ResetReason): void
}

/** Followers who want the same. */
interface Channel {
  subscribers: Set<Follower>
  filter: EventFilter
}

export class EventReader {
  private readonly channels = new Map<string, Channel>()
  private vector: EntryId[] = []
  private loops: PartitionLoop[] = []
  private starting: Promise<void> | null = null
  /** How often it was started and stopped. */
  private starts = 0

  constructor(
    private readonly redis: string | RedisOptions,
    private readonly namespace: Namespace,
    /** Where the log ends now. */
    private readonly ends: () => Promise<EntryId[]>,
  ) {}

  /** Up to where everything has been handed on. */
  get position(): Vector {
    return this.vector
  }

  /** Ends when the reader follows the log, and so has a position. Throws what the connection throws. */
  started(): Promise<void> {
    if (this.starting !== null) return this.starting
    const starting = this.start().catch((error: unknown) => {
      // Whoever came after a stop has begun anew: a second reader beside that one would hand on everything twice.
      if (this.starting === starting) this.starting = null
      throw error
    })
    this.starting = starting
    return starting
  }

  private async start(): Promise<void> {
    const starts = ++this.starts
    const ends = await this.ends()
    // All have left meanwhile; others may have come, who begin anew.
    if (starts !== this.starts) return
    this.vector = ends
    for (const group of groupsOf(this.namespace.numbers, normalise(this.redis).cluster !== undefined)) {
      const loop = new PartitionLoop(this.redis, this.namespace, group, this)
      this.loops.push(loop)
      loop.start()
    }
  }

  add(subscriber: Follower): void {
    const channel = this.channels.get(subscriber.key) ?? { subscribers: new Set(), filter: subscriber.filter }
    channel.subscribers.add(subscriber)
    this.channels.set(subscriber.key, channel)
  }

  remove(subscriber: Follower): void {
    const channel = this.channels.get(subscriber.key)
    channel?.subscribers.delete(subscriber)
    if (channel?.subscribers.size === 0) this.channels.delete(subscriber.key)
    if (this.channels.size === 0) this.stop()
  }

  private stop(): void {
    for (const loop of this.loops) loop.stop()
    this.loops = []
    this.starts++
    this.starting = null
  }

  /** An entry was read. */
  take(partition: number, { id, text }: LogEntry): void {
    const vector = [...this.vector]
    vector[partition] = id
    this.vector = vector
    const { gap, told } = parseEntry(text, partition)
    if (gap !== null) this.each((one) => one.gap(partition, id, gap as ResetReason))
    for (const frame of framesOf(told, partition, id, vector)) this.hand(frame, id)
    this.each((one) => one.passed(partition, id))
  }

  private hand(frame: LogFrame, id: EntryId): void {
    for (const { subscribers, filter } of this.channels.values()) {
      const part = wanted(frame, filter)
      if (part !== null) for (const one of subscribers) one.live(part, id)
    }
  }

  /** Something of a partition may be missing before this point. */
  broken(partition: number, reason: ResetReason): void {
    this.each((one) => one.broken(partition, reason))
  }

  private each(tell: (subscriber: Follower) => void): void {
    for (const { subscribers } of this.channels.values()) for (const one of subscribers) tell(one)
  }

  /** The partition goes on from another entry. */
  moved(partition: number, id: EntryId): void {
    this.vector = this.vector.map((before, k) => (k === partition ? id : before))
  }
}

function groupsOf(partitions: readonly number[], cluster: boolean): number[][] {
  if (!cluster) return [[...partitions]]
  const groups: number[][] = Array.from({ length: Math.min(MAX_LOOPS, partitions.length) }, () => [])
  for (const partition of partitions) groups[partition % groups.length]?.push(partition)
  return groups
}

/** Follows some partitions on a connection of its own, whatever happens to it. */
class PartitionLoop {
  private readonly leaving = new AbortController()
  private connection: RedisConnection | null = null
  /** The connection was lost since the last look, and with it perhaps Redis's last second. */
  private doubtful = false

  constructor(
    private readonly redis: string | RedisOptions,
    private readonly namespace: Namespace,
    private readonly partitions: readonly number[],
    private readonly reader: EventReader,
  ) {}

  start(): void {
    void this.run()
  }

  stop(): void {
    this.leaving.abort()
    this.connection?.disconnect()
  }

  private async run(): Promise<void> {
    const { signal } = this.leaving
    while (!signal.aborted) {
      try {
        this.connection ??= await this.connect()
        if (this.doubtful) await this.verify(this.connection)
        if (!signal.aborted) await this.look(this.connection)
      } catch {
        this.connection?.disconnect()
        this.connection = null
        this.doubtful = true
        await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined)
      }
    }
    this.connection?.disconnect()
  }

  private async connect(): Promise<RedisConnection> {
    const connection = await connect(this.redis, 'blocking', () => {}, undefined, this.leaving.signal)
    // It may come back by itself between two looks.
    for (const event of ['close', '+node', '-node']) connection.on(event, () => (this.doubtful = true))
    return connection
  }

  /** What was read last must still be there; else Redis has lost it, or what came behind it before this connection was made. */
  private async verify(connection: RedisConnection): Promise<void> {
    this.doubtful = false
    for (const partition of this.partitions) {
      if (await reaches(connection, this.namespace, partition, this.at(partition))) continue
      await this.lose(connection, partition)
    }
  }

  private async lose(connection: RedisConnection, partition: number): Promise<void> {
    const last = await lastEntry(connection, this.namespace, partition)
    const reason = compareEntries(last, this.at(partition)) < 0 ? 'lost' : 'trimmed'
    this.reader.moved(partition, last)
    this.reader.broken(partition, reason)
  }

  private at(partition: number): EntryId {
    return this.reader.position[partition] as EntryId
  }

  private async look(connection: RedisConnection): Promise<void> {
    if (normalise(this.redis).cluster === undefined) return this.read(connection, this.partitions, BLOCK_MS)
    const [first, ...others] = this.partitions as [number, ...number[]]
    for (const partition of others) await this.read(connection, [partition], 1)
    await this.read(connection, [first], others.length > 0 ? SHORT_BLOCK_MS : BLOCK_MS)
  }

  private async read(connection: RedisConnection, partitions: readonly number[], blockMs: number): Promise<void> {
    const after = new Map(partitions.map((partition) => [partition, this.at(partition)]))
    const found = await awaitEntries(connection, this.namespace, after, PAGE, blockMs)
    for (const [partition, entries] of found) {
      // A log that is trimmed faster than it is read: a page that is not full has its end, and a log is longer than a page.
      if (entries.length === PAGE && !(await reaches(connection, this.namespace, partition, this.at(partition)))) {
        await this.lose(connection, partition)
        continue
      }
      await this.hand(partition, entries)
    }
  }

  /** Many subscribers take their time: in between others are let in. */
  private async hand(partition: number, entries: readonly LogEntry[]): Promise<void> {
    let from = performance.now()
    for (const entry of entries) {
      if (performance.now() - from > SLICE_MS) {
        await immediate()
        from = performance.now()
      }
      if (this.leaving.signal.aborted) return
      this.reader.take(partition, entry)
    }
  }
}
