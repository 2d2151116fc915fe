/**
 * The Nest face of Chordis: what an application imports.
 *
 * @module chordis/nestjs
 */

/** Inject the client by its class: `constructor(@Inject(ChordisClient) private readonly chordis: ChordisClient) {}`. */
export { Client as ChordisClient, TaskRegistry } from '../engine/index.js'
export { BeatModule } from './beat/beat.module.js'
export type { BeatModuleOptions, BeatOptionsFactory, OnRedisDown, TakeOverOptions } from './beat/beat.options.js'
export { BeatRunner } from './beat/beat.runner.js'
export type { JobStats } from './beat/gate.js'
export { Scheduled, type ScheduledOptions } from './beat/scheduled.decorator.js'
export { TakeOver } from './beat/take-over.js'
export { ChordisModule, type FeatureOptions } from './chordis.module.js'
export {
  CHORDIS_LOGGER,
  CHORDIS_OPTIONS,
  type ChordisModuleOptions,
  type ChordisOptionsFactory,
  type DrainOptions,
  type Role,
  type WorkerOptions,
} from './chordis.options.js'
export { ChordisConnection } from './connections/connection.js'
export { Connections } from './connections/connections.js'
export { getChordisToken, InjectChordis } from './connections/tokens.js'
export { type ChordisHealth, ChordisHealthIndicator, type HealthIndicatorOptions } from './health/health.indicator.js'
export { HealthModule } from './health/health.module.js'
export { OnTask, OnWorkflow, type TaskHookOptions, type WorkflowHookOptions } from './hooks/hook.decorator.js'
export { createAdapter, DEFAULT_BODY_LIMIT, type HttpOptions } from './http/adapter.js'
export { ProblemFilter } from './http/problem.filter.js'
export { type Fault, PROBLEM_TYPE, type Problem, RequestInvalidError, toProblem } from './http/problem.js'
export { createPino, type LogLevel, PinoLogger } from './logging/pino.logger.js'
export { MetricsModule } from './metrics/metrics.module.js'
export type { MetricsModuleOptions } from './metrics/metrics.options.js'
export { MetricsRegistry } from './metrics/metrics.registry.js'
export { CallableTask, InjectTask, type InjectTaskOptions, type TaskOf } from './tasks/callable-task.js'
export { type Checkable, dto } from './tasks/dto.js'
export { Arg, Ctx, Task, type TaskDecoratorOptions, type TaskSettings, Tasks, type TasksOptions } from './tasks/task.decorator.js'
export { TaskForbiddenError } from './tasks/task.runner.js'
export { getTaskArguments, getTaskContext, isTaskHost } from './tasks/task-host.js'
export type { WebhookHosts } from './webhooks/addresses.js'
export type { Resolve, WebhookTransportOptions } from './webhooks/transport.js'
export { WebhooksModule } from './webhooks/webhooks.module.js'
export type { WebhooksOptions } from './webhooks/webhooks.options.js'
export { type WebhookListener, WebhookRunner } from './webhooks/webhooks.runner.js'
export { Drain } from './worker/drain.js'
export { type TasksOfOptions, tasksOf } from './worker/tasks-of.js'
