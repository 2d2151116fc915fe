/**
 * An engine for one test: a namespace of its own, clients and workers that end with the test, what the workers logged, and tasks that a test
 * holds. Callers: the tests of this folder and of test/chaos.
 */
import { onTestFinished } from 'vitest'
import {
  Beat,
  type BeatOptions,
  Client,
  type Json,
  type Logger,
  type NodeResult,
  type Outcome,
  type RedisOptions,
  type Signature,
  signature,
  type TaskContext,
  type TaskDefinition,
  TaskRegistry,
  Worker,
  type WorkerOptions,
  type WorkflowHandle,
} from '../../src/engine/index.js'
import { uniqueName } from '../support/redis-server.js'
import { until } from '../support/wait.js'

/** Handlers by task name; a pair gives options too. */
export type Handlers = { [name: string]: TaskDefinition['handler'] | Omit<TaskDefinition, 'name'> }

export type WorkerSettings = Partial<Omit<WorkerOptions, 'redis' | 'namespace' | 'tasks'>>

export type BeatSettings = Partial<Omit<BeatOptions, 'namespace'>>

export interface LogLine {
  level: keyof Logger
  message: string
  fields: { [name: string]: unknown }
}

export class TestEngine {
  readonly log: LogLine[] = []

  private constructor(
    readonly redis: string | RedisOptions,
    readonly client: Client,
    readonly namespace: string,
  ) {}

  static async open(redis: string | RedisOptions, partitions = 1): Promise<TestEngine> {
    const namespace = uniqueName()
    const client = await Client.connect({ redis, namespace, partitions })
    onTestFinished(() => client.close())
    return new TestEngine(redis, client, namespace)
  }

  /** Another client of the same namespace. */
  async connect(): Promise<Client> {
    const client = await Client.connect({ redis: this.redis, namespace: this.namespace })
    onTestFinished(() => client.close())
    return client
  }

  /** A worker that has started; it stops with the test, without waiting for handlers that still run. */
  async worker(handlers: Handlers, settings: WorkerSettings = {}): Promise<Worker> {
    const tasks = registryOf(handlers)
    const worker = new Worker({ redis: this.redis, namespace: this.namespace, tasks, logger: this.logger(), ...settings })
    await worker.start()
    onTestFinished(() => worker.stop({ graceMs: 200 }))
    return worker
  }

  /** A beat that has started; it stops with the test. */
  async beat(settings: BeatSettings = {}): Promise<Beat> {
    const beat = new Beat({ redis: this.redis, namespace: this.namespace, logger: this.logger(), ...settings })
    onTestFinished(() => beat.stop())
    await beat.start()
    return beat
  }

  /** Submits and waits until every node is terminal. */
  async run(canvas: unknown, timeoutMs = 20_000): Promise<Ended> {
    return end(await this.client.submit(canvas), timeoutMs)
  }

  /** Messages of warnings and errors. */
  get complaints(): string[] {
    return this.log.filter(({ level }) => level === 'warn' || level === 'error').map(({ message }) => message)
  }

  private logger(): Logger {
    const at = (level: keyof Logger) => (fields: object, message?: string) => {
      this.log.push({ level, message: message ?? '', fields: { ...fields } })
    }
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  }
}

export function registryOf(handlers: Handlers): TaskRegistry {
  const tasks = new TaskRegistry()
  for (const [name, given] of Object.entries(handlers))
    tasks.register(typeof given === 'function' ? { name, handler: given } : { name, ...given })
  return tasks
}

export interface Ended {
  handle: WorkflowHandle
  outcome: Outcome
  nodes: NodeResult[]
  /** The first node of this task. */
  node(task: string): NodeResult
}

/** Waits until the workflow has ended, callbacks included. */
export async function end(handle: WorkflowHandle, timeoutMs = 20_000): Promise<Ended> {
  const outcome = await handle.outcome({ waitMs: timeoutMs })
  await until(async () => (await handle.status()).ended, { timeoutMs, what: `workflow ${handle.id} ends` })
  if (outcome === null) throw new Error(`workflow ${handle.id} has no outcome`)
  const nodes = await handle.results()
  const node = (task: string): NodeResult => {
    const found = nodes.find((one) => one.task === task)
    if (!found) throw new Error(`no node of task ${task}`)
    return found
  }
  return { handle, outcome, nodes, node }
}

/** The error of an outcome that failed. */
export function errorOf(outcome: Outcome | null): {
  type: string
  message: string
  code?: string
  cause?: { type: string; message: string }
} {
  if (outcome?.state !== 'FAILURE') throw new Error(`expected FAILURE, got ${JSON.stringify(outcome)}`)
  return outcome.error
}

/** `{state, result | error}` without the parts that differ from run to run. */
export const stateOf = ({ state, result, error, attempts }: NodeResult): object => ({
  state,
  attempts,
  ...(result === undefined ? {} : { result }),
  ...(error === undefined ? {} : { error: error.type }),
})

/** A call by name: `call('add', [1, 2])`. */
export const call = (task: string, args: unknown[] = [], options: Parameters<typeof signature>[3] = {}) =>
  signature(task, args, {}, options)

/** A call that takes nothing from what is before it. */
export const callAlone = (task: string, args: unknown[] = []): Signature => signature(task, args).set({ immutable: true })

/** A task that runs until it is let go. `entered` counts its starts. */
export class Gate {
  entered = 0
  private readonly waiting: (() => void)[] = []
  private isOpen = false

  readonly handler = async (ctx: TaskContext, [value = null]: Json[]): Promise<Json> => {
    this.entered++
    const stopped = new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve(), { once: true }))
    if (!this.isOpen) await Promise.race([new Promise<void>((resolve) => this.waiting.push(resolve)), stopped])
    return value
  }

  /** Ends when that many have started. */
  async entries(count: number): Promise<void> {
    await until(() => this.entered >= count, { what: `${count} attempts of the gate have started`, intervalMs: 2 })
  }

  open(): void {
    this.isOpen = true
    for (const go of this.waiting.splice(0)) go()
  }
}

/** Tasks that many tests use. */
export const COMMON: Handlers = {
  echo: (_ctx, [value = null]) => value,
  args: (_ctx, args) => args,
  kwargs: (ctx) => ctx.kwargs,
  add: (_ctx, args) => (args.flat(9) as number[]).reduce((sum, n) => sum + n, 0),
  boom: (_ctx, [message = 'boom']) => {
    throw new TypeError(String(message))
  },
}
