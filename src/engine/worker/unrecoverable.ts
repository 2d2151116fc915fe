/** Errors after which trying again is out of the question. */

/** Thrown by a handler (or a subclass of it): the attempt ends FAILURE, whatever the retry policy says. */
export class UnrecoverableError extends Error {
  override readonly name: string = 'UnrecoverableError'
}

/** Whether trying again is out of the question. `instanceof` asks a Proxy's traps, so it may throw itself. */
export function isUnrecoverable(thrown: unknown): boolean {
  try {
    return thrown instanceof UnrecoverableError
  } catch {
    return false
  }
}
