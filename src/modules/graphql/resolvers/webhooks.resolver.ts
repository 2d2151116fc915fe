/** Webhooks: where the ends of workflows are told. */
import { Inject } from '@nestjs/common'
import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql'
import { type NewWebhook, given as present, type WebhookChange, type WebhookDeliveryPage, type WebhookView } from '../../../engine/index.js'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { type OwnWebhook, WebhookOperations } from '../../operations/webhooks.operations.js'
import { given, type Maybe } from '../given.js'
import { located, pagePath } from '../located.js'
import { AFTER, type Connection, connection, FIRST, pageOf } from '../types/page.js'
import { MsScalar } from '../types/scalars.js'
import {
  Webhook,
  WebhookChangeInput,
  WebhookConnection,
  WebhookDeliveries,
  WebhookDone,
  WebhookInput,
  WebhookSecret,
} from '../types/webhooks.js'

const WEBHOOK_ID = { type: () => ID } as const

@Resolver(() => Webhook)
export class WebhookResolver {
  constructor(@Inject(WebhookOperations) private readonly operations: WebhookOperations) {}

  @Query(() => WebhookConnection, { complexity: 2, description: 'Endpoints, by id. not-enabled where the service has no webhooks.' })
  async webhooks(
    @Asking() principal: Principal,
    @Args(FIRST) first: number,
    @Args(AFTER) after: Maybe<string>,
  ): Promise<Connection<WebhookView>> {
    const page = await located(pagePath, () => this.operations.list(principal, pageOf({ first, after })))
    return connection(page.webhooks, page.cursor, { first, after }, ({ id }) => Buffer.from(id).toString('base64url'))
  }

  @Query(() => Webhook, { nullable: true, complexity: 2, description: 'One; an error of code not-found when there is none.' })
  webhook(@Asking() principal: Principal, @Args('id', WEBHOOK_ID) id: string): Promise<WebhookView> {
    return this.operations.get(principal, id)
  }

  @Query(() => WebhookDeliveries, { complexity: 10, description: 'What waits for its next attempt, or, dead, was given up.' })
  async webhookDeliveries(
    @Asking() principal: Principal,
    @Args('id', WEBHOOK_ID) id: string,
    @Args('dead', { type: () => Boolean, nullable: true }) dead: Maybe<boolean>,
    @Args(FIRST) first: number,
    @Args(AFTER) after: Maybe<string>,
  ): Promise<WebhookDeliveryPage> {
    const options = { ...given({ dead }), ...pageOf({ first, after }) }
    return located(pagePath, () => this.operations.deliveries(principal, id, options))
  }

  @Mutation(() => WebhookSecret, { complexity: 10, description: 'Tells the ends of workflows to a URL.' })
  async createWebhook(
    @Asking() principal: Principal,
    @Args('input', { type: () => WebhookInput }) input: Readonly<WebhookInput>,
  ): Promise<WebhookSecret> {
    return shown(await located(inInput, () => this.operations.create(principal, given({ ...input }) as OwnWebhook)))
  }

  @Mutation(() => Webhook, { complexity: 10, description: 'Changes what is given of an endpoint.' })
  updateWebhook(
    @Asking() principal: Principal,
    @Args('id', WEBHOOK_ID) id: string,
    @Args('input', { type: () => WebhookChangeInput }) input: Readonly<WebhookChangeInput>,
  ): Promise<WebhookView> {
    return located(inInput, () => this.operations.update(principal, id, changeOf(input)))
  }

  @Mutation(() => WebhookDone, { complexity: 10, description: 'Removes it with its deliveries.' })
  async deleteWebhook(@Asking() principal: Principal, @Args('id', WEBHOOK_ID) id: string): Promise<WebhookDone> {
    await this.operations.delete(principal, id)
    return { id, delivery: null }
  }

  @Mutation(() => WebhookSecret, { complexity: 10, description: 'Gives it another secret; for graceMs both sign.' })
  async rotateWebhookSecret(
    @Asking() principal: Principal,
    @Args('id', WEBHOOK_ID) id: string,
    @Args('graceMs', { type: () => MsScalar, nullable: true, description: 'Default: 24 h.' }) graceMs: Maybe<number>,
  ): Promise<WebhookSecret> {
    return shown(await this.operations.rotateSecret(principal, id, given({ graceMs })))
  }

  @Mutation(() => WebhookDone, { complexity: 10, description: 'Sends it a ping.' })
  async testWebhook(@Asking() principal: Principal, @Args('id', WEBHOOK_ID) id: string): Promise<WebhookDone> {
    return { id, ...(await this.operations.test(principal, id)) }
  }

  @Mutation(() => WebhookDone, { complexity: 10, description: 'Sends a delivery again, now, under its id.' })
  async redeliverWebhook(
    @Asking() principal: Principal,
    @Args('id', WEBHOOK_ID) id: string,
    @Args('delivery', { type: () => ID }) delivery: string,
  ): Promise<WebhookDone> {
    await this.operations.redeliver(principal, id, delivery)
    return { id, delivery }
  }
}

const shown = ({ secret, ...webhook }: NewWebhook): WebhookSecret => ({ webhook, secret })

const inInput = (path: string): string => `input.${path}`

/** null means something here: a condition is taken away. Of the others it means nothing. */
function changeOf({ states, name, tag, ...others }: Readonly<WebhookChangeInput>): WebhookChange {
  return { ...given({ ...others }), ...present({ states, name, tag }) } as WebhookChange
}
