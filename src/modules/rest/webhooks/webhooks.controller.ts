/** `/v1/webhooks`: where the ends of workflows are told. */
import { Delete, Get, Inject, Patch, Post } from '@nestjs/common'
import type { NewWebhook, WebhookDeliveryPage, WebhookView } from '../../../engine/index.js'
import { Asking } from '../../access/asking.js'
import type { Principal } from '../../access/principal.js'
import { WebhookOperations, type WebhookPage } from '../../operations/webhooks.operations.js'
import { Operation, RestController } from '../operation.js'
import { Asked, At, Sent } from '../parameters.js'
import * as schemas from '../schemas/webhooks.js'
import { PageDto } from '../workflows/workflows.dto.js'
import { ListDeliveriesDto, RotateSecretDto, WebhookChangeDto, WebhookDto } from './webhooks.dto.js'

const OFF = '409 `not-enabled` where the service has no webhooks.'

@RestController('webhooks', 'webhooks')
export class WebhooksController {
  constructor(@Inject(WebhookOperations) private readonly webhooks: WebhookOperations) {}

  @Get()
  @Operation('listWebhooks', { summary: 'Endpoints, by id', description: OFF, answer: schemas.webhookPage })
  list(@Asking() by: Principal, @Asked(PageDto) query: object): Promise<WebhookPage> {
    return this.webhooks.list(by, query)
  }

  @Post()
  @Operation('createWebhook', { summary: 'Tell the ends of workflows to a URL', description: OFF, status: 201, answer: schemas.newWebhook })
  create(
    @Asking() by: Principal,
    @Sent(WebhookDto, { examples: { failures: { url: 'https://hooks.example.com/chordis', states: ['FAILURE'] } } }) body: WebhookDto,
  ): Promise<NewWebhook> {
    return this.webhooks.create(by, { ...body })
  }

  @Get(':id')
  @Operation('getWebhook', { summary: 'One, without its secret', answer: schemas.webhook })
  get(@Asking() by: Principal, @At('id', schemas.webhookId) id: string): Promise<WebhookView> {
    return this.webhooks.get(by, id)
  }

  @Patch(':id')
  @Operation('updateWebhook', { summary: 'Change what is sent of it', answer: schemas.webhook })
  update(
    @Asking() by: Principal,
    @At('id', schemas.webhookId) id: string,
    @Sent(WebhookChangeDto, { examples: { 'enable it again': { enabled: true } } }) change: WebhookChangeDto,
  ): Promise<WebhookView> {
    return this.webhooks.update(by, id, { ...change })
  }

  @Delete(':id')
  @Operation('deleteWebhook', { summary: 'Remove it with its deliveries', status: 204 })
  delete(@Asking() by: Principal, @At('id', schemas.webhookId) id: string): Promise<void> {
    return this.webhooks.delete(by, id)
  }

  @Post(':id/rotate-secret')
  @Operation('rotateWebhookSecret', { summary: 'Give it another secret; for a while both sign', answer: schemas.newWebhook })
  rotateSecret(
    @Asking() by: Principal,
    @At('id', schemas.webhookId) id: string,
    @Sent(RotateSecretDto, { examples: { 'an hour for both': { graceMs: 3_600_000 } } }) options: RotateSecretDto,
  ): Promise<NewWebhook> {
    return this.webhooks.rotateSecret(by, id, { ...options })
  }

  @Post(':id/test')
  @Operation('testWebhook', { summary: 'Send it a ping, as any delivery is sent', status: 202, answer: schemas.testSent })
  test(@Asking() by: Principal, @At('id', schemas.webhookId) id: string): Promise<{ delivery: string }> {
    return this.webhooks.test(by, id)
  }

  @Get(':id/deliveries')
  @Operation('listWebhookDeliveries', { summary: 'What waits for its next attempt, or was given up', answer: schemas.deliveryPage })
  deliveries(
    @Asking() by: Principal,
    @At('id', schemas.webhookId) id: string,
    @Asked(ListDeliveriesDto) query: object,
  ): Promise<WebhookDeliveryPage> {
    return this.webhooks.deliveries(by, id, query)
  }

  @Post(':id/deliveries/:delivery/redeliver')
  @Operation('redeliverWebhook', { summary: 'Send a delivery again, now, under its id', status: 204 })
  redeliver(
    @Asking() by: Principal,
    @At('id', schemas.webhookId) id: string,
    @At('delivery', schemas.deliveryId) delivery: string,
  ): Promise<void> {
    return this.webhooks.redeliver(by, id, delivery)
  }
}
