/** Cuts what is stored in several calls, and sends it. */
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

/** How often all parts are sent again when Redis has forgotten one that it had answered. */
export const TRIES = 5

/**
 * Stores names and values in parts of at most CALL_BYTES and CALL_FIELDS, in their order.
 * @param stage sends one part, the first is 1; see redis/lua/stage.lua
 * @returns what it answered last: `ok` when all is stored
 */
export async function sendParts(
  fields: readonly [name: string, value: Argument][],
  stage: (part: number, parts: number, pairs: Argument[]) => Promise<[string, ...unknown[]]>,
): Promise<string> {
  const parts = [...cut(fields, ([, value]) => sizeOf(value), { bytes: CALL_BYTES, count: CALL_FIELDS })]
  let answer = 'gap'
  for (let tries = 0; answer === 'gap' && tries < TRIES; tries++) {
    for (const [k, part] of parts.entries()) {
      answer = (await stage(k + 1, parts.length, part.flat()))[0]
      if (answer !== 'ok') break
    }
  }
  return answer
}
