/** Cuts what is stored in several calls. */
import type { Argument } from './scripts.generated.js'

/** Bytes that one storing call carries. */
export const CALL_BYTES = 512 * 1024
/** Fields that one storing call carries. */
export const CALL_FIELDS = 1_000

export const sizeOf = (value: Argument): number => (typeof value === 'number' ? 8 : value.length)

/** Names and values in pieces of at most CALL_BYTES and CALL_FIELDS, each ready to be sent. */
export function* pieces(fields: readonly [name: string, value: Argument][]): Generator<Argument[]> {
  let piece: Argument[] = []
  let bytes = 0
  for (const [name, value] of fields) {
    const size = sizeOf(value)
    if (piece.length > 0 && (bytes + size > CALL_BYTES || piece.length >= 2 * CALL_FIELDS)) {
      yield piece
      piece = []
      bytes = 0
    }
    piece.push(name, value)
    bytes += size
  }
  if (piece.length > 0) yield piece
}
