/**
 * The Nest face of Chordis: what an application imports.
 *
 * @module chordis/nestjs
 */

/** Inject the client by its class: `constructor(@Inject(ChordisClient) private readonly chordis: ChordisClient) {}`. */
export { Client as ChordisClient, TaskRegistry } from '../engine/index.js'
export { ChordisModule } from './chordis.module.js'
export {
  CHORDIS_LOGGER,
  CHORDIS_OPTIONS,
  type ChordisModuleOptions,
  type DrainOptions,
  type Role,
  type WorkerOptions,
} from './chordis.options.js'
export { HealthModule } from './health/health.module.js'
export { createAdapter, DEFAULT_BODY_LIMIT } from './http/adapter.js'
export { ProblemFilter } from './http/problem.filter.js'
export { type Fault, PROBLEM_TYPE, type Problem, RequestInvalidError, toProblem } from './http/problem.js'
export { createPino, type LogLevel, PinoLogger } from './logging/pino.logger.js'
export { createService, type Service, type ServiceOptions } from './service.js'
export { Ctx, Task, type TaskDecoratorOptions, Tasks, type TasksOptions } from './tasks/task.decorator.js'
export { Drain } from './worker/drain.js'
export { WorkflowsModule } from './workflows/workflows.module.js'
