/** A request that names nobody who is known. What is wrong with its credential is not told: who guesses learns nothing (the log has it). */
import { ChordisError } from '../../engine/index.js'

/** The answer 401, the same whatever is wrong. */
export class UnauthenticatedError extends ChordisError {
  /**
   * @param presented whether there was a credential at all: RFC 6750 names an error only then
   * @param reason for the log
   */
  constructor(
    readonly presented: boolean,
    readonly reason: string,
  ) {
    super('unauthenticated', 'needs a valid credential: Authorization: Bearer <API key or token>')
  }

  /** Value of the `WWW-Authenticate` header (RFC 6750, section 3). */
  get challenge(): string {
    return this.presented ? 'Bearer realm="chordis", error="invalid_token"' : 'Bearer realm="chordis"'
  }
}
