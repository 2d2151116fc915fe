/**
 * Every error that Chordis raises itself: a stable code, what was being done, and the cause.
 *
 * One table maps a code to its HTTP status, the CLI's exit code and whether the same call may be repeated. Surfaces read the table;
 * none decides for itself.
 */

interface ErrorRule {
  status: number
  retryable: boolean
  exit: number
  title: string
}

/** code -> HTTP status, retryable, exit code of the CLI, title of the problem document (RFC 9457). */
export const ERROR_RULES = {
  'canvas-invalid': { status: 400, retryable: false, exit: 2, title: 'The canvas is not valid' },
  'request-invalid': { status: 400, retryable: false, exit: 2, title: 'The request is not valid' },
  'name-invalid': { status: 400, retryable: false, exit: 2, title: 'A name is not valid' },
  'limit-exceeded': { status: 413, retryable: false, exit: 2, title: 'A limit is exceeded' },
  'schedule-invalid': { status: 400, retryable: false, exit: 2, title: 'The schedule is not valid' },
  'not-found': { status: 404, retryable: false, exit: 5, title: 'There is no such thing' },
  'id-conflict': { status: 409, retryable: false, exit: 5, title: 'The id is taken by another workflow' },
  'already-exists': { status: 412, retryable: false, exit: 5, title: 'It is there already' },
  'not-ended': { status: 409, retryable: true, exit: 5, title: 'The workflow has not ended' },
  'idempotency-conflict': { status: 422, retryable: false, exit: 5, title: 'The idempotency key was used with another body' },
  'redis-full': { status: 503, retryable: true, exit: 3, title: 'Redis has no memory left for new work' },
  'redis-unavailable': { status: 503, retryable: true, exit: 3, title: 'Redis cannot be reached' },
  'outcome-unknown': { status: 503, retryable: true, exit: 4, title: 'Redis did not answer; the outcome is unknown' },
  'namespace-version': { status: 503, retryable: false, exit: 3, title: 'The namespace is of another version' },
  'module-invalid': { status: 500, retryable: false, exit: 2, title: 'A module gives no tasks' },
  'arguments-invalid': { status: 400, retryable: false, exit: 1, title: 'The arguments of a task are not valid' },
  'result-invalid': { status: 500, retryable: false, exit: 1, title: 'The result cannot be written as JSON' },
  'workflow-corrupt': { status: 500, retryable: false, exit: 1, title: 'The stored workflow is damaged' },
  timeout: { status: 504, retryable: true, exit: 4, title: 'It took too long' },
  'lease-lost': { status: 409, retryable: false, exit: 1, title: 'The attempt no longer holds the node' },
  revoked: { status: 409, retryable: false, exit: 1, title: 'The task was revoked' },
  'already-rerun': { status: 409, retryable: false, exit: 5, title: 'The workflow runs again already' },
  'not-rerunnable': { status: 409, retryable: false, exit: 5, title: 'The task cannot run again' },
  unauthenticated: { status: 401, retryable: false, exit: 6, title: 'The request names nobody who is known' },
  forbidden: { status: 403, retryable: false, exit: 6, title: 'The credential does not allow it' },
  'issuer-unavailable': { status: 503, retryable: true, exit: 3, title: 'The issuer of tokens cannot be reached' },
  'not-enabled': { status: 409, retryable: false, exit: 5, title: 'The service does not offer it' },
  'rate-limited': { status: 429, retryable: true, exit: 3, title: 'Too many requests' },
  'too-slow': { status: 503, retryable: true, exit: 3, title: 'Who listens does not keep up' },
  closed: { status: 503, retryable: true, exit: 3, title: 'The client or worker is closed' },
} as const satisfies Record<string, ErrorRule>

/** The code of an error that Chordis raises itself. Codes stay; messages may change. */
export type ErrorCode = keyof typeof ERROR_RULES

export interface ChordisErrorDetails {
  /** Where in the input the fault is: `canvas.chain[2].args`. */
  path?: string
  /** The rule that is broken, one sentence. */
  rule?: string
  /** The workflow concerned. */
  workflow?: string
  cause?: unknown
}

/** An error with a stable `code`. `message` begins with the path where there is one: `canvas.chain[2].args: must be an array`. */
export class ChordisError extends Error {
  readonly code: ErrorCode
  readonly path?: string
  readonly workflow?: string

  constructor(code: ErrorCode, message: string, details: ChordisErrorDetails = {}) {
    const text = details.path === undefined ? message : `${details.path}: ${message}`
    super(text, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'ChordisError'
    this.code = code
    if (details.path !== undefined) this.path = details.path
    if (details.workflow !== undefined) this.workflow = details.workflow
  }

  /** HTTP status of this error's code. */
  get status(): number {
    return ERROR_RULES[this.code].status
  }

  /** Whether the same call may succeed later, unchanged. */
  get retryable(): boolean {
    return ERROR_RULES[this.code].retryable
  }
}

/** An error as it crosses the wire: never revived by class name (Celery's CVE-2021-23727). */
export interface WireError {
  type: string
  message: string
  stack?: string
  code?: string
  /** Of a `ChildWorkflowError`: the child. */
  workflow?: string
  cause?: WireError
}

/** For what may be gone: one of these codes comes to null, everything else is thrown on. @internal */
export function nullIf(...codes: ErrorCode[]): (error: unknown) => null {
  return (error) => {
    if (error instanceof ChordisError && codes.includes(error.code)) return null
    throw error
  }
}
