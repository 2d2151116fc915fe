/** What the executor knows of threads and processes: it hands an attempt over and hears how it ended. */
import type { Canvas } from '../../canvas/types.js'
import type { Attempt } from '../attempt.js'
import type { Inputs } from '../call.js'
import type { Limits } from '../limits.js'

/** How an attempt in a pool ended. `lost`: its thread or process died; `back`: it never began, for a reason that is not its own. `abandoned`: the worker stops. */
export type PoolEnd =
  | { record: string }
  | { replace: Canvas }
  | { thrown: unknown }
  | { lost: string }
  | { back: string }
  | { abandoned: true }

export interface PoolCall {
  limits: Limits
  /** The handler is about to be called. */
  begun(): void
}

export interface Pool {
  /** Resolves when one child has loaded its tasks. Rejects when it cannot. */
  start(): Promise<void>
  /** Runs one attempt; never rejects. */
  run(attempt: Attempt, inputs: Inputs, call: PoolCall): Promise<PoolEnd>
  /** Ends every child now; what runs is killed. */
  stop(): Promise<void>
  /** Another most of children; what runs goes on. Missing where a running pool cannot change. */
  resize?(max: number): void
  /** Children that are there, for who looks. */
  readonly size: number
}
