/**
 * One subscriber. It reads what it has not seen yet in pages, then joins the process's reader, each partition at exactly the entry up to which it has come:
 * nothing is missing between the two, and nothing comes twice. Where the log does not reach back so far, or Redis has forgotten its end, it is told so
 * (`reset`) and goes on from the end of the log.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ChordisError } from '../../protocol/errors.js'
import { compareEntries, type EntryId, type Position, packCursor, type Vector } from '../../protocol/event-cursor.js'
import { parseEntry } from '../../protocol/events.js'
import type { LogEntry } from '../../redis/event-log.js'
import { type EventFilter, filterKey, wanted } from './filter.js'
import { type EventFrame, type EventReset, framesOf, type LogFrame, type ResetReason } from './frame.js'
import type { EventReader, Follower } from './reader.js'

/** Takes what a subscription brings. Called inline: what takes long goes on by itself. */
export interface EventSink {
  /** The same frame object may go to others, too. */
  push(item: EventFrame | EventReset): void
  /** While old events are read: when there is room for more. Absent: always. */
  room?(): Promise<void> | undefined
  /** Nothing comes any more. `error`: why, unless it was closed by its owner. */
  end(error?: ChordisError): void
}

/** What a subscription reads when it catches up. */
export interface EventSource {
  /** The partitions in which something may happen that is wanted. */
  partitionsOf(filter: EventFilter): readonly number[]
  /** The entries behind one, and whether there may be more. */
  page(partition: number, after: EntryId): Promise<{ entries: LogEntry[]; more: boolean }>
  /** The entry itself; undefined: it is not there any more. */
  entry(partition: number, id: EntryId): Promise<LogEntry | undefined>
  /** Whether every entry behind this one is still there. */
  reaches(partition: number, after: EntryId): Promise<boolean>
  /** The last entry of every partition. */
  ends(): Promise<EntryId[]>
  snapshot(filter: EventFilter): Promise<EventReset['snapshot']>
}

/** Before the next try, when Redis is away, ms. */
const AGAIN_MS = 500

/** A reset that is to be told. */
interface Broken {
  readonly reason: ResetReason
}

/** A subscriber who has not been closed. */
export class Subscription implements Follower {
  readonly key: string
  private readonly partitions: readonly number[]
  /** Where it stands, as long as that is not where the reader stands. */
  private mine: EntryId[]
  private part: Position['part']
  /** Partitions of which the reader hands on. */
  private readonly joined = new Set<number>()
  /** In all of its partitions it stands where the reader does. */
  private level = false
  private reset: Broken | null = null
  private driven = false
  private over = false

  /** @param position after which events are wanted */
  constructor(
    readonly filter: EventFilter,
    position: Position,
    private readonly source: EventSource,
    private readonly reader: EventReader,
    private readonly sink: EventSink,
  ) {
    this.key = filterKey(filter)
    this.partitions = source.partitionsOf(filter)
    this.mine = [...position.vector]
    this.part = position.part
  }

  /** Who subscribes `after` it, with the same filter, gets what this subscription has not brought yet. */
  get cursor(): string {
    if (this.level) return packCursor({ vector: this.reader.position })
    return packCursor(this.part === undefined ? { vector: this.mine } : { vector: this.mine, part: this.part })
  }

  /** @internal */
  open(): void {
    this.reader.add(this)
    void this.drive()
  }

  /** Nothing comes any more. `error`: why, unless the owner wants it so. */
  close(error?: ChordisError): void {
    if (this.over) return
    this.over = true
    this.reader.remove(this)
    this.sink.end(error)
  }

  /** The reader has a frame of entry `id`. @internal */
  live(frame: LogFrame, id: EntryId): void {
    if (this.isThrough(frame.partition, id)) return
    this.push(this.level ? frame : frame.at(this.vectorWith(frame.partition, id)))
  }

  /** The reader is through with entry `id`. @internal */
  passed(partition: number, id: EntryId): void {
    if (this.level || this.isThrough(partition, id)) return
    this.mine[partition] = id
    this.settle()
  }

  /** Before entry `id` something may be missing. @internal */
  gap(partition: number, id: EntryId, reason: ResetReason): void {
    if (!this.isThrough(partition, id)) this.broken(partition, reason)
  }

  /** What the reader read last of a partition is not there any more, or what follows it is not. @internal */
  broken(partition: number, reason: ResetReason): void {
    if (!this.partitions.includes(partition)) return
    this.leave({ reason })
    void this.drive()
  }

  /** Whether the reader's entry is none of its business: it has come further by itself, or will. */
  private isThrough(partition: number, id: EntryId): boolean {
    if (this.over || !this.joined.has(partition)) return true
    return !this.level && compareEntries(id, this.mine[partition] as EntryId) <= 0
  }

  private vectorWith(partition: number, id: EntryId): Vector {
    return this.mine.map((before, k) => (k === partition ? id : before))
  }

  private leave(reset: Broken): void {
    if (this.level) this.mine = [...this.reader.position]
    this.reset = reset
    this.level = false
    this.joined.clear()
  }

  /** What is pushed is taken, or the subscription is over: who fails must not stop the others. */
  private push(item: EventFrame | EventReset): void {
    if (this.over) return
    try {
      this.sink.push(item)
    } catch (error) {
      this.close(error instanceof ChordisError ? error : new ChordisError('closed', 'the subscriber failed', { cause: error }))
    }
  }

  /** Catches up, and as often again as it is sent back. */
  private async drive(): Promise<void> {
    if (this.driven) return
    this.driven = true
    while (!this.over && (this.reset !== null || !this.isJoined)) await this.step()
    this.driven = false
  }

  private get isJoined(): boolean {
    return this.joined.size === this.partitions.length
  }

  private async step(): Promise<void> {
    try {
      await this.reader.started()
      if (this.reset !== null) await this.restart(this.reset)
      // First of all: cursors of other partitions' frames say nothing of it.
      if (this.part !== undefined) await this.finishPart(this.part.partition, this.part.told)
      for (const partition of this.partitions) if (this.reset === null) await this.catchUp(partition)
    } catch {
      await sleep(AGAIN_MS, undefined, { ref: false })
    }
  }

  /** Goes on from the end of the log. What happens between the look at its end and the snapshot is told twice: in it, and by what follows. */
  private async restart(reset: Broken): Promise<void> {
    const ends = await this.source.ends()
    const snapshot = await this.source.snapshot(this.filter)
    if (this.reset === reset) this.reset = null
    this.mine = ends
    this.part = undefined
    this.push({ type: 'reset', cursor: packCursor({ vector: ends }), reason: reset.reason, snapshot })
  }

  /** Reads a partition up to where the reader stands, and joins it there. */
  private async catchUp(partition: number): Promise<void> {
    for (let verified = false; !this.joined.has(partition); verified = true) {
      const from = this.mine[partition] as EntryId
      if (verified && compareEntries(from, this.reader.position[partition] as EntryId) >= 0) return this.join(partition)
      const { entries, more } = await this.source.page(partition, from)
      // Asked behind the page: what was trimmed while it was read would be missing in it.
      if ((!verified || more) && !(await this.source.reaches(partition, from))) return this.missing(partition, from)
      for (const entry of entries) {
        await this.sink.room?.()
        if (this.over || this.reset !== null) return
        this.take(partition, entry, 0)
      }
      if (this.over || this.reset !== null) return
      // The reader has been further: it will see that Redis has lost that.
      if (verified && entries.length === 0) throw new Error('the log ends before the reader')
    }
  }

  private join(partition: number): void {
    this.joined.add(partition)
    this.settle()
  }

  private settle(): void {
    const at = this.reader.position
    this.level = this.isJoined && this.partitions.every((k) => compareEntries(this.mine[k] as EntryId, at[k] as EntryId) === 0)
  }

  private async missing(partition: number, from: EntryId): Promise<void> {
    const end = (await this.source.ends())[partition] as EntryId
    this.leave({ reason: compareEntries(end, from) < 0 ? 'lost' : 'trimmed' })
  }

  /** The rest of an entry of which some workflows have been told. */
  private async finishPart(partition: number, told: number): Promise<void> {
    const entry = await this.source.entry(partition, this.mine[partition] as EntryId)
    if (entry === undefined) return this.missing(partition, this.mine[partition] as EntryId)
    this.part = undefined
    this.take(partition, entry, told)
  }

  /** Takes an entry that it has read itself, all but the first `skip` workflows. */
  private take(partition: number, { id, text }: LogEntry, skip: number): void {
    const { gap, told } = parseEntry(text, partition)
    const vector = this.vectorWith(partition, id)
    this.mine[partition] = id
    if (gap !== null) {
      this.leave({ reason: gap as ResetReason })
      return
    }
    for (const frame of framesOf(told, partition, id, vector).slice(skip)) {
      const part = wanted(frame, this.filter)
      if (part !== null) this.push(part)
    }
  }
}
