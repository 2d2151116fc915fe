/** The tasks that a worker knows, and what a running task is given. */
import type { Canvas, Json, RetryPolicy } from '../canvas/types.js'
import { ChordisError } from '../protocol/errors.js'
import { checkName } from '../protocol/ids.js'
import type { Logger } from './logger.js'

/** What `ctx.retry()` may say. */
export interface RetryOptions {
  /** Delay before the next attempt, ms. Default: the policy's backoff. */
  countdownMs?: number
  /** The error to end with when no retry is left. Default MaxRetriesExceeded. */
  error?: unknown
  /** Retries allowed in all; `null` without end. Default: the policy's, else 3. */
  maxRetries?: number | null
}

/** What a handler knows of the attempt that it runs. */
export interface TaskContext {
  /** The node: `<workflow>:<node>`. It stays the same over retries. */
  readonly id: string
  readonly task: string
  /** 1 for the first attempt. */
  readonly attempt: number
  readonly workflow: { id: string }
  /** Positional arguments, results of earlier steps in front. */
  readonly args: Json[]
  /** Keyword arguments. */
  readonly kwargs: { [name: string]: Json }
  /** Fires when the worker stops without waiting for this attempt any longer. */
  readonly signal: AbortSignal
  readonly logger: Logger
  /** Ends this attempt and asks for another. Throws; nothing after it runs. */
  retry(options?: RetryOptions): never
  /** This task's place in the workflow passes to `canvas`. Throws; nothing after it runs. */
  replace(canvas: Canvas): never
  /** One more member for the chord whose header this task belongs to; takes effect when this attempt succeeds. */
  addToChord(canvas: Canvas): void
  /** Shows how far the task is; the latest call counts. */
  progress(current: number, total?: number, note?: string): void
  /** Ends SUCCESS with null, marked ignored; the chain goes on. Throws. */
  ignore(): never
}

/** Defaults of a task; a signature's own options win. */
export interface TaskOptions {
  retry?: RetryPolicy
  /** Queue of calls that name none (used where the call is made). */
  queue?: string
  ignoreResult?: boolean
}

/** A task as a worker runs it. */
export interface TaskDefinition {
  /** `[A-Za-z0-9._-]{1,128}` */
  name: string
  /** Called with the context and the positional arguments; what it returns or resolves to is the result, what it throws the error. */
  handler: (ctx: TaskContext, args: Json[]) => unknown
  options?: TaskOptions
}

/** Tasks by name. Only what is registered ever runs: names from Redis are never resolved in any other way. */
export class TaskRegistry {
  private readonly tasks = new Map<string, TaskDefinition>()

  /** @throws ChordisError `name-invalid`; `request-invalid` when the name is taken by another definition */
  register(definition: TaskDefinition): this {
    checkName(definition.name, 'task')
    const known = this.tasks.get(definition.name)
    if (known && known !== definition) {
      throw new ChordisError('request-invalid', `task ${definition.name} is registered twice`, { path: 'task' })
    }
    this.tasks.set(definition.name, definition)
    return this
  }

  /** The definition of a task, if it is known. */
  get(name: string): TaskDefinition | undefined {
    return this.tasks.get(name)
  }

  /** Names of all tasks, sorted. */
  names(): string[] {
    return [...this.tasks.keys()].sort()
  }
}
