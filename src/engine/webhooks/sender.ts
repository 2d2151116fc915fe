/**
 * Sends deliveries that are due. Any number of processes may do it: a delivery is leased to who sends it, for longer than an attempt may take, and is taken
 * again by anybody when that is over. So each is delivered once at least, and twice where a process ends, or Redis is away, between the receiver's answer and
 * its record: its id, which is the same every time, tells the receiver.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { checkWhole, newClaimer } from '../protocol/ids.js'
import { type AttemptOutcome, signingSecrets, webhookView } from '../protocol/webhooks.js'
import { explain, type RedisConnection } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { type ReadWebhook, type Settlement, settleDelivery, type TakenDelivery, takeDeliveries } from '../redis/webhooks.js'
import { VERSION } from '../version.js'
import { DEFAULT_LOGGER, type Logger } from '../worker/logger.js'
import { RETRY_WAITS_MS, retryWait } from './backoff.js'
import { KnownEndpoints } from './endpoints.js'
import { SIGNATURE_HEADER, signatureOf } from './signature.js'

/** What is to be sent. */
export interface WebhookRequest {
  url: string
  headers: Readonly<Record<string, string>>
  body: string
  /** Ends the attempt. */
  signal: AbortSignal
}

/** Why no status came: shown to the endpoint's owner, so it tells nothing of what is inside a network. */
export type SendFault = 'address-refused' | 'unresolved' | 'unreachable' | 'tls' | 'timeout' | 'broken'

/** What came of a request: a status, or why there is none. */
export type WebhookAnswer = { status: number; retryAfterMs?: number } | { fault: SendFault; cause?: unknown }

/** What came of a delivery that was taken: `delivered`, `failed` (it is tried again), `dead`, `gone` (410), `dropped` (its endpoint was removed), `returned` (this process ends). */
export type DeliveryOutcome = AttemptOutcome | 'dropped' | 'returned'

/** How deliveries are sent. */
export interface WebhookSenderOptions {
  /** Sends one. It must answer within 20 s, and throw nothing. */
  send: (request: WebhookRequest) => Promise<WebhookAnswer>
  logger?: Logger
  /** Attempts at the same time, 1 to 100. Default 32. */
  concurrency?: number
  /** Of these to one endpoint. Default 4: one that answers nobody delays no other. */
  perEndpoint?: number
  /** How often it looks when nothing is due, ms, 10 to 10,000. Default 1,000. */
  lookMs?: number
  /** Waits between attempts, ms. Default: eight attempts over 23 h. */
  retryWaitsMs?: readonly number[]
  /** Deliveries in a row that are given up until their endpoint is disabled, 1 to 1,000. Default 20: each had a day. */
  disableAfter?: number
  /** From 0 to 1, for the jitter. Default `Math.random`. */
  random?: () => number
  /** How long a delivery that was taken is this process's, ms, 1,000 to 600,000. Default 30,000; longer than `send` may take. */
  leaseMs?: number
  /** Hears what came of every delivery that was taken. */
  onSent?: (sent: { outcome: DeliveryOutcome; durationMs: number }) => void
}

/** Notes how an attempt to an endpoint went. */
type Note = (note: {
  id: string
  outcome: AttemptOutcome
  status: number | null
  most: number
}) => Promise<{ deadInRow: number; disabled: boolean }>

/** What came of an attempt, and what is to be written. */
interface Verdict {
  outcome: DeliveryOutcome
  status: number | null
  settlement: Settlement
}

/** Before the next look when Redis is away, ms. */
const AGAIN_MS = 500

/** Sends deliveries that are due, while it runs. */
export class WebhookSender {
  private readonly ending = new AbortController()
  /** Ends attempts that are under way. */
  private readonly cutting = new AbortController()
  private readonly logger: Logger
  private readonly settings: Required<Omit<WebhookSenderOptions, 'logger' | 'onSent'>>
  private readonly known: KnownEndpoints
  private readonly sending = new Set<Promise<void>>()
  private readonly byEndpoint = new Map<string, number>()
  private loop: Promise<void> | undefined
  private awake = new AbortController()

  /** @throws ChordisError `request-invalid` */
  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
    private readonly options: WebhookSenderOptions,
    /** @internal */
    readonly note: Note,
  ) {
    this.logger = options.logger ?? DEFAULT_LOGGER
    this.settings = settingsOf(options)
    this.known = new KnownEndpoints(connection, namespace)
  }

  /** Begins. */
  start(): void {
    this.loop ??= this.run()
  }

  /** Looks at once: there is something new. */
  wake(): void {
    this.awake.abort()
  }

  /**
   * Takes no more; what is under way may end within `graceMs`, and is given back then. Safe to repeat.
   * @param graceMs ms
   */
  async stop(graceMs: number): Promise<void> {
    this.ending.abort()
    this.wake()
    await this.loop
    const cut = setTimeout(() => this.cutting.abort(), graceMs)
    await Promise.all(this.sending)
    clearTimeout(cut)
  }

  private async run(): Promise<void> {
    let failing = false
    while (!this.ending.signal.aborted) {
      this.awake = new AbortController()
      let waitMs = AGAIN_MS
      try {
        waitMs = await this.look()
        failing = false
      } catch (error) {
        if (!failing) this.logger.warn({ err: explain(error) }, 'deliveries of webhooks wait for Redis')
        failing = true
      }
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: this.awake.signal }).catch(() => {})
    }
  }

  /** Takes what is due. @returns how long nothing is to do, ms */
  private async look(): Promise<number> {
    let waitMs = this.settings.lookMs
    for (const partition of this.namespace.numbers) {
      const most = this.settings.concurrency - this.sending.size
      if (most <= 0 || this.ending.signal.aborted) break
      const { taken, waitMs: due } = await takeDeliveries(this.connection, this.namespace, partition, { ...this.wanted(), most })
      for (const delivery of taken) this.begin(delivery)
      if (taken.length > 0) waitMs = 0
      // What is due and was not taken is to an endpoint that has as many as it may: the end of one of them wakes this loop.
      else if (due !== null && due > 0) waitMs = Math.min(waitMs, due)
    }
    return this.sending.size >= this.settings.concurrency ? this.settings.lookMs : waitMs
  }

  private wanted() {
    const { perEndpoint: each, leaseMs } = this.settings
    const busy = new Map([...this.byEndpoint].map(([id, count]) => [id, each - count] as const))
    return { token: newClaimer(), leaseMs, each, busy }
  }

  private begin(delivery: TakenDelivery): void {
    const { webhook } = delivery
    this.byEndpoint.set(webhook, (this.byEndpoint.get(webhook) ?? 0) + 1)
    const work = this.deliver(delivery).finally(() => {
      this.sending.delete(work)
      const left = (this.byEndpoint.get(webhook) ?? 1) - 1
      if (left === 0) this.byEndpoint.delete(webhook)
      else this.byEndpoint.set(webhook, left)
      this.wake()
    })
    this.sending.add(work)
  }

  /** What fails here is left to the lease: somebody takes it again. */
  private async deliver(delivery: TakenDelivery): Promise<void> {
    const from = performance.now()
    try {
      const endpoint = await this.endpointOf(delivery.webhook)
      const verdict = await this.attempt(delivery, endpoint)
      if (!(await settleDelivery(this.connection, this.namespace, delivery, verdict.settlement))) return
      if (isAttempt(verdict.outcome) && endpoint !== undefined) await this.remember(delivery, verdict.outcome, verdict.status)
      this.options.onSent?.({ outcome: verdict.outcome, durationMs: performance.now() - from })
    } catch (error) {
      this.logger.warn({ err: explain(error), delivery: delivery.id }, 'what came of a delivery could not be written; it is sent again')
    }
  }

  private async endpointOf(id: string): Promise<ReadWebhook | undefined> {
    const known = (await this.known.all()).get(id)
    return known !== undefined && isEnabled(known) ? known : (await this.known.fresh()).get(id)
  }

  private async attempt(delivery: TakenDelivery, endpoint: ReadWebhook | undefined): Promise<Verdict> {
    if (endpoint === undefined || endpoint.webhook.removing === true)
      return { outcome: 'dropped', status: null, settlement: { what: 'done' } }
    if (!isEnabled(endpoint)) return { outcome: 'dropped', status: null, settlement: { what: 'dead', status: null, reason: 'disabled' } }
    const answer = await this.settings.send(this.requestOf(delivery, endpoint))
    if ('fault' in answer && this.cutting.signal.aborted) return { outcome: 'returned', status: null, settlement: { what: 'back' } }
    return this.verdictOf(delivery, answer)
  }

  private requestOf({ id, body, attempt }: TakenDelivery, { webhook }: ReadWebhook): WebhookRequest {
    const now = this.known.now()
    const type = (JSON.parse(body) as { type: string }).type
    const headers = {
      'content-type': 'application/json',
      'user-agent': `Chordis/${VERSION} (webhooks)`,
      'chordis-delivery': id,
      'chordis-event': type,
      'chordis-attempt': String(attempt),
      [SIGNATURE_HEADER]: signatureOf(signingSecrets(webhook, now), Math.floor(now / 1_000), id, body),
    }
    return { url: webhook.url, headers, body, signal: this.cutting.signal }
  }

  private verdictOf({ id, attempt }: TakenDelivery, answer: WebhookAnswer): Verdict {
    const status = 'status' in answer ? answer.status : null
    if (status !== null && status >= 200 && status < 300) return { outcome: 'delivered', status, settlement: { what: 'done' } }
    const reason = 'fault' in answer ? answer.fault : 'status'
    if ('fault' in answer) this.logger.debug({ delivery: id, reason, err: answer.cause }, 'a webhook was not delivered')
    if (status === 410) return { outcome: 'gone', status, settlement: { what: 'dead', status, reason: 'gone' } }
    const { random, retryWaitsMs } = this.settings
    const delayMs = retryWait(attempt, 'status' in answer ? answer.retryAfterMs : undefined, random(), retryWaitsMs)
    if (delayMs === null) return { outcome: 'dead', status, settlement: { what: 'dead', status, reason } }
    return { outcome: 'failed', status, settlement: { what: 'again', delayMs, status, reason } }
  }

  /** Behind the record of the attempt: who ends between the two counts one failure less. */
  private async remember({ webhook: id }: TakenDelivery, outcome: AttemptOutcome, status: number | null): Promise<void> {
    const { deadInRow, disabled } = await this.note({ id, outcome, status, most: this.settings.disableAfter })
    if (disabled) this.logger.warn({ webhook: id, outcome, deadInRow }, 'an endpoint of webhooks is disabled')
  }
}

const isEnabled = ({ id, webhook, state }: ReadWebhook): boolean => webhookView(id, webhook, state).enabled

const isAttempt = (outcome: DeliveryOutcome): outcome is AttemptOutcome => outcome !== 'dropped' && outcome !== 'returned'

function settingsOf(options: WebhookSenderOptions): Required<Omit<WebhookSenderOptions, 'logger' | 'onSent'>> {
  const { send, retryWaitsMs = RETRY_WAITS_MS, random = Math.random } = options
  const concurrency = checkWhole(options.concurrency ?? 32, 1, 100, 'concurrency')
  retryWaitsMs.forEach((wait, k) => {
    checkWhole(wait, 1, 604_800_000, `retryWaitsMs[${k}]`)
  })
  return {
    ...{ send, retryWaitsMs, random, concurrency },
    perEndpoint: checkWhole(options.perEndpoint ?? Math.min(4, concurrency), 1, concurrency, 'perEndpoint'),
    lookMs: checkWhole(options.lookMs ?? 1_000, 10, 10_000, 'lookMs'),
    disableAfter: checkWhole(options.disableAfter ?? 20, 1, 1_000, 'disableAfter'),
    leaseMs: checkWhole(options.leaseMs ?? 30_000, 1_000, 600_000, 'leaseMs'),
  }
}
