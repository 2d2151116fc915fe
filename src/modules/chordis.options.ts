/**
 * What a Chordis module is told: where Redis is, which roles this process plays, how its worker runs.
 *
 * The same object serves `forRoot`, `forRootAsync` and `createService`; it is checked here once, so nobody else asks what a default is.
 */
import { ConfigurableModuleBuilder } from '@nestjs/common'
import type { ConnectionOptions, Logger, TaskDefinition } from '../engine/index.js'

/** `api`: takes and answers requests, runs no task. `worker`: runs tasks. */
export type Role = 'api' | 'worker'

export const ROLES: readonly Role[] = ['api', 'worker']

/** How the worker of this process runs. */
export interface WorkerOptions {
  /** Queues to work on. Default: `default` and every queue that a task of this process names. */
  queues?: string[]
  /** Tasks at once in this process. Default 100. */
  concurrency?: number
  /** Milliseconds that a running task is given to finish on shutdown before it is given back. Default 10,000. */
  graceMs?: number
  /** Name of this worker in listings. */
  name?: string
}

/** How long the parts of a shutdown may take. */
export interface DrainOptions {
  /** Milliseconds between "not ready" and the end of accepting, so that a load balancer sees it first. Default 0. */
  readinessMs?: number
  /** Milliseconds that requests in flight are given; then their connections are cut. Default 10,000. */
  httpMs?: number
}

/** What `ChordisModule.forRoot` takes. */
export interface ChordisModuleOptions extends ConnectionOptions {
  /** Default: both. */
  roles?: Role[]
  worker?: WorkerOptions
  drain?: DrainOptions
  /** Tasks written without Nest (`task('name', fn).definition`). */
  tasks?: TaskDefinition[]
  /** Milliseconds until a command to Redis counts as unanswered. Default: the engine's. */
  commandTimeoutMs?: number
  /** Default: Nest's own logger. */
  logger?: Logger
}

/** Token of the validated {@link ChordisModuleOptions}. */
export const CHORDIS_OPTIONS = Symbol('chordis.options')
/** Token of the engine's {@link Logger}. */
export const CHORDIS_LOGGER = Symbol('chordis.logger')

export const { ConfigurableModuleClass, ASYNC_OPTIONS_TYPE, OPTIONS_TYPE } = new ConfigurableModuleBuilder<ChordisModuleOptions>({
  optionsInjectionToken: CHORDIS_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setExtras({ isGlobal: true }, (definition, extras) => ({ ...definition, global: extras.isGlobal }))
  .build()

/** The roles asked for, checked; both when none are named. */
export function rolesOf(options: { roles?: readonly string[] }): Role[] {
  const asked = options.roles ?? ROLES
  const unknown = asked.find((role) => !ROLES.includes(role as Role))
  if (unknown !== undefined) throw new Error(`Chordis: "${unknown}" is not a role; the roles are ${ROLES.join(' and ')}`)
  if (asked.length === 0) throw new Error(`Chordis: a process needs a role: ${ROLES.join(', ')} or both`)
  return ROLES.filter((role) => asked.includes(role))
}
