/** The loops of webhooks in a process: what makes deliveries of what happens, and what sends them. */
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common'
import { Client, type DeliveryOutcome, type Logger, type WebhookFeeder, type WebhookSender } from '../../engine/index.js'
import { CHORDIS_LOGGER } from '../chordis.options.js'
import { isForTasksOnly } from '../worker/tasks-of.js'
import type { HostPolicy } from './addresses.js'
import { WebhookTransport } from './transport.js'
import { DEFAULT_DRAIN_MS, WEBHOOKS_OPTIONS, type WebhooksOptions } from './webhooks.options.js'

/** Hears what the loops of this process do. */
export interface WebhookListener {
  /** What came of a delivery that was taken up. */
  sent?: (sent: { outcome: DeliveryOutcome; durationMs: number }) => void
  /** What a part of the log of events came to: deliveries made, left out, and how often the log had lost something. */
  fed?: (fed: { added: number; dropped: number; gaps: number }) => void
}

/** Makes and sends deliveries while the application runs. */
@Injectable()
export class WebhookRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly listeners: WebhookListener[] = []
  private readonly transport: WebhookTransport
  private feeder: WebhookFeeder | undefined
  private sender: WebhookSender | undefined

  /** @throws ChordisError `request-invalid` for options that cannot be */
  constructor(
    @Inject(WEBHOOKS_OPTIONS) private readonly options: WebhooksOptions,
    @Inject(Client) readonly client: Client,
    @Inject(CHORDIS_LOGGER) private readonly logger: Logger,
  ) {
    this.transport = new WebhookTransport(options)
  }

  /** Which URLs may be told. */
  get hosts(): HostPolicy {
    return this.transport.hosts
  }

  /** Starts the loops, unless another process sends. */
  onApplicationBootstrap(): void {
    // In a test that runs its workflows inline there is no Redis.
    if (isForTasksOnly() || this.options.send === false || !(this.client instanceof Client)) return
    const { send: _, drainMs: __, ...options } = this.options
    const sender = this.client.webhooks.sender({
      ...options,
      logger: this.logger,
      send: (request) => this.transport.send(request),
      onSent: (sent) => {
        for (const { sent: hear } of this.listeners) hear?.(sent)
      },
    })
    this.sender = sender
    this.feeder = this.client.webhooks.feeder({
      logger: this.logger,
      ...(options.lookMs === undefined ? {} : { lookMs: options.lookMs }),
      onFed: (fed) => {
        if (fed.added > 0) sender.wake()
        for (const { fed: hear } of this.listeners) hear?.(fed)
      },
    })
    this.feeder.start()
    sender.start()
  }

  /** Nothing new is taken; what is under way ends or is given back. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.feeder?.stop(), this.sender?.stop(this.options.drainMs ?? DEFAULT_DRAIN_MS)])
    await this.transport.close()
  }
}
