/** Signatures of what webhooks deliver. Who receives verifies them with `verifyWebhook` of `chordis/client`. */
import { createHmac } from 'node:crypto'

/** The header that carries the time and the signatures. */
export const SIGNATURE_HEADER = 'chordis-signature'

/**
 * `t=<Unix s>,v1=<hex>[,v1=<hex>]`: HMAC-SHA256 of `<t>.<delivery id>.<body>` under each secret that is good. The time is that of the attempt, so that a
 * receiver can refuse what somebody recorded and sends again later; the id stands in it, so that it cannot be changed to get past the receiver's memory.
 */
export function signatureOf(secrets: readonly string[], seconds: number, id: string, body: string): string {
  const signed = `${seconds}.${id}.${body}`
  const hex = secrets.map((secret) => `v1=${createHmac('sha256', secret).update(signed).digest('hex')}`)
  return [`t=${seconds}`, ...hex].join(',')
}
