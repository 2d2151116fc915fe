/** What `ctx.retry()`, `ctx.replace()`, `ctx.executeChild()` and `ctx.ignore()` throw. Not errors: a handler that catches everything should let them pass. */
import type { Canvas } from '../canvas/types.js'
import type { ChildOptions } from './child-options.js'
import type { RetryOptions } from './registry.js'

export class RetrySignal {
  constructor(readonly options: RetryOptions) {}
}

export class ReplaceSignal {
  constructor(readonly canvas: Canvas) {}
}

export class ChildSignal {
  constructor(
    readonly canvas: Canvas,
    readonly options: ChildOptions,
  ) {}
}

export class IgnoreSignal {}

type TaskSignal = RetrySignal | ReplaceSignal | ChildSignal | IgnoreSignal
const SIGNALS = [RetrySignal, ReplaceSignal, ChildSignal, IgnoreSignal]

/** What was thrown, when it is one of these. `instanceof` asks a Proxy's traps, so it may throw itself. */
export function signalOf(thrown: unknown): TaskSignal | undefined {
  try {
    return SIGNALS.some((signal) => thrown instanceof signal) ? (thrown as TaskSignal) : undefined
  } catch {
    return undefined
  }
}

/** Whether this is what `ctx.retry()`, `ctx.replace()`, `ctx.executeChild()` or `ctx.ignore()` threw: who catches everything lets it pass. */
export const isTaskSignal = (thrown: unknown): boolean => signalOf(thrown) !== undefined

/** The error of a task that asked for more retries than it has. */
export class MaxRetriesExceeded extends Error {
  override readonly name = 'MaxRetriesExceeded'
}
