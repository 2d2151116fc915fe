/** What a dead letter is, which of them are meant, and where a list of them goes on. Pure. */
import type { Json } from '../canvas/types.js'
import { ChordisError, type WireError } from '../protocol/errors.js'
import { splitNode } from '../protocol/ids.js'
import { metaOf } from '../protocol/reader.js'
import { parseTemplate } from '../protocol/stored.js'
import { parseTerminal } from '../protocol/values.js'
import type { DeadEntry, DeadPlace } from '../redis/dead-letters.js'
import type { AttemptError } from './task-handle.js'

/** A task that failed by itself with no attempt left. */
export interface DeadLetter {
  /** `<workflow>:<node>` */
  id: string
  task: string
  queue: string
  workflow: string
  tenant: string
  /** Of its last attempt. */
  error: WireError
  /** Attempts that it had. */
  attempts: number
  /** When the last one failed: Unix ms, by Redis's clock. Null for one that was dropped, or gave way to newer ones. */
  failedAt: number | null
}

/** A dead letter with what it was called with and what its attempts ended with. */
export interface DeadLetterDetails extends DeadLetter {
  /** Positional arguments, results of earlier steps in front; of an error callback without what it is told of the failure. */
  args: Json[]
  kwargs: { [name: string]: Json }
  /** Of the attempts before the last one, oldest first: the first and the last four. */
  errors: AttemptError[]
}

/** Which dead letters are meant: all conditions hold together; none means all. */
export interface DeadLetterFilter {
  /** Name of the task. */
  task?: string
  /** Type or code of the error, or a text in its message. */
  error?: string
  tenant?: string
  /** Id of the workflow. */
  workflow?: string
  /** Failed before this instant, Unix ms. */
  before?: number
  /** Failed at this instant or after it, Unix ms. */
  after?: number
}

const UNREADABLE: WireError = { type: 'UnknownError', message: 'the error was not recorded' }
const CURSOR = /^(\d{1,16}):([A-Za-z0-9._-]+:\S+)$/

/** Behind every instant that there is. */
const NEWEST = 2 ** 52

/** @throws ChordisError `request-invalid` */
export function checkFilter(filter: DeadLetterFilter): void {
  for (const [name, value] of Object.entries(filter) as [keyof DeadLetterFilter, unknown][]) {
    const wanted = name === 'before' || name === 'after' ? 'number' : 'string'
    if (value === undefined || (typeof value === wanted && (wanted === 'string' || Number.isSafeInteger(value)))) continue
    const rule = wanted === 'string' ? 'must be a text' : 'must be a whole number of ms'
    throw new ChordisError('request-invalid', rule, { path: name })
  }
}

/** Where a list begins: behind the cursor of the part before, or before `before`. @throws ChordisError `request-invalid` */
export function placeOf(cursor: string | undefined, before = NEWEST): DeadPlace {
  if (cursor === undefined) return { time: before, name: '' }
  const [, time, name] = CURSOR.exec(cursor) ?? []
  if (time === undefined || name === undefined)
    throw new ChordisError('request-invalid', 'must be one that was answered', { path: 'cursor' })
  return { time: Number(time), name }
}

export const cursorOf = ({ time, name }: DeadPlace): string => `${time}:${name}`

/** Workflow and node of a dead letter's id. @throws ChordisError `request-invalid` */
export function splitLetter(id: string): { workflow: string; node: string; prefix: string; index: number } {
  const colon = id.indexOf(':')
  const node = id.slice(colon + 1)
  const place = splitNode(node)
  if (colon < 1 || place === null) throw new ChordisError('request-invalid', 'must be <workflow>:<node>', { path: 'id' })
  return { workflow: id.slice(0, colon), node, ...place }
}

/** Null for a task that is not failed (any more). */
export function letterOf({ name, time, record, template, meta }: DeadEntry): DeadLetter | null {
  const terminal = parseTerminal(record ?? null)
  if (terminal?.code !== 'F') return null
  const { queue, spec } = parseTemplate(template ?? '')
  return {
    id: name,
    task: spec.task ?? '',
    queue,
    workflow: name.slice(0, name.indexOf(':')),
    tenant: metaOf(meta ?? null).tenant ?? '-',
    error: errorFrom(terminal.body),
    attempts: terminal.attempts,
    failedAt: time,
  }
}

function errorFrom(text: string): WireError {
  try {
    return (JSON.parse(text) as WireError | null) ?? UNREADABLE
  } catch {
    // A damaged record is listed as well: its workflow may be requeued or dropped.
    return UNREADABLE
  }
}

/** Whether a letter is meant; its time has been seen to. */
export function isMeant(letter: DeadLetter, { task, error, tenant, workflow }: DeadLetterFilter): boolean {
  if (task !== undefined && letter.task !== task) return false
  if (tenant !== undefined && letter.tenant !== tenant) return false
  if (workflow !== undefined && letter.workflow !== workflow) return false
  if (error === undefined) return true
  const { type, code, message } = letter.error
  return type === error || code === error || (message ?? '').includes(error)
}
