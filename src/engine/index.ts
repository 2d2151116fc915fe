/**
 * The engine: canvases, client and worker, without a framework. (Its only door: `node:*`, ioredis and a few libraries behind it.)
 *
 * @module chordis
 */
export * from './canvas/index.js'
export { Client, type ClientOptions, type ConnectionOptions } from './client/client.js'
export { WorkflowFailedError, WorkflowHandle, type WorkflowStatus } from './client/handle.js'
export type { SubmitOptions } from './client/submission.js'
export { ChordisError, ERROR_RULES, type ErrorCode, type WireError } from './protocol/errors.js'
export { checkName } from './protocol/ids.js'
export { NODE_STATES, type NodeState, type WorkflowState } from './protocol/states.js'
export type { Outcome } from './protocol/values.js'
export type { RedisOptions } from './redis/connection.js'
export type { NodeResult } from './redis/reader.js'
export type { Logger } from './worker/logger.js'
export { type TaskContext, type TaskDefinition, type TaskOptions, TaskRegistry } from './worker/registry.js'
export { Worker, type WorkerOptions } from './worker/worker.js'
