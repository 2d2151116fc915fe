/** What a subscriber is handed: what one call changed in one workflow, or that it may have missed something. */
import { type EntryId, entryText, packCursor, type Vector } from '../../protocol/event-cursor.js'
import type { LoggedEvent, Told } from '../../protocol/events.js'
import type { WorkflowStatus } from '../status.js'
import type { WorkflowCounts } from '../workflows.js'

/** What one call of a worker or a client changed in one workflow; or of a queue or a worker process (`workflow` null). */
export interface EventFrame {
  readonly type: 'events'
  /** Who subscribes `after` it gets what comes next. */
  readonly cursor: string
  readonly partition: number
  /** Id of the log's entry: `<ms>-<number>`. */
  readonly entry: string
  /** When it happened, Unix ms by Redis's clock. */
  readonly time: number
  readonly workflow: string | null
  /** Of the workflow; `-`: none. */
  readonly tenant: string
  /** In the order in which they happened; those of one workflow come in order from frame to frame as well. */
  readonly events: readonly LoggedEvent[]
}

/**
 * Why something may be missing: it was `trimmed` before it was read; Redis `lost` its last second; `memory` was all but full, and nothing was told; the
 * `level` was changed.
 */
export type ResetReason = 'trimmed' | 'lost' | 'memory' | 'level'

/** Something may be missing before this point. `snapshot` is how things stood at this point or a little later; what comes next goes on from here. */
export interface EventReset {
  readonly type: 'reset'
  readonly cursor: string
  readonly reason: ResetReason
  /** Of a subscription to one workflow its status, null when there is no such workflow; else how many workflows are in which state. */
  readonly snapshot: WorkflowStatus | WorkflowCounts | null
}

/** Where in the log a frame stands. */
interface Place {
  /** Entries up to which everything has been told, this one included. */
  readonly vector: Vector
  readonly partition: number
  readonly id: EntryId
  /** Which of the entry's workflows it is, from 1, and of how many. */
  readonly number: number
  readonly of: number
}

/** A frame of the log; cursor and events are made when they are looked at. One object serves all subscribers who stand at the same place. */
export class LogFrame implements EventFrame {
  readonly type = 'events'
  private packed: string | null = null
  private byQueue: Map<string, LogFrame | null> | null = null

  constructor(
    private readonly place: Place,
    private readonly told: Told,
    private readonly some: readonly LoggedEvent[] | null = null,
  ) {}

  get cursor(): string {
    const { vector, partition, number, of } = this.place
    this.packed ??= packCursor(number < of ? { vector, part: { partition, told: number } } : { vector })
    return this.packed
  }

  get partition(): number {
    return this.place.partition
  }

  get entry(): string {
    return entryText(this.place.id)
  }

  get time(): number {
    return this.place.id.ms
  }

  get workflow(): string | null {
    return this.told.workflow
  }

  get tenant(): string {
    return this.told.tenant
  }

  get events(): readonly LoggedEvent[] {
    return this.some ?? this.told.events
  }

  /** The same for somebody who stands elsewhere in other partitions. */
  at(vector: Vector): LogFrame {
    return new LogFrame({ ...this.place, vector }, this.told, this.some)
  }

  /** With the events of one queue; null: there are none. */
  only(queue: string): LogFrame | null {
    this.byQueue ??= new Map()
    const known = this.byQueue.get(queue)
    if (known !== undefined) return known
    const events = this.told.events.filter((event) => 'queue' in event && event.queue === queue)
    const frame = events.length === 0 ? null : new LogFrame(this.place, this.told, events)
    this.byQueue.set(queue, frame)
    return frame
  }

  toJSON(): EventFrame {
    const { type, cursor, partition, entry, time, workflow, tenant, events } = this
    return { type, cursor, partition, entry, time, workflow, tenant, events }
  }
}

/** The frames of an entry. `vector`: everything up to it. */
export function framesOf(told: readonly Told[], partition: number, id: EntryId, vector: Vector): LogFrame[] {
  return told.map((one, k) => new LogFrame({ vector, partition, id, number: k + 1, of: told.length }, one))
}
