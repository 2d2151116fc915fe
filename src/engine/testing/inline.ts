/**
 * Canvases in the test's own process: the face and the handles of the real client, the reader, the compiler and the executor of real workers, no
 * Redis. What is stored is JSON, as it is there; what is due later happens on a virtual clock.
 */
import { compile } from '../canvas/compile.js'
import type { Graph } from '../canvas/graph.js'
import { readCanvas } from '../canvas/read.js'
import type { TaskCalls } from '../canvas/task.js'
import type { ResultOf, Startable } from '../canvas/typed.js'
import type { Canvas, Json } from '../canvas/types.js'
import { WorkflowHandle } from '../client/handle.js'
import type { HandleDependencies } from '../client/look.js'
import { checkLabels, checkRetention, namesOf, type SubmitOptions } from '../client/submission.js'
import { type AsyncResult, resultOf } from '../client/task-handle.js'
import type { WorkflowClient } from '../client/workflow-client.js'
import { ChordisError } from '../protocol/errors.js'
import { checkName, newWorkflowId } from '../protocol/ids.js'
import { explain } from '../redis/connection.js'
import type { KnownTask } from '../redis/roster.js'
import type { WorkerListener } from '../worker/events.js'
import { DEFAULT_LOGGER, type Logger } from '../worker/logger.js'
import type { TaskContext, TaskDefinition } from '../worker/registry.js'
import { type ClockUser, VirtualClock } from './clock.js'
import { GraphRun, type RunHost } from './graph-run.js'
import { InlineChildren } from './inline-children.js'
import { InlineControl } from './inline-control.js'
import { InlineWorker } from './inline-worker.js'
import { seededRandom } from './random.js'
import { RunSource } from './run-source.js'
import { registryOf, TaskBook, type TaskCall, type TaskSource } from './task-book.js'
import { Waits } from './waits.js'
import { type WorkflowEntry, Workflows } from './workflows.js'

/** What an inline client runs, and how. */
export interface InlineOptions {
  /** What workers would know. Default: nothing but stubs. */
  tasks?: TaskSource
  /** Default: one that begins now and goes on by itself. */
  clock?: VirtualClock
  /** Of the jitter of retries. Default 1: the same test has the same delays. */
  seed?: number
  /** Attempts that run at the same time. Default 100, as a worker's. */
  concurrency?: number
  /** Queues that are served; calls for others wait, as without a worker. Default: all. */
  queues?: string[]
  /** `run`: everything runs. `record`: canvases are checked and kept, nothing runs. Default `run`. */
  mode?: 'run' | 'record'
  /** Longest result, bytes of JSON. Default 16 MiB, as a worker's. */
  maxResultBytes?: number
  logger?: Logger
  /** Hears of attempts and workflows, as a worker's does. */
  listener?: WorkerListener
}

/** A canvas that was submitted. */
export interface SubmittedCanvas {
  id: string
  /** As it was understood: read from builders or either JSON form. */
  canvas: Canvas
  options: SubmitOptions
  /** Unix ms by the clock of the test. */
  at: number
  /** It was there before, by id or by idempotency key. */
  duplicate: boolean
}

/** A task by what `task()` or `declareTask()` gave, or by name. */
export type TaskName = string | { readonly name: string }

/** Runs canvases in the test's own process: the face and the handles of the real client, without Redis, on a virtual clock. */
export class InlineChordis implements WorkflowClient, ClockUser, AsyncDisposable {
  readonly clock: VirtualClock
  readonly partitions = 1
  /** Every canvas that was accepted, in order. */
  readonly submitted: SubmittedCanvas[] = []
  private readonly book: TaskBook
  private readonly worker: InlineWorker
  private readonly workflows: Workflows
  private readonly waits = new Waits()
  private readonly children: InlineChildren
  private readonly mode: 'run' | 'record'
  private readonly detach: () => void
  private closed = false

  /** @throws ChordisError `request-invalid` for a wrong option, or a task that is there twice */
  constructor(options: InlineOptions = {}) {
    const { concurrency = 100, maxResultBytes = 16 * 1024 * 1024, logger = DEFAULT_LOGGER } = options
    if (!Number.isInteger(concurrency) || concurrency < 1) {
      throw new ChordisError('request-invalid', 'must be an integer from 1', { path: 'concurrency' })
    }
    this.clock = options.clock ?? new VirtualClock()
    this.mode = options.mode ?? 'run'
    this.book = new TaskBook(registryOf(options.tasks ?? []), () => this.clock.now)
    this.workflows = new Workflows(() => this.clock.now)
    const queues = options.queues === undefined ? null : new Set(options.queues.map((queue, k) => checkName(queue, `queues[${k}]`)))
    const random = seededRandom(options.seed ?? 1)
    this.children = new InlineChildren({
      find: (id) => this.workflows.get(id),
      make: (canvas, given) => this.makeChild(canvas, given),
      ended: (run) => this.worker.moved(run),
    })
    const settings = {
      children: this.children,
      tasks: this.book,
      random,
      concurrency,
      maxResultBytes,
      logger,
      queues,
      runs: this.mode === 'run',
      now: () => this.clock.now,
    }
    this.worker = new InlineWorker(settings, () => this.goOn())
    this.detach = this.clock.attach(this)
    if (options.listener !== undefined) this.listen(options.listener)
  }

  /** Calls of handlers, in the order in which they began. */
  get calls(): readonly TaskCall[] {
    return this.book.calls
  }

  /** Whether something runs, or is about to, without time passing. */
  get busy(): boolean {
    return this.worker.busy
  }

  /**
   * Takes a canvas as the real client does.
   * @throws ChordisError `canvas-invalid`, `limit-exceeded`, `request-invalid`, `name-invalid`, `id-conflict`, `idempotency-conflict`, `closed`
   */
  async submit<C>(canvas: C & Startable<C>, options: SubmitOptions = {}): Promise<WorkflowHandle<ResultOf<C>>> {
    return this.take(canvas, options) as WorkflowHandle<ResultOf<C>>
  }

  /** Submits many at once. Each is answered by itself: a handle, or the error that it alone met. */
  async submitMany(items: readonly { canvas: Canvas | unknown; options?: SubmitOptions }[]): Promise<(WorkflowHandle | ChordisError)[]> {
    return items.map(({ canvas, options }) => {
      try {
        return this.take(canvas, options ?? {})
      } catch (error) {
        return explain(error)
      }
    })
  }

  /** A handle on the workflow with this id; whether it exists shows when it is asked. */
  workflow<R = Json>(id: string): WorkflowHandle<R> {
    return this.handle(id, false) as WorkflowHandle<R>
  }

  /** As `Client.result`: of a workflow, or of one of its task calls. */
  result<R = Json>(id: string): AsyncResult<R> {
    return resultOf<R>(this, id)
  }

  /** The tasks that are registered or stubbed, and those that calls wait for. */
  async tasks(): Promise<KnownTask[]> {
    const parked = this.worker.parkedTasks
    const names = new Set([...this.book.names(), ...parked.keys()])
    return [...names].sort().map((name) => {
      const known = this.book.get(name) !== undefined
      return { name, workers: known ? 1 : 0, queues: known ? this.book.queues() : [], parked: parked.get(name) ?? 0 }
    })
  }

  /** Answers at once: 0 ms. */
  async ping(): Promise<number> {
    return 0
  }

  /** Nothing more is started; signals of running attempts fire. */
  async close(): Promise<void> {
    this.closed = true
    this.detach()
    this.worker.close()
    this.waits.tellAll()
  }

  /** `await using chordis = new InlineChordis(…)`: as {@link close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** One more task; what waited for it runs. @throws ChordisError `name-invalid`, `request-invalid` when the name is taken */
  register(task: TaskDefinition | { readonly definition: TaskDefinition }): this {
    const definition = 'definition' in task ? task.definition : task
    this.book.register(definition)
    this.worker.unpark(definition.name)
    return this
  }

  /** The registry that was given has more tasks now: what waited for them runs. */
  lookAgain(): void {
    for (const task of this.book.names()) this.worker.unpark(task)
  }

  /**
   * Something else runs in the task's place, with the task's own options (its retries). A function gets the context and the arguments; any
   * other value is the result. Answers what takes the stub away.
   * @example chordis.stub('fetch', (ctx, url) => ({ url, status: 200 }))
   */
  stub<P extends unknown[], R>(
    task: TaskCalls<P, R>,
    stub: ((ctx: TaskContext, ...args: P) => R | Promise<R>) | Exclude<R, (...args: never[]) => unknown>,
  ): () => void
  // biome-ignore lint/suspicious/noExplicitAny: arguments of a task that is only known by name are what the test says they are
  stub(task: string, stub: ((ctx: TaskContext, ...args: any[]) => unknown) | Json): () => void
  stub(task: TaskName, stub: unknown): () => void {
    const name = nameOf(task)
    const call = typeof stub === 'function' ? (stub as (ctx: TaskContext, ...args: unknown[]) => unknown) : () => stub
    this.book.stub(name, (ctx, args) => call(ctx, ...args))
    this.worker.unpark(name)
    return () => this.book.restore(name)
  }

  /** From now on this one hears of attempts, and of workflows that their ends decided. */
  listen(listener: WorkerListener): void {
    this.worker.listen(listener)
  }

  /** Takes all stubs away. */
  restore(): void {
    this.book.restore()
  }

  /** Calls of one task, in the order in which they began. */
  callsOf(task: TaskName): TaskCall[] {
    const name = nameOf(task)
    return this.book.calls.filter((call) => call.task === name)
  }

  /** Forgets what was submitted and called; workflows stay. */
  clear(): void {
    this.submitted.length = 0
    this.book.calls.length = 0
  }

  /** Ends when nothing can go on: with an automatic clock all that can end has ended, with a manual one time must pass. */
  idle(): Promise<void> {
    if (this.busy) return this.waits.untilQuiet()
    this.goOn()
    return this.busy ? this.waits.untilQuiet() : Promise.resolve()
  }

  private take(input: unknown, options: SubmitOptions): WorkflowHandle {
    if (this.closed) throw new ChordisError('closed', 'the inline client was closed')
    checkLabels(options)
    const limits = options.limits ? { limits: options.limits } : {}
    const canvas = readCanvas(input, limits)
    const keepMs = checkRetention(options.retentionMs)
    const { id, key } = namesOf(canvas, options)
    if (id !== undefined) checkName(id, 'id')
    const known = this.workflows.accept({ id: id ?? newWorkflowId(0), key, graph: compile(canvas, limits), options }, (entry) =>
      this.make(entry, keepMs),
    )
    this.submitted.push({ id: known.id, canvas, options, at: this.clock.now, duplicate: known.duplicate })
    return this.handle(known.id, known.duplicate)
  }

  private make({ id, graph, options }: WorkflowEntry & { graph: Graph }, keepMs: number): GraphRun {
    const run = new GraphRun(
      this.host,
      id,
      graph,
      labelsOf(options),
      keepMs,
      options.limits?.retries ?? null,
      options.onFailure === 'cancel',
    )
    run.start()
    this.worker.schedule()
    return run
  }

  private makeChild(input: Canvas, options: SubmitOptions): GraphRun {
    const limits = options.limits ? { limits: options.limits } : {}
    const graph = compile(readCanvas(input, limits), limits)
    const entry: WorkflowEntry = { id: newWorkflowId(0), key: undefined, graph, options }
    this.workflows.accept(entry, (made) => this.make(made, checkRetention(options.retentionMs)))
    return this.workflows.get(entry.id) as GraphRun
  }

  private readonly host: RunHost = this.hostOf()

  private hostOf(): RunHost {
    const now = () => this.clock.now
    return {
      get now() {
        return now()
      },
      ready: (run, node, front) => this.worker.push(run, node, front),
      schedule: (due, step) => this.clock.schedule(due, step),
      revoked: (run, node) => this.worker.revoke(run, node),
      changed: (run) => {
        if (run.control.outcome === 0) return
        this.waits.tell(run.id)
        this.children.known(run.id)
      },
      awaits: (run, node, child) => this.children.awaits(run, node, child),
    }
  }

  private handle(id: string, duplicate: boolean): WorkflowHandle {
    const reader = (of: string) => new RunSource(of, () => this.workflows.get(of))
    const dependencies: HandleDependencies = {
      reader,
      outline: ({ id: of }) => reader(of).outline(),
      control: new InlineControl(this.workflows, this.worker),
      wait: (of: string, timeoutMs: number) => this.waits.wait(this.workflows, of, timeoutMs, () => this.isStuck),
      why: (of: string) => this.why(of),
    }
    return new WorkflowHandle(dependencies, id, duplicate)
  }

  /** Nothing can go on by itself, and nothing will. */
  private get isStuck(): boolean {
    return this.closed || (!this.busy && !this.clock.manual && this.clock.nextDue === null) || (this.mode === 'record' && !this.busy)
  }

  private goOn(): void {
    while (!this.worker.busy && this.mode === 'run' && this.clock.goOn());
    if (this.worker.busy) return
    if (this.isStuck) this.waits.tellAll()
    this.waits.quiet()
  }

  private why(id: string): string | undefined {
    if (this.closed) return 'the inline client was closed'
    if (this.mode === 'record') return 'this client records canvases and runs nothing (mode: record)'
    const run = this.workflows.get(id)
    if (this.clock.manual || !this.isStuck || run === null) return undefined
    if (run.control.state === 'h') return 'nothing more can run: it is paused'
    const { missing } = this.worker
    return missing.length === 0 ? 'nothing more can run' : `nothing more can run: it waits for ${missing.join(' and ')}`
  }
}

export const nameOf = (task: TaskName): string => (typeof task === 'string' ? task : task.name)

function labelsOf({ name, tags, tenant }: SubmitOptions): { name?: string; tags?: string[]; tenant?: string } {
  return { ...(name === undefined ? {} : { name }), ...(tags?.length ? { tags } : {}), ...(tenant === undefined ? {} : { tenant }) }
}
