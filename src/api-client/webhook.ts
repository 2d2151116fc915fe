/** What receives webhooks verifies them with this: who knows the secret has sent it, lately, and nobody has changed it. WebCrypto, so Node and browsers. */

/** A delivery that was verified: parse its body, and remember its id to do it once. */
export interface VerifiedWebhook {
  /** The same at every attempt: one that was seen before has been done already. */
  delivery: string
  /** When this attempt was made, Unix s. */
  sentAt: number
  /** `workflow.ended`, or `ping` for a test. */
  type: string
  /** The body as JSON. */
  event: unknown
}

/** A delivery that cannot be trusted: answer 400 and do nothing. */
export class WebhookVerificationError extends Error {
  constructor(readonly reason: 'header-missing' | 'too-old' | 'no-match' | 'body-invalid') {
    super(`the webhook is refused: ${reason}`)
    this.name = 'WebhookVerificationError'
  }
}

/** Headers of a request: `Headers` of fetch, or an object with lower-case names, as Node has them. */
export type ReceivedHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>

const TOLERANCE_S = 300
const HEX = /^[0-9a-f]{64}$/

/**
 * Verifies a delivery.
 * @param body as it came, before anything parses it: text, or its bytes
 * @param secrets of the endpoint, `whsec_…`; while a rotation is under way, both
 * @param toleranceS how old it may be, and how far ahead the sender's clock, s
 * @throws WebhookVerificationError
 */
export async function verifyWebhook(
  headers: ReceivedHeaders,
  body: string | Uint8Array,
  secrets: string | readonly string[],
  toleranceS = TOLERANCE_S,
): Promise<VerifiedWebhook> {
  const delivery = headerOf(headers, 'chordis-delivery')
  const { sentAt, signatures } = partsOf(headerOf(headers, 'chordis-signature'))
  if (Math.abs(Date.now() / 1_000 - sentAt) > toleranceS) throw new WebhookVerificationError('too-old')
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  const signed = new TextEncoder().encode(`${sentAt}.${delivery}.${text}`)
  if (!(await matches([secrets].flat(), signatures, signed))) throw new WebhookVerificationError('no-match')
  const event = parsed(text)
  return { delivery, sentAt, type: (event as { type?: string } | null)?.type ?? '', event }
}

/** `crypto.subtle.verify` compares in constant time. */
async function matches(
  secrets: readonly string[],
  signatures: readonly Uint8Array<ArrayBuffer>[],
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  for (const secret of secrets) {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), algorithm, false, ['verify'])
    for (const signature of signatures) if (await crypto.subtle.verify('HMAC', key, signature, signed)) return true
  }
  return false
}

function headerOf(headers: ReceivedHeaders, name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name]
  if (typeof value !== 'string' || value === '') throw new WebhookVerificationError('header-missing')
  return value
}

function partsOf(header: string): { sentAt: number; signatures: Uint8Array<ArrayBuffer>[] } {
  const parts = header.split(',').map((part) => part.split('=', 2) as [string, string?])
  const sentAt = Number(parts.find(([name]) => name === 't')?.[1])
  const signatures = parts.flatMap(([name, value = '']) => (name === 'v1' && HEX.test(value) ? [bytesOf(value)] : []))
  if (!Number.isSafeInteger(sentAt) || signatures.length === 0) throw new WebhookVerificationError('header-missing')
  return { sentAt, signatures }
}

const bytesOf = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: hex.length / 2 }, (_, k) => Number.parseInt(hex.slice(2 * k, 2 * k + 2), 16))

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new WebhookVerificationError('body-invalid')
  }
}
