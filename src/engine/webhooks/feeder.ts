/**
 * Makes deliveries of what happens: takes up the log of events of each partition, and writes one delivery for each endpoint that hears of a workflow's end.
 *
 * Any number of processes may do it. One at a time has the lease of a partition, which spares work; that each end is taken up once is decided by
 * `hookfeed` (redis/lua), which writes deliveries and the cursor behind them together, and only where the cursor still is the one that was read. So a
 * process that is killed anywhere neither loses an end nor tells it twice: the next one reads from the same cursor and makes deliveries of the same ids.
 *
 * What the log had trimmed before it was taken up is lost: it is counted and said (`gaps`). That takes as long as the log reaches back (100,000 entries of
 * a partition by default) without any feeder.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { WorkflowStatus } from '../client/status.js'
import { nullIf } from '../protocol/errors.js'
import { type EntryId, entryText, parseEntryId } from '../protocol/event-cursor.js'
import { parseEntry } from '../protocol/events.js'
import { checkWhole, newIncarnation } from '../protocol/ids.js'
import { webhookView } from '../protocol/webhooks.js'
import { explain, type RedisConnection } from '../redis/connection.js'
import { type LogEntry, reaches, reachesBackTo, readEntries, readEntry } from '../redis/event-log.js'
import type { Namespace } from '../redis/namespace.js'
import { feedDeliveries, leadFeed, type NewDelivery, type ReadWebhook } from '../redis/webhooks.js'
import { DEFAULT_LOGGER, type Logger } from '../worker/logger.js'
import { KnownEndpoints } from './endpoints.js'
import { deliveriesOf, type End, listenersOf, tellsEnd } from './payload.js'

/** How ends are taken up. */
export interface WebhookFeederOptions {
  logger?: Logger
  /** How often it looks at each partition when nothing happens, ms, 10 to 10,000. Default 1,000: how late a delivery is made. */
  lookMs?: number
  /** How long a partition is another process's when that is gone, ms, 1,000 to 60,000. Default 10,000. */
  leaseMs?: number
  /** Hears of every step: what was added, left out because too many wait for an endpoint, and how often the log had lost something. */
  onFed?: (fed: { added: number; dropped: number; gaps: number }) => void
}

/** What a feeder needs of a client. */
export interface FeederDependencies {
  connection: RedisConnection
  namespace: Namespace
  status: (workflow: string) => Promise<WorkflowStatus>
  /** Goes on with the removal of an endpoint. */
  remove: (webhook: string) => Promise<void>
}

/** Entries that one look takes up. */
const PAGE = 100
/** Statuses that are asked for at once. */
const AT_ONCE = 100
/** Deliveries of one call of `hookfeed`, 2 ms of Redis's time, and bytes of their bodies. */
const STEP = { count: 200, bytes: 524_288 }

/** An end, and the cursor behind it. */
interface PlacedEnd {
  end: End
  cursor: string
}

/** Its deliveries, and the cursor behind it. */
interface Step {
  cursor: string
  deliveries: NewDelivery[]
}

/** Makes deliveries of what happens, while it runs. */
export class WebhookFeeder {
  private readonly process = newIncarnation()
  private readonly ending = new AbortController()
  private readonly logger: Logger
  private readonly lookMs: number
  private readonly leaseMs: number
  private readonly known: KnownEndpoints
  private loops: Promise<void>[] = []

  /** @throws ChordisError `request-invalid` */
  constructor(
    private readonly of: FeederDependencies,
    private readonly options: WebhookFeederOptions,
  ) {
    this.logger = options.logger ?? DEFAULT_LOGGER
    this.lookMs = checkWhole(options.lookMs ?? 1_000, 10, 10_000, 'lookMs')
    this.leaseMs = checkWhole(options.leaseMs ?? 10_000, 1_000, 60_000, 'leaseMs')
    this.known = new KnownEndpoints(of.connection, of.namespace)
  }

  /** Begins. */
  start(): void {
    this.loops = this.of.namespace.numbers.map((partition) => this.watch(partition))
  }

  /** Ends after the look that is under way, and gives back what it leads. Safe to repeat. */
  async stop(): Promise<void> {
    this.ending.abort()
    await Promise.all(this.loops)
  }

  private async watch(partition: number): Promise<void> {
    const { signal } = this.ending
    let failing = false
    while (!signal.aborted) {
      let waitMs = this.lookMs
      try {
        if (partition === 0) await this.removeRest()
        if (await this.look(partition)) waitMs = 0
        failing = false
      } catch (error) {
        if (!failing && !signal.aborted) this.logger.warn({ err: explain(error), partition }, 'webhooks wait for Redis')
        failing = true
      }
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => {})
    }
    await this.lead(partition, 0).catch(() => null)
  }

  private lead(partition: number, leaseMs: number): Promise<{ cursor: string } | null> {
    return leadFeed(this.of.connection, this.of.namespace, partition, { process: this.process, leaseMs })
  }

  /** What a process that removed an endpoint left. */
  private async removeRest(): Promise<void> {
    for (const { id, webhook } of (await this.known.all()).values()) if (webhook.removing === true) await this.of.remove(id)
  }

  /** Takes up a page. @returns whether there is more at once */
  private async look(partition: number): Promise<boolean> {
    const before = enabledOf(await this.known.all())
    if (before.length === 0) return false
    const led = await this.lead(partition, this.leaseMs)
    if (led === null) return false
    const place = placeOf(led.cursor, Math.min(...before.map(({ webhook }) => webhook.since)))
    const { entries, skip } = await this.entriesFrom(partition, place)
    const last = entries.at(-1)
    if (last === undefined) return false
    // Asked behind the page: what it stands on was there when the page was read, so nothing was missing before it.
    const whole = await this.isWhole(partition, place)
    const { ends, gaps } = endsIn(partition, entries)
    // Read behind the page, too: who made an endpoint and then submitted a workflow hears of its end.
    const webhooks = enabledOf(await this.known.fresh())
    const steps = await this.stepsOf(ends.slice(skip), webhooks)
    await this.feed(partition, { seen: led.cursor, last: entryText(last.id), gaps: gaps + (whole ? 0 : 1), steps })
    return entries.length >= PAGE
  }

  /** `skip`: ends of the first entry that were taken up. */
  private async entriesFrom(partition: number, { after, told }: Place): Promise<{ entries: LogEntry[]; skip: number }> {
    const { connection, namespace } = this.of
    const first = told === 0 ? undefined : await readEntry(connection, namespace, partition, after)
    const entries = await readEntries(connection, namespace, partition, after, PAGE)
    return first === undefined ? { entries, skip: 0 } : { entries: [first, ...entries], skip: told }
  }

  private isWhole(partition: number, { after, since }: Place): Promise<boolean> {
    const { connection, namespace } = this.of
    return since === null ? reaches(connection, namespace, partition, after) : reachesBackTo(connection, namespace, partition, since)
  }

  private async stepsOf(ends: readonly PlacedEnd[], webhooks: readonly ReadWebhook[]): Promise<Step[]> {
    const heard = ends.filter(({ end }) => listenersOf(end, webhooks).length > 0)
    const steps: Step[] = []
    for (let k = 0; k < heard.length; k += AT_ONCE) {
      const made = heard.slice(k, k + AT_ONCE).map(async ({ end, cursor }) => {
        // Removed before it was read, or damaged: what the log says has to do.
        const status = await this.of.status(end.told.workflow as string).catch(nullIf('not-found', 'workflow-corrupt'))
        return { cursor, deliveries: deliveriesOf(end, status, webhooks) }
      })
      steps.push(...(await Promise.all(made)))
    }
    return steps
  }

  /** Writes steps in as few calls as their bounds allow; the last one stands behind the whole page. */
  private async feed(partition: number, page: { seen: string; last: string; gaps: number; steps: readonly Step[] }): Promise<void> {
    const { connection, namespace } = this.of
    let { seen, gaps } = page
    for (const { cursor, deliveries } of callsOf(page.steps, page.last)) {
      const fed = await feedDeliveries(connection, namespace, partition, { seen, next: cursor, gaps, deliveries })
      // Another process has taken it up: its lease was over, and this one did not know.
      if (fed === null) return
      this.tell(partition, { ...fed, gaps })
      seen = cursor
      gaps = 0
    }
  }

  private tell(partition: number, fed: { added: number; dropped: number; gaps: number }): void {
    if (fed.gaps > 0)
      this.logger.warn({ partition, gaps: fed.gaps }, 'the log of events had lost entries: ends may not have been delivered')
    if (fed.dropped > 0)
      this.logger.warn({ partition, deliveries: fed.dropped }, 'too many deliveries wait for an endpoint: some were left out')
    this.options.onFed?.(fed)
  }
}

const enabledOf = (known: ReadonlyMap<string, ReadWebhook>): ReadWebhook[] =>
  [...known.values()].filter(({ id, webhook, state }) => webhookView(id, webhook, state).enabled)

/** The ends that entries tell of, and how often they say that something may be missing. */
function endsIn(partition: number, entries: readonly LogEntry[]): { ends: PlacedEnd[]; gaps: number } {
  const parsed = entries.map(({ id, text }) => ({ id, ...parseEntry(text, partition) }))
  const ends = parsed.flatMap(({ id, told }) => {
    const entry = entryText(id)
    return told.filter(tellsEnd).map((one, k) => ({ end: { partition, entry, at: id.ms, told: one }, cursor: `${entry}/${k + 1}` }))
  })
  return { ends, gaps: parsed.filter(({ gap }) => gap !== null).length }
}

/** Where a look begins. */
interface Place {
  after: EntryId
  /** Of the entry `after` so many ends were taken up, and there are more; 0: all were. */
  told: number
  /** Unix ms of the first end that anybody wants to hear of, where the log is taken up from there on; else null. */
  since: number | null
}

/** What ended before the oldest endpoint was enabled nobody wants to hear of: who turns webhooks on does not read old logs. */
function placeOf(cursor: string, since: number): Place {
  const [entry = '', told = '0'] = cursor.split('/')
  const after = parseEntryId(entry)
  if (cursor === '' || after.ms < since - 1) return { after: { ms: since - 1, seq: 0 }, told: 0, since }
  return { after, told: Number(told), since: null }
}

/** Steps as calls: full ones, and one that ends with the page. */
function callsOf(steps: readonly Step[], last: string): Step[] {
  const calls: Step[] = []
  let deliveries: NewDelivery[] = []
  let [bytes, before] = [0, '']
  for (const step of steps) {
    const size = step.deliveries.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0)
    if (deliveries.length > 0 && (deliveries.length + step.deliveries.length > STEP.count || bytes + size > STEP.bytes)) {
      calls.push({ cursor: before, deliveries })
      deliveries = []
      bytes = 0
    }
    deliveries.push(...step.deliveries)
    bytes += size
    before = step.cursor
  }
  return [...calls, { cursor: last, deliveries }]
}
