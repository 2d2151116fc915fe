/** Sends over the network of this machine, which the transport of the service refuses. */
import type { WebhookAnswer, WebhookRequest } from '../../../src/engine/index.js'

export async function sendByFetch({ url, headers, body, signal }: WebhookRequest): Promise<WebhookAnswer> {
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' })
    await answer.arrayBuffer()
    return { status: answer.status }
  } catch (cause) {
    return { fault: 'unreachable', cause }
  }
}
