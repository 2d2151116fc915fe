/** The tasks that a worker knows, and what a running task is given. */
import { checkDefaults, type TaskDefaults } from '../canvas/task.js'
import type { Canvas, Json } from '../canvas/types.js'
import { ChordisError } from '../protocol/errors.js'
import { checkName } from '../protocol/ids.js'
import { announcements } from './argument-schemas.js'
import { withChecks } from './arguments.js'
import type { ChildOptions, StartedChild } from './child-options.js'
import type { Logger } from './logger.js'

/** What `ctx.retry()` may say. */
export interface RetryOptions {
  /** Delay before the next attempt, ms. Default: the policy's backoff. */
  countdownMs?: number
  /**
   * What a server said in its Retry-After header: seconds, an HTTP date (RFC 9110, 10.2.3), or a date. It wins over `countdownMs`; a text that is
   * neither is passed over.
   */
  retryAfter?: number | string | Date
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
  /**
   * Starts another workflow and goes on. The child has an id, a state, a handle and a retention of its own; this workflow lists it
   * (`handle.childWorkflows()`). Calls are told apart by their order: the `n`th call of a later attempt finds the child that the `n`th call of an earlier
   * one started, whatever canvas it gives.
   * @throws ChordisError `canvas-invalid`, `request-invalid`; `limit-exceeded` past 1,000 children of a workflow, or 100 generations; `redis-full`;
   * `lease-lost`
   */
  startChild(canvas: Canvas, options?: ChildOptions): Promise<StartedChild>
  /**
   * Starts another workflow and waits for it without a worker: this attempt ends, and the task ends as the child does. With its value; FAILURE with a
   * `ChildWorkflowError` whose cause is the child's error; REVOKED when it was revoked. Throws; nothing after it runs. What is to be done with the value
   * belongs into the next step. A later attempt finds the child that an earlier one started.
   */
  executeChild(canvas: Canvas, options?: ChildOptions): never
  /** One more member for the chord whose header this task belongs to; takes effect when this attempt succeeds. */
  addToChord(canvas: Canvas): void
  /**
   * Shows this state while the attempt runs (`handle.task(id).state()` and `info()`). The latest call counts, about four a second are written, and
   * nothing of it is left in sight when the attempt is over.
   * @param state `[A-Z][A-Z0-9_]{0,31}`; of the states of Chordis only STARTED
   * @param meta 16 kB of JSON at most; default null
   * @throws ChordisError `request-invalid`
   */
  updateState(state: string, meta?: unknown): void
  /** As {@link updateState}: PROGRESS with `{current, total?, message?}`. */
  progress(current: number, total?: number, message?: string): void
  /** Ends SUCCESS with null, marked ignored; the chain goes on. Throws. */
  ignore(): never
}

/** Defaults of a task; a signature's own options win. */
export type TaskOptions = TaskDefaults

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
  private readonly tasks = new Map<string, { given: TaskDefinition; runs: TaskDefinition }>()

  /**
   * @throws ChordisError `name-invalid`; `canvas-invalid` or `request-invalid` for wrong options; `request-invalid` when the name is taken by
   * another definition
   */
  register(definition: TaskDefinition): this {
    checkName(definition.name, 'task')
    const known = this.tasks.get(definition.name)
    if (known && known.given !== definition) {
      throw new ChordisError('request-invalid', `task ${definition.name} is registered twice`, { path: 'task' })
    }
    checkDefaults(definition.options ?? {})
    const handler = withChecks(definition)
    this.tasks.set(definition.name, { given: definition, runs: handler === definition.handler ? definition : { ...definition, handler } })
    return this
  }

  /** The definition as a worker runs it: the handler checks its arguments first where the options say so. */
  get(name: string): TaskDefinition | undefined {
    return this.tasks.get(name)?.runs
  }

  /** Names of all tasks, sorted. */
  names(): string[] {
    return [...this.tasks.keys()].sort()
  }

  /** What a worker announces of them, in the order of {@link names}. @internal */
  announcements(): string[] {
    return announcements(this.names().map((name) => (this.tasks.get(name) as { given: TaskDefinition }).given))
  }

  /** `default` and every queue that a task names: what a worker of these tasks serves when nobody says otherwise. */
  queues(): string[] {
    const named = [...this.tasks.values()].flatMap(({ given }) => given.options?.queue ?? [])
    return [...new Set(['default', ...named])]
  }
}
