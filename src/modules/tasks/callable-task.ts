/**
 * A task to inject: `this.fetch.s(url)` for a canvas, `await this.fetch.submit(url)` to run it alone.
 */
import { Inject, type Provider } from '@nestjs/common'
import { ModuleRef } from '@nestjs/core'
import { type Result, type SubmitOptions, TaskCalls, type TaskContext, type WorkflowHandle } from '../../engine/index.js'
import type { ChordisConnection } from '../connections/connection.js'
import { DEFAULT_CONNECTION, tokenOf } from '../connections/tokens.js'
import { readMethod } from './task.accessor.js'

type Signature<P extends unknown[], R> = TaskCalls<P, R>['signature']
type Method = (...args: never[]) => unknown

/** Parameters without those of the context. */
type Arguments<P extends readonly unknown[]> = P extends [infer A, ...infer R]
  ? [A] extends [TaskContext]
    ? 0 extends 1 & A
      ? [A, ...Arguments<R>]
      : Arguments<R>
    : [A, ...Arguments<R>]
  : P

/** The injected task of a method: `TaskOf<MailTasks['send']>`. */
export type TaskOf<M extends Method> = CallableTask<Arguments<Parameters<M>>, Result<ReturnType<M>>>

/** A task of a connection: calls for canvases, and `submit` for one call alone. `P`: positional arguments, `R`: the result. */
export class CallableTask<P extends unknown[] = unknown[], R = unknown> extends TaskCalls<P, R> {
  constructor(
    name: string,
    private readonly connection: () => ChordisConnection,
    private readonly only: { queue?: string } = {},
  ) {
    super(name)
  }

  override signature(...[args, kwargs, options = {}]: Parameters<Signature<P, R>>): ReturnType<Signature<P, R>> {
    const queue = this.only.queue ?? this.connection().tasks.get(this.name)?.options?.queue
    return super.signature(args, kwargs, queue === undefined ? options : { queue, ...options })
  }

  /** Submits a workflow of this one call: Celery's `delay`. @throws ChordisError as `ChordisClient.submit` */
  submit(...args: P): Promise<WorkflowHandle<R>> {
    return this.submitWith({}, ...args)
  }

  /** The same with options of the submission: an id, an idempotency key, a name, tags, retention. */
  submitWith(options: SubmitOptions, ...args: P): Promise<WorkflowHandle<R>> {
    return this.connection().client.submit(this.si(...args), options) as Promise<WorkflowHandle<R>>
  }
}

/** Where calls of an injected task go. */
export interface InjectTaskOptions {
  /** Default: the one that the method's decorators name, else the default one. */
  connection?: string
  /** Queue of the calls. Default: that of the task, where this process knows it. */
  queue?: string
}

/** What some class asked for by `@InjectTask`: providers are made of it when the application is put together. */
const wanted = new Map<symbol, { name: string; connection: string; options: InjectTaskOptions }>()

/**
 * Injects a task by its name or its method: `@InjectTask(MailTasks.prototype.send) private readonly send: TaskOf<MailTasks['send']>`.
 * @throws Error for a method that is no task
 */
export function InjectTask(task: string | Method, options: InjectTaskOptions = {}): ParameterDecorator & PropertyDecorator {
  const { name, connection } = typeof task === 'string' ? { name: task, connection: undefined } : ofMethod(task)
  const of = options.connection ?? connection ?? DEFAULT_CONNECTION
  const token = Symbol.for(`chordis.task:${of}:${name}:${options.queue ?? ''}`)
  wanted.set(token, { name, connection: of, options })
  return Inject(token)
}

function ofMethod(method: Method): { name: string; connection?: string } {
  const found = readMethod(method)
  if (found !== undefined) return found
  throw new Error(`Chordis: @InjectTask(${method.name}): this method is no task; put @Task() on it`)
}

/** Providers of the tasks that are wanted of this connection. */
export function callableTasks(connection: string): Provider[] {
  return [...wanted]
    .filter(([, task]) => task.connection === connection)
    .map(([provide, { name, options }]) => ({
      provide,
      inject: [ModuleRef],
      useFactory: (modules: ModuleRef) =>
        new CallableTask(name, () => modules.get(tokenOf('connection', connection) as symbol, { strict: false }), options),
    }))
}
