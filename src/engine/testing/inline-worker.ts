/**
 * Runs what is ready in the test's own process, with the executor and the attempts of real workers: arguments, retries, signals, limits and
 * errors are theirs. Only where the work comes from and goes to is different.
 */
import { compile } from '../canvas/compile.js'
import { readCanvas } from '../canvas/read.js'
import type { Canvas, Json } from '../canvas/types.js'
import { ChordisError } from '../protocol/errors.js'
import { failureArguments } from '../protocol/reader.js'
import { TaskRevokedError } from '../protocol/revoked.js'
import { DEFAULT_QUEUE } from '../protocol/stored.js'
import { parseValue } from '../protocol/values.js'
import { Attempt, type AttemptHost } from '../worker/attempt.js'
import type { ChildOptions, StartedChild } from '../worker/child-options.js'
import type { ChildOutcome } from '../worker/children.js'
import { Announcer, type WorkerListener } from '../worker/events.js'
import { Executor, type ExecutorHost } from '../worker/executor.js'
import { Batch, type CompletionSink, Grant } from '../worker/grants.js'
import { type Logger, withFields } from '../worker/logger.js'
import type { TaskRegistry } from '../worker/registry.js'
import { reportText, type StartedMeta } from '../worker/state-reports.js'
import type { AttemptStore } from '../worker/store.js'
import { inputOf } from './expressions.js'
import { type GraphRun, OWNER } from './graph-run.js'
import type { InlineChildren } from './inline-children.js'
import { ReadyLists } from './ready-lists.js'
import type { RunNode } from './run-node.js'
import { definitionOf, RunSource, specOf } from './run-source.js'

export interface InlineWorkerOptions {
  tasks: TaskRegistry
  random: () => number
  concurrency: number
  maxResultBytes: number
  logger: Logger
  /** Null: all. */
  queues: ReadonlySet<string> | null
  /** Whether anything is run. */
  runs: boolean
  /** Unix ms. */
  now: () => number
  /** Workflows that tasks start. */
  children: InlineChildren
}

interface Ready {
  run: GraphRun
  node: RunNode
}

/** Limits that a test's tasks have are kept; those that they do not have are not invented. */
const NO_LIMITS = { hardMs: 0, softMs: 0 }
/** How long handlers run before the event loop gets its turn. */
const SLICE_MS = 5
const NOWHERE: CompletionSink = { number: 0, complete: () => {} }

export class InlineWorker implements ExecutorHost, AttemptHost, AttemptStore {
  readonly logger: Logger
  private readonly executor: Executor
  private readonly lists = new ReadyLists<Ready>()
  /** What waits for something that is not there, by what that is: a task that nobody has registered, a queue that is not served. */
  private readonly parked = new Map<string, Ready[]>()
  /** What is ready of paused workflows. */
  private readonly held = new Map<GraphRun, Ready[]>()
  private readonly running = new Map<Attempt, Ready>()
  private scheduled = false
  private feeding = false
  private closed = false
  private announcer: Announcer | null = null

  constructor(
    private readonly options: InlineWorkerOptions,
    /** Nothing runs, and nothing is ready. */
    private readonly idle: () => void,
  ) {
    this.logger = options.logger
    this.executor = new Executor(this, {
      ...options,
      store: () => this,
      trackStarted: false,
      limits: NO_LIMITS,
      maxDeliveries: Number.POSITIVE_INFINITY,
      begins: (attempt) => this.announcer?.started(attempt),
    })
  }

  /** Whether anything runs, or is about to. */
  get busy(): boolean {
    return this.scheduled || this.feeding || this.running.size > 0 || this.waits || this.options.children.busy
  }

  private get waits(): boolean {
    return this.options.runs && !this.closed && this.lists.size > 0
  }

  /** Tells of attempts, and of workflows that their ends decided. */
  listen(listener: WorkerListener): void {
    this.announcer = new Announcer(listener, this.logger)
  }

  /** What is not there and is waited for: `the task "x", …`. */
  get missing(): string[] {
    return [...this.parked].filter(([, list]) => list.some(isOpen)).map(([what]) => what)
  }

  /** Calls that wait for a task which nobody has registered, by its name. */
  get parkedTasks(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const ready of [...this.parked.values()].flat()) {
      const task = ready.node.node.task ?? ''
      if (isOpen(ready) && this.options.tasks.get(task) === undefined) counts.set(task, (counts.get(task) ?? 0) + 1)
    }
    return counts
  }

  /** The node may run. */
  push(run: GraphRun, node: RunNode, front = false): void {
    this.lists.push({ run, node }, run.course.priorityOf(node), front)
    this.schedule()
  }

  /** A task is known now: what waited for it is ready. */
  unpark(task: string): void {
    const what = unknownTask(task)
    const waiting = this.parked.get(what) ?? []
    this.parked.delete(what)
    for (const { run, node } of waiting) this.push(run, node)
  }

  /** What was held of a workflow is ready again. */
  resume(run: GraphRun): void {
    const held = this.held.get(run) ?? []
    this.held.delete(run)
    for (const { node } of held) this.push(run, node)
  }

  /** Priorities have changed: what waits with another one now stands behind what has it already. */
  reorder(): void {
    const all = this.lists.takeAll()
    const stays = all.filter(({ item, priority }) => item.run.course.priorityOf(item.node) === priority)
    for (const { item } of [...stays, ...all.filter((one) => !stays.includes(one))])
      this.lists.push(item, item.run.course.priorityOf(item.node))
  }

  /** Nothing more is started; signals of running attempts fire. */
  close(): void {
    this.closed = true
    for (const attempt of this.running.keys()) attempt.abort(new ChordisError('closed', 'the inline client was closed'))
  }

  /** Looks what there is to do, in a moment; says so when it is nothing. */
  schedule(): void {
    if (this.scheduled || this.feeding || this.closed) return
    this.scheduled = true
    setImmediate(() => {
      this.scheduled = false
      this.feed()
    })
  }

  /** Starts what is ready, the most urgent first, while there are slots and the slice lasts. */
  private feed(): void {
    this.feeding = true
    const until = performance.now() + SLICE_MS
    while (this.options.runs && this.executor.active < this.options.concurrency && performance.now() < until && !this.closed) {
      const next = this.lists.pop()
      if (next === undefined) break
      this.start(next)
    }
    this.feeding = false
    if (this.waits && this.executor.active < this.options.concurrency) this.schedule()
    else if (!this.busy) this.idle()
  }

  private start(ready: Ready): void {
    if (!isOpen(ready)) return
    const { run, node } = ready
    if (run.control.state === 'h') {
      this.held.set(run, [...(this.held.get(run) ?? []), ready])
      return
    }
    const missing = this.missingFor(node)
    if (missing !== null) {
      const waiting = this.parked.get(missing)
      if (waiting) waiting.push(ready)
      else this.parked.set(missing, [ready])
      return
    }
    run.lease(node)
    const grant = new Grant(
      NOWHERE,
      BATCH,
      run.id,
      '1',
      node.segment.prefix,
      '0',
      node.attempt,
      node.cause,
      this.inputText(node),
      specOf(node),
    )
    const attempt = new Attempt(this, grant, run.id, node.index, definitionOf(node))
    this.running.set(attempt, ready)
    this.executor.enqueue(attempt)
    this.executor.run()
  }

  loggerOf({ id, task, attempt, workflowId }: Attempt): Logger {
    return withFields(this.logger, { workflow: workflowId, id, task, attempt })
  }

  private missingFor({ node }: RunNode): string | null {
    const { queues, tasks } = this.options
    const { queue = DEFAULT_QUEUE } = node.options
    if (queues !== null && !queues.has(queue)) return `the queue "${queue}", which is not served`
    const task = node.task ?? ''
    return tasks.get(task) === undefined ? unknownTask(task) : null
  }

  /** As a grant's input: '' none, '=' JSON, '@' an expression. */
  private inputText(node: RunNode): string {
    const { input } = node.node
    if (input === null) return ''
    const record = typeof input === 'number' ? (node.segment.nodes[input]?.record ?? '') : ''
    return record.startsWith('S') ? `=${record.slice(record.indexOf('|') + 1)}` : `@${node.segment.prefix}|${node.index}|${inputOf(node)}`
  }

  /** There is one process, and nothing is lost with it. */
  begin(): Promise<boolean> {
    return Promise.resolve(true)
  }

  overran({ task, id }: Attempt): void {
    this.logger.error({ task, attempt: id }, 'a task ran past its time limit and goes on')
  }

  complete(attempt: Attempt, record: string): void {
    const ready = this.running.get(attempt)
    if (ready === undefined) return
    this.running.delete(attempt)
    attempt.over = true
    this.executor.over(attempt)
    // What a revoked attempt came to counts for nothing.
    if (attempt.revoked) {
      this.goOn()
      return
    }
    ready.run.finish(ready.node, record)
    this.announcer?.ended(attempt)
    this.announcer?.turn([{ grant: attempt.grant, nodes: [attempt.key], records: [record] }], ready.run.news())
    this.goOn()
  }

  private goOn(): void {
    if (this.feeding) return
    if (this.waits) this.schedule()
    else if (!this.busy) this.idle()
  }

  /** The node's attempt has been revoked while it runs. */
  revoke(run: GraphRun, node: RunNode): void {
    for (const [attempt, ready] of this.running) {
      if (ready.run !== run || ready.node !== node) continue
      attempt.revoked = true
      attempt.abort(new TaskRevokedError(attempt))
    }
  }

  /** What a handler says of itself: seen while its attempt runs. */
  report(attempt: Attempt, text: string): void {
    const ready = this.running.get(attempt)
    if (ready === undefined) return
    ready.node.progress = `${OWNER} ${text}`
    this.announcer?.turn([{ grant: attempt.grant, nodes: [attempt.key], records: [`%${text}`] }], '')
  }

  track(attempt: Attempt): void {
    const started: StartedMeta = { startedAt: this.options.now(), worker: OWNER, pid: process.pid }
    this.report(attempt, reportText('STARTED', started))
  }

  async fetchInput(attempt: Attempt, expression: string): Promise<string> {
    const { run, node } = this.readyOf(attempt)
    return new RunSource(run.id, () => run).textOf(node, parseValue(expression).expr)
  }

  async fetchFailure(attempt: Attempt): Promise<Json[]> {
    const { run } = this.readyOf(attempt)
    const call = await new RunSource(run.id, () => run).describe(attempt.grant.cause.slice(1))
    return failureArguments(call, run.id)
  }

  async stageReplacement(attempt: Attempt, canvas: Canvas): Promise<string> {
    const { run, node } = this.readyOf(attempt)
    return `X|${run.stageReplacement(node, compile(readCanvas(canvas)))}`
  }

  async stageMembers(attempt: Attempt, record: string): Promise<string> {
    const { run, node } = this.readyOf(attempt)
    let members = ''
    for (const [k, canvas] of attempt.added.entries()) {
      const graph = compile(readCanvas(canvas))
      const prefix = run.stageMember(node, graph, k + 1)
      if (prefix === null) throw new ChordisError('request-invalid', 'addToChord: this task belongs to no chord')
      members += `${prefix} ${graph.nodes.length};`
    }
    return `+${members}\n${record}`
  }

  async startChild(attempt: Attempt, canvas: Canvas, options: ChildOptions, ordinal: number): Promise<StartedChild> {
    return this.options.children.start(this.readyOf(attempt), canvas, options, ordinal)
  }

  async stageChild(attempt: Attempt, canvas: Canvas, options: ChildOptions): Promise<string> {
    return this.options.children.start(this.readyOf(attempt), canvas, options, 0).id
  }

  /** Values are taken as they are: no node is leased for one. */
  fetchChild(): Promise<ChildOutcome> {
    throw new ChordisError('not-found', 'no node of an inline client reads a child')
  }

  /** A node of this workflow ended without an attempt. */
  moved(run: GraphRun): void {
    this.announcer?.turn([], run.news())
    if (this.waits) this.schedule()
    else if (!this.busy) this.idle()
  }

  private readyOf(attempt: Attempt): Ready {
    const ready = this.running.get(attempt)
    if (ready === undefined) throw new ChordisError('lease-lost', 'the attempt is over', { workflow: attempt.workflowId })
    return ready
  }
}

const unknownTask = (task: string): string => `the task "${task}", which nobody has registered`

const BATCH = new Batch('0:0')

const isOpen = ({ run, node }: Ready): boolean => run.isReady(node)
