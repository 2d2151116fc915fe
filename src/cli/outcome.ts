/** The outcome of a workflow for people and for programs. */
import { type Json, type Outcome, plainValue, type WireError, WorkflowFailedError, type WorkflowStatus } from '../engine/index.js'
import { HIDDEN, type SeenOutcome } from './backend/backend.js'
import type { Context } from './context.js'
import { type Paint, safe } from './terminal.js'

/** `{state, result}`, `{state, error}` or, of a group that did not succeed as a whole, `{state, results}`. */
export interface OutcomeShape {
  state: 'SUCCESS' | 'FAILURE' | 'REVOKED' | 'SKIPPED'
  result?: Json
  error?: WireError
  results?: Outcome[]
  /** The key may not see payloads: results and messages were left out. */
  hidden?: true
}

export function shapeOf(outcome: SeenOutcome, state: WorkflowStatus['state']): OutcomeShape {
  if (outcome.hidden) return { state: outcome.state === 'GROUP' ? endOf(state) : outcome.state, hidden: true }
  const result = plainValue(outcome)
  if (result !== undefined) return { state: 'SUCCESS', result }
  if (outcome.state === 'GROUP') return { state: state === 'REVOKED' ? 'REVOKED' : 'FAILURE', results: outcome.results }
  return outcome.state === 'SUCCESS' ? { state: 'SUCCESS' } : outcome
}

/** A group that did not succeed as a whole has failed, unless it was revoked. */
const endOf = (state: WorkflowStatus['state']): OutcomeShape['state'] => (state === 'SUCCESS' || state === 'REVOKED' ? state : 'FAILURE')

/** 0 for SUCCESS, else 1. */
export const exitOf = ({ state }: OutcomeShape): number => (state === 'SUCCESS' ? 0 : 1)

/** Prints the value to standard output, or what went wrong to standard error. */
export function printOutcome(context: Context, workflow: string, outcome: Outcome, shape: OutcomeShape): void {
  if (shape.hidden) context.note(`${workflow}  ${shape.state}  ${HIDDEN}`)
  else if (shape.state === 'SUCCESS') context.print(JSON.stringify(shape.result ?? null, null, 2))
  else for (const line of failureLinesOf(workflow, outcome, context.err)) context.note(line)
}

function failureLinesOf(workflow: string, outcome: Outcome, style: Paint): string[] {
  const error = errorOf(outcome)
  const message = error === undefined ? new WorkflowFailedError(workflow, outcome).message : `${error.type}: ${error.message}`
  const causes = error === undefined ? [] : causesOf(error, style)
  return [`${style.bad('chordis:')} workflow ${workflow}: ${safe(message)} ${style.faint('(workflow-failed)')}`, ...causes]
}

/** The first error in it. */
function errorOf(outcome: Outcome): WireError | undefined {
  if (outcome.state === 'FAILURE' || outcome.state === 'REVOKED') return outcome.error
  if (outcome.state !== 'GROUP') return undefined
  for (const member of outcome.results) {
    const error = errorOf(member)
    if (error !== undefined) return error
  }
  return undefined
}

const FRAMES = 4

/** What each error was caused by, and where the innermost one was thrown. */
function causesOf(error: WireError, style: Paint): string[] {
  const lines: string[] = []
  let root = error
  while (root.cause) {
    root = root.cause
    lines.push(`  because ${safe(root.type)}: ${safe(root.message)}`)
  }
  const frames = (root.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return [...lines, ...frames.slice(0, FRAMES).map((line) => style.faint(safe(`    ${line.trim()}`)))]
}
