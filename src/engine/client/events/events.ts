/**
 * What happens in a namespace, as it happens: `client.events`. Scripts write what they change to a log in each partition (redis/lua/lib/events.lua); one reader
 * per client follows it and hands it to any number of subscribers. Who comes back with a cursor gets what it has missed, once and in order, or is told that
 * this is not possible (`reset`).
 */
import { ChordisError, nullIf } from '../../protocol/errors.js'
import { type EntryId, unpackCursor } from '../../protocol/event-cursor.js'
import { explain, type RedisConnection, type RedisOptions } from '../../redis/connection.js'
import { type EventSettings, lastEntry, reaches, readEntries, readEntry, readSettings, writeSettings } from '../../redis/event-log.js'
import type { Namespace } from '../../redis/namespace.js'
import type { WorkflowHandle } from '../handle.js'
import type { Workflows } from '../workflows.js'
import { checkFilter, type EventFilter } from './filter.js'
import { FrameQueue } from './follow.js'
import type { EventFrame, EventReset } from './frame.js'
import { EventReader } from './reader.js'
import { type EventSink, type EventSource, Subscription } from './subscription.js'

/** Which events are wanted, and from where on. */
export interface SubscribeOptions extends EventFilter {
  /** A cursor, of a frame or a subscription with the same filter: what came after it. Default: what happens from now on. */
  after?: string
}

export interface FollowOptions extends SubscribeOptions {
  /** Frames that may wait until they are asked for. One more, and the iterator throws `too-slow`. 2,000 to 1,000,000, default 10,000. */
  buffer?: number
}

/** Entries that a subscriber who catches up reads at a time. */
const PAGE = 200

/** What happens in a namespace, as it happens. */
export class Events {
  private readonly reader: EventReader
  private readonly source: EventSource
  private readonly subscriptions = new Set<Subscription>()
  private closed = false

  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
    redis: string | RedisOptions,
    private readonly workflows: Workflows,
    private readonly handle: (id: string) => WorkflowHandle,
  ) {
    const ends = (): Promise<EntryId[]> => namespace.each((partition) => lastEntry(connection, namespace, partition))
    this.reader = new EventReader(redis, namespace, ends)
    this.source = {
      ends,
      partitionsOf: ({ workflow }) => (workflow === undefined ? namespace.numbers : [namespace.partitionOf(workflow)]),
      page: async (partition, after) => {
        const entries = await readEntries(connection, namespace, partition, after, PAGE)
        return { entries, more: entries.length === PAGE }
      },
      entry: (partition, id) => readEntry(connection, namespace, partition, id),
      reaches: (partition, after) => reaches(connection, namespace, partition, after),
      snapshot: (filter) => this.snapshot(filter),
    }
  }

  /**
   * Hands everything that is wanted to `sink`, until the subscription is closed. Ends when it is known from where on.
   * @throws ChordisError `request-invalid` for a cursor that is none, `name-invalid`, `redis-unavailable`, `closed`
   */
  async subscribe({ after, ...filter }: SubscribeOptions, sink: EventSink): Promise<Subscription> {
    checkFilter(filter)
    try {
      const position = after === undefined ? { vector: await this.source.ends() } : unpackCursor(after, this.namespace.partitions)
      if (this.closed) throw new ChordisError('closed', 'the client is closed')
      return this.open(filter, position, sink)
    } catch (error) {
      throw explain(error)
    }
  }

  /**
   * The same as an async iterator, which closes the subscription when it is left: `for await (const frame of client.events.follow({ workflow }))`.
   * @throws ChordisError as `subscribe`; `too-slow` when frames are not asked for, `closed` when the client is closed
   */
  async *follow({ buffer, ...options }: FollowOptions = {}): AsyncGenerator<EventFrame | EventReset, void, undefined> {
    const queue = new FrameQueue(buffer)
    const subscription = await this.subscribe(options, queue)
    try {
      for (let next = await queue.next(); !next.done; next = await queue.next()) yield next.value
    } finally {
      subscription.close()
    }
  }

  /** How much is told, and how much of it is kept. Throws `redis-unavailable`. */
  settings(): Promise<EventSettings> {
    return readSettings(this.connection, this.namespace).catch(failed)
  }

  /**
   * Changes that, for every process of the namespace. Whoever subscribes is told by a `reset` when the level has changed.
   * @throws ChordisError `request-invalid`, `redis-unavailable`
   */
  configure(change: Partial<EventSettings>): Promise<EventSettings> {
    return writeSettings(this.connection, this.namespace, change).catch(failed)
  }

  /** Every subscription ends with `closed`. @internal */
  close(): void {
    this.closed = true
    for (const one of this.subscriptions) one.close(new ChordisError('closed', 'the client is closed'))
  }

  private open(filter: EventFilter, position: { vector: readonly EntryId[] }, sink: EventSink): Subscription {
    const subscription: Subscription = new Subscription(filter, position, this.source, this.reader, {
      push: (item) => sink.push(item),
      room: () => sink.room?.(),
      end: (error) => {
        this.subscriptions.delete(subscription)
        sink.end(error)
      },
    })
    this.subscriptions.add(subscription)
    subscription.open()
    return subscription
  }

  private async snapshot({ workflow, tenant }: EventFilter): Promise<EventReset['snapshot']> {
    if (workflow === undefined) return this.workflows.count(tenant === undefined ? {} : { tenant })
    const status = await this.handle(workflow).status().catch(nullIf('not-found'))
    // Another tenant's is as good as none.
    return tenant === undefined || status?.tenant === tenant ? status : null
  }
}

function failed(error: unknown): never {
  throw explain(error)
}
