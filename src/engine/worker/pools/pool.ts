/** What the executor knows of threads and processes: it hands an attempt over and hears how it ended. */
import type { Canvas } from '../../canvas/types.js'
import type { Attempt } from '../attempt.js'
import type { Inputs } from '../call.js'
import type { Limits } from '../limits.js'
import type { ChildSignal } from '../signals.js'
import type { ChildSettings } from './messages.js'

/** How an attempt in a pool ended. `lost`: its thread or process died; `back`: it never began, for a reason that is not its own. */
export type PoolEnd =
  | { record: string }
  | { replace: Canvas }
  | { child: ChildSignal }
  | { thrown: unknown }
  | { lost: string }
  | { back: string }

export interface PoolCall {
  limits: Limits
  /** The handler is about to be called. */
  begun(): void
}

/** How many children a pool has, and what they are started with. */
export interface PoolSize {
  min: number
  max: number
  settings: ChildSettings
}

/** An idle child beyond the smallest number goes after this long, ms. */
export const IDLE_MS = 30_000

/** The module that a child runs: its source where we are sources ourselves. */
export const entryOf = (name: string): URL => new URL(`./${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

export interface Pool {
  /** Resolves when one child has loaded its tasks. Rejects when it cannot. */
  start(): Promise<void>
  /** Runs one attempt; never rejects. */
  run(attempt: Attempt, inputs: Inputs, call: PoolCall): Promise<PoolEnd>
  /** Ends every child now; what runs is killed. */
  stop(): Promise<void>
  /** Another most of children; what runs goes on. Missing where a running pool cannot change. */
  resize?(max: number): void
}
