/**
 * The once-a-second upkeep of every partition, in every worker process: timers, spreads, retention (all inside one script), and the sweep for dead
 * processes. A process is dead when its counter stood still for a whole lease on this process's own monotonic clock, while Redis answered and
 * stayed the same Redis; the give-back compares the counter again. So a Redis that stalled, restarted or failed over expires nobody.
 */
import type { RedisConnection } from '../redis/connection.js'
import { HOME, type Namespace } from '../redis/namespace.js'
import { calls } from '../redis/scripts.generated.js'
import { severalAtOnce } from '../several-at-once.js'
import type { Logger } from '../worker/logger.js'
import { PauseCopies } from './pauses.js'

/** What lies in a partition. */
export interface Work {
  /** Ready lists that may hold entries: `<queue>:<priority>`. */
  lists: string[]
  /** Parked lists that may hold entries: `<queue>:<priority>:<task>`. */
  parked: string[]
  /** Until the next timer is due, ms; -1: there is none. */
  dueMs: number
  /** Commands for this process that wait for an answer. */
  commands: number
  /** How many signals the partition has given, as a text. */
  signals: string
}

export interface TenderOptions {
  connection: RedisConnection
  namespace: Namespace
  /** Who tends. */
  process: string
  logger: Logger
  leaseMs: number
  /** How often each partition is tended, ms. */
  intervalMs: number
  /** Deliveries that a node survives; with the last one it ends FAILURE (WorkerLostError). */
  maxDeliveries: number
  /** What every round finds: the worker fetches when there is something for it. */
  seen(partition: number, work: Work): void
  random: () => number
  /** What a round brought about, when somebody listens. */
  news?: (text: string) => void
  /** The partition did not answer, or another Redis did than before: it may have lost its last moment. */
  suspect(partition: number): void
}

/** Workflows removed, or timers promoted, per call. */
const LIMIT = 100
const ABANDONED_SUBMIT_MS = 600_000
/**
 * Partitions that are tended at the same time. One after another, a round over 256 of them, or over a few of a slow Redis, took longer than the three
 * intervals after which a look says nothing: then no dead process was ever found. More at a time would hold Redis up: some 0.1 ms each.
 */
const AT_A_TIME = 16

interface Seen {
  counter: string
  since: number
}

class PartitionSweep {
  private seen = new Map<string, Seen>()
  private runId = ''
  private lastAnswer = 0

  /** Whether this is another Redis than the one that answered before. */
  isOther(runId: string): boolean {
    return this.runId !== '' && this.runId !== runId
  }

  /** Processes whose counter stood still for a whole lease. */
  dead(runId: string, beats: string[], now: number, options: TenderOptions): { process: string; counter: string }[] {
    const gap = now - this.lastAnswer > options.intervalMs * 3
    this.lastAnswer = now
    if (gap || runId !== this.runId) this.seen.clear()
    this.runId = runId
    const next = new Map<string, Seen>()
    const dead: { process: string; counter: string }[] = []
    for (let i = 0; i < beats.length; i += 2) {
      const process = beats[i] as string
      const counter = beats[i + 1] as string
      const before = this.seen.get(process)
      const since = before?.counter === counter ? before.since : now
      next.set(process, { counter, since })
      if (now - since >= options.leaseMs) dead.push({ process, counter })
    }
    this.seen = next
    return dead
  }
}

export class Tender {
  private readonly sweeps = new Map<number, PartitionSweep>()
  private timer: NodeJS.Timeout | null = null
  private running: Promise<void> = Promise.resolve()
  private stopped = false

  constructor(private readonly options: TenderOptions) {}

  start(): void {
    this.schedule(this.options.intervalMs * this.options.random())
  }

  private schedule(ms: number): void {
    this.timer = setTimeout(() => {
      this.running = this.round().finally(() => {
        if (!this.stopped) this.schedule(this.options.intervalMs * (0.9 + 0.2 * this.options.random()))
      })
    }, ms)
  }

  /** One round over all partitions; errors wait for the next one. The home of pauses comes first: what it has the others are compared with. */
  async round(): Promise<void> {
    const { connection, namespace } = this.options
    const pauses = new PauseCopies(connection, namespace)
    const others = namespace.numbers.filter((partition) => partition !== HOME)
    await this.tended(HOME, pauses)
    await severalAtOnce(others, AT_A_TIME, (partition) => this.tended(partition, pauses))
  }

  private async tended(partition: number, pauses: PauseCopies): Promise<void> {
    if (this.stopped) return
    await this.tend(partition, pauses).catch((error: unknown) => {
      this.options.suspect(partition)
      this.options.logger.debug({ err: error, partition }, 'upkeep waits for Redis')
    })
  }

  private async tend(partition: number, pauses: PauseCopies): Promise<void> {
    const { namespace, connection, process } = this.options
    const tell = this.options.news ? 1 : 0
    for (;;) {
      const [, more, runId, beats, lists, parked, dueMs, news, commands, signals, paused] = (await namespace.runAtEpoch(
        connection,
        partition,
        (epoch) => calls.tend(epoch, LIMIT, ABANDONED_SUBMIT_MS, tell, process),
      )) as [string, number, string, string[], string[], string[], number, string, number, string, string]
      if (news) this.options.news?.(news)
      this.options.seen(partition, { lists, parked, dueMs, commands, signals })
      await this.sweep(partition, runId, beats)
      await pauses.heard(partition, paused)
      if (more === 0 || this.stopped) return
    }
  }

  private async sweep(partition: number, runId: string, beats: string[]): Promise<void> {
    const sweep = this.sweeps.get(partition) ?? new PartitionSweep()
    this.sweeps.set(partition, sweep)
    if (sweep.isOther(runId)) this.options.suspect(partition)
    for (const { process, counter } of sweep.dead(runId, beats, performance.now(), this.options))
      await this.reap(partition, process, counter)
  }

  private async reap(partition: number, process: string, counter: string): Promise<void> {
    const { namespace, connection, maxDeliveries, logger } = this.options
    for (;;) {
      const [answer, nodes, news] = await namespace.runAtEpoch(connection, partition, (epoch) =>
        calls.reap(epoch, process, counter, 1, maxDeliveries, this.options.news ? 1 : 0),
      )
      if (news) this.options.news?.(String(news))
      if (answer === 'done') logger.warn({ process, partition, nodes }, 'a worker process was lost; what it held is given back')
      if (answer !== 'more') return
    }
  }

  async stop(): Promise<void> {
    this.stopped = true
    if (this.timer) clearTimeout(this.timer)
    await this.running
  }
}
