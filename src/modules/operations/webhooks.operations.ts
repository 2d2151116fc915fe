/** What can be done with endpoints of webhooks: those of the credential's tenant, or, of one of all tenants, all of them. */
import { Inject, Injectable, Optional } from '@nestjs/common'
import {
  ChordisError,
  Client,
  type NewWebhook,
  type WebhookChange,
  type WebhookDeliveryPage,
  type WebhookOptions,
  type WebhookView,
} from '../../engine/index.js'
import { AuditTrail } from '../access/audit.js'
import { ALL_TENANTS, type Principal } from '../access/principal.js'
import { WebhookRunner } from '../webhooks/webhooks.runner.js'
import { type PageOptions, pageOf } from './paging.js'

/** An endpoint without the tenant, which the credential decides: one of all tenants makes endpoints that hear of all. */
export type OwnWebhook = Omit<WebhookOptions, 'tenant'>

/** A part of the list. */
export interface WebhookPage {
  webhooks: WebhookView[]
  /** Where the next part begins; null at the end. */
  cursor: string | null
}

/** What can be done with endpoints of webhooks. Where the service has none, everything is refused with `not-enabled`. */
@Injectable()
export class WebhookOperations {
  constructor(
    @Inject(Client) private readonly client: Client,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Optional() @Inject(WebhookRunner) private readonly runner?: Pick<WebhookRunner, 'hosts'>,
  ) {}

  async list(principal: Principal, options: PageOptions = {}): Promise<WebhookPage> {
    principal.demand('webhooks:read')
    this.demandOn()
    const all = await this.client.webhooks.list(principal.tenant === undefined ? {} : { tenant: principal.tenant })
    const { part, cursor } = pageOf(all, ({ id }) => id, options)
    return { webhooks: part, cursor }
  }

  async get(principal: Principal, id: string): Promise<WebhookView> {
    principal.demand('webhooks:read')
    return this.own(principal, id)
  }

  /** Makes one; its secret is shown this once. */
  async create(principal: Principal, options: OwnWebhook): Promise<NewWebhook> {
    const detail = { ...options, url: shownUrl(options.url) }
    return this.operate(principal, 'webhook.create', '', detail, (hosts) => {
      hosts.check(options.url)
      return this.client.webhooks.create({ ...options, tenant: principal.tenant ?? ALL_TENANTS })
    })
  }

  /** Changes what is given; `enabled: true` enables what was disabled because its deliveries failed. */
  async update(principal: Principal, id: string, change: WebhookChange): Promise<WebhookView> {
    const detail = { ...change, ...(change.url === undefined ? {} : { url: shownUrl(change.url) }) }
    return this.operate(principal, 'webhook.update', id, detail, async (hosts) => {
      await this.own(principal, id)
      if (change.url !== undefined) hosts.check(change.url)
      return this.client.webhooks.update(id, change)
    })
  }

  /** Removes it with its deliveries. */
  async delete(principal: Principal, id: string): Promise<void> {
    return this.operate(principal, 'webhook.delete', id, {}, async () => {
      await this.own(principal, id)
      await this.client.webhooks.delete(id)
    })
  }

  /** Gives it another secret; the one before signs, too, for `graceMs`. */
  async rotateSecret(principal: Principal, id: string, options: { graceMs?: number } = {}): Promise<NewWebhook> {
    return this.operate(principal, 'webhook.rotate-secret', id, options, async () => {
      await this.own(principal, id)
      return this.client.webhooks.rotateSecret(id, options)
    })
  }

  /** Sends it a ping. */
  async test(principal: Principal, id: string): Promise<{ delivery: string }> {
    return this.operate(principal, 'webhook.test', id, {}, async () => {
      await this.own(principal, id)
      return { delivery: await this.client.webhooks.ping(id) }
    })
  }

  /** What waits for its next attempt, or, `dead`, was given up. */
  async deliveries(
    principal: Principal,
    id: string,
    options: { dead?: boolean; limit?: number; cursor?: string } = {},
  ): Promise<WebhookDeliveryPage> {
    principal.demand('webhooks:read')
    await this.own(principal, id)
    return this.client.webhooks.deliveries(id, options)
  }

  /** Sends a delivery again, now, under its id. */
  async redeliver(principal: Principal, id: string, delivery: string): Promise<void> {
    return this.operate(principal, 'webhook.redeliver', id, { delivery }, async () => {
      await this.own(principal, id)
      await this.client.webhooks.redeliver(id, delivery)
    })
  }

  private async own(principal: Principal, id: string): Promise<WebhookView> {
    this.demandOn()
    const webhook = await this.client.webhooks.get(id)
    if (principal.tenant !== undefined && webhook.tenant !== principal.tenant)
      throw new ChordisError('not-found', `there is no endpoint of webhooks ${id}`)
    return webhook
  }

  private async operate<T>(
    principal: Principal,
    action: string,
    id: string,
    detail: object,
    work: (hosts: WebhookRunner['hosts']) => Promise<T>,
  ): Promise<T> {
    const operation = async () => {
      principal.demand('webhooks:write')
      return work(this.demandOn())
    }
    return this.audit.follow(principal, action, id, operation, { ...detail })
  }

  private demandOn(): WebhookRunner['hosts'] {
    if (this.runner === undefined)
      throw new ChordisError('not-enabled', 'this service has no webhooks: they are off unless it is told to have them')
    return this.runner.hosts
  }
}

/** Some put a token into the path or the query of the URL that they give away. */
const shownUrl = (url: string): string => (URL.canParse(url) ? new URL(url).origin : '')
