/**
 * The application object: tasks, a client and workers that share one Redis and one namespace. What Celery calls `app`.
 *
 * Nothing connects before it has to: a module that only defines tasks touches no network. `Client`, `Worker` and `TaskRegistry` do the work and
 * can be used without it.
 */
import { Beat, type BeatOptions } from './beat/beat.js'
import { type ArgumentSchemas, type Parsed, type Task, type TaskDefaults, task, type Unparsed } from './canvas/task.js'
import type { Result, ResultOf, Startable } from './canvas/typed.js'
import type { Canvas, Json } from './canvas/types.js'
import { Client, type ClientOptions } from './client/client.js'
import { WorkerControl } from './client/control.js'
import { WorkflowHandle } from './client/handle.js'
import type { HandleDependencies } from './client/look.js'
import type { SubmitOptions } from './client/submission.js'
import { type AsyncResult, resultOf } from './client/task-handle.js'
import type { WaitAnswer } from './client/waiter.js'
import type { ControlsWorkflows } from './control/workflow-control.js'
import type { DoctorOptions, DoctorReport } from './maintenance/doctor/doctor.js'
import { ChordisError } from './protocol/errors.js'
import type { WorkflowReader } from './protocol/reader.js'
import type { Segment } from './protocol/view.js'
import type { WorkerView } from './protocol/worker-view.js'
import { Namespace } from './redis/namespace.js'
import type { Logger } from './worker/logger.js'
import { type TaskContext, type TaskDefinition, TaskRegistry } from './worker/registry.js'
import type { WorkerOptions } from './worker/settings.js'
import { Worker } from './worker/worker.js'

export interface ChordisOptions extends ClientOptions {
  /** Where its workers write. Default: warnings and errors to standard error, as JSON lines. */
  logger?: Logger
}

/** A beat's options without what the application knows. */
export type AppBeatOptions = Omit<BeatOptions, keyof ClientOptions>

/** A worker's options without what the application knows: Redis, namespace, tasks. */
export type AppWorkerOptions = Omit<WorkerOptions, keyof ClientOptions | 'tasks'>

/** What `register` takes: a task, or the definition that a registry holds. */
export type Registrable = { readonly definition: TaskDefinition } | TaskDefinition

/**
 * @example
 * const app = new Chordis({ redis: 'redis://127.0.0.1:6379' })
 * const add = app.task('add', (x: number, y: number) => x + y)
 * await app.worker().start()
 * console.log(await (await app.submit(add.s(1, 2))).result())
 * await app.close()
 */
export class Chordis {
  /** Its tasks by name. */
  readonly tasks = new TaskRegistry()
  /** As {@link Client.control}; the first use connects. */
  readonly control = new WorkerControl(async (command, options) => (await this.client()).control.send(command, options))
  private readonly made = new Set<Worker>()
  private readonly beats = new Set<Beat>()
  private connecting: Promise<Client> | undefined
  private closing: Promise<void> | undefined
  private over = false

  /** Connects to nothing. Throws `name-invalid`, `request-invalid` for a namespace or a number of partitions that cannot be. */
  constructor(readonly options: ChordisOptions) {
    new Namespace(options)
  }

  /**
   * Defines a task and registers it, before the first worker is made. As `task()`: with `bind: true` the handler gets the worker's context first.
   * @throws ChordisError `name-invalid`; `request-invalid` when the name is taken
   */
  task<A extends unknown[], R>(name: string, handler: (...args: A) => R): Task<unknown, A, Result<R>>
  task<const S extends ArgumentSchemas, R>(
    name: string,
    options: TaskDefaults & { bind: true; args: S },
    handler: (context: TaskContext, ...args: Parsed<S>) => R,
  ): Task<TaskContext, Unparsed<S>, Result<R>>
  task<const S extends ArgumentSchemas, R>(
    name: string,
    options: TaskDefaults & { bind?: false; args: S },
    handler: (...args: Parsed<S>) => R,
  ): Task<unknown, Unparsed<S>, Result<R>>
  task<A extends unknown[], R>(
    name: string,
    options: TaskDefaults & { bind: true; args?: undefined },
    handler: (context: TaskContext, ...args: A) => R,
  ): Task<TaskContext, A, Result<R>>
  task<A extends unknown[], R>(
    name: string,
    options: TaskDefaults & { bind?: false; args?: undefined },
    handler: (...args: A) => R,
  ): Task<unknown, A, Result<R>>
  task(...given: [string, Handler] | [string, TaskDefaults & { bind?: boolean }, Handler]): Task<TaskContext> {
    const made = (task as (...given: unknown[]) => Task<TaskContext>)(...given)
    this.register(made)
    return made
  }

  /**
   * Registers tasks that were defined elsewhere with `task()`. All of them before the first worker is made: a worker announces what it knows once.
   * @throws ChordisError `name-invalid`; `request-invalid` when a name is taken by another task, or when there is a worker already
   */
  register(...tasks: readonly Registrable[]): this {
    for (const one of tasks) {
      const definition = 'definition' in one ? one.definition : one
      if (this.made.size > 0 && this.tasks.get(definition.name) !== definition) {
        throw new ChordisError('request-invalid', `task ${definition.name} comes after a worker was made, which would never run it`, {
          path: 'task',
        })
      }
      this.tasks.register(definition)
    }
    return this
  }

  /** As {@link Client.submit}; the first use connects. Throws what that throws, and `redis-unavailable`, `namespace-version`, `closed`. */
  async submit<C>(canvas: C & Startable<C>, options?: SubmitOptions): Promise<WorkflowHandle<ResultOf<C>>> {
    return (await this.client()).submit<C>(canvas, options)
  }

  /** As {@link Client.submitMany}. */
  async submitMany(items: readonly { canvas: Canvas | unknown; options?: SubmitOptions }[]): Promise<(WorkflowHandle | ChordisError)[]> {
    return (await this.client()).submitMany(items)
  }

  /** A handle on the workflow with this id; whether it exists shows when it is asked. `R` is the author's word for its result. */
  workflow<R = Json>(id: string): WorkflowHandle<R> {
    return new WorkflowHandle<R>(new LaterDependencies(() => this.client()), id)
  }

  /** As {@link Client.result}: what Celery's AsyncResult shows, of a workflow or of one of its task calls. */
  result<R = Json>(id: string): AsyncResult<R> {
    return resultOf<R>(this, id)
  }

  /** As {@link Client.workers}: all workers of the namespace, those of other processes too. */
  async workers(): Promise<WorkerView[]> {
    return (await this.client()).workers()
  }

  /** Time of one round trip, ms; the first use connects. Throws `redis-unavailable`. */
  async ping(): Promise<number> {
    return (await this.client()).ping()
  }

  /** As {@link Client.doctor}; the first use connects. Throws `redis-unavailable`, `namespace-version`, `closed`. */
  async doctor(options?: DoctorOptions): Promise<DoctorReport> {
    return (await this.client()).doctor(options)
  }

  /**
   * A worker of all its tasks; `start()` begins, `stop()` ends. It serves `default` and every queue that a task names, unless `queues` says
   * otherwise. Throws `request-invalid` when there is no task, `closed` after {@link close}.
   */
  worker(options: AppWorkerOptions = {}): Worker {
    if (this.closing) throw closed()
    if (this.tasks.names().length === 0) throw new ChordisError('request-invalid', 'a worker needs a task', { path: 'tasks' })
    const { redis, namespace, partitions, logger, tracer } = this.options
    const worker = new Worker({ redis, namespace, partitions, logger, tracer, queues: this.tasks.queues(), ...options, tasks: this.tasks })
    this.made.add(worker)
    return worker
  }

  /** A beat: it fires the schedules of the namespace; `start()` begins, `stop()` ends. Throws `request-invalid`, `closed` after {@link close}. */
  beat(options: AppBeatOptions = {}): Beat {
    if (this.closing) throw closed()
    const { redis, namespace, partitions, logger, tracer } = this.options
    const beat = new Beat({ redis, namespace, partitions, logger, tracer, ...options })
    this.beats.add(beat)
    return beat
  }

  /**
   * The connected client. Calls at the same time connect once; after a failure the next call tries again.
   * @throws ChordisError `redis-unavailable`, `namespace-version`, `closed`
   */
  client(): Promise<Client> {
    if (this.over) return Promise.reject(closed())
    this.connecting ??= this.connect()
    return this.connecting
  }

  private async connect(): Promise<Client> {
    try {
      return await Client.connect(this.options)
    } catch (error) {
      this.connecting = undefined
      throw error
    }
  }

  /** Stops its workers, each within its grace time, then lets go of Redis. Workflows go on. Safe to repeat; for good. */
  close(): Promise<void> {
    this.closing ??= this.shutDown()
    return this.closing
  }

  private async shutDown(): Promise<void> {
    // Running handlers may still submit: the client goes last.
    await Promise.all([...this.made, ...this.beats].map((one) => one.stop()))
    this.over = true
    const client = await this.connecting?.catch(() => undefined)
    await client?.close()
  }

  /** `await using app = new Chordis(…)`: as {@link close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** What a handle needs, of a client that may not be there yet. */
class LaterDependencies implements HandleDependencies {
  private known: HandleDependencies | undefined

  constructor(private readonly client: () => Promise<Client>) {}

  async ready(): Promise<void> {
    this.known = (await this.client()).dependencies
  }

  reader(id: string): WorkflowReader {
    if (this.known === undefined) throw new Error('a reader is asked for before ready()')
    return this.known.reader(id)
  }

  async outline(...args: Parameters<HandleDependencies['outline']>): Promise<Segment[]> {
    return (await this.client()).dependencies.outline(...args)
  }

  async wait(...args: Parameters<HandleDependencies['wait']>): Promise<WaitAnswer | null> {
    return (await this.client()).dependencies.wait(...args)
  }

  get control(): ControlsWorkflows {
    if (this.known === undefined) throw new Error('control is asked for before ready()')
    return this.known.control
  }
}

type Handler = (context: TaskContext, ...args: never[]) => unknown

const closed = (): ChordisError => new ChordisError('closed', 'this Chordis is closed')
