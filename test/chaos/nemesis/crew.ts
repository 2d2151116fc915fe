/**
 * The workers of a run: a slot each, with a way to Redis of its own (a proxy), a journal and an order file. A worker that is gone is replaced, as a
 * supervisor would, until the crew stops.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RedisOptions } from '../../../src/engine/index.js'
import { temporaryFolder } from '../../support/children.js'
import { RedisProxy } from '../../support/proxy.js'
import type { ProxyRequest } from '../../support/proxy-requests.js'
import { startModule } from '../../support/typescript-child.js'
import { until } from '../../support/wait.js'
import type { WorkerProcess } from '../../support/worker-process.js'
import { type Entry, type Event, Tail } from './history.js'
import type { Order, WorkerSetup } from './worker.js'

export interface CrewOptions {
  /** Where Redis is; a single one is reached through a proxy per slot. */
  redis: string | RedisOptions
  target: { host: string; port: number } | null
  namespace: string
  origin: number
  leaseMs: number
  concurrency: number
  write: (event: Event) => void
  library?: WorkerSetup['library'] | undefined
  /** What runs in a slot; default: a worker. It is started with a {@link WorkerSetup} and prints `ready <name>`. */
  program?: URL
}

/** A place for one worker process at a time. */
export interface Slot {
  number: number
  /** The process that stands here now; undefined while a new one starts. */
  process: WorkerProcess | undefined
  /** The incarnation of that process, or of the last one. */
  name: string
  /** Absent where Redis cannot be reached through one address (Sentinel, Cluster). */
  proxy: RedisProxy | undefined
  /** For the next process only: environment and flags of Node. */
  next: { env?: NodeJS.ProcessEnv; nodeArgs?: string[] }
  queues: string[]
  /** It is none of those that faults hit by chance. */
  apart: boolean
  journal: string
  order: string
  supervised: boolean
}

/** How long a worker may take to be ready: Redis may be away meanwhile, ms. */
const START_MS = 60_000
const WORKER = new URL('./worker.js', import.meta.url)

export class Crew {
  readonly slots: Slot[] = []
  private readonly folder = temporaryFolder('nemesis')
  private readonly tails: Tail[] = []
  private stopping = false
  private starts: Promise<void>[] = []

  constructor(private readonly options: CrewOptions) {}

  /** Fills that many slots that serve these queues, and one of their own each. */
  async start(count: number, queues: string[]): Promise<void> {
    const slots = await Promise.all(Array.from({ length: count }, () => this.slot(queues)))
    await Promise.all(slots.map((slot) => this.fill(slot)))
  }

  /** A new slot, empty. Its own queue is `slot-<number>`. */
  async slot(queues: string[], apart = false): Promise<Slot> {
    const number = this.slots.length
    const { target } = this.options
    const slot: Slot = {
      number,
      process: undefined,
      name: '',
      proxy: undefined,
      next: {},
      queues: [...queues, `slot-${number}`],
      apart,
      journal: join(this.folder, `journal-${number}`),
      order: join(this.folder, `order-${number}`),
      supervised: true,
    }
    this.slots.push(slot)
    if (target !== null) slot.proxy = await RedisProxy.start(target)
    slot.proxy?.intercept(({ key }) => key === 'script:begin', 'request', this.begun)
    this.tails.push(new Tail(slot.journal))
    return slot
  }

  private readonly begun = ({ args }: ProxyRequest): undefined => {
    // The function's name, the number of keys, two keys, the epoch.
    const [workflow = '', run = '', node = '', attempt = ''] = args.slice(5).map(String)
    this.options.write({ op: 'begun', workflow, node, run: Number(run), worker: attempt.split(':')[0] as string })
  }

  /** Starts a process in the slot; when it ends it is replaced. */
  async fill(slot: Slot): Promise<void> {
    const { redis, namespace, origin, leaseMs, concurrency, library } = this.options
    const { number, queues, journal, order } = slot
    const setup: WorkerSetup = {
      redis: slot.proxy?.url ?? redis,
      ...{ namespace, slot: number, queues, journal, order, origin, leaseMs, concurrency },
      ...(library === undefined ? {} : { library }),
    }
    const { env, nodeArgs } = slot.next
    slot.next = {}
    const process = await startModule(this.options.program ?? WORKER, {
      args: [JSON.stringify(setup)],
      timeoutMs: START_MS,
      ...(env === undefined ? {} : { env }),
      ...(nodeArgs === undefined ? {} : { nodeArgs }),
    })
    slot.name = (await process.line(/^ready /)).slice('ready '.length)
    slot.process = process
    void process.exited.then(({ code, signal }) => this.gone(slot, process, code, signal))
  }

  /** A worker of the load that runs, by chance. */
  async victim(pick: (slots: Slot[]) => Slot): Promise<Slot> {
    await until(() => this.running().length > 0, { timeoutMs: START_MS, what: 'a worker runs' })
    return pick(this.running())
  }

  /** Slots whose process runs, without those that stand apart. */
  running(): Slot[] {
    return this.slots.filter(({ process, apart }) => process?.running && !apart)
  }

  /** Has the process raise a signal on itself. */
  command(slot: Slot, order: Order): void {
    writeFileSync(slot.order, JSON.stringify(order))
    if (slot.process?.running) process.kill(slot.process.pid, 'SIGUSR2')
  }

  /** Waits until another process than `name` is ready in the slot. */
  async replaced(slot: Slot, name: string): Promise<void> {
    await until(() => slot.process?.running && slot.name !== name, { timeoutMs: START_MS, what: `slot ${slot.number} has another worker` })
  }

  /** What the workers wrote since the last look. */
  news(): Entry[] {
    return this.tails.flatMap((tail) => tail.read())
  }

  /** SIGTERM to all, SIGKILL to who does not end. */
  async stop(): Promise<void> {
    this.stopping = true
    await Promise.allSettled(this.starts)
    await Promise.all(
      this.slots.map(async ({ process }) => {
        process?.cont()
        await process?.term(10_000)
      }),
    )
  }

  /** After stop(): proxies and files. */
  async close(): Promise<void> {
    await Promise.all(this.slots.map(({ proxy }) => proxy?.close()))
    for (const tail of this.tails) tail.close()
  }

  private gone(slot: Slot, process: WorkerProcess, code: number | null, signal: string | null): void {
    this.options.write({ op: 'worker', type: 'exit', worker: slot.name, slot: slot.number, code, signal })
    if (slot.process === process) slot.process = undefined
    if (this.stopping || !slot.supervised) return
    const start = this.refill(slot)
    this.starts.push(start)
    void start.finally(() => {
      this.starts = this.starts.filter((other) => other !== start)
    })
  }

  private async refill(slot: Slot): Promise<void> {
    for (let failures = 0; !this.stopping && failures < 5; failures++) {
      try {
        return await this.fill(slot)
      } catch {
        await sleep(200)
      }
    }
  }
}
