/**
 * A task as its author sees it: the definition for workers and the calls for canvases, in one object.
 *
 * Pure: the handler is only carried. `C` is the context that a worker hands over; the canvas does not know it.
 */
import { chunks, type KwargsInput, map, signature, starmap } from './builders.js'
import type { FluentGroup, FluentSignature, OptionsInput } from './fluent.js'
import type { Json, RetryPolicy } from './types.js'

/** Defaults of a task. A signature's own options win. */
export interface TaskDefaults {
  /** When and how a failed attempt is tried again. */
  retry?: RetryPolicy
  /** The queue of calls that name none. */
  queue?: string
  /** Do not keep the results for readers. */
  ignoreResult?: boolean
}

/** What a worker's registry takes. */
export interface TaskDefinitionOf<C> {
  name: string
  handler: (context: C, args: Json[]) => unknown
  options?: TaskDefaults
}

export class Task<C = unknown> {
  constructor(readonly definition: TaskDefinitionOf<C>) {}

  get name(): string {
    return this.definition.name
  }

  /** A call with these positional arguments; what comes before it in a chain is prepended. */
  s(...args: unknown[]): FluentSignature {
    return this.signature(args)
  }

  /** A call with exactly these arguments, whatever comes before it. */
  si(...args: unknown[]): FluentSignature {
    return this.signature(args).set({ immutable: true })
  }

  /** A call with positional and keyword arguments and options. */
  signature(args: readonly unknown[] = [], kwargs: KwargsInput = {}, options: OptionsInput = {}): FluentSignature {
    const queue = this.definition.options?.queue
    return signature(this.name, args, kwargs, queue === undefined ? options : { queue, ...options })
  }

  /** One node that calls this task once per item. */
  map(items: Iterable<unknown>): FluentSignature {
    return map(this, items)
  }

  /** One node that calls this task once per argument list. */
  starmap(items: Iterable<readonly unknown[]>): FluentSignature {
    return starmap(this, items)
  }

  /** A group of starmaps over `size` argument lists each. */
  chunks(items: Iterable<readonly unknown[]>, size: number): FluentGroup {
    return chunks(this, items, size)
  }
}

/** Positional arguments arrive as JSON; the parameters' types are the author's promise. */
type Handler<A extends unknown[]> = (...args: A) => unknown
type BoundHandler<C, A extends unknown[]> = (context: C, ...args: A) => unknown

/**
 * Defines a task. The function gets the positional arguments; with `bind: true` the worker's context comes first, as in Celery.
 * @example const add = task('add', (x: number, y: number) => x + y); add.s(1, 2)
 */
export function task<A extends unknown[]>(name: string, handler: Handler<A>): Task
export function task<C, A extends unknown[]>(name: string, options: TaskDefaults & { bind: true }, handler: BoundHandler<C, A>): Task<C>
export function task<A extends unknown[]>(name: string, options: TaskDefaults & { bind?: false }, handler: Handler<A>): Task
export function task(name: string, ...rest: [Handler<never[]>] | [TaskDefaults & { bind?: boolean }, Handler<never[]>]): Task<never> {
  const [{ bind = false, ...options }, handler] = rest.length === 2 ? rest : [{}, rest[0]]
  const call = handler as (...args: unknown[]) => unknown
  const bound = (context: unknown, args: Json[]) => (bind ? call(context, ...args) : call(...args))
  return new Task<never>({ name, handler: bound, ...(Object.keys(options).length > 0 ? { options } : {}) })
}
