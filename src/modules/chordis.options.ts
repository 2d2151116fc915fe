/**
 * What a Chordis module is told: where Redis is, which roles this process plays, how its worker runs.
 *
 * The same object serves `forRoot`, `forRootAsync` and `createService`; it is checked here once, so nobody else asks what a default is.
 */
import type { CanvasLimits, ConnectionOptions, WorkerOptions as EngineWorkerOptions, Logger, TaskDefinition } from '../engine/index.js'

/** `api`: takes and answers requests, runs no task. `worker`: runs tasks. */
export type Role = 'api' | 'worker'

export const ROLES: readonly Role[] = ['api', 'worker']

/** All that the engine's worker takes, but what the module gives it. `queues` defaults to `default` and every queue that a task here names. */
export type WorkerOptions = Omit<EngineWorkerOptions, keyof ConnectionOptions | 'tasks' | 'logger' | 'listener'>

/** How long the parts of a shutdown may take. */
export interface DrainOptions {
  /** Milliseconds between "not ready" and the end of accepting, so that a load balancer sees it first. Default 0. */
  readinessMs?: number
  /** Milliseconds that requests in flight are given; then their connections are cut. Default 10,000. */
  httpMs?: number
}

/** Options of one connection. */
export interface ChordisModuleOptions extends ConnectionOptions {
  /** What this process does for the connection. Default: both. */
  roles?: Role[]
  /** How its worker runs, where the roles say that there is one. */
  worker?: WorkerOptions
  /** Of the process: with several connections the longest times count. */
  drain?: DrainOptions
  /** Tasks written without Nest (`task('name', fn).definition`). */
  tasks?: TaskDefinition[]
  /** Milliseconds until a command to Redis counts as unanswered. Default: the engine's. */
  commandTimeoutMs?: number
  /**
   * What canvases may be that come over REST and GraphQL, each limit lower than the engine's (100,000 nodes, 64 canvases and 512 arrays and objects in one
   * another): also `members` of a group, and `payloadBytes`, the arguments of one call as JSON. Beyond it nothing is stored: `limit-exceeded`, with the
   * path. What the application itself submits is not asked. Boot fails (`request-invalid`) for one that cannot be.
   */
  limits?: Partial<CanvasLimits>
  /** Default: Nest's own logger. */
  logger?: Logger
}

/** What `forRootAsync({ useClass })` and `useExisting` take. */
export interface ChordisOptionsFactory {
  /** Called once, at boot. */
  createChordisOptions(): ChordisModuleOptions | Promise<ChordisModuleOptions>
}

/** Token of the default connection's {@link ChordisModuleOptions}. */
export const CHORDIS_OPTIONS = Symbol('chordis.options')
/** Token of one connection's options, inside its module. */
export const OPTIONS = Symbol('chordis.module-options')
/** Token of the default connection's {@link Logger}. */
export const CHORDIS_LOGGER = Symbol('chordis.logger')

/** The roles asked for, checked; both when none are named. */
export function rolesOf(options: { roles?: readonly string[] }): Role[] {
  const asked = options.roles ?? ROLES
  const unknown = asked.find((role) => !ROLES.includes(role as Role))
  if (unknown !== undefined) throw new Error(`Chordis: "${unknown}" is not a role; the roles are ${ROLES.join(' and ')}`)
  if (asked.length === 0) throw new Error(`Chordis: a process needs a role: ${ROLES.join(', ')} or both`)
  return ROLES.filter((role) => asked.includes(role))
}
