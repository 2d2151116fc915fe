/** Ready and parked lists of queues: what waits in them, page by page, and steps of those who change it. */
import type { RedisConnection } from './connection.js'
import type { Namespace } from './namespace.js'
import { calls, type ScriptCall } from './scripts.generated.js'

/** A list of entries of one queue in one partition. */
export interface QueueList {
  partition: number
  /** `parked`: its task is none that a worker which met it knows. */
  kind: 'ready' | 'parked'
  /** `<queue>:<priority>`; of a parked one `:<task>` behind it. */
  name: string
  queue: string
  priority: number
}

/** A node that waits, as `peekqueue` answers it. */
export type PeekedNode = [workflow: string, run: string, node: string, task: string, created: string, definition: string]

/** Entries that one call counts: 1 to 3 ms of Redis. */
const COUNTED_ENTRIES = 2_000
/** Entries of one list that are counted at all. */
const MOST_COUNTED = 20_000
/** Bytes of arguments that one call answers. */
const PEEK_BYTES = 256 * 1_024

/** All lists that may hold entries: two commands per partition. */
export async function queueLists(connection: RedisConnection, namespace: Namespace, queue?: string): Promise<QueueList[]> {
  const lists = await namespace.each(async (partition) => {
    const keys = namespace.keys(partition)
    const [ready, parked] = await Promise.all([connection.hkeys(keys.of('active')), connection.hkeys(keys.of('parkedlists'))])
    return [...ready.map((name) => listOf(partition, 'ready', name)), ...parked.map((name) => listOf(partition, 'parked', name))]
  })
  return lists.flat().filter((list) => queue === undefined || list.queue === queue)
}

function listOf(partition: number, kind: QueueList['kind'], name: string): QueueList {
  const [queue = '', priority] = name.split(':')
  return { partition, kind, name, queue, priority: Number(priority) }
}

/** Entries of a list. */
export function lengthOf(connection: RedisConnection, namespace: Namespace, list: QueueList): Promise<number> {
  return connection.llen(namespace.keys(list.partition).of(list.kind, list.name))
}

/** Nodes of a list: exactly of its first 20,000 entries (a call per 2,000), each entry behind them as one. */
export async function countNodes(
  connection: RedisConnection,
  namespace: Namespace,
  list: QueueList,
): Promise<{ nodes: number; exact: boolean }> {
  let nodes = 0
  for (let offset = 0; offset < MOST_COUNTED; offset += COUNTED_ENTRIES) {
    const call = calls.countqueue(list.kind, list.name, offset, COUNTED_ENTRIES)
    const [some, entries] = (await namespace.run(connection, list.partition, call)) as [number, number]
    nodes += some
    if (entries < COUNTED_ENTRIES) return { nodes, exact: true }
  }
  const rest = Math.max(0, (await lengthOf(connection, namespace, list)) - MOST_COUNTED)
  return { nodes: nodes + rest, exact: rest === 0 }
}

/** What waits in a queue of one partition, of one kind. */
export type ListDepth = [kind: 'ready' | 'parked' | 'delayed', queue: string, nodes: number, ageMs: number]

/** Lists of each kind that one partition is asked for. */
const DEPTH_LISTS = 2_000

/** How much waits in a partition: one call of some 3 ms at most. `behind`: timers that were not looked at. */
export async function readDepths(
  connection: RedisConnection,
  namespace: Namespace,
  partition: number,
): Promise<{ behind: number; lists: ListDepth[] }> {
  const answer = await namespace.run(connection, partition, calls.depths(DEPTH_LISTS))
  const [behind, ...lists] = answer as [number, ...ListDepth[]]
  return { behind, lists }
}

/** The nodes that stand first in a list, `count` at most. */
export async function peekList(
  connection: RedisConnection,
  namespace: Namespace,
  list: QueueList,
  { count, args }: { count: number; args: boolean },
): Promise<PeekedNode[]> {
  const call = calls.peekqueue(list.kind, list.name, count, PEEK_BYTES, args ? 1 : 0)
  return (await namespace.run(connection, list.partition, call)) as PeekedNode[]
}

/** One step of a walk through a list: how it goes on. */
export interface Step {
  offset: number
  before: string
}

/** What a step is: a script that answers `{'ok', nodes, entries, offset, before, over}`. */
export type StepCall = (epoch: string, step: Step) => ScriptCall

/**
 * Walks through a list in bounded steps, up to its end as it was at the beginning.
 * @param more is told the nodes of each step; false ends the walk
 */
export async function walkList(
  connection: RedisConnection,
  namespace: Namespace,
  list: QueueList,
  call: StepCall,
  more: (nodes: number) => boolean,
): Promise<void> {
  const length = await lengthOf(connection, namespace, list)
  // A walk that lost its place looks at some entries twice; workers that add entries all the time do not keep it for ever.
  const most = 2 * length + 1_000
  let step: Step = { offset: 0, before: '' }
  for (let seen = 0; seen < most; ) {
    const from = step
    const [, nodes, entries, offset, before, over] = (await namespace.runAtEpoch(connection, list.partition, (epoch) =>
      call(epoch, from),
    )) as [string, number, number, number, string, number]
    seen += entries
    step = { offset, before }
    if (!more(nodes) || over === 1) return
    // One that takes from the head has met all that was there; one that goes by index is behind it.
    if (Math.max(offset, offset === 0 ? seen : 0) >= length && entries > 0) return
  }
}

/** What is left of a queue in one partition. */
export interface Occupied {
  ready: number
  parked: number
  leased: number
}

/** Looks at one partition: entries, and nodes that its processes hold. One call where these hold 500 nodes at most. */
export async function readOccupied(connection: RedisConnection, namespace: Namespace, partition: number, queue: string): Promise<Occupied> {
  let processes = await connection.hkeys(namespace.keys(partition).of('beats'))
  for (let leased = 0; ; ) {
    const some = processes.slice(0, 1_000)
    const [ready, parked, held, looked] = (await namespace.run(connection, partition, calls.occupied(queue, some))) as [
      number,
      number,
      number,
      number,
    ]
    leased += held
    processes = processes.slice(looked)
    if (processes.length === 0) return { ready, parked, leased }
  }
}

/** Delayed nodes of a queue in one partition: a walk over all timers of it, 1,000 a call. */
export async function countDelayed(connection: RedisConnection, namespace: Namespace, partition: number, queue: string): Promise<number> {
  const key = namespace.keys(partition).of('timers')
  let [cursor, nodes] = ['0', 0]
  do {
    const [next, members] = await connection.zscan(key, cursor, 'MATCH', `d:${queue}:*`, 'COUNT', 1_000)
    for (let k = 0; k < members.length; k += 2) nodes += Number((members[k] as string).split(':').at(-2))
    cursor = next
  } while (cursor !== '0')
  return nodes
}
