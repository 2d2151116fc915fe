/**
 * The client: submits canvases, looks workflows up, waits for outcomes. It fails fast: a call that Redis did not answer says so within the
 * command time-out, with the id under which it may be repeated.
 */
import { Claims } from '../beat/claims.js'
import type { ResultOf, Startable } from '../canvas/typed.js'
import type { Canvas, Json } from '../canvas/types.js'
import { WorkflowControl } from '../control/workflow-control.js'
import { Doctor, type DoctorOptions, type DoctorReport } from '../maintenance/doctor/doctor.js'
import { ChordisError } from '../protocol/errors.js'
import type { WorkerView } from '../protocol/worker-view.js'
import { connect, explain, type RedisConnection, type RedisOptions, throughReconnects, unavailable } from '../redis/connection.js'
import { Namespace, type NamespaceOptions } from '../redis/namespace.js'
import { readOutline } from '../redis/outline.js'
import { RedisReader } from '../redis/reader.js'
import { type KnownTask, readRoster } from '../redis/roster.js'
import { type FoundWorker, readWorkers } from '../redis/workers.js'
import type { TraceContext } from '../tracing/trace-context.js'
import type { SubmitSpan, Tracer } from '../tracing/tracer.js'
import { ApiKeys } from './api-keys.js'
import { AuditLog } from './audit-log.js'
import type { SubmitListener } from './batches.js'
import { sendCommand, WorkerControl } from './control.js'
import { DeadLetters } from './dead-letters.js'
import { Events } from './events/events.js'
import { WorkflowHandle } from './handle.js'
import type { HandleDependencies } from './look.js'
import { Queues } from './queues.js'
import { Rates } from './rates.js'
import { Schedules } from './schedules.js'
import { prepare, type SubmitOptions } from './submission.js'
import { Submitter } from './submitter.js'
import { type AsyncResult, resultOf } from './task-handle.js'
import { Waiter } from './waiter.js'
import { Webhooks } from './webhooks.js'
import type { WorkflowClient } from './workflow-client.js'
import { Workflows } from './workflows.js'

/** Where Redis is and which namespace to use. */
export interface ConnectionOptions extends NamespaceOptions {
  redis: string | RedisOptions
  /** Makes spans of what is submitted, run and fired; `chordis/opentelemetry` has one. Default: none, and then nothing of it is done. */
  tracer?: Tracer
}

export interface ClientOptions extends ConnectionOptions {
  /** How long a command may take before its outcome is unknown, ms. Default 5,000. */
  commandTimeoutMs?: number
}

/** Submits canvases and looks at workflows. One per process is enough; it holds one connection per master. */
export class Client implements WorkflowClient {
  private readonly tracer: Tracer | undefined
  private readonly submitter: Submitter
  private readonly waiter: Waiter
  /** What a handle needs, for handles that are made elsewhere (`Chordis`). */
  readonly dependencies: HandleDependencies
  /** Tells workers what to do: ping, stats, active, grow, addConsumer, quiet, shutdown, … */
  readonly control: WorkerControl
  /** Tasks that failed with no attempt left: to be listed, requeued, dropped. */
  readonly deadLetters: DeadLetters
  /** What waits for workers: to be listed, paused, purged, moved, waited for. */
  readonly queues: Queues
  /** The workflows that Redis holds: to be listed and counted. */
  readonly workflows: Workflows
  /** What happens, as it happens: to be subscribed to. */
  readonly events: Events
  /** What is submitted by the clock: made, changed, paused, asked for. Beats fire it. */
  readonly schedules: Schedules
  /** Credentials of the service: made, listed, rotated, revoked. */
  readonly apiKeys: ApiKeys
  /** Where the ends of workflows are told: made, changed, removed. */
  readonly webhooks: Webhooks
  /** Who changed what through the service. */
  readonly audit: AuditLog
  /** Counts by window of time that all processes share. */
  readonly rates: Rates
  /** Of processes that are about to do the same thing at the same nominal time, tells one to. */
  readonly claims: Claims

  private constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
    options: ClientOptions,
  ) {
    this.tracer = options.tracer
    this.submitter = new Submitter(connection, namespace)
    this.waiter = new Waiter(connection, namespace, (signal) => connect(options.redis, 'subscriber', () => {}, undefined, signal))
    this.control = new WorkerControl((command, wanted) => sendCommand(connection, namespace, command, wanted))
    this.dependencies = {
      reader: (workflow) => new RedisReader(connection, namespace, workflow),
      outline: (reader, meta) => readOutline(connection, namespace, reader, meta),
      wait: (workflow, timeoutMs) => this.waiter.wait(workflow, timeoutMs),
      control: new WorkflowControl(connection, namespace),
    }
    this.deadLetters = new DeadLetters(connection, namespace, this.dependencies)
    this.queues = new Queues(connection, namespace)
    this.workflows = new Workflows(connection, namespace, this.dependencies.control)
    this.events = new Events(connection, namespace, options.redis, this.workflows, (id) => this.handle(id, false))
    this.schedules = new Schedules(connection, namespace)
    this.claims = new Claims(connection, namespace)
    this.apiKeys = new ApiKeys(connection, namespace)
    this.webhooks = new Webhooks(connection, namespace, (id) => this.handle(id, false))
    this.rates = new Rates(connection, namespace)
    this.audit = new AuditLog(connection, namespace)
  }

  /** Connects and makes the namespace when there is none. Throws `redis-unavailable`, `namespace-version`. */
  static async connect(options: ClientOptions): Promise<Client> {
    const namespace = new Namespace(options)
    const connection = await connect(options.redis, 'client', () => {}, options.commandTimeoutMs)
    try {
      await throughReconnects(connection, () => namespace.load(connection))
    } catch (error) {
      connection.disconnect()
      throw error instanceof ChordisError ? error : unavailable(error)
    }
    return new Client(connection, namespace, options)
  }

  /** Partitions of the namespace. */
  get partitions(): number {
    return this.namespace.partitions
  }

  /**
   * Stores a canvas as a workflow and starts it: all of it or nothing.
   * @param canvas built with `chain`, `group`, …, or either JSON form
   * @throws ChordisError `canvas-invalid`, `limit-exceeded`, `id-conflict`, `idempotency-conflict`, `redis-full`, `redis-unavailable`, or
   * `outcome-unknown` with the id, which may be sent again
   */
  async submit<C>(canvas: C & Startable<C>, options: SubmitOptions = {}): Promise<WorkflowHandle<ResultOf<C>>> {
    const span = this.tracer?.submit({ name: options.name, count: 1, parent: options.trace })
    let answer: WorkflowHandle | ChordisError | undefined
    try {
      const answers = new Answers(1, this.handle)
      this.submitter.submit(prepare(this.namespace, canvas, traced(options, span)), answers, 0)
      answer = (await answers.all)[0]
      if (answer instanceof WorkflowHandle) return answer as WorkflowHandle<ResultOf<C>>
      throw answer
    } catch (error) {
      answer = error as ChordisError
      throw error
    } finally {
      endSpan(span, answer)
    }
  }

  /**
   * Submits many at once, in few round trips. Each is answered by itself: a handle, or the error that it alone met. A tracer makes one span of it, below the
   * `trace` that all of them name, if they do.
   */
  submitMany(items: readonly { canvas: Canvas | unknown; options?: SubmitOptions }[]): Promise<(WorkflowHandle | ChordisError)[]> {
    const answers = new Answers(items.length, this.handle)
    const span = this.tracer?.submit({ name: undefined, count: items.length, parent: sharedTrace(items) })
    for (let k = 0; k < items.length; k++) {
      try {
        const { canvas, options } = items[k] as (typeof items)[number]
        this.submitter.submit(prepare(this.namespace, canvas, traced(options, span)), answers, k)
      } catch (error) {
        answers.refused(k, explain(error))
      }
    }
    if (span !== undefined) void answers.all.then(([first]) => endSpan(span, items.length === 1 ? first : undefined))
    return answers.all
  }

  /** A handle on the workflow with this id; whether it exists shows when it is asked. `R` is the author's word for its result. */
  workflow<R = Json>(id: string): WorkflowHandle<R> {
    return this.handle(id, false) as WorkflowHandle<R>
  }

  /**
   * What Celery's AsyncResult shows: of a workflow, or of one of its task calls.
   * @param id a workflow's id (so also the task id of its outermost signature), or a task's as `ctx.id` gives it, `<workflow>:<node>`
   */
  result<R = Json>(id: string): AsyncResult<R> {
    return resultOf<R>(this, id)
  }

  private readonly handle = (id: string, duplicate: boolean): WorkflowHandle => new WorkflowHandle(this.dependencies, id, duplicate)

  /** The tasks that workers have registered, with their workers and queues, and those that calls wait for and no worker knows. */
  async tasks(): Promise<KnownTask[]> {
    try {
      return await readRoster(this.connection, this.namespace)
    } catch (error) {
      throw unavailable(error)
    }
  }

  /** The workers that announced themselves and have not left, the dead ones until the sweep removes them, by name. Throws `redis-unavailable`. */
  async workers(): Promise<WorkerView[]> {
    const found = await readWorkers(this.connection, this.namespace).catch((error: unknown): FoundWorker[] => {
      throw unavailable(error)
    })
    return found.map(({ view }) => view)
  }

  /**
   * Looks for what is wrong with Redis, the namespace and its live workflows, and with `fix` mends what can be mended. May run beside workers.
   * @throws ChordisError `redis-unavailable`; `not-found` for a workflow that is named and is not there
   */
  async doctor(options: DoctorOptions = {}): Promise<DoctorReport> {
    try {
      return await new Doctor(this.connection, this.namespace, options).run()
    } catch (error) {
      throw explain(error)
    }
  }

  /**
   * How full Redis is, as its upkeep saw it in the last second: `full` above 80 % of maxmemory, where new workflows are refused; `stop` above 95 %, where
   * workers take nothing new; null below, and without a maxmemory. Of a Cluster the fullest server. Throws `redis-unavailable`.
   */
  async memory(): Promise<'full' | 'stop' | null> {
    const { connection, namespace } = this
    const found = await namespace
      .each((partition) => connection.hget(namespace.keys(partition).meta, 'memory'))
      .catch((error: unknown) => {
        throw unavailable(error)
      })
    return found.includes('stop') ? 'stop' : found.includes('full') ? 'full' : null
  }

  /** Time of one round trip, ms. Throws `redis-unavailable`. */
  async ping(): Promise<number> {
    const from = performance.now()
    try {
      await this.connection.ping()
    } catch (error) {
      throw unavailable(error)
    }
    return performance.now() - from
  }

  /** Lets go of Redis. Workflows go on. */
  async close(): Promise<void> {
    this.events.close()
    await this.waiter.close()
    this.connection.disconnect()
  }
}

/** What a workflow carries is the span of its submit, where there is one that somebody records. */
function traced(options: SubmitOptions = {}, span: SubmitSpan | undefined): SubmitOptions {
  if (span === undefined) return options
  const { trace: _trace, ...rest } = options
  return span.context === undefined ? rest : { ...rest, trace: span.context }
}

/** Where the caller of many stands, when all of them say the same: one request submits them. */
function sharedTrace(items: readonly { options?: SubmitOptions }[]): TraceContext | undefined {
  const trace = items[0]?.options?.trace
  if (trace === undefined) return undefined
  return items.every(({ options }) => options?.trace?.traceparent === trace.traceparent) ? trace : undefined
}

function endSpan(span: SubmitSpan | undefined, answer: WorkflowHandle | ChordisError | undefined): void {
  if (answer instanceof WorkflowHandle) span?.end(answer.id)
  else span?.end(answer?.workflow, answer)
}

/** Answers of several submissions, in their order; one promise for all. */
class Answers implements SubmitListener {
  readonly all: Promise<(WorkflowHandle | ChordisError)[]>
  private readonly answers: (WorkflowHandle | ChordisError)[]
  private missing: number
  private done: (answers: (WorkflowHandle | ChordisError)[]) => void = () => {}

  constructor(
    count: number,
    private readonly handle: (id: string, duplicate: boolean) => WorkflowHandle,
  ) {
    this.answers = new Array<WorkflowHandle | ChordisError>(count)
    this.missing = count
    this.all = new Promise((resolve) => {
      this.done = resolve
    })
    if (count === 0) this.done(this.answers)
  }

  submitted(index: number, id: string, duplicate: boolean): void {
    this.answer(index, this.handle(id, duplicate))
  }

  refused(index: number, error: ChordisError): void {
    this.answer(index, error)
  }

  private answer(index: number, answer: WorkflowHandle | ChordisError): void {
    this.answers[index] = answer
    if (--this.missing === 0) this.done(this.answers)
  }
}
