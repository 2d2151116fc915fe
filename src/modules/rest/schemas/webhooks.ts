/** Answers about webhooks. */
import { END_STATES, type NewWebhook, type WebhookDelivery, type WebhookView } from '../../../engine/index.js'
import { choice, type FieldsOf, flag, instant, listOf, name, nullable, object, text, whole } from '../schema.js'
import { workflowId } from './common.js'

const NAME = { pattern: '^[A-Za-z0-9._-]{1,128}$' }
export const webhookId = text('Id of an endpoint', 'wh_7k2m9q4r8s1t5v3w', NAME)
export const deliveryId = text('Id of a delivery: the same at every attempt', 'whd_3k1N0bZyQeR5aVdX2mUq9w', NAME)

const fields: FieldsOf<WebhookView> = {
  id: webhookId,
  url: text('Where it is told', 'https://hooks.example.com/chordis'),
  tenant: text('Whose workflows; `*`: those of all tenants', 'acme'),
  label: text('For people', 'billing'),
  states: nullable(listOf(choice(END_STATES, 'How a workflow ended'), 'Null: all')),
  name: nullable(text('Only of workflows with this name', 'nightly-report'), true),
  tag: nullable(text('Only of workflows with this tag', 'billing'), true),
  enabled: flag('Whether it is told anything'),
  disabledReason: nullable(
    choice(['manual', 'failing', 'gone'], 'Why not. failing: too many deliveries in a row were given up; gone: it answered 410'),
    true,
  ),
  createdAt: instant('When it was made'),
  previousUntil: nullable(instant('Until when the secret before the last rotation signs, too'), true),
  deadInRow: whole('Deliveries in a row that were given up', 0),
  last: nullable(
    object<NonNullable<WebhookView['last']>>({
      at: instant('When'),
      outcome: choice(['delivered', 'failed', 'dead', 'gone'], 'failed: it is tried again; dead: it was the last attempt'),
      status: nullable(whole('Status of the answer; null: there was none', 200)),
    }),
  ),
}
export const webhook = name('Webhook', object<WebhookView>(fields))
export const newWebhook = name(
  'NewWebhook',
  object<NewWebhook>({ ...fields, secret: text('Signs what is delivered; shown this once', 'whsec_Vt1c0Zl0ZQyYJ2yZ6pWbq4m3rN8sKx7A') }),
)
export const webhookPage = name(
  'WebhookPage',
  object<{ webhooks: unknown; cursor: string | null }>({
    webhooks: listOf(webhook),
    cursor: nullable(text('Where the next part begins; null at the end', 'd2hfN2sybQ'), true),
  }),
)
export const delivery = name(
  'WebhookDelivery',
  object<WebhookDelivery>({
    id: deliveryId,
    webhook: webhookId,
    state: choice(['waiting', 'sending', 'dead'], 'Of a delivery. dead: it was given up'),
    event: text('Id of what happened; the same for all endpoints', 'evt_9bLQ0aXwTn4JmE7cYh2RkS'),
    workflow: nullable(workflowId),
    tenant: text('Of the workflow', 'acme'),
    createdAt: instant('When it was made'),
    attempts: whole('Attempts so far', 2),
    nextAttemptAt: nullable(instant('When it is tried next, at the latest; null: it was given up')),
    diedAt: nullable(instant('When it was given up'), true),
    lastStatus: nullable(whole('Status of the last answer; null: there was none', 503)),
    lastError: nullable(text('Why the last attempt failed: `status`, `timeout`, `unreachable`, `tls`, `address-refused`, …', 'status')),
  }),
)
export const deliveryPage = name(
  'WebhookDeliveryPage',
  object<{ deliveries: unknown; cursor: string | null }>({
    deliveries: listOf(delivery),
    cursor: nullable(text('Where the next part begins; null at the end', '0.100'), true),
  }),
)
export const testSent = name('WebhookTest', object<{ delivery: string }>({ delivery: deliveryId }))
