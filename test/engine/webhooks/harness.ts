/** Loops of webhooks for one test, over a real Redis and a real receiver; what is sent travels by `fetch`. */
import { onTestFinished } from 'vitest'
import type { Client, WebhookFeederOptions, WebhookSenderOptions } from '../../../src/engine/index.js'
import { sendByFetch } from './send.js'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

/** Both loops, looking every 20 ms; stopped with the test. */
export function deliver(
  client: Client,
  { feeder = {}, sender = {} }: { feeder?: WebhookFeederOptions; sender?: Partial<WebhookSenderOptions> } = {},
) {
  const sending = client.webhooks.sender({ logger: SILENT, lookMs: 20, send: sendByFetch, ...sender })
  const feeding = client.webhooks.feeder({ logger: SILENT, lookMs: 20, ...feeder })
  feeding.start()
  sending.start()
  const stop = async () => {
    await feeding.stop()
    await sending.stop(1_000)
  }
  onTestFinished(stop)
  return { sender: sending, feeder: feeding, stop }
}
