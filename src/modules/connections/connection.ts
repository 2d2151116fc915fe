/**
 * One connection of a process: its options, client and tasks, and its worker while it runs. Named connections share nothing but the process.
 */
import { Client, type Logger, TaskRegistry, Worker, type WorkerListener } from '../../engine/index.js'
import { type ChordisModuleOptions, type Role, rolesOf } from '../chordis.options.js'

/** One connection of the process: options, client, tasks, and its worker while it runs. */
export class ChordisConnection {
  private worker: Worker | undefined
  /** Made when the worker starts: who listens to it beside the application's own hooks. */
  readonly listeners: (() => WorkerListener)[] = []

  constructor(
    readonly name: string,
    readonly options: ChordisModuleOptions,
    readonly client: Client,
    readonly logger: Logger,
    readonly tasks = new TaskRegistry(),
  ) {}

  /** Connects the client. @throws ChordisError `redis-unavailable`, `namespace-version` */
  static async open(name: string, options: ChordisModuleOptions, logger: Logger): Promise<ChordisConnection> {
    const { commandTimeoutMs } = options
    const client = await Client.connect({ ...where(options), ...(commandTimeoutMs === undefined ? {} : { commandTimeoutMs }) })
    return new ChordisConnection(name, options, client, logger)
  }

  /** @throws Error for a role that does not exist */
  get roles(): Role[] {
    return rolesOf(this.options)
  }

  /** Whether a worker of this process takes tasks of this connection. */
  get working(): boolean {
    return this.worker !== undefined
  }

  /** Its worker in this process, while it takes tasks. */
  get current(): Worker | undefined {
    return this.worker
  }

  /** Starts a worker when that is one of the roles. @param hooks what the application listens with */
  async start(hooks: WorkerListener | undefined): Promise<void> {
    if (!this.roles.includes('worker')) return
    const { options, tasks, logger } = this
    const listener = allOf([...this.listeners.map((make) => make()), ...(hooks === undefined ? [] : [hooks])])
    const listening = listener === undefined ? {} : { listener }
    const worker = new Worker({
      ...where(options),
      ...options.worker,
      queues: options.worker?.queues ?? tasks.queues(),
      tasks,
      logger,
      ...listening,
    })
    await worker.start()
    this.worker = worker
    // Another process may tell it to stop: then it takes no task any more, and readiness says so.
    void worker.ended.then(() => {
      if (this.worker !== worker) return
      this.worker = undefined
      logger.warn({ connection: this.name }, 'the worker of this connection has stopped; the application goes on')
    })
  }

  /** Stops the worker: what runs may end within its grace time, the rest goes back. */
  async stop(): Promise<void> {
    const { worker } = this
    this.worker = undefined
    await worker?.stop()
  }
}

/** Several listeners as one. Each keeps its faults to itself; what nobody hears is not gathered. */
function allOf(listeners: readonly WorkerListener[]): WorkerListener | undefined {
  if (listeners.length < 2) return listeners[0]
  const tasks = listeners.flatMap(({ task }) => task ?? [])
  const workflows = listeners.flatMap(({ workflow }) => workflow ?? [])
  return {
    ...(tasks.length === 0 ? {} : { task: (event) => tasks.forEach((tell) => void tell(event)) }),
    ...(workflows.length === 0 ? {} : { workflow: (event) => workflows.forEach((tell) => void tell(event)) }),
  }
}

/** Which Redis and namespace a connection is of. */
export function where({ redis, namespace, partitions, tracer }: ChordisModuleOptions) {
  return {
    redis,
    ...(namespace === undefined ? {} : { namespace }),
    ...(partitions === undefined ? {} : { partitions }),
    ...(tracer === undefined ? {} : { tracer }),
  }
}
