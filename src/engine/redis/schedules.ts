/** Schedules in Redis: read, written as they were read, and fired. Each lives in the partition of its name, and its workflows with it. */
import { parseState, type ScheduleState } from '../protocol/schedules.js'
import type { RedisConnection } from './connection.js'
import type { Namespace } from './namespace.js'
import { type Argument, calls } from './scripts.generated.js'

/** A schedule as it is stored. */
export interface StoredSchedule {
  name: string
  state: ScheduleState
  /** Why it is paused, JSON; '' when it is not. */
  paused: string
  /** Ids of its workflows that run. */
  running: string[]
  /** Runs that wait until they have ended, as texts. */
  waiting: string[]
  /** Its last runs, as a text. */
  runs: string
  definition: string
}

/** What is written of a schedule. */
export interface ScheduleChange {
  name: string
  /** That was read; '0': there was none. */
  version: string
  /** The next nominal time that was read. */
  seen: number | null
  overlap: string
  /** 0: for ever. */
  maxRuns: number
  pauseOnFailure: boolean
  next: number | null
  due: number | null
  definition: string
  paused: string
}

/** A schedule at which a beat is to look. */
export interface DueSchedule {
  name: string
  state: ScheduleState
  /** The first run that waits, as a text; '' for none. */
  waiting: string
}

/** What became of an item of {@link fire}. */
export type FireAnswer =
  | ('fired' | 'known' | 'skipped' | 'waiting' | 'missed')
  | ('stale' | 'paused' | 'gone' | 'early' | 'busy' | 'full' | 'unstored')

export const partitionOfSchedule = (namespace: Namespace, name: string): number => namespace.partitionOf(`schedule ${name}`)

type Row = [name: string, state: string | null, paused: string, running: string, waiting: string, runs: string, definition: string]

/** None for a name alone. */
function storedOf([name, text, paused, running, waiting, runs, definition]: Row): StoredSchedule[] {
  const state = parseState(text ?? '')
  if (state === undefined) return []
  return [{ name, state, paused, running: words(running), waiting: words(waiting), runs, definition }]
}

const words = (text: string): string[] => (text === '' ? [] : text.split(' '))

/** Some schedules of one partition, by their names, and Redis's clock (Unix ms). What is not there is left out. */
export async function readSchedules(
  connection: RedisConnection,
  namespace: Namespace,
  partition: number,
  names: readonly string[],
): Promise<{ now: number; found: StoredSchedule[] }> {
  const [now, ...rows] = (await namespace.run(connection, partition, calls.schedules('', '', 0, names))) as [number, ...Row[]]
  return { now, found: rows.flatMap(storedOf) }
}

/** Schedules of all partitions behind a name, in the order of names: at most `limit`, fewer where one cannot be read. `more`: behind which name there are others; null: none. */
export async function listSchedules(
  connection: RedisConnection,
  namespace: Namespace,
  { prefix, after, limit }: { prefix: string; after: string; limit: number },
): Promise<{ found: StoredSchedule[]; more: string | null }> {
  const pages = await namespace.each(async (partition) => {
    const [, ...rows] = (await namespace.run(connection, partition, calls.schedules(prefix, after, limit + 1, []))) as [number, ...Row[]]
    return rows
  })
  const rows = pages.flat().sort(([a], [b]) => (a < b ? -1 : 1))
  const page = rows.slice(0, limit)
  return { found: page.flatMap(storedOf), more: rows.length > limit ? (page.at(-1)?.[0] ?? null) : null }
}

/** @returns whether it is written; false: it is another version by now, or has fired. Null: Redis is full. */
export async function writeSchedule(connection: RedisConnection, namespace: Namespace, change: ScheduleChange): Promise<boolean | null> {
  const { name, version, seen, overlap, maxRuns, pauseOnFailure, next, due, definition, paused } = change
  const [answer] = await namespace.runAtEpoch(connection, partitionOfSchedule(namespace, name), (epoch) =>
    calls.setschedule(
      epoch,
      name,
      version,
      timeText(seen),
      overlap,
      maxRuns,
      pauseOnFailure ? '1' : '0',
      timeText(next),
      timeText(due),
      definition,
      paused,
    ),
  )
  return answer === 'full' ? null : answer === 'ok'
}

export const timeText = (time: number | null): string => (time === null ? '-' : String(time))

/** @returns false: there was none */
export async function dropSchedule(connection: RedisConnection, namespace: Namespace, name: string): Promise<boolean> {
  const [answer] = await namespace.runAtEpoch(connection, partitionOfSchedule(namespace, name), (epoch) => calls.dropschedule(epoch, name))
  return answer === 'ok'
}

/** Looks at some schedules behind a name; answers the last of them, '' at the end, and how many had to be entered among those that are due. */
export async function mendSchedules(
  connection: RedisConnection,
  namespace: Namespace,
  partition: number,
  { after, count }: { after: string; count: number },
): Promise<{ last: string; repaired: number }> {
  const [, last, repaired] = await namespace.runAtEpoch(connection, partition, (epoch) => calls.mendschedules(epoch, after, count))
  return { last: String(last), repaired: Number(repaired) }
}

/** Schedules of a partition at which to look now; nobody else is told of them for `claimMs`. `waitMs` until the next one: -1 for none. */
export async function dueSchedules(
  connection: RedisConnection,
  namespace: Namespace,
  partition: number,
  { limit, claimMs }: { limit: number; claimMs: number },
): Promise<{ now: number; waitMs: number; due: DueSchedule[] }> {
  type Answer = [string, now: number, waitMs: number, ...rows: [name: string, state: string, waiting: string][]]
  const answer = await namespace.runAtEpoch(connection, partition, (epoch) => calls.due(epoch, limit, claimMs))
  const [, now, waitMs, ...rows] = answer as Answer
  const due = rows.flatMap(([name, text, waiting]) => {
    const state = parseState(text)
    return state === undefined ? [] : [{ name, state, waiting }]
  })
  return { now, waitMs, due }
}

/** Fires items of one partition (redis/lua/fire.lua): for each what became of it, and how late it was, ms. */
export async function fire(
  connection: RedisConnection,
  namespace: Namespace,
  partition: number,
  { cancelled, terminated, items }: { cancelled: string; terminated: string; items: readonly (readonly Argument[])[] },
): Promise<{ answer: FireAnswer; latenessMs: number }[]> {
  const [, ...answers] = await namespace.runAtEpoch(connection, partition, (epoch) =>
    calls.fire(epoch, cancelled, terminated, items.flat()),
  )
  return (answers as [FireAnswer, number][]).map(([answer, latenessMs]) => ({ answer, latenessMs: Number(latenessMs) }))
}
