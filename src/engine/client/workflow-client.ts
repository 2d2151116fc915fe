/**
 * What a service needs of a client. `Client` is one over Redis, `InlineChordis` of `chordis/testing` one that runs everything in the test's own
 * process: a service that asks for this can be given either.
 */
import type { ResultOf, Startable } from '../canvas/typed.js'
import type { Canvas, Json } from '../canvas/types.js'
import type { ChordisError } from '../protocol/errors.js'
import type { KnownTask } from '../redis/roster.js'
import type { WorkflowHandle } from './handle.js'
import type { SubmitOptions } from './submission.js'
import type { AsyncResult } from './task-handle.js'

/** What a service needs of a client: one over Redis, or an inline one. */
export interface WorkflowClient {
  /** Stores a canvas as a workflow and starts it: all of it or nothing. */
  submit<C>(canvas: C & Startable<C>, options?: SubmitOptions): Promise<WorkflowHandle<ResultOf<C>>>
  /** Submits many at once. Each is answered by itself: a handle, or the error that it alone met. */
  submitMany(items: readonly { canvas: Canvas | unknown; options?: SubmitOptions }[]): Promise<(WorkflowHandle | ChordisError)[]>
  /** A handle on the workflow with this id; whether it exists shows when it is asked. */
  workflow<R = Json>(id: string): WorkflowHandle<R>
  /** What Celery's AsyncResult shows, of a workflow or of one of its task calls. */
  result<R = Json>(id: string): AsyncResult<R>
  /** The tasks that are known, and those that calls wait for. */
  tasks(): Promise<KnownTask[]>
  /** Time of one round trip, ms. */
  ping(): Promise<number>
  /** Lets go of what it holds. Workflows go on. */
  close(): Promise<void>
}
