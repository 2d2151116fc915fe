/** Queues and what waits in them, as `client.queues` shows them. Pure. */
import type { Json } from '../canvas/types.js'
import { SEPARATOR } from '../protocol/stored.js'
import type { ListDepth, PeekedNode } from '../redis/queue-lists.js'
import type { QueuePause } from '../redis/queues.js'

/** A queue. */
export interface QueueView {
  name: string
  /** Tasks that wait for a worker. What was revoked or is leased already, and whose entry no worker has met yet, counts too. */
  ready: number
  /** The same by priority, 0 (the most urgent) to 9; priorities without any are left out. */
  byPriority: { [priority: number]: number }
  /** False when a list was too long to be counted: of entries behind its first 20,000 each counts as one task, and may be more. */
  exact: boolean
  /** Tasks that no worker knows which met them; they wait for one that does. */
  parked: number
  /** Who paused it, why and since when; null while it is not paused. */
  paused: QueuePause | null
  /** Workers that serve it and are alive. */
  workers: number
}

/** How much waits in a queue, as {@link Queues.depths} estimates it. */
export interface QueueDepth {
  ready: number
  parked: number
  delayed: number
  /** Since the workflow of the ready task that stands first was submitted, ms; of several lists the longest. Null: nothing is ready. */
  oldestMs: number | null
}

/** {@link QueueDepth} by queue, and what was not told apart. */
export interface QueueDepths {
  queues: Map<string, QueueDepth>
  /** Timers behind the first 2,000 of each partition, of whatever queue; expiries and timeouts count too. */
  timersBehind: number
}

/** The depths of several partitions as those of one. */
export function sumDepths(partitions: readonly { behind: number; lists: readonly ListDepth[] }[]): QueueDepths {
  const queues = new Map<string, QueueDepth>()
  for (const { lists } of partitions) {
    for (const [kind, queue, nodes, ageMs] of lists) {
      const known = queues.get(queue) ?? { ready: 0, parked: 0, delayed: 0, oldestMs: null }
      known[kind] += nodes
      if (ageMs >= 0) known.oldestMs = Math.max(known.oldestMs ?? 0, ageMs)
      queues.set(queue, known)
    }
  }
  return { queues, timersBehind: partitions.reduce((sum, { behind }) => sum + behind, 0) }
}

/** A task that waits in a queue. */
export interface QueuedTask {
  /** `<workflow>:<node>` */
  id: string
  task: string
  priority: number
  /** Of its workflow. */
  run: number
  /** When its workflow was submitted, Unix ms. */
  submittedAt: number
  /** What it is called with, without inputs from other tasks; when asked for. */
  args?: Json[]
  kwargs?: { [name: string]: Json }
}

/** A queue about which nothing is known yet. */
export const emptyQueue = (name: string): QueueView => ({
  name,
  ready: 0,
  byPriority: {},
  exact: true,
  parked: 0,
  paused: null,
  workers: 0,
})

/** @param node as the store answered it */
export function queuedTask([workflow, run, node, task, created, definition]: PeekedNode, priority: number): QueuedTask {
  const shown = { id: `${workflow}:${node}`, task, priority, run: Number(run), submittedAt: Number(created) }
  if (definition === '') return shown
  const [args = '[]', kwargs] = definition
    .slice(definition.indexOf(';') + 1)
    .replace(SEPARATOR, '')
    .split('\n')
  return { ...shown, args: JSON.parse(args || '[]') as Json[], kwargs: JSON.parse(kwargs || '{}') as { [name: string]: Json } }
}

/** Lists of equal rank side by side: the first of each, then the second of each. */
export function interleave<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length))
  return Array.from({ length: longest }, (_, k) => lists.flatMap((list) => list.slice(k, k + 1))).flat()
}
