/**
 * The cases of own.json: their shape, their tasks, and outcomes in the form in which they are compared. Used by own.test.ts (real workers) and
 * inline.test.ts.
 */
import { readFileSync } from 'node:fs'
import { type Canvas, type Json, type Outcome, readCanvas, type TaskDefinition, type WireError } from '../../src/engine/index.js'
import { conformanceTasks, type Mark, type RecordMark } from './tasks.js'

export interface OwnCase {
  id: string
  rule: string
  canvas: Json
  expect: unknown
  states?: string[]
  status?: string
  marks?: Mark[]
  ordered?: boolean
}

export const ownCases = JSON.parse(readFileSync(new URL('./own.json', import.meta.url), 'utf8')) as OwnCase[]

/** Rule, title and case, for `test.each`. */
export const namedCases = ownCases.map((one) => [one.rule, one.id.replaceAll('-', ' '), one] as const)

export function ownTasks(record: RecordMark): TaskDefinition[] {
  const grow: TaskDefinition['handler'] = (ctx) => {
    for (const member of ctx.kwargs.members as Json[]) ctx.addToChord(readCanvas(member) as Canvas)
    return ctx.kwargs.tag
  }
  return [...conformanceTasks(record), { name: 'skip', handler: (ctx) => ctx.ignore() }, { name: 'grow', handler: grow }]
}

type PlainError = { type: string; message?: string; cause?: PlainError }

function plainError({ type, message, cause }: WireError): PlainError {
  return { type, ...(type === 'ChordError' ? {} : { message }), ...(cause ? { cause: plainError(cause) } : {}) }
}

/** The outcome without stacks, and ChordErrors without messages. */
export function plain(outcome: Outcome | null): unknown {
  if (outcome?.state === 'GROUP') return { state: 'GROUP', results: outcome.results.map(plain) }
  if (outcome && 'error' in outcome && outcome.error) return { state: outcome.state, error: plainError(outcome.error) }
  return outcome
}
