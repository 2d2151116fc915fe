/**
 * The endpoints as a loop of this process knows them. What is a second old serves to see whether there is anything to do; what is decided for good (that an
 * end is of no interest, that a delivery has no endpoint) is decided by what was read behind it: an endpoint may have been made a moment before.
 */
import type { RedisConnection } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { type ReadWebhook, readWebhooks } from '../redis/webhooks.js'

/** So long what was read serves, ms. */
const FRESH_MS = 1_000

/** Endpoints of a namespace, and how far Redis's clock is from this process's. */
export class KnownEndpoints {
  private readAt = Number.NEGATIVE_INFINITY
  private known: ReadonlyMap<string, ReadWebhook> = new Map()
  private reading: Promise<void> | undefined
  private aheadMs = 0

  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
  ) {}

  /** All of them by id, as they were within the last second. */
  async all(): Promise<ReadonlyMap<string, ReadWebhook>> {
    if (performance.now() - this.readAt > FRESH_MS) {
      this.reading ??= this.read().finally(() => {
        this.reading = undefined
      })
      await this.reading
    }
    return this.known
  }

  /** All of them by id, as they are. */
  async fresh(): Promise<ReadonlyMap<string, ReadWebhook>> {
    await this.read()
    return this.known
  }

  /** Redis's clock, Unix ms, as the last answer and the time since tell. */
  now(): number {
    return performance.now() + this.aheadMs
  }

  private async read(): Promise<void> {
    const asked = performance.now()
    const { now, webhooks } = await readWebhooks(this.connection, this.namespace)
    this.known = new Map(webhooks.map((one) => [one.id, one]))
    this.aheadMs = now - performance.now()
    this.readAt = asked
  }
}
