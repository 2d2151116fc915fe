/**
 * Identifiers and where they live. A generated workflow id names its partition (`0a-…`); any other id is hashed into one of 256 buckets, which the
 * namespace maps to partitions.
 */
import { createHash, randomBytes } from 'node:crypto'
import { ChordisError } from './errors.js'

const NAME = /^[A-Za-z0-9._-]{1,128}$/
const GENERATED = /^([0-9a-f]{2})-[0-9a-z]{20}$/
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz'

/** Refuses a name that is not `[A-Za-z0-9._-]{1,128}`. */
export function checkName(name: string, path: string): string {
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new ChordisError('name-invalid', 'must be 1 to 128 characters of A-Z a-z 0-9 . _ -', { path })
  }
  return name
}

/** Refuses what is no whole number within bounds: `request-invalid`, with the path. */
export function checkWhole(value: unknown, least: number, most: number, path: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  const [from, to] = [least, most].map((n) => n.toLocaleString('en-US'))
  throw new ChordisError('request-invalid', `must be an integer from ${from} to ${to}`, { path })
}

/** Refuses what is no text, or a longer one: `request-invalid`, with the path. */
export function checkText(value: unknown, most: number, path: string): string {
  if (typeof value === 'string' && value.length <= most) return value
  throw new ChordisError('request-invalid', `must be a text of at most ${most} characters`, { path })
}

const LETTERS = Buffer.from(ALPHABET)
const scratch = Buffer.alloc(32)
let pool = Buffer.alloc(0)
let used = 0

/** Bytes of 252 and above are passed over: every letter is equally likely. */
function randomText(length: number): string {
  for (let n = 0; n < length; ) {
    if (used >= pool.length) {
      pool = randomBytes(16_384)
      used = 0
    }
    const byte = pool[used++] as number
    if (byte < 252) scratch[n++] = LETTERS[byte % 36] as number
  }
  return scratch.toString('latin1', 0, length)
}

/** A new workflow id in the given partition: two hexadecimal digits, a dash, 20 random characters (103 bits). */
export function newWorkflowId(partition: number): string {
  return `${partition.toString(16).padStart(2, '0')}-${randomText(20)}`
}

/** A workflow id in the given partition that follows from a text: 80 bits of its digest. */
export function derivedWorkflowId(partition: number, text: string): string {
  return `${partition.toString(16).padStart(2, '0')}-${createHash('sha1').update(text).digest('hex').slice(0, 20)}`
}

/** The incarnation of a process: new at every start, so that attempt ids never repeat. */
export function newIncarnation(): string {
  return randomText(14)
}

/** Bucket (0-255) of an id or key that does not name its partition. */
export function bucketOf(text: string): number {
  return createHash('sha1').update(text).digest()[0] as number
}

/** The partition of a workflow id, given the namespace's bucket table. */
export function partitionOf(id: string, buckets: Uint8Array, partitions: number): number {
  const generated = GENERATED.exec(id)
  if (generated) {
    const partition = Number.parseInt(generated[1] as string, 16)
    if (partition < partitions) return partition
  }
  return buckets[bucketOf(id)] as number
}

/** Short fingerprint of stored bytes, to tell a repeated submit from another one with the same id. */
export function fingerprint(parts: Iterable<string | Buffer>): string {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part).update('\0')
  return hash.digest('base64url').slice(0, 16)
}

/** A node's id (`17`, `17/0`) as segment and index; null for anything else. */
export function splitNode(id: string): { prefix: string; index: number } | null {
  const match = /^((?:[0-9a-z./]{1,256}\/)?)(0|[1-9]\d{0,8})$/.exec(id)
  return match ? { prefix: match[1] as string, index: Number(match[2]) } : null
}

/** The prefix of a segment that node `parent` adds: its own id while that is short, a hash of it beyond. */
export function segmentPrefix(parent: string, ordinal: number): string {
  const readable = ordinal === 0 ? `${parent}/` : `${parent}.${ordinal}/`
  if (readable.length <= 24) return readable
  return `h${createHash('sha1').update(readable).digest('hex').slice(0, 18)}/`
}

const HASHED = /^h[0-9a-f]{18}\/$/

/** The node that added a segment: `17/` replaced node 17, `17.1/` was added by it. Undefined for the submitted graph, and where the prefix is a hash. */
export function segmentParent(prefix: string): string | undefined {
  return prefix === '' || HASHED.test(prefix) ? undefined : prefix.slice(0, -1).replace(/\.\d+$/, '')
}

/** The id of a command to workers: it is executed once at most under this id. */
export function newCommandId(): string {
  return randomText(20)
}

/** Who makes a claim: new for each, so that only a repeat of that very claim is the same. */
export function newClaimer(): string {
  return randomText(20)
}

/** The id of an API key: 62 bits; it is no secret. */
export function newApiKeyId(): string {
  return randomText(12)
}

/** The id of an endpoint of webhooks; it is no secret. */
export function newWebhookId(): string {
  return `wh_${randomText(16)}`
}

/** The id of a delivery that nothing but a person asked for. */
export function newDeliveryId(): string {
  return `whd_${randomText(22)}`
}

/** What happened, for a webhook: the same for every endpoint that hears of it. 132 bits of a digest. */
export function webhookEventId(partition: number, entry: string, workflow: string): string {
  return `evt_${shortDigest(`${partition} ${entry} ${workflow}`)}`
}

/** The delivery of an event to an endpoint: however often it is made, it is one. */
export function webhookDeliveryId(endpoint: string, event: string): string {
  return `whd_${shortDigest(`${endpoint} ${event}`)}`
}

const shortDigest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22)

/** The secret of an endpoint of webhooks: 192 bits. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(24).toString('base64url')}`
}
