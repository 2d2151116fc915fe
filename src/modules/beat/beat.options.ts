/** What the beat module is told. */
import type { BeatOptions, ScheduleDefinition } from '../../engine/index.js'

/** What happens to a tick that nobody can be asked about. */
export type OnRedisDown = 'skip' | 'run'

/** Which methods of @nestjs/schedule run once for all replicas, and what happens in doubt. */
export interface TakeOverOptions {
  /** `@Cron` methods, and cron jobs that are added to its SchedulerRegistry. Default true. */
  cron?: boolean
  /** `@Interval` methods. Default true. */
  intervals?: boolean
  /** `@Timeout` methods, once per {@link deployId}; without one they stay as they are. Default true. */
  timeouts?: boolean
  /** Jobs that go on running in every replica, a local cache's for example: by the name that their decorators give, or as `Class.method`. */
  except?: readonly string[]
  /** What the application is called, where several share a namespace: only replicas of one application stand for each other. Default: ''. */
  scope?: string
  /** What all replicas of one deployment have in common and the next one has not, a Git commit for example. Default: `CHORDIS_DEPLOY_ID`. */
  deployId?: string
  /**
   * What happens to a tick when Redis was asked for some 4 s without an answer. `skip`: it does not run. `run`: it runs in every replica that cannot
   * ask. Default `skip`.
   */
  onRedisDown?: OnRedisDown
}

/** Options of {@link BeatModule.forRoot}. */
export interface BeatModuleOptions {
  /** Makes `@Cron`, `@Interval` and `@Timeout` methods of @nestjs/schedule run in one replica per tick. Default: they stay as they are. */
  takeOver?: boolean | TakeOverOptions
  /** Schedules beside those of `@Scheduled()` methods. */
  schedules?: readonly ScheduleDefinition[]
  /** Whether this process fires schedules: all of the namespace. Default true; any number of processes may. Options of the engine's beat may be given. */
  beat?: boolean | Pick<BeatOptions, 'lookMs' | 'onFired'>
  /** Who declares the schedules, `[A-Za-z0-9._-]{1,128}`: stands in each that names no source of its own. */
  source?: string
  /** Schedules of {@link source} that are declared no more are removed at boot. Default false: they are logged, and go on. */
  prune?: boolean
  /** The connection whose Redis is asked, and where schedules are that name no other. Default: the default one. */
  connection?: string
}

/** What `forRootAsync({ useClass })` and `useExisting` take. */
export interface BeatOptionsFactory {
  /** Called once, at boot. */
  createBeatOptions(): BeatModuleOptions | Promise<BeatModuleOptions>
}

/** Token of the module's options. */
export const BEAT_OPTIONS = Symbol('chordis.beat-options')

/** What is taken over, with all defaults; `undefined` for nothing. @throws Error for what is no such option */
export function takeOverOf({ takeOver = false }: BeatModuleOptions): Required<TakeOverOptions> | undefined {
  if (takeOver === false) return undefined
  const given = takeOver === true ? {} : takeOver
  const { onRedisDown = 'skip', scope = '', except = [], deployId = process.env.CHORDIS_DEPLOY_ID ?? '' } = given
  if (onRedisDown !== 'skip' && onRedisDown !== 'run') {
    throw new Error(`Chordis: takeOver.onRedisDown: "${String(onRedisDown)}" is neither skip nor run`)
  }
  for (const [path, text] of Object.entries({ scope, deployId })) {
    if (typeof text !== 'string' || text.length > 128) throw new Error(`Chordis: takeOver.${path}: must be at most 128 characters`)
  }
  const { cron = true, intervals = true, timeouts = true } = given
  return { cron, intervals, timeouts, except, scope, deployId, onRedisDown }
}
