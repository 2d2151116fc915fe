/** Too many requests. */
import { ChordisError } from '../../engine/index.js'

/** The answer 429, with the time after which it may be tried again. */
export class RateLimitedError extends ChordisError {
  /** @param retryAfterS whole seconds, at least 1 */
  constructor(
    message: string,
    readonly retryAfterS: number,
  ) {
    super('rate-limited', message)
  }
}
