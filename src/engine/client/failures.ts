/** How outcomes that are no success, and reads that failed, are told to callers. */
import type { Json } from '../canvas/types.js'
import { ChordisError, type WireError } from '../protocol/errors.js'
import type { Outcome } from '../protocol/values.js'
import { explain } from '../redis/connection.js'

/** Thrown by {@link WorkflowHandle.result} when the workflow did not succeed. */
export class WorkflowFailedError extends Error {
  constructor(
    readonly workflow: string,
    readonly outcome: Outcome,
    what = 'the workflow',
  ) {
    super(describe(outcome, what))
    this.name = 'WorkflowFailedError'
  }
}

/** Thrown by {@link TaskHandle.get} and {@link TaskGroup.get} when a task call of a workflow did not succeed. */
export class TaskFailedError extends WorkflowFailedError {
  constructor(
    workflow: string,
    /** The node, `<workflow>:<node>`. */
    readonly task: string,
    outcome: Outcome,
  ) {
    super(workflow, outcome, `the task ${task}`)
    this.name = 'TaskFailedError'
  }
}

function describe(outcome: Outcome, what: string): string {
  if (outcome.state === 'FAILURE') return `${outcome.error.type}: ${rootMessage(outcome.error)}`
  if (outcome.state === 'GROUP') return describe(outcome.results.find((r) => r.state !== 'SUCCESS') ?? { state: 'SKIPPED' }, what)
  return `${what} ended ${outcome.state}`
}

function rootMessage(error: WireError): string {
  let root = error
  while (root.cause) root = root.cause
  return root.message
}

/** The plain value of an outcome; a group's is the list of its members' values. Undefined for what did not succeed. */
export function plainValue(outcome: Outcome): Json | undefined {
  if (outcome.state === 'SUCCESS') return outcome.result
  if (outcome.state !== 'GROUP') return undefined
  const values = outcome.results.map(plainValue)
  return values.includes(undefined) ? undefined : (values as Json[])
}

/** The error of an outcome that did not succeed; of a group, that of the member that stands first. */
export function errorIn(outcome: Outcome): WireError | undefined {
  if (outcome.state === 'GROUP') return outcome.results.map(errorIn).find((error) => error !== undefined)
  return outcome.state === 'FAILURE' || outcome.state === 'REVOKED' ? outcome.error : undefined
}

/** What Celery calls `info`: the value, the error, or null while there is neither. */
export const infoOf = (outcome: Outcome | null): Json | WireError | null =>
  outcome === null ? null : (plainValue(outcome) ?? errorIn(outcome) ?? null)

export function corrupt(what: string): Outcome {
  const error: WireError = { type: 'WorkflowCorruptError', message: `the stored workflow is damaged: ${what}`, code: 'workflow-corrupt' }
  return { state: 'FAILURE', error }
}

/** A read that got no answer did nothing: Redis cannot be reached. */
export function explainRead(error: unknown, id: string): ChordisError {
  if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) {
    return new ChordisError('workflow-corrupt', `what is stored of it cannot be read: ${error.message}`, { cause: error, workflow: id })
  }
  const why = explain(error, id)
  return why.code === 'outcome-unknown' ? new ChordisError('redis-unavailable', why.message, { cause: error, workflow: id }) : why
}

/** Asks, and says what went wrong in our words: as {@link explain}, or another way. */
export async function explained<T>(ask: () => Promise<T>, as: (error: unknown) => unknown = explain): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    throw as(error)
  }
}

/** What only reads may be asked again in any case. */
export const explainedRead = <T>(ask: () => Promise<T>): Promise<T> => explained(ask, (error) => explainRead(error, ''))

/** What a call on a workflow that is not there (any more) comes to: false. Everything else is thrown on. */
export function falseIfGone(error: unknown): false {
  if (error instanceof ChordisError && error.code === 'not-found') return false
  throw error
}
