/**
 * Fires schedules when they are due. Any number of beats may run, in any processes: there is no leader. Each looks at every partition when its next
 * schedule is due, and every {@link BeatOptions.lookMs} at least, by Redis's clock; who sees a schedule first has it to itself for a second, and the script
 * that submits decides whether it is still due (redis/lua/fire.lua). A beat that is stopped, paused or cut off delays nothing by more than that.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectionOptions } from '../client/client.js'
import { checkWhole } from '../protocol/ids.js'
import { revocation } from '../protocol/revoked.js'
import { parseRun, type RunName, runId, runText } from '../protocol/schedules.js'
import { connect, explain, type RedisConnection } from '../redis/connection.js'
import { Namespace } from '../redis/namespace.js'
import { CALL_BYTES, cut } from '../redis/pieces.js'
import { type DueSchedule, dueSchedules, fire, mendSchedules } from '../redis/schedules.js'
import type { Argument } from '../redis/scripts.generated.js'
import type { SubmitSpan } from '../tracing/tracer.js'
import { DEFAULT_LOGGER, type Logger } from '../worker/logger.js'
import { type KnownSchedule, KnownSchedules } from './known-schedules.js'
import { type BeatStatistics, BeatStats, type Fired } from './stats.js'
import { fireItem, itemBytes, passItem, type Step, storePieces } from './submissions.js'

export interface BeatOptions extends ConnectionOptions {
  logger?: Logger
  /** How often it looks at each partition when nothing is due, ms, 10 to 1,000. Default 250: how late a schedule is that was made or changed to be due at once. */
  lookMs?: number
  /** Hears of every run that this beat submitted, or left out. */
  onFired?: (fired: Fired) => void
}

/** Schedules that one look takes up. */
const LIMIT = 200
/** How long a schedule is left to the beat that saw it first, ms. */
const CLAIM_MS = 1_000
/** What one call of `fire` carries: 5 ms of Redis's time. */
const CALL = { count: 30, bytes: CALL_BYTES }
const DEFAULT_LOOK_MS = 250
/** Schedules that one step of the slow walk looks at, 1.5 ms of Redis's time, and how long after it the next one follows, ms. */
const SURVEYED_AT_ONCE = 500
const SURVEY_MS = 5_000
/** A call without an answer is given up; the next look sees what came of it. */
const COMMAND_TIMEOUT_MS = 5_000

const CANCELLED = JSON.stringify(revocation('the next run of its schedule was due', false))
const TERMINATED = JSON.stringify(revocation('the next run of its schedule was due', true))

/** A run that is to be fired, or ticks that are passed over. */
interface Item {
  known: KnownSchedule
  args: Argument[]
  bytes: number
  /** Undefined: ticks are passed over. */
  run: RunName | undefined
  passed: number
  span?: SubmitSpan
}

/** Fires the schedules of a namespace while it runs. */
export class Beat {
  private readonly namespace: Namespace
  private readonly logger: Logger
  private readonly lookMs: number
  private readonly stats = new BeatStats()
  private readonly ending = new AbortController()
  private connection: RedisConnection | undefined
  private known: KnownSchedules | undefined
  private looks: Promise<void>[] = []
  /** When it last looked at each partition, of performance.now(). */
  private readonly lookedAt: number[] = []

  /** Connects to nothing. @throws ChordisError `name-invalid`, `request-invalid` */
  constructor(private readonly options: BeatOptions) {
    this.namespace = new Namespace(options)
    this.logger = options.logger ?? DEFAULT_LOGGER
    this.lookMs = checkWhole(options.lookMs ?? DEFAULT_LOOK_MS, 10, 1_000, 'lookMs')
  }

  /** Begins. Waits for Redis as long as that takes. @throws ChordisError `namespace-version`; `closed` when it is stopped meanwhile; then nothing is left open */
  async start(): Promise<void> {
    const connection = await connect(this.options.redis, 'worker', () => {}, COMMAND_TIMEOUT_MS, this.ending.signal)
    try {
      await this.namespace.load(connection)
    } catch (error) {
      connection.disconnect()
      throw error
    }
    this.connection = connection
    this.known = new KnownSchedules(connection, this.namespace, this.logger)
    this.lookedAt.push(...this.namespace.numbers.map(() => performance.now()))
    this.looks = this.namespace.numbers.map((partition) => this.watch(partition))
  }

  /** What it has fired and left out so far, and how late. */
  statistics(): BeatStatistics {
    return this.stats.read()
  }

  /** Since it looked at the partition that it saw longest ago, ms: some `lookMs` while all is well. 0 before it has started. */
  sinceLookMs(): number {
    return this.lookedAt.length === 0 ? 0 : performance.now() - Math.min(...this.lookedAt)
  }

  /** Ends after the look that is under way. Safe to repeat. */
  async stop(): Promise<void> {
    this.ending.abort()
    await Promise.all(this.looks)
    this.connection?.disconnect()
  }

  private async watch(partition: number): Promise<void> {
    const { signal } = this.ending
    const survey = new Survey()
    let failing = false
    while (!signal.aborted) {
      let waitMs = this.lookMs
      try {
        waitMs = await this.look(partition)
        this.lookedAt[partition] = performance.now()
        if (survey.isDue()) await this.mend(partition, survey)
        if (failing) this.logger.info({ partition }, 'schedules fire again')
        failing = false
      } catch (error) {
        if (!failing && !signal.aborted) this.logger.warn({ err: explain(error), partition }, 'schedules wait for Redis')
        failing = true
      }
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => {})
    }
  }

  /** A slow walk over all schedules, for what no script leaves behind. */
  private async mend(partition: number, survey: Survey): Promise<void> {
    const { last, repaired } = await mendSchedules(this.connection as RedisConnection, this.namespace, partition, survey.page)
    survey.walked(last)
    if (repaired > 0) this.logger.warn({ partition, schedules: repaired }, 'schedules had vanished from those that are due, and are back')
  }

  /** @returns how long nothing is to do, ms */
  private async look(partition: number): Promise<number> {
    const connection = this.connection as RedisConnection
    const { now, waitMs, due } = await dueSchedules(connection, this.namespace, partition, { limit: LIMIT, claimMs: CLAIM_MS })
    if (due.length > 0) {
      const known = await (this.known as KnownSchedules).of(partition, due)
      const items = due.flatMap((one) => {
        const schedule = known.get(one.name)
        return schedule === undefined ? [] : this.itemsOf(partition, schedule, one, now)
      })
      for (const batch of cut(items, ({ bytes }) => bytes, CALL)) await this.fire(partition, batch)
      // What was fired may be due again, and what waited may have more behind it.
      return 0
    }
    return waitMs < 0 ? this.lookMs : Math.min(waitMs, this.lookMs)
  }

  private itemsOf(partition: number, known: KnownSchedule, { state, waiting }: DueSchedule, now: number): Item[] {
    const items: Item[] = []
    const first = parseRun(waiting)
    if (first !== undefined) {
      const step = { kind: 'q', overlap: '', expected: waiting, next: null, due: null } as const
      items.push(this.itemOf(partition, known, first, step))
    }
    if (state.next === null || state.due === null || state.due > now) return items
    for (const { expected, fires, passed, next, due } of known.ticks.plan(state.next, now)) {
      if (fires) {
        const run = { kind: 'tick', nominalTime: expected } as const
        const step = { kind: 't', overlap: '', expected: String(expected), next, due } as const
        items.push(this.itemOf(partition, known, run, step))
      } else items.push({ known, args: passItem(known, { expected, passed, next, due }), bytes: 200, run: undefined, passed })
    }
    return items
  }

  private itemOf(partition: number, known: KnownSchedule, run: RunName, step: Step): Item {
    const span = this.options.tracer?.submit({ name: known.name, count: 1, parent: undefined })
    const args = fireItem(known, partition, run, step, span?.context)
    return { known, args, bytes: itemBytes(known), run, passed: 0, ...(span === undefined ? {} : { span }) }
  }

  private async fire(partition: number, items: readonly Item[]): Promise<void> {
    const connection = this.connection as RedisConnection
    for (const { known, run } of items) if (run !== undefined) await storePieces(connection, this.namespace, partition, known, run)
    const call = { cancelled: CANCELLED, terminated: TERMINATED, items: items.map(({ args }) => args) }
    const answers = await fire(connection, this.namespace, partition, call).catch((error: unknown) => {
      for (const { span } of items) span?.end(undefined, error)
      throw error
    })
    items.forEach(({ known, run, passed, span }, k) => {
      const { answer, latenessMs } = answers[k] as (typeof answers)[number]
      span?.end(answer === 'fired' && run !== undefined ? runId(partition, known.name, run) : undefined)
      const { tenant, id } = known.schedule
      const fired = { tenant, schedule: id, run: run ?? null, answer, latenessMs, passed }
      this.stats.count(fired)
      this.options.onFired?.(fired)
      this.say(fired)
    })
  }

  private say({ answer, run, passed, ...where }: Fired): void {
    if (answer === 'missed') this.logger.warn({ ...where, ticks: passed }, 'ticks of a schedule were missed')
    else if (answer === 'full') this.logger.warn(where, 'Redis is full: a schedule waits')
    else this.logger.debug({ ...where, run: run === null ? undefined : runText(run), answer }, 'a schedule was due')
  }
}

/** How far the slow walk over all schedules of a partition has come. */
class Survey {
  page = { after: '', count: SURVEYED_AT_ONCE }
  private next = performance.now() + SURVEY_MS * Math.random()

  isDue(): boolean {
    return performance.now() >= this.next
  }

  walked(last: string): void {
    this.page = { ...this.page, after: last }
    this.next = performance.now() + SURVEY_MS
  }
}
