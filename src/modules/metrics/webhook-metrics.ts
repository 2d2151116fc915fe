/** What the loops of webhooks in this process do, and how long deliveries wait. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Client, DeliveryOutcome } from '../../engine/index.js'
import type { WebhookListener } from '../webhooks/webhooks.runner.js'

const MS_PER_S = 1_000
const OUTCOMES: readonly DeliveryOutcome[] = ['delivered', 'failed', 'dead', 'gone', 'dropped', 'returned']

export class WebhookMetrics {
  /** To be told what the loops do. */
  readonly listener: WebhookListener

  constructor(registry: Registry, prefix: string, client: Client) {
    const registers = [registry]
    const sent = new Counter({
      name: `${prefix}webhook_deliveries_total`,
      help: 'Deliveries that were taken up: delivered, failed (tried again), dead (given up), gone (410), dropped (nobody to tell), returned (this process ended)',
      labelNames: ['outcome'],
      registers,
    })
    for (const outcome of OUTCOMES) sent.inc({ outcome }, 0)
    const duration = new Histogram({
      name: `${prefix}webhook_attempt_seconds`,
      help: 'How long an attempt to deliver took',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    })
    const lost = new Counter({
      name: `${prefix}webhook_lost_total`,
      help: 'What was not made a delivery: left out because too many wait for an endpoint (full), or the log had lost entries (gaps: how often)',
      labelNames: ['reason'],
      registers,
    })
    for (const reason of ['full', 'gaps']) lost.inc({ reason }, 0)
    this.listener = {
      sent: ({ outcome, durationMs }) => {
        sent.inc({ outcome })
        duration.observe(durationMs / MS_PER_S)
      },
      fed: ({ dropped, gaps }) => {
        lost.inc({ reason: 'full' }, dropped)
        lost.inc({ reason: 'gaps' }, gaps)
      },
    }
    oldest(prefix, registers, client)
  }
}

/** While Redis is away there is no value. */
function oldest(prefix: string, registers: Registry[], client: Client): void {
  new Gauge({
    name: `${prefix}webhook_overdue_seconds`,
    help: 'Since the delivery that has waited longest for its attempt was due; 0: none is due',
    registers,
    async collect() {
      this.reset()
      const [due, now] = await Promise.all([client.webhooks.firstDue(), client.claims.time()]).catch(() => [undefined, 0] as const)
      if (due !== undefined) this.set(due === null ? 0 : Math.max(0, now - due) / MS_PER_S)
    },
  })
}
