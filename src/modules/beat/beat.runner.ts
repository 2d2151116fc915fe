/**
 * Brings the schedules that an application declares into Redis when it starts, and fires schedules while it runs. Every replica may do both: what is as
 * declared is left alone, what a person paused stays paused, and a time fires once for all.
 */
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common'
import { Beat, type BeatStatistics, Client, type Fired } from '../../engine/index.js'
import { type ChordisConnection, where } from '../connections/connection.js'
import { Connections } from '../connections/connections.js'
import { isForTasksOnly } from '../worker/tasks-of.js'
import { BEAT_OPTIONS, type BeatModuleOptions } from './beat.options.js'
import { type DeclaredSchedule, ScheduleExplorer } from './schedule.explorer.js'

const LISTED_AT_ONCE = 1_000

/** Fires the schedules of the application's connections. */
@Injectable()
export class BeatRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly beats: Beat[] = []
  /** Hear of every run that the beats of this process submit, or leave out. */
  readonly listeners: ((fired: Fired) => void)[] = []

  constructor(
    @Inject(BEAT_OPTIONS) private readonly options: BeatModuleOptions,
    @Inject(Connections) private readonly connections: Connections,
    @Inject(ScheduleExplorer) private readonly explorer: ScheduleExplorer,
  ) {}

  /** What the beats of this process have done. */
  statistics(): BeatStatistics[] {
    return this.beats.map((beat) => beat.statistics())
  }

  /** Since the beat of this process that stands still the longest looked at its schedules, ms; 0 where there is none. */
  sinceLookMs(): number {
    return Math.max(0, ...this.beats.map((beat) => beat.sinceLookMs()))
  }

  /** @throws Error for a schedule that cannot be, naming where it is declared */
  async onApplicationBootstrap(): Promise<void> {
    const declared = this.explorer.find()
    if (isForTasksOnly()) return
    for (const one of declared) await this.declare(one)
    await this.removeOthers(declared)
    if (this.options.beat === false) return
    const own = this.connections.get(this.options.connection)
    for (const connection of new Set([own, ...declared.map((one) => one.connection)])) await this.begin(connection)
  }

  /** Each ends after the look that is under way. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.beats.map((beat) => beat.stop()))
  }

  private async declare({ connection, definition, origin }: DeclaredSchedule): Promise<void> {
    const { client, logger } = connection
    // In a test that runs its workflows inline there is no Redis and no clock.
    if (!(client instanceof Client)) return
    const { source } = this.options
    try {
      const { outcome, changed, schedule } = await client.schedules.upsert({ ...(source === undefined ? {} : { source }), ...definition })
      const fields = {
        schedule: schedule.id,
        due: schedule.description,
        next: schedule.next,
        ...(outcome === 'changed' ? { changed } : {}),
      }
      if (outcome !== 'unchanged') logger.info(fields, `schedule ${outcome}`)
      if (schedule.paused !== null) logger.warn({ schedule: schedule.id, paused: schedule.paused }, 'a declared schedule is paused')
    } catch (error) {
      throw new Error(`Chordis: ${origin}: ${(error as Error).message}`, { cause: error })
    }
  }

  /** Of this source, what is declared no more. */
  private async removeOthers(declared: readonly DeclaredSchedule[]): Promise<void> {
    const { source, prune = false } = this.options
    const { client, logger } = this.connections.get(this.options.connection)
    if (source === undefined || !(client instanceof Client)) return
    const names = new Set(declared.map(({ definition: { tenant = '-', id } }) => `${tenant}:${id}`))
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Awaited<ReturnType<typeof client.schedules.list>> = await client.schedules.list({
        limit: LISTED_AT_ONCE,
        ...(cursor === '' ? {} : { cursor }),
      })
      for (const { id, tenant, source: of } of page.schedules) {
        if (of !== source || names.has(`${tenant}:${id}`)) continue
        if (prune) await client.schedules.delete(id, { tenant })
        logger.warn(
          { schedule: id, source },
          prune ? 'schedule removed: it is declared no more' : 'a schedule is declared no more, and goes on',
        )
      }
      cursor = page.cursor
    }
  }

  private async begin({ client, options, logger }: ChordisConnection): Promise<void> {
    if (!(client instanceof Client)) return
    const given = typeof this.options.beat === 'object' ? this.options.beat : {}
    const onFired = (fired: Fired): void => {
      for (const listener of this.listeners) listener(fired)
      given.onFired?.(fired)
    }
    const beat = new Beat({ ...where(options), logger, ...given, onFired })
    this.beats.push(beat)
    await beat.start()
  }
}
