/**
 * The `Idempotency-Key` header: 1 to 255 visible ASCII characters, taken as they are.
 */
import type { SubmitOptions } from '../../engine/index.js'
import { RequestInvalidError } from '../http/problem.js'

const KEY = /^[\x21-\x7e]{1,255}$/

/** The options with the key of the header, if there is one. */
export function withIdempotencyKey(options: SubmitOptions, key: string | undefined): SubmitOptions {
  if (key === undefined) return options
  if (KEY.test(key)) return { ...options, idempotencyKey: key }
  throw new RequestInvalidError([{ path: 'headers.idempotency-key', rule: 'must be 1 to 255 visible ASCII characters' }])
}
