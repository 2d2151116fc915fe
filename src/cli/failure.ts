/**
 * How the command line says that something went wrong: one line with a stable code on standard error, or one JSON object, and an exit code.
 *
 * The engine's errors bring their code and exit code along (ERROR_RULES); the others are here.
 */
import { CommanderError } from 'commander'
import { ChordisApiError } from '../api-client/index.js'
import { CanvasInvalidError, ChordisError, ERROR_RULES, ModuleInvalidError } from '../engine/index.js'
import { apiFailure } from './api-failure.js'
import type { Failure } from './failure-shape.js'
import { columns, type Paint, safe } from './terminal.js'

/** Exit codes, as `--help` shows them. */
export const EXIT_CODES: readonly [code: number, meaning: string][] = [
  [0, 'done; of a workflow: SUCCESS'],
  [1, 'the workflow ended FAILURE or REVOKED; the doctor found something; or an error that nothing below names'],
  [2, 'bad usage, or a canvas, schedule, module or name that is not valid'],
  [3, 'Redis or the service cannot be reached, is full or too busy, or has a namespace of another version'],
  [4, 'no outcome or no answer in time, or nobody said whether it was done, or the workflow stored'],
  [5, 'there is no such workflow, schedule or worker, or the id or key is taken by another one'],
  [6, 'a credential is missing, is not valid, or does not allow it'],
  [130, 'interrupted (SIGINT); 143: SIGTERM'],
]

const OWN_CODES = {
  usage: 2,
  'needs-redis': 2,
  'json-invalid': 2,
  'file-unreadable': 2,
  'workflow-failed': 1,
  'no-worker': 5,
  interrupted: 130,
  unexpected: 1,
} as const

export type OwnCode = keyof typeof OWN_CODES

/** An error of the command line itself. `detail`: lines to be shown below the message. */
export class CliError extends Error {
  constructor(
    readonly code: OwnCode,
    message: string,
    readonly detail: readonly string[] = [],
  ) {
    super(message)
    this.name = 'CliError'
  }
}

/** Any error as a failure; null for what is none (`--help`, `--version`). */
export function failureOf(error: unknown): Failure | null {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return null
    // `chordis` alone has shown the help.
    if (error.code === 'commander.help') return { code: 'usage', message: '', exit: OWN_CODES.usage }
    return { code: 'usage', message: error.message.replace(/^error: /, ''), exit: OWN_CODES.usage }
  }
  if (error instanceof CliError) {
    const detail = error.detail.length === 0 ? {} : { detail: error.detail }
    return { code: error.code, message: error.message, exit: OWN_CODES[error.code], ...detail }
  }
  if (error instanceof ChordisApiError) return apiFailure(error)
  if (error instanceof ChordisError) {
    return {
      code: error.code,
      message: error.message,
      exit: ERROR_RULES[error.code].exit,
      ...(error.path === undefined ? {} : { path: error.path }),
      ...(error.workflow === undefined ? {} : { workflow: error.workflow }),
      ...(error instanceof CanvasInvalidError ? { faults: error.errors } : {}),
      ...(error instanceof ModuleInvalidError && error.detail.length > 0 ? { detail: error.detail } : {}),
    }
  }
  const stack = error instanceof Error ? (error.stack ?? '').split('\n').slice(1) : []
  return { code: 'unexpected', message: String(error), exit: OWN_CODES.unexpected, detail: stack }
}

/** Whether what was asked for is not there. */
export const isMissing = (error: unknown): boolean => failureOf(error)?.code === 'not-found'

/** Whether the same may succeed later: Redis, or the service, is away, busy, or did not answer. */
export const isPassing = (error: unknown): boolean => (error instanceof ChordisError || error instanceof ChordisApiError) && error.retryable

/** `chordis: message (code)`, and below it what there is to say. */
export function failureLines(failure: Failure, style: Paint): string[] {
  const { faults = [], detail = [] } = failure
  if (failure.message === '') return []
  const line = (message: string) => `${style.bad('chordis:')} ${safe(message)} ${style.faint(`(${failure.code})`)}`
  const known = failure.workflow !== undefined && !failure.message.includes(failure.workflow) ? `; workflow ${failure.workflow}` : ''
  if (faults.length < 2) return [line(`${failure.message}${known}`), ...detail]
  return [line(`the canvas has ${faults.length} faults`), ...columns(faults.map(({ path, rule }) => [safe(path), safe(rule)]))]
}
