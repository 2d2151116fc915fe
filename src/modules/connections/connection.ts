/**
 * One connection of a process: its options, client and tasks, and its worker while it runs. Named connections share nothing but the process.
 */
import { Client, type Logger, TaskRegistry, Worker, type WorkerListener } from '../../engine/index.js'
import { type ChordisModuleOptions, type Role, rolesOf } from '../chordis.options.js'

/** One connection of the process: options, client, tasks, and its worker while it runs. */
export class ChordisConnection {
  private worker: Worker | undefined

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

  /** Starts a worker when that is one of the roles. */
  async start(listener: WorkerListener | undefined): Promise<void> {
    if (!this.roles.includes('worker')) return
    const { options, tasks, logger } = this
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

/** Which Redis and namespace a connection is of. */
export function where({ redis, namespace, partitions }: ChordisModuleOptions) {
  return { redis, ...(namespace === undefined ? {} : { namespace }), ...(partitions === undefined ? {} : { partitions }) }
}
