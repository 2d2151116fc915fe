/**
 * `takeOver`: the scheduled methods of an application that uses @nestjs/schedule run in one replica per tick, without being changed.
 *
 * The library goes on finding them and keeping them in its registry. We mount them in its place: cron jobs are its own, with a gate before what they
 * call; intervals tick on a grid that all replicas share; timeouts are claimed once per deployment. Everything is in place when the last `onModuleInit` has run, which is
 * before the library starts anything, whatever the order of modules.
 */
import { createHash, randomUUID } from 'node:crypto'
import { type BeforeApplicationShutdown, Inject, Injectable, type OnModuleInit } from '@nestjs/common'
import { DiscoveryService, ModuleRef } from '@nestjs/core'
import { Client } from '../../engine/index.js'
import { Connections } from '../connections/connections.js'
import { isForTasksOnly } from '../worker/tasks-of.js'
import { BEAT_OPTIONS, type BeatModuleOptions, type TakeOverOptions, takeOverOf } from './beat.options.js'
import { CronNominals } from './cron-grid.js'
import { Gate, type GateSettings, type JobStats, Outage } from './gate.js'
import { GridInterval } from './grid-interval.js'
import { type CronJob, type DecoratedJob, ScheduleLibrary } from './schedule-library.js'

type Kind = DecoratedJob['kind']
type Of<K extends Kind> = Extract<DecoratedJob, { kind: K }>

const MONTH_MS = 30 * 86_400_000
const MOST_NAME = 500

/** What was taken over, and what this replica did with it. */
@Injectable()
export class TakeOver implements OnModuleInit, BeforeApplicationShutdown {
  private readonly gates = new Map<string, Gate>()
  private readonly delays = new Set<NodeJS.Timeout>()
  private readonly stop = new AbortController()
  private options!: Required<TakeOverOptions>
  private settings!: GateSettings
  private library!: ScheduleLibrary

  constructor(
    @Inject(BEAT_OPTIONS) private readonly given: BeatModuleOptions,
    @Inject(Connections) private readonly connections: Connections,
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(ModuleRef) private readonly modules: ModuleRef,
  ) {}

  /** What this replica did since it started, by job. */
  stats(): JobStats[] {
    return [...this.gates.values()].map(({ stats }) => ({ ...stats }))
  }

  /** @throws Error for options that cannot be, and where @nestjs/schedule or its module is missing */
  async onModuleInit(): Promise<void> {
    const options = takeOverOf(this.given)
    if (options === undefined) return
    const { client, logger } = this.connections.get(this.given.connection)
    // In a test that runs its workflows inline there is one process and no Redis: nothing to be asked.
    if (!(client instanceof Client)) return
    this.options = options
    this.library = await ScheduleLibrary.open(this.modules, this.discovery)
    // A process of a worker's pool boots the application for its tasks, and may be killed at any time.
    if (isForTasksOnly()) return this.library.mountWith({ mountCron: nothing, mountIntervals: nothing, mountTimeouts: nothing })
    const { claims } = client
    this.settings = { claims, logger, onRedisDown: options.onRedisDown, signal: this.stop.signal, outage: new Outage(logger) }
    // Intervals need Redis's time from the start; without it their grid is that of this machine until the first answer.
    await claims.time().catch(() => undefined)
    this.takeOver(this.library.find())
  }

  /** The library stops its timers in this hook too. What was claimed runs; what waits for its time does not. */
  async beforeApplicationShutdown(): Promise<void> {
    for (const delay of this.delays) clearTimeout(delay)
    this.stop.abort()
    await Promise.all([...this.gates.values()].map((gate) => gate.settled()))
  }

  private takeOver(found: DecoratedJob[]): void {
    const { library, options } = this
    const jobs = { cron: of('cron', found), interval: of('interval', found), timeout: of('timeout', found) }
    if (options.cron) this.takeOverCron(jobs.cron)
    if (options.intervals) library.mountWith({ mountIntervals: () => this.mountIntervals(jobs.interval) })
    const timeouts = options.timeouts && options.deployId !== ''
    if (timeouts) library.mountWith({ mountTimeouts: () => this.mountTimeouts(jobs.timeout) })
    const kinds = { cron: options.cron, interval: options.intervals, timeout: timeouts }
    this.tell(
      found.filter((job) => kinds[job.kind] && !this.isExcepted(job.name, job.origin)),
      found,
    )
  }

  private tell(taken: readonly DecoratedJob[], found: readonly DecoratedJob[]): void {
    const { logger } = this.settings
    const fields = { cron: of('cron', taken).length, intervals: of('interval', taken).length, timeouts: of('timeout', taken).length }
    logger.info({ ...fields, left: found.length - taken.length }, `took over ${taken.length} scheduled methods: one replica per tick`)
    const known = new Set(found.flatMap(({ name, origin }) => [name, origin]))
    const unknown = this.options.except.filter((name) => !known.has(name))
    if (unknown.length > 0)
      logger.warn({ except: unknown }, 'no scheduled method is called so; it counts for cron jobs that are added later')
  }

  private isExcepted(...names: (string | undefined)[]): boolean {
    return names.some((name) => name !== undefined && this.options.except.includes(name))
  }

  /** Jobs are started after their gate is there: one that is a moment late fires while it starts. */
  private takeOverCron(found: Of<'cron'>[]): void {
    const { library } = this
    const labels = new Map<CronJob, string | undefined>()
    library.onCronJob((name, job) => {
      const label = labels.has(job) ? labels.get(job) : this.isExcepted(name) ? undefined : name
      if (label !== undefined) this.guard(job, label)
    })
    library.mountWith({
      mountCron: () => {
        for (const { options, name, origin, run } of found) {
          const job = library.makeCron(options, run)
          labels.set(job, this.isExcepted(name, origin) ? undefined : this.unique('cron', name ?? origin))
          const key = name ?? randomUUID()
          library.registry.addCronJob(key, job)
          if (!options.disabled) this.start(key, job, options.initialDelay ?? 0)
        }
      },
    })
  }

  private start(key: string, job: CronJob, delayMs: number): void {
    const { registry } = this.library
    // Deleted meanwhile, or replaced by another of that name: then it never starts.
    const later = () => {
      if (registry.doesExist('cron', key) && registry.getCronJob(key) === job) job.start()
    }
    if (delayMs > 0) this.later(delayMs, later)
    else job.start()
  }

  private later(ms: number, run: () => void): void {
    const delay = setTimeout(() => {
      this.delays.delete(delay)
      run()
    }, ms)
    this.delays.add(delay)
  }

  /** What its timer calls goes through the gate; what somebody calls by hand does not. The two differ in `lastDate`. */
  private guard(job: CronJob, label: string): void {
    const gate = this.gateOf('cron', label)
    const { claims } = this.settings
    const nominals = new CronNominals(job, () => claims.now(), Date.now)
    const run = job.fireOnTick.bind(job)
    const busy = () => job.waitForCompletion && job.isCallbackRunning
    let fired = job.lastDate()
    job.fireOnTick = async () => {
      if (job.lastDate() === fired) return run()
      fired = job.lastDate()
      const { source, timeZone, utcOffset } = job.cronTime
      gate.tick(this.claimName('cron', label, String(source), String(timeZone ?? utcOffset ?? '')), nominals.next(), run, busy)
    }
  }

  private mountIntervals(found: Of<'interval'>[]): void {
    for (const { origin, name, run, everyMs } of found) {
      const ref = this.isExcepted(name, origin) ? setInterval(run, everyMs) : this.interval(name ?? origin, everyMs, run)
      this.library.registry.addInterval(name ?? randomUUID(), ref)
    }
  }

  private interval(label: string, everyMs: number, run: () => unknown): NodeJS.Timeout {
    const { claims } = this.settings
    const job = this.unique('interval', label)
    const gate = this.gateOf('interval', job)
    const claimed = this.claimName('interval', job, String(everyMs))
    const now = () => claims.now() ?? Date.now()
    return new GridInterval({ everyMs, now, tick: (nominalMs) => gate.tick(claimed, nominalMs, run) }).ref
  }

  private mountTimeouts(found: Of<'timeout'>[]): void {
    for (const { origin, name, run, afterMs } of found) {
      const call = this.isExcepted(name, origin) ? run : this.timeout(name ?? origin, run)
      this.library.registry.addTimeout(name ?? randomUUID(), setTimeout(call, afterMs))
    }
  }

  /** There is one nominal time in the life of a deployment. */
  private timeout(label: string, run: () => unknown): () => void {
    const job = this.unique('timeout', label)
    const gate = this.gateOf('timeout', job, MONTH_MS)
    const claimed = this.claimName('timeout', job, this.options.deployId)
    return () => gate.tick(claimed, 0, run)
  }

  /** Two instances of one class have the same `Class.method`: the second is told apart by a number, the same in every replica. */
  private unique(kind: Kind, label: string): string {
    for (let k = 1; ; k++) {
      const one = k === 1 ? label : `${label}#${k}`
      if (!this.gates.has(`${kind} ${one}`)) return one
    }
  }

  /** A cron job that is deleted and added again under its name goes on with its gate. */
  private gateOf(kind: Kind, label: string, ttlMs?: number): Gate {
    const key = `${kind} ${label}`
    const gate = this.gates.get(key) ?? new Gate(label, kind, this.settings, ttlMs)
    this.gates.set(key, gate)
    return gate
  }

  /** The same in every replica. What says when it ticks is part of it: while a deployment changes that, old and new replicas are different jobs. */
  private claimName(kind: Kind, label: string, ...when: string[]): string {
    const name = [this.options.scope, kind, label, ...when].join('|')
    if (name.length <= MOST_NAME) return name
    return `${name.slice(0, MOST_NAME - 41)}|${createHash('sha1').update(name).digest('hex')}`
  }
}

const nothing = (): void => undefined

const of = <K extends Kind>(kind: K, jobs: readonly DecoratedJob[]): Of<K>[] => jobs.filter((job): job is Of<K> => job.kind === kind)
