/** Frames as the bytes of an event stream (`text/event-stream`). One frame object makes one Buffer, whoever it goes to. Pure. */
import type { EventFrame, EventReset, LoggedEvent } from '../../engine/index.js'

const made = new WeakMap<EventFrame | EventReset, Buffer>()

/** Without what follows from the workflow and the node: a third of a wide frame. */
function short(event: LoggedEvent): object {
  if (!('id' in event)) return event
  const { id: _id, ...rest } = event
  return rest
}

/** Sent first: how long a client waits before it comes back, ms. */
export const RETRY_MS = 2_000

/** The bytes of a frame. `id:` is its cursor, which clients send back as `Last-Event-ID`. */
export function bytesOf(item: EventFrame | EventReset): Buffer {
  const known = made.get(item)
  if (known !== undefined) return known
  const bytes = Buffer.from(textOf(item))
  made.set(item, bytes)
  return bytes
}

function textOf(item: EventFrame | EventReset): string {
  const { cursor } = item
  if (item.type === 'reset') {
    const { reason, snapshot } = item
    return `id: ${cursor}\nevent: reset\ndata: ${JSON.stringify({ reason, snapshot })}\n\n`
  }
  const { partition, entry, time, workflow, tenant, events } = item
  return `id: ${cursor}\ndata: ${JSON.stringify({ partition, entry, time, workflow, tenant, events: events.map(short) })}\n\n`
}

/** What is sent while nothing happens. A block without data changes only where a client goes on from. */
export const heartbeat = (cursor: string): string => `: still here\nid: ${cursor}\n\n`

/** The last thing that is sent: why no more comes. */
export const farewell = (reason: string): string => `: closed: ${reason}\n\n`
