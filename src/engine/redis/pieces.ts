/** Cuts what is stored in several calls. */
import type { Argument } from './scripts.generated.js'

/** Bytes that one storing call carries. */
export const CALL_BYTES = 512 * 1024
/** Fields that one storing call carries. */
export const CALL_FIELDS = 1_000

export const sizeOf = (value: Argument): number => (typeof value === 'number' ? 8 : value.length)

/** Things in their order, as many together as one call carries; one that is larger by itself goes alone. */
export function* cut<T>(things: Iterable<T>, bytesOf: (thing: T) => number, most: { bytes: number; count: number }): Generator<T[]> {
  let part: T[] = []
  let bytes = 0
  for (const thing of things) {
    const size = bytesOf(thing)
    if (part.length > 0 && (part.length >= most.count || bytes + size > most.bytes)) {
      yield part
      part = []
      bytes = 0
    }
    part.push(thing)
    bytes += size
  }
  if (part.length > 0) yield part
}

/** Names and values in pieces of at most CALL_BYTES and CALL_FIELDS, each ready to be sent. */
export function* pieces(fields: readonly [name: string, value: Argument][]): Generator<Argument[]> {
  for (const piece of cut(fields, ([, value]) => sizeOf(value), { bytes: CALL_BYTES, count: CALL_FIELDS })) yield piece.flat()
}
