/**
 * A task as its author sees it: the definition for workers and the calls for canvases, in one object.
 *
 * Pure: the handler is only carried. `C` is the context that a worker hands over; the canvas does not know it.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { checkName } from '../protocol/ids.js'
import { chunks, type KwargsInput, map, signature, starmap } from './builders.js'
import { ReadContext } from './context.js'
import { readBoolean, readDuration } from './fields.js'
import type { FluentGroup, FluentSignature, OptionsInput } from './fluent.js'
import { DEFAULT_LIMITS } from './limits.js'
import { readRetryPolicy } from './retry-policy.js'
import type { Given, InputOf, Result } from './typed.js'
import type { Json, RetryPolicy } from './types.js'

/** A class of errors. */
export type ErrorClass = abstract new (...args: any[]) => unknown

/** A task's own retry policy: as in signatures, and what only code can say. */
export interface RetrySettings extends Omit<RetryPolicy, 'retryFor' | 'dontRetryFor'> {
  /** Retry by itself only for errors of these classes, names or codes. */
  retryFor?: (string | ErrorClass)[]
  /** Never for these; it wins over `retryFor`. */
  dontRetryFor?: (string | ErrorClass)[]
  /** Asked last, with what was thrown and the number of the attempt that threw it. */
  retryIf?: (error: unknown, attempt: number) => boolean
}

/** Where a handler runs. */
export type PoolKind = 'inline' | 'thread' | 'process'
/** All kinds of pools. */
export const POOL_KINDS: readonly PoolKind[] = ['inline', 'thread', 'process']

/** Defaults of a task. A signature's own options win. */
export interface TaskDefaults {
  /** When and how a failed attempt is tried again. */
  retry?: RetrySettings
  /** The queue of calls that name none. */
  queue?: string
  /** Do not keep the results for readers; what comes after still gets them. */
  ignoreResult?: boolean
  /** How long an attempt may run, ms; then it is stopped for good: TimeLimitExceeded. 0: no limit. Default: the worker's, 1 h. */
  timeLimitMs?: number
  /** When an attempt is asked to end, ms: `ctx.signal` fires with SoftTimeLimitExceeded; it may clean up and still succeed. Default: never. */
  softTimeLimitMs?: number
  /**
   * `false`: never run twice. An attempt whose worker is lost while it may run ends FAILURE (WorkerLostError) instead of running again; retries by
   * policy still happen. Costs a round trip per attempt. Default true, unlike Celery's `acks_late`.
   */
  acksLate?: boolean
  /** Where it runs: on the worker's main loop, in a thread, or in a process of its own, the only one that can always be stopped. Default: the worker's. */
  pool?: PoolKind
  /** Say STARTED with `{startedAt, worker, pid}` when the handler is called. */
  trackStarted?: boolean
  /** Checks positional arguments by position, before the handler is called; what a schema makes of one takes its place. None: not checked. */
  args?: ArgumentSchemas
  /** Checks the keyword arguments. */
  kwargs?: StandardSchemaV1
}

/** Any Standard Schema (zod, valibot, arktype, …) per position. */
export type ArgumentSchemas = readonly (StandardSchemaV1 | null | undefined)[]

/** What a handler behind these schemas is called with. */
export type Parsed<S extends ArgumentSchemas> = { -readonly [K in keyof S]: S[K] extends StandardSchemaV1<any, infer O> ? O : any }

/** What callers of it give. */
export type Unparsed<S extends ArgumentSchemas> = { -readonly [K in keyof S]: S[K] extends StandardSchemaV1<infer I, any> ? I : any }

/** Refuses defaults that no call could carry. @throws ChordisError `name-invalid`, `canvas-invalid` */
export function checkDefaults({ queue, retry, ...rest }: TaskDefaults): void {
  if (queue !== undefined) checkName(queue, 'queue')
  const context = new ReadContext(DEFAULT_LIMITS, () => {
    throw new TypeError('there is no canvas in a task')
  })
  for (const limit of ['timeLimitMs', 'softTimeLimitMs'] as const) {
    if (rest[limit] !== undefined) readDuration(context, rest[limit], limit, 1)
  }
  if (rest.acksLate !== undefined) readBoolean(context, rest.acksLate, 'acksLate')
  if (rest.pool !== undefined && !POOL_KINDS.includes(rest.pool)) context.fail('pool', `must be one of ${POOL_KINDS.join(', ')}`)
  if (retry !== undefined) checkPolicy(context, retry)
  context.finish()
}

function checkPolicy(context: ReadContext, retry: RetrySettings): void {
  const { retryIf, retryFor, dontRetryFor, ...policy } = retry
  if (retryIf !== undefined && typeof retryIf !== 'function') context.fail('retry.retryIf', 'must be a function')
  readRetryPolicy(context, { ...policy, ...named('retryFor', retryFor), ...named('dontRetryFor', dontRetryFor) }, 'retry')
}

/** Classes stand as their names where a policy is checked as data. */
function named(field: 'retryFor' | 'dontRetryFor', errors: readonly (string | ErrorClass)[] | undefined): object {
  if (!Array.isArray(errors)) return errors === undefined ? {} : { [field]: errors }
  return { [field]: errors.map((error: unknown) => (typeof error === 'function' ? error.name || 'anonymous' : error)) }
}

/** What a worker's registry takes. */
export interface TaskDefinitionOf<C> {
  name: string
  /** Called with the context and the positional arguments; what it returns or resolves to is the result. */
  handler: (context: C, args: Json[]) => unknown
  options?: TaskDefaults
}

/** A task by name: calls of it for canvases, with the types of its positional arguments and of its result. */
export class TaskCalls<P extends unknown[] = any[], R = any> {
  constructor(
    readonly name: string,
    private readonly queue?: string,
  ) {}

  /** A call with these positional arguments; what comes before it in a chain is put in front of them. */
  s<G extends Given<P>>(...args: G): FluentSignature<InputOf<P, G>, R> {
    return this.signature(args)
  }

  /** A call with exactly these arguments, whatever comes before it. */
  si(...args: P): FluentSignature<unknown, R> {
    return this.signature(args).set({ immutable: true })
  }

  /** A call with positional and keyword arguments and options. */
  signature(args: readonly unknown[] = [], kwargs: KwargsInput = {}, options: OptionsInput = {}): FluentSignature<any, R> {
    return signature(this.name, args, kwargs, this.queue === undefined ? options : { queue: this.queue, ...options })
  }

  /** One node that calls this task once per item. */
  map(items: Iterable<P[0]>): FluentSignature<unknown, R[]> {
    return map(this, items)
  }

  /** One node that calls this task once per argument list. */
  starmap(items: Iterable<Readonly<P>>): FluentSignature<unknown, R[]> {
    return starmap(this, items)
  }

  /** A group of starmaps over `size` argument lists each. */
  chunks(items: Iterable<Readonly<P>>, size: number): FluentGroup<unknown, R[][]> {
    return chunks(this, items, size)
  }
}

/** A task and what a worker's registry takes of it. */
export class Task<C = unknown, P extends unknown[] = any[], R = any> extends TaskCalls<P, R> {
  constructor(readonly definition: TaskDefinitionOf<C>) {
    super(definition.name, definition.options?.queue)
  }
}

/**
 * A task of another service, by contract: calls of it, checked by the compiler, without its code.
 * @example const fetch = declareTask<[url: string], Page>('fetch'); chain(fetch.s('https://…'), parse.s())
 */
export function declareTask<P extends unknown[], R>(name: string, options: Pick<TaskDefaults, 'queue'> = {}): TaskCalls<P, R> {
  return new TaskCalls(name, options.queue)
}

/** Positional arguments arrive as JSON; the parameters' types are the author's promise. */
type Handler<A extends unknown[], R = unknown> = (...args: A) => R
type BoundHandler<C, A extends unknown[], R> = (context: C, ...args: A) => R

/**
 * Defines a task. The function gets the positional arguments; with `bind: true` the worker's context comes first, as in Celery.
 * @example const add = task('add', (x: number, y: number) => x + y); add.s(1, 2)
 */
export function task<A extends unknown[], R>(name: string, handler: Handler<A, R>): Task<unknown, A, Result<R>>
export function task<C, const S extends ArgumentSchemas, R>(
  name: string,
  options: TaskDefaults & { bind: true; args: S },
  handler: BoundHandler<C, Parsed<S>, R>,
): Task<C, Unparsed<S>, Result<R>>
export function task<const S extends ArgumentSchemas, R>(
  name: string,
  options: TaskDefaults & { bind?: false; args: S },
  handler: Handler<Parsed<S>, R>,
): Task<unknown, Unparsed<S>, Result<R>>
export function task<C, A extends unknown[], R>(
  name: string,
  options: TaskDefaults & { bind: true; args?: undefined },
  handler: BoundHandler<C, A, R>,
): Task<C, A, Result<R>>
export function task<A extends unknown[], R>(
  name: string,
  options: TaskDefaults & { bind?: false; args?: undefined },
  handler: Handler<A, R>,
): Task<unknown, A, Result<R>>
export function task(name: string, ...rest: [Handler<never[]>] | [TaskDefaults & { bind?: boolean }, Handler<never[]>]): Task<never> {
  const [{ bind = false, ...options }, handler] = rest.length === 2 ? rest : [{}, rest[0]]
  const call = handler as (...args: unknown[]) => unknown
  const bound = (context: unknown, args: Json[]) => (bind ? call(context, ...args) : call(...args))
  return new Task<never>({ name, handler: bound, ...(Object.keys(options).length > 0 ? { options } : {}) })
}
