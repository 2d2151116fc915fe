/** A call whose failure is an answer too. */
import { ChordisError } from '../../../src/engine/index.js'

/** What was answered, or the error that says what is known. Other errors are bugs. */
export async function attempt<T>(call: () => Promise<T>): Promise<T | ChordisError> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof ChordisError) return error
    throw error
  }
}
