/**
 * What tests of applications need. It knows no test framework.
 *
 * @module chordis/testing
 */

export {
  assertCalled,
  assertCallOrder,
  assertNotCalled,
  assertNotSubmitted,
  assertSubmitted,
  type ExpectedCall,
  type ExpectedHandlerCall,
  type ExpectedSubmission,
  type SubmittedTask,
  submittedTasks,
} from './assertions.js'
export { type Timer, VirtualClock, type VirtualClockOptions } from './clock.js'
export { InlineChordis, type InlineOptions, type SubmittedCanvas, type TaskName } from './inline.js'
export { RedisMissingError, redisBinary } from './redis-binary.js'
export { RedisServer, type RedisServerOptions } from './redis-server.js'
export type { TaskCall, TaskSource } from './task-book.js'
export { type FileHooks, type FileRedis, startRedis, useRedis } from './use-redis.js'
