/**
 * @nestjs/schedule, as far as it is needed: what it found, and in whose place we mount it. Only its public methods are called or replaced, on the
 * instances of this application.
 *
 * It is loaded here and nowhere else, and only when something is taken over: `chordis/nestjs` works without it. So its types are written down here.
 */
import { createRequire } from 'node:module'
import type { Type } from '@nestjs/common'
import type { DiscoveryService, ModuleRef } from '@nestjs/core'

/** The part of `CronTime` (of the package cron) that is needed. */
export interface CronTime {
  /** The cron line, or a date of Luxon's for a job that runs once. */
  source: unknown
  realDate: boolean
  timeZone?: string
  utcOffset?: number
  /** The first instant of the line after the second of `start`. */
  getNextDateFrom(start: Date, zone?: unknown): { toMillis(): number }
}

/** The part of `CronJob` that is needed. */
export interface CronJob {
  cronTime: CronTime
  waitForCompletion: boolean
  readonly isCallbackRunning: boolean
  fireOnTick(): Promise<void>
  start(): void
  /** When its timer fired last: a new Date for each time. */
  lastDate(): Date | null
  nextDate(): { zone: unknown }
}

/** The part of `SchedulerRegistry` that is needed. */
export interface SchedulerRegistry {
  addCronJob(name: string, job: CronJob): void
  addInterval(name: string, ref: NodeJS.Timeout): void
  addTimeout(name: string, ref: NodeJS.Timeout): void
  doesExist(type: 'cron' | 'interval', name: string): boolean
  getCronJob(name: string): CronJob
  getInterval(name: string): NodeJS.Timeout
}

/** Options of `@Cron`, with the line. */
export interface CronOptions {
  cronTime: unknown
  name?: string
  disabled?: boolean
  /** Milliseconds between the start of the application and that of the job. */
  initialDelay?: number
}

type Run = () => Promise<void>

interface SchedulerOrchestrator {
  addCron(run: Run, options: CronOptions): void
  addInterval(run: Run, everyMs: number, name?: string): void
  addTimeout(run: Run, afterMs: number, name?: string): void
  mountCron(): void
  mountIntervals(): void
  mountTimeouts(): void
}

interface ScheduleExplorer {
  explore(): void
  lookupSchedulers(instance: object, key: string): void
  warnForNonStaticProviders(...of: unknown[]): void
}

interface Decorated {
  /** `Class.method` */
  origin: string
  /** The name that the decorator gives. */
  name: string | undefined
  /** Calls the method; its errors are logged by the library. */
  run: Run
}

/** A decorated method that the library found. */
export type DecoratedJob = Decorated &
  ({ kind: 'cron'; options: CronOptions } | { kind: 'interval'; everyMs: number } | { kind: 'timeout'; afterMs: number })

/** The scheduler of one application. */
export class ScheduleLibrary {
  private constructor(
    readonly registry: SchedulerRegistry,
    private readonly explorer: ScheduleExplorer,
    private readonly orchestrator: SchedulerOrchestrator,
    private readonly cron: { CronJob: { from(params: object): CronJob } },
  ) {}

  /** @throws Error where the package, or its module in this application, is missing */
  static async open(modules: ModuleRef, discovery: DiscoveryService): Promise<ScheduleLibrary> {
    const { SchedulerRegistry, ScheduleExplorer } = await load()
    const find = <T>(token: Type<unknown>) => modules.get<unknown, T>(token, { strict: false })
    const orchestrators = discovery.getProviders().filter(({ metatype }) => metatype?.name === 'SchedulerOrchestrator')
    const orchestrator = orchestrators[0]?.instance as SchedulerOrchestrator | undefined
    if (orchestrator === undefined) throw new Error('Chordis: takeOver finds no ScheduleModule.forRoot() in this application')
    if (orchestrators.length > 1) throw new Error('Chordis: takeOver finds ScheduleModule.forRoot() twice, with different options')
    return new ScheduleLibrary(find(SchedulerRegistry), find(ScheduleExplorer), orchestrator, cronOfLibrary())
  }

  /** All decorated methods, in the library's own order, which is that of the providers: it explores once more, into our hands. */
  find(): DecoratedJob[] {
    const { explorer, orchestrator } = this
    const found: DecoratedJob[] = []
    let origin = ''
    const lookUp = explorer.lookupSchedulers.bind(explorer)
    const restore = [
      replace(explorer, 'lookupSchedulers', (instance, key) => {
        origin = `${instance.constructor.name}.${key}`
        lookUp(instance, key)
      }),
      // It has warned of them when it explored for itself.
      replace(explorer, 'warnForNonStaticProviders', () => undefined),
      replace(orchestrator, 'addCron', (run, options) => found.push({ kind: 'cron', origin, name: options.name, run, options })),
      replace(orchestrator, 'addInterval', (run, everyMs, name) => found.push({ kind: 'interval', origin, name, run, everyMs })),
      replace(orchestrator, 'addTimeout', (run, afterMs, name) => found.push({ kind: 'timeout', origin, name, run, afterMs })),
    ]
    try {
      explorer.explore()
    } finally {
      for (const undo of restore) undo()
    }
    return found
  }

  /** Whoever is given here mounts jobs of that kind in the library's place, when the application starts. */
  mountWith(mount: Partial<Record<'mountCron' | 'mountIntervals' | 'mountTimeouts', () => void>>): void {
    for (const [method, ours] of Object.entries(mount)) replace(this.orchestrator, method as keyof typeof mount, ours)
  }

  /** Hears of every cron job that enters the registry, once it is there. */
  onCronJob(hear: (name: string, job: CronJob) => void): void {
    const add = this.registry.addCronJob.bind(this.registry)
    replace(this.registry, 'addCronJob', (name, job) => {
      add(name, job)
      hear(name, job)
    })
  }

  /** A job that has not been started. */
  makeCron(options: CronOptions, run: Run): CronJob {
    return this.cron.CronJob.from({ ...options, onTick: run, start: false })
  }
}

/** Puts a method of its own before that of the class; answers how to take it away. */
function replace<T extends object, K extends keyof T>(target: T, method: K, ours: T[K]): () => void {
  if (Object.hasOwn(target, method))
    throw new Error('Chordis: takeOver finds the scheduler taken over already; is BeatModule.forRoot() there twice?')
  target[method] = ours
  return () => void Reflect.deleteProperty(target, method)
}

async function load() {
  try {
    return await import('@nestjs/schedule')
  } catch (error) {
    throw new Error('Chordis: takeOver needs the package @nestjs/schedule, version 12', { cause: error })
  }
}

/** The package cron that the library itself uses, wherever a package manager has put it. */
function cronOfLibrary() {
  const library = createRequire(import.meta.url).resolve('@nestjs/schedule')
  return createRequire(library)('cron') as { CronJob: { from(params: object): CronJob } }
}
