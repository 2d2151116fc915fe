/** Reads the index of workflows (lua/lib/listing.lua), over all partitions. */
import { type Head, headOf } from '../protocol/reader.js'
import type { WorkflowState } from '../protocol/states.js'
import type { RedisConnection } from './connection.js'
import type { Namespace } from './namespace.js'
import { calls } from './scripts.generated.js'

/** A place in the order of workflows: the newest first, of one instant the greatest id first. */
export interface ListPlace {
  /** When it was created, Unix ms. */
  time: number
  /** '' stands in front of all of that instant. */
  id: string
}

/** Which workflows to read: those behind a place, as far as scripts can tell. */
export interface ListWindow {
  place: ListPlace
  /** None created before it, Unix ms. */
  oldest: number
  states: readonly WorkflowState[]
  /** `-` for those of no tenant; undefined: all. */
  tenant: string | undefined
  /** `t:<tag>` or `p:<parent>`. */
  label: string | undefined
  task: string | undefined
  /** Each stands somewhere in the meta; whoever asks looks again at what was answered. */
  words: readonly string[]
  count: number
}

/** A workflow as it is stored. */
export interface ListedWorkflow {
  id: string
  partition: number
  head: Head
  /** Of one that is a single plain task. */
  task: string | null
}

/** Bytes that one call answers, and workflows that it looks at: 2 ms of Redis's time at most. */
const PAGE_BYTES = 256 * 1_024
const LOOKS = 1_000
const LETTERS: { readonly [state in WorkflowState]: string } = {
  PENDING: 'P',
  STARTED: 'T',
  RETRY: '',
  SUCCESS: 'S',
  FAILURE: 'F',
  REVOKED: 'R',
}
/** Unix ms that the index can hold: 13 digits. */
export const LAST_MS = 9_999_999_999_999

type Row = [id: string, time: string, control: string, meta: string | null, task: string | null]
type PageReply = [time: string, id: string, ...rows: Row[]]

interface Page {
  /** How far it looked; null: there is nothing behind. */
  end: ListPlace | null
  rows: (ListPlace & ListedWorkflow)[]
}

/** The sort order of {@link ListPlace}s. */
export function newestFirst(a: ListPlace, b: ListPlace): number {
  if (a.time !== b.time) return b.time - a.time
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0
}

/** One call to each partition. Workflows behind a place, in order, perhaps none; `end`: how far all of them looked, null at the end. */
export async function readListing(
  connection: RedisConnection,
  namespace: Namespace,
  window: ListWindow,
): Promise<{ rows: (ListPlace & ListedWorkflow)[]; end: ListPlace | null }> {
  const call = callOf(window)
  const pages = await namespace.each(async (partition) =>
    pageOf((await namespace.run(connection, partition, call)) as PageReply, partition),
  )
  // Behind the place up to which a partition looked, it may have more that stands before what others answered.
  const [end = null] = pages.flatMap((page) => page.end ?? []).sort(newestFirst)
  const rows = pages.flatMap((page) => page.rows).sort(newestFirst)
  return { rows: end === null ? rows : rows.filter((row) => newestFirst(row, end) <= 0), end }
}

function callOf({ place, oldest, states, tenant, label = '', task = '', words, count }: ListWindow) {
  const time = (ms: number): string => String(Math.min(Math.max(ms, 0), LAST_MS)).padStart(13, '0')
  const letters = states.map((state) => LETTERS[state]).join('')
  return calls.list(time(place.time), place.id, time(oldest), letters, tenant ?? '- *', label, task, count, LOOKS, PAGE_BYTES, words)
}

function pageOf([time, id, ...rows]: PageReply, partition: number): Page {
  return {
    end: id === '' ? null : { time: Number(time), id },
    rows: rows.map(([row, created, control, meta, task]) => ({
      id: row,
      time: Number(created),
      partition,
      head: headOf(control, meta, null),
      task,
    })),
  }
}

/** Workflows of all partitions by state: pending, started, success, failure, revoked. `tenant` '': of all. */
export async function readCensus(connection: RedisConnection, namespace: Namespace, tenant: string): Promise<number[]> {
  const counts = (await namespace.each((partition) => namespace.run(connection, partition, calls.census(tenant)))) as number[][]
  return [0, 1, 2, 3, 4].map((k) => counts.reduce((sum, count) => sum + Number(count[k]), 0))
}
