/** What the webhooks of a service are told. */
import type { WebhookSenderOptions } from '../../engine/index.js'
import type { WebhookTransportOptions } from './transport.js'

/** Webhooks of a service: where it may tell, and how it sends. */
export interface WebhooksOptions
  extends WebhookTransportOptions,
    Pick<WebhookSenderOptions, 'concurrency' | 'perEndpoint' | 'lookMs' | 'retryWaitsMs' | 'disableAfter' | 'leaseMs'> {
  /** Whether this process makes deliveries and sends them. False: endpoints can be managed here, and another process sends. Default true. */
  send?: boolean
  /** How long deliveries under way may take when the process ends; then they are given back, ms. Default 5,000. */
  drainMs?: number
}

/** Token of the module's options. */
export const WEBHOOKS_OPTIONS = Symbol('chordis.webhooks-options')

export const DEFAULT_DRAIN_MS = 5_000
