/** What a schedule submits, ready to be fired: its canvas is compiled once per version, and stored in pieces first where it is large. */
import { checkLabels, checkRetention, fitsOneCall, labelsOf, type StoredCanvas, storedCanvas } from '../client/submission.js'
import { type RunName, runId, runText, scheduleName } from '../protocol/schedules.js'
import type { RedisConnection } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { timeText } from '../redis/schedules.js'
import type { Argument } from '../redis/scripts.generated.js'
import { storeInPieces } from '../redis/staging.js'
import { originText, type TraceContext } from '../tracing/trace-context.js'
import { readSchedule, type Schedule, type ScheduleDefinition } from './definition.js'

/** A schedule in one version, with what it submits. */
export interface ReadySchedule {
  name: string
  version: string
  schedule: Schedule
  stored: StoredCanvas & { keepMs: number; labels: [string, Argument][] }
}

/** Compiles. @throws ChordisError `canvas-invalid`, `limit-exceeded`, and what is wrong with its options */
export function readySchedule(schedule: Schedule, version: string): ReadySchedule {
  const options = { ...schedule.submit, ...(schedule.tenant === '-' ? {} : { tenant: schedule.tenant }) }
  checkLabels(options)
  const keepMs = checkRetention(options.retentionMs)
  const labels = labelsOf(options, `s:${schedule.id}`)
  const stored = { ...storedCanvas(schedule.canvas, options), keepMs, labels }
  return { name: scheduleName(schedule.tenant, schedule.id), version, schedule, stored }
}

/**
 * Checks a schedule whole, its canvas and options too, without Redis: what this takes, `client.schedules.upsert` takes.
 * @param path what it is called in messages
 * @throws ChordisError `schedule-invalid`, `canvas-invalid`, `limit-exceeded`, `name-invalid`, `request-invalid`, each with the path
 */
export function checkSchedule(definition: ScheduleDefinition, path = 'schedule'): Schedule {
  const schedule = readSchedule(definition, path)
  readySchedule(schedule, '0')
  return schedule
}

/** What an item of `fire` says beside the run: see redis/lua/fire.lua. */
export interface Step {
  kind: 't' | 'q' | 'm' | 'b'
  overlap: string
  expected: string
  next: number | null
  due: number | null
}

/** An item that submits a run. */
export function fireItem(
  { name, version, stored }: ReadySchedule,
  partition: number,
  run: RunName,
  step: Step,
  trace?: TraceContext,
): Argument[] {
  const inOne = fitsOneCall(stored)
  const origin: [string, Argument][] = trace === undefined ? [] : [['O', originText(trace)]]
  const fields = [...(inOne ? stored.fields : []), ...stored.labels, ...origin]
  return [
    ...[name, version, step.kind, step.overlap, step.expected, runText(run), timeText(step.next), timeText(step.due), 0],
    ...[runId(partition, name, run), inOne ? '1' : '2', stored.total, stored.outs, stored.keepMs, stored.roots],
    ...[fields.length, ...fields.flat()],
  ]
}

/** An item that passes ticks over. */
export function passItem(
  { name, version }: Pick<ReadySchedule, 'name' | 'version'>,
  { expected, passed, next, due }: { expected: number; passed: number; next: number | null; due: number | null },
): Argument[] {
  return [...[name, version, 'd', '', String(expected), '-', timeText(next), timeText(due), passed], ...['', '0', 0, 0, 0, '', 0]]
}

/** Bytes that an item takes of a call. */
export const itemBytes = ({ stored }: ReadySchedule): number => (fitsOneCall(stored) ? stored.bytes : 500)

/** Stores the pieces of a large canvas under the id of the run that is to be fired. What is stored and never fired goes after ten minutes. */
export async function storePieces(
  connection: RedisConnection,
  namespace: Namespace,
  partition: number,
  { name, stored }: ReadySchedule,
  run: RunName,
): Promise<void> {
  if (fitsOneCall(stored)) return
  const head = [runId(partition, name, run), '-', '0', stored.total, stored.outs, stored.keepMs, '', '', stored.roots]
  await storeInPieces((call) => namespace.runAtEpoch(connection, partition, call), head, stored.fields)
}
