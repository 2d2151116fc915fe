/**
 * Webhooks: where the ends of workflows are told: `client.webhooks`. Endpoints are made and changed here; what takes up the log of events and sends are the
 * loops of src/engine/webhooks, in services that were told to (`webhooks` of `createService`).
 */
import { ChordisError, nullIf } from '../protocol/errors.js'
import { checkWhole, newDeliveryId, newWebhookId, newWebhookSecret } from '../protocol/ids.js'
import {
  changedWebhook,
  newStoredWebhook,
  type StoredWebhook,
  type WebhookChange,
  type WebhookDelivery,
  type WebhookOptions,
  type WebhookPayload,
  type WebhookView,
  webhookView,
} from '../protocol/webhooks.js'
import type { RedisConnection } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import {
  addDelivery,
  clearDeliveries,
  firstDue,
  listDeliveries,
  noteAttempt,
  type ReadWebhook,
  readWebhooks,
  sendAgain,
  writeWebhook,
} from '../redis/webhooks.js'
import { WebhookFeeder, type WebhookFeederOptions } from '../webhooks/feeder.js'
import { WebhookSender, type WebhookSenderOptions } from '../webhooks/sender.js'
import { explained, explainedRead } from './failures.js'
import type { WorkflowHandle } from './handle.js'

/** An endpoint with its secret, which is shown this once. */
export interface NewWebhook extends WebhookView {
  /** `whsec_…`: signs what is delivered. */
  secret: string
}

/** A part of the deliveries of an endpoint. */
export interface WebhookDeliveryPage {
  deliveries: WebhookDelivery[]
  /** Where the next part begins; null at the end. */
  cursor: string | null
}

/** How long the secret before signs, too, after a rotation, ms: 24 h; 30 days at most. */
const GRACE_MS = 86_400_000
const MAX_GRACE_MS = 30 * GRACE_MS
/** Endpoints of one tenant. Two that are made at the same time may be one more. */
const MOST_OF_TENANT = 50
/** Somebody else changed the endpoint between read and write: tries. */
const TRIES = 5
const MAX_LISTED = 500
const CURSOR = /^(\d{1,3})\.(\d{1,6})$/

/** Webhooks: `client.webhooks`. */
export class Webhooks {
  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
    private readonly handle: (id: string) => WorkflowHandle,
  ) {}

  /**
   * Makes an endpoint. It hears of workflows that end from now on.
   * @throws ChordisError `request-invalid`, `name-invalid`, `limit-exceeded` (50 of a tenant, 1,000 in all), `redis-full`, `redis-unavailable`;
   * `outcome-unknown`: it may be there, and nobody has its secret, so look for its URL and remove it
   */
  create(options: WebhookOptions): Promise<NewWebhook> {
    return explained(async () => {
      const secret = newWebhookSecret()
      const { now, webhooks } = await readWebhooks(this.connection, this.namespace)
      const stored = newStoredWebhook(options, secret, now)
      if (webhooks.filter(({ webhook }) => webhook.tenant === stored.tenant).length >= MOST_OF_TENANT)
        throw new ChordisError('limit-exceeded', `a tenant may have ${MOST_OF_TENANT} endpoints of webhooks at most`)
      const id = newWebhookId()
      if (!(await writeWebhook(this.connection, this.namespace, { id, seen: '' }, stored))) throw contended(id)
      return { ...webhookView(id, stored, ''), secret }
    })
  }

  /** All endpoints, or those of a tenant (`*`: those that hear of all), the oldest first; without their secrets. @throws ChordisError `redis-unavailable` */
  list({ tenant }: { tenant?: string } = {}): Promise<WebhookView[]> {
    return explainedRead(async () => {
      const { webhooks } = await readWebhooks(this.connection, this.namespace)
      const wanted = webhooks.filter(({ webhook }) => webhook.removing !== true && (tenant === undefined || webhook.tenant === tenant))
      return wanted.map(viewOf).sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
    })
  }

  /** One endpoint, without its secret. @throws ChordisError `not-found`, `redis-unavailable` */
  get(id: string): Promise<WebhookView> {
    return explainedRead(async () => viewOf((await this.read(id)).found))
  }

  /**
   * Changes what is given of an endpoint. `enabled: true` also enables what was disabled because its deliveries failed.
   * @throws ChordisError `not-found`, `request-invalid`, `name-invalid`, `redis-unavailable`, `outcome-unknown`: change it again
   */
  update(id: string, change: WebhookChange): Promise<WebhookView> {
    return explained(() => {
      const to = (stored: StoredWebhook, now: number, heard: boolean) => changedWebhook(stored, change, now, heard)
      return this.change(id, to, change.enabled === true)
    })
  }

  /**
   * Removes an endpoint and its deliveries; one that is being sent is not called back.
   * @returns false: there was none
   * @throws ChordisError `redis-unavailable`, `outcome-unknown`: it is told nothing more, and a service or the next `delete` removes the rest
   */
  delete(id: string): Promise<boolean> {
    return explained(async () => {
      const known = await this.change(id, (stored) => ({ ...stored, removing: true })).catch(nullIf('not-found'))
      if (known !== null) await this.remove(id)
      return known !== null
    })
  }

  /**
   * Gives an endpoint another secret. What is sent within the grace time is signed with both, so that the receiver can change over.
   * @param options `graceMs`: 0 to 30 days, default 24 h. Of two rotations only the last secret before has a grace
   * @throws ChordisError `not-found`, `request-invalid`, `redis-unavailable`, `outcome-unknown`: rotate again
   */
  rotateSecret(id: string, { graceMs = GRACE_MS }: { graceMs?: number } = {}): Promise<NewWebhook> {
    return explained(async () => {
      checkWhole(graceMs, 0, MAX_GRACE_MS, 'graceMs')
      const secret = newWebhookSecret()
      const view = await this.change(id, ({ previous: _, secret: before, ...rest }, now) => ({
        ...rest,
        secret,
        ...(graceMs === 0 ? {} : { previous: { secret: before, until: now + graceMs } }),
      }))
      return { ...view, secret }
    })
  }

  /**
   * Sends an endpoint an event of type `ping`, as any delivery is sent.
   * @returns id of the delivery
   * @throws ChordisError `not-found`, `limit-exceeded`, `redis-unavailable`, `outcome-unknown`
   */
  ping(id: string): Promise<string> {
    return explained(async () => {
      const { now, found } = await this.read(id)
      const delivery = newDeliveryId()
      const event = delivery.replace('whd_', 'evt_')
      const payload: WebhookPayload = { id: event, type: 'ping', at: now, webhook: id }
      const { tenant } = found.webhook
      const one = { id: delivery, webhook: id, event, workflow: '', tenant, body: JSON.stringify(payload) }
      await addDelivery(this.connection, this.namespace, this.namespace.partitionOf(delivery), one)
      return delivery
    })
  }

  /**
   * Deliveries of an endpoint, part by part: those that wait, or, `dead`, those that were given up in the last 30 days (1,000 of each partition). The next
   * to be tried first, or the first that was given up. Who pages while they come and go may miss some or see them twice.
   * @param options `limit`: 1 to 500, default 100; `cursor`: what the part before answered
   * @throws ChordisError `not-found`, `request-invalid`, `redis-unavailable`
   */
  deliveries(
    id: string,
    { dead = false, limit = 100, cursor }: { dead?: boolean; limit?: number; cursor?: string } = {},
  ): Promise<WebhookDeliveryPage> {
    return explainedRead(async () => {
      checkWhole(limit, 1, MAX_LISTED, 'limit')
      let { partition, offset } = placeOf(cursor, this.namespace.partitions)
      await this.read(id)
      const deliveries: WebhookDelivery[] = []
      for (; partition < this.namespace.partitions; partition++, offset = 0) {
        const page = { webhook: id, list: dead ? 'dead' : 'due', offset, count: limit - deliveries.length } as const
        const found = await listDeliveries(this.connection, this.namespace, partition, page)
        deliveries.push(...found)
        if (deliveries.length === limit) return { deliveries, cursor: `${partition}.${offset + found.length}` }
      }
      return { deliveries, cursor: null }
    })
  }

  /**
   * Sends a delivery again, now, under its id: one that was given up begins with its first attempt.
   * @throws ChordisError `not-found` (delivered, or gone), `redis-unavailable`, `outcome-unknown`: ask again
   */
  redeliver(id: string, delivery: string): Promise<void> {
    return explained(async () => {
      const { found } = await this.read(id)
      const again = (partition: number) => sendAgain(this.connection, this.namespace, partition, { webhook: found.id, id: delivery })
      if (!(await this.namespace.each(again)).includes(true))
        throw new ChordisError('not-found', `no delivery ${delivery} waits or was given up for this endpoint`)
    })
  }

  /** When the first delivery of all is due, or should have been, Unix ms by Redis's clock; null: none waits. @throws ChordisError `redis-unavailable` */
  firstDue(): Promise<number | null> {
    return explainedRead(async () => {
      const firsts = await this.namespace.each((partition) => firstDue(this.connection, this.namespace, partition))
      return firsts.reduce((least, one) => (one === null || (least !== null && least < one) ? least : one), null)
    })
  }

  /** What makes deliveries of what happens; start it in one process at least. */
  feeder(options: WebhookFeederOptions): WebhookFeeder {
    const { connection, namespace } = this
    const remove = (id: string) => this.remove(id)
    const status = (id: string) => this.handle(id).status()
    return new WebhookFeeder({ connection, namespace, status, remove }, options)
  }

  /** What sends deliveries; start it in one process at least. */
  sender(options: WebhookSenderOptions): WebhookSender {
    const { connection, namespace } = this
    const note: WebhookSender['note'] = (one) => noteAttempt(connection, namespace, one)
    return new WebhookSender(connection, namespace, options, note)
  }

  /** Who ends between these steps leaves an endpoint that is being removed; the feeder of a service goes on with it. */
  private async remove(id: string): Promise<void> {
    await this.namespace.each((partition) => clearDeliveries(this.connection, this.namespace, partition, id))
    for (let tries = 0; tries < TRIES; tries++) {
      const { webhooks } = await readWebhooks(this.connection, this.namespace, id)
      const [found] = webhooks
      if (found === undefined || (await writeWebhook(this.connection, this.namespace, found, null))) return
    }
    throw contended(id)
  }

  private async read(id: string): Promise<{ now: number; found: ReadWebhook }> {
    const { now, webhooks } = await readWebhooks(this.connection, this.namespace, id)
    const [found] = webhooks
    if (id === '' || found === undefined || found.webhook.removing === true) throw unknownWebhook(id)
    return { now, found }
  }

  private async change(
    id: string,
    to: (webhook: StoredWebhook, now: number, heard: boolean) => StoredWebhook,
    fresh = false,
  ): Promise<WebhookView> {
    for (let tries = 0; tries < TRIES; tries++) {
      const { now, found } = await this.read(id)
      const webhook = to(found.webhook, now, viewOf(found).enabled)
      if (await writeWebhook(this.connection, this.namespace, found, webhook, fresh))
        return webhookView(id, webhook, fresh ? '' : found.state)
    }
    throw contended(id)
  }
}

const viewOf = ({ id, webhook, state }: ReadWebhook): WebhookView => webhookView(id, webhook, state)

function placeOf(cursor: string | undefined, partitions: number): { partition: number; offset: number } {
  if (cursor === undefined) return { partition: 0, offset: 0 }
  const [, partition, offset] = CURSOR.exec(cursor) ?? []
  if (offset === undefined || Number(partition) >= partitions)
    throw new ChordisError('request-invalid', 'must be the cursor of an answer', { path: 'cursor' })
  return { partition: Number(partition), offset: Number(offset) }
}

const unknownWebhook = (id: string): ChordisError => new ChordisError('not-found', `there is no endpoint of webhooks ${id}`)

const contended = (id: string): ChordisError =>
  new ChordisError('outcome-unknown', `the endpoint ${id} is changed by others faster than it can be read; try again`)
