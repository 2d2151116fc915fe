/** Parts of lists that are known as a whole, in the order of a name. Pure. */
import { ChordisError } from '../../engine/index.js'

/** Which part is asked for. */
export interface PageOptions {
  /** At most so many, 1 to 1,000. Default 100. */
  limit?: number
  /** `cursor` of the part before. */
  cursor?: string
}

const MAX_LISTED = 1_000

/**
 * Those behind the cursor, at most `limit`, and where the next part begins. What comes and goes meanwhile moves nothing else.
 * @throws ChordisError `request-invalid`
 */
export function pageOf<T>(
  all: readonly T[],
  nameOf: (one: T) => string,
  { limit = 100, cursor }: PageOptions,
): { part: T[]; cursor: string | null } {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LISTED)
    throw new ChordisError('request-invalid', `must be an integer from 1 to ${MAX_LISTED}`, { path: 'limit' })
  const after = cursor === undefined ? '' : decoded(cursor)
  const behind = all.filter((one) => nameOf(one) > after).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  const part = behind.slice(0, limit)
  const last = part.at(-1)
  return { part, cursor: last === undefined || part.length === behind.length ? null : encoded(nameOf(last)) }
}

const encoded = (name: string): string => Buffer.from(name).toString('base64url')

function decoded(cursor: string): string {
  const name = Buffer.from(cursor, 'base64url').toString()
  if (name === '' || encoded(name) !== cursor)
    throw new ChordisError('request-invalid', 'must be one that was answered', { path: 'cursor' })
  return name
}
