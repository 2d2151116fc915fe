/**
 * Where a reader of events stands: for each partition the entry up to which it has read, and how much of one entry. Packed into one short text for those
 * who come back later. Pure.
 *
 * The bytes of a cursor, as base64url: 1, the number of partitions, the greatest of their times (ms), then for each 0 (nothing was there) or the
 * distance to that time + 1 and the number within the millisecond; at last, where an entry was told in part, its partition and how many of its workflows
 * were told. All numbers are varints. Entries of busy partitions are close to each other: four partitions take some 24 characters.
 */
import { ChordisError } from './errors.js'

/** Id of an entry: the millisecond, and the number within it. */
export interface EntryId {
  readonly ms: number
  readonly seq: number
}

/** Before the first entry. */
export const NO_ENTRY: EntryId = { ms: 0, seq: 0 }

/** Entries by partition. */
export type Vector = readonly EntryId[]

/** A vector; of the last entry of one partition only the first `told` workflows have been told. */
export interface Position {
  readonly vector: Vector
  readonly part?: { readonly partition: number; readonly told: number }
}

const FORMAT = 1
const MAX_PARTITIONS = 256
/** Longest cursor, characters: 256 partitions far apart. */
const MAX_LENGTH = 6_000

/** Less than 0: `a` is before `b`. */
export const compareEntries = (a: EntryId, b: EntryId): number => a.ms - b.ms || a.seq - b.seq

export function parseEntryId(text: string): EntryId {
  const [ms, seq] = text.split('-')
  return { ms: Number(ms), seq: Number(seq ?? 0) }
}

export const entryText = ({ ms, seq }: EntryId): string => `${ms}-${seq}`

/** A position as text. */
export function packCursor({ vector, part }: Position): string {
  const bytes: number[] = [FORMAT]
  const latest = vector.reduce((most, { ms }) => Math.max(most, ms), 0)
  write(bytes, vector.length)
  write(bytes, latest)
  for (const { ms, seq } of vector) {
    if (ms === 0) {
      write(bytes, 0)
      continue
    }
    write(bytes, latest - ms + 1)
    write(bytes, seq)
  }
  if (part !== undefined) {
    write(bytes, part.partition)
    write(bytes, part.told)
  }
  return Buffer.from(bytes).toString('base64url')
}

/**
 * The position that a cursor stands for, in a namespace of so many partitions: of those that it did not have then, all is new.
 * @throws ChordisError `request-invalid`: nobody made that text for this namespace
 */
export function unpackCursor(cursor: string, partitions: number): Position {
  const read = /^[A-Za-z0-9_-]+$/.test(cursor) && cursor.length <= MAX_LENGTH ? new Varints(Buffer.from(cursor, 'base64url')) : null
  const position = read === null ? null : positionOf(read)
  if (position === null || position.vector.length > partitions || (position.part?.partition ?? 0) >= position.vector.length) {
    throw new ChordisError('request-invalid', 'is not a cursor of this namespace', { path: 'after' })
  }
  const fresh = Array.from({ length: partitions - position.vector.length }, () => NO_ENTRY)
  return { ...position, vector: [...position.vector, ...fresh] }
}

function positionOf(read: Varints): Position | null {
  if (read.next() !== FORMAT) return null
  const count = read.next()
  const latest = read.next()
  if (count < 1 || count > MAX_PARTITIONS) return null
  const vector: EntryId[] = []
  for (let k = 0; k < count; k++) {
    const back = read.next()
    vector.push(back === 0 ? NO_ENTRY : { ms: latest - back + 1, seq: read.next() })
  }
  const part = read.over ? undefined : { partition: read.next(), told: read.next() }
  if (!read.over || read.bad || vector.some(({ ms }) => ms < 0)) return null
  return part === undefined ? { vector } : { vector, part }
}

function write(bytes: number[], value: number): void {
  let left = value
  // Times are longer than the 32 bits of `>>`.
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) + 128)
  bytes.push(left)
}

class Varints {
  bad = false
  private at = 0

  constructor(private readonly bytes: Buffer) {}

  get over(): boolean {
    return this.at >= this.bytes.length
  }

  /** The next number; 0 and `bad` where there is none, or one that is no safe integer. */
  next(): number {
    let value = 0
    for (let scale = 1; this.at < this.bytes.length; scale *= 128) {
      const byte = this.bytes[this.at++] as number
      value += (byte % 128) * scale
      if (!Number.isSafeInteger(value)) break
      if (byte < 128) return value
    }
    this.bad = true
    return 0
  }
}
