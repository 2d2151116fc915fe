/**
 * A job in this replica, and the gate before it: for each tick Redis is asked whether this replica is the one that runs it.
 *
 * Ticks of a job are asked for one after another: an answer that is late must not be overtaken by the claim of a later tick, which would make the earlier
 * one another's. Callers: TakeOver, for cron jobs, intervals and timeouts alike.
 */
import type { Claims, Logger } from '../../engine/index.js'
import type { OnRedisDown } from './beat.options.js'

/** What a replica did with the ticks of a job. */
export interface JobStats {
  /** The name that the decorator or the registry gives, else `Class.method`. */
  job: string
  kind: 'cron' | 'interval' | 'timeout'
  /** Ticks that ran here. */
  ran: number
  /** Ticks that were another replica's. */
  leftToOthers: number
  /** Ticks that did not run here because Redis could not be asked (`onRedisDown: 'skip'`), or because the application stopped first. */
  skipped: number
  /** Ticks that ran here unasked, because Redis could not be asked (`onRedisDown: 'run'`). They count as `ran` too. */
  unasked: number
  /** From the nominal time to the start of the method, by Redis's clock, ms, of the ticks that ran here. A timeout has none. */
  latenessMs: { last: number; longest: number } | undefined
}

/** What all gates of an application share. */
export interface GateSettings {
  claims: Claims
  logger: Logger
  onRedisDown: OnRedisDown
  /** Fires when the application stops. */
  signal: AbortSignal
  outage: Outage
}

interface Tick {
  /** What the tick is claimed under. */
  name: string
  nominalMs: number
  run: () => unknown
  /** Whether the method still runs and must not be called: then the tick is left to others, unasked. */
  busy: () => boolean
}

/** As for a tick that nobody asks for a second time: longer than any clock is wrong, and any process sleeps. */
const WEEK_MS = 7 * 86_400_000
/** Ticks that wait while this machine's clock is ahead of Redis's: 2.7 hours of one that ticks every second. */
const MOST_WAITING = 10_000
const AHEAD_MS = 1_000

/** Whether Redis can be asked: said once when it cannot, and once when it can again. */
export class Outage {
  private ticks = 0

  constructor(private readonly logger: Logger) {}

  down(error: unknown, what: OnRedisDown): void {
    if (this.ticks++ > 0) return
    const done = what === 'skip' ? 'are skipped' : 'run in every replica'
    this.logger.error({ err: error }, `Redis cannot be asked who runs scheduled methods: ticks ${done} until it can`)
  }

  up(): void {
    if (this.ticks === 0) return
    this.logger.info({ ticks: this.ticks }, 'Redis can be asked again who runs scheduled methods')
    this.ticks = 0
  }
}

/** The gate before one job. */
export class Gate {
  readonly stats: JobStats
  private readonly due: Tick[] = []
  private working: Promise<void> | undefined
  private toldOfClock = false

  /** @param ttlMs how long a claim is remembered after the last one */
  constructor(
    job: string,
    kind: JobStats['kind'],
    private readonly settings: GateSettings,
    private readonly ttlMs = WEEK_MS,
  ) {
    this.stats = { job, kind, ran: 0, leftToOthers: 0, skipped: 0, unasked: 0, latenessMs: undefined }
  }

  /** Runs `run` if this replica is the one for the tick. Comes back at once. */
  tick(name: string, nominalMs: number, run: () => unknown, busy = () => false): void {
    if (this.due.length >= MOST_WAITING) {
      this.stats.skipped++
      return
    }
    this.tellOfClock(nominalMs)
    this.due.push({ name, nominalMs, run, busy })
    this.working ??= this.work()
  }

  /** Resolves when no tick waits for its answer. */
  async settled(): Promise<void> {
    await this.working
  }

  private async work(): Promise<void> {
    for (let tick = this.due[0]; tick !== undefined; tick = this.due[0]) {
      // Always awaited: `working` is set before this comes to its end.
      await (tick.busy() ? this.leave() : this.decide(tick))
    }
    this.working = undefined
  }

  private leave(): void {
    this.due.shift()
    this.stats.leftToOthers++
  }

  private async decide(tick: Tick): Promise<void> {
    const { claims, signal, outage } = this.settings
    try {
      const mine = await claims.claim(tick.name, tick.nominalMs, { ttlMs: this.ttlMs, signal })
      outage.up()
      if (!mine) return this.leave()
      this.due.shift()
      this.run(tick)
    } catch (error) {
      this.undecided(error)
    }
  }

  /** What came due while Redis was asked in vain is not asked for again: the next tick will be. */
  private undecided(error: unknown): void {
    const { claims, signal, outage, onRedisDown } = this.settings
    const now = claims.now() ?? Number.POSITIVE_INFINITY
    const over = signal.aborted ? this.due.length : Math.max(1, this.due.filter(({ nominalMs }) => nominalMs <= now).length)
    for (const tick of this.due.splice(0, over)) {
      if (!signal.aborted) outage.down(error, onRedisDown)
      if (signal.aborted || onRedisDown === 'skip') this.stats.skipped++
      else {
        this.stats.unasked++
        this.run(tick)
      }
    }
  }

  /** The method may take its time, and overlap with the next tick, as in the library. */
  private run({ nominalMs, run }: Tick): void {
    const { stats, settings } = this
    stats.ran++
    if (stats.kind !== 'timeout') {
      const last = Math.max(0, Math.round((settings.claims.now() ?? nominalMs) - nominalMs))
      stats.latenessMs = { last, longest: Math.max(last, stats.latenessMs?.longest ?? 0) }
    }
    const failed = (error: unknown) => settings.logger.error({ err: error, job: stats.job }, 'a scheduled method failed')
    void (async () => run())().catch(failed)
  }

  private tellOfClock(nominalMs: number): void {
    const ahead = nominalMs - (this.settings.claims.now() ?? nominalMs)
    if (this.toldOfClock || ahead < AHEAD_MS) return
    this.toldOfClock = true
    const fields = { job: this.stats.job, aheadMs: Math.round(ahead) }
    this.settings.logger.warn(fields, 'the clock of this machine is ahead of Redis: scheduled methods wait for Redis’s')
  }
}
