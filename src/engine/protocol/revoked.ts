/** What ends a task that somebody revoked: stored as its error, and the reason with which the signal of its attempt fires. */
import { ChordisError, type WireError } from './errors.js'

/** Fires the signal of an attempt that was revoked (Celery's name): what it returns or throws changes nothing any more. */
export class TaskRevokedError extends ChordisError {
  override readonly name = 'TaskRevokedError'

  constructor(
    { id, workflowId }: { id: string; workflowId: string },
    /** It is to be killed at once, where that can be done. */
    readonly terminate = false,
  ) {
    super('revoked', `${id} was ${terminate ? 'terminated' : 'revoked'}`, { workflow: workflowId })
  }
}

/** What is stored of a revocation: Celery's error, with the reason as its message. */
export function revocation(reason: string | undefined, terminate: boolean): WireError {
  const code = terminate ? 'terminated' : 'revoked'
  return { type: 'TaskRevokedError', message: reason ?? code, code }
}
