/**
 * Where a run takes place: a real Redis, the crew, the load, and the few things that every fault is made of. Faults see only this.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ChordisError, type Client } from '../../../src/engine/index.js'
import type { RedisServer } from '../../../src/engine/testing/index.js'
import type { RedisProxy } from '../../support/proxy.js'
import type { SeededRandom } from '../../support/random.js'
import type { RedisCluster } from '../../support/redis-cluster.js'
import type { RedisSentinel } from '../../support/redis-sentinel.js'
import { until } from '../../support/wait.js'
import type { Crew, Slot } from './crew.js'
import type { Entry, Event } from './history.js'
import type { Load } from './load.js'
import { type Case, probeCase } from './workload.js'

/** How long a fact may let wait for itself, ms; what takes longer has not recovered. */
export const PATIENCE_MS = 40_000

/** Served by every worker, beside the default queue. */
export const PROBE_QUEUE = 'probe'

export interface ArenaParts {
  topology: Topology
  namespace: string
  leaseMs: number
  servers: RedisServer[]
  sentinel?: RedisSentinel
  cluster?: RedisCluster
  crew: Crew
  load: Load
  /** In front of Redis for the client of the load; none where Redis has more than one address. */
  clientProxy: RedisProxy | undefined
  /** Goes around every proxy: probes, dumps, what an operator would do. */
  control: Client
  /** How another client connects as the one of the load does. */
  connect: () => Promise<Client>
  write: (event: Event) => void
  /** Milliseconds since the run began. */
  now: () => number
}

export type Topology = 'single' | 'sentinel' | 'cluster'

export class Arena {
  private probes = 0
  private readonly listeners = new Set<(entry: Entry) => void>()

  constructor(readonly parts: ArenaParts) {}

  /** The only Redis, or the first. */
  get redis(): RedisServer {
    return this.parts.servers[0] as RedisServer
  }

  get leaseMs(): number {
    return this.parts.leaseMs
  }

  get now(): () => number {
    return this.parts.now
  }

  /** A worker of the load, by chance. */
  victim(random: SeededRandom): Promise<Slot> {
    return this.parts.crew.victim((slots) => random.pick(slots))
  }

  /** Every line that a worker writes from now on, until the returned function is called. */
  listen(listener: (entry: Entry) => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  /** Tells of what the workers wrote. */
  heard(entries: readonly Entry[]): void {
    for (const listener of this.listeners) for (const entry of entries) listener(entry)
  }

  /** Waits for a fact; answers when it was there. */
  async fact(what: string, look: () => unknown, intervalMs = 5): Promise<number> {
    await until(look, { timeoutMs: PATIENCE_MS, intervalMs, what })
    return this.now()
  }

  /** A raw command of an operator, again and again until Redis answers it. */
  admin(command: string, ...args: (string | number)[]): Promise<unknown> {
    return insist(() => this.redis.call(command, ...args))
  }

  /** Ms from `since` until a task that is submitted now has run, on a queue of its own: what is measured is the recovery and not the backlog. */
  async probe(since: number, queue = PROBE_QUEUE): Promise<number> {
    await this.finish(probeCase(this.name('probe'), queue))
    return this.now() - since
  }

  /** Ms from `since` until this slot's worker has run a task that is submitted now. */
  probeSlot(since: number, slot: Slot): Promise<number> {
    return this.probe(since, `slot-${slot.number}`)
  }

  /** Ms from `since` until the client of the load has submitted a task and heard its outcome. */
  async probeClient(since: number): Promise<number> {
    await this.finish(probeCase(this.name('probe'), PROBE_QUEUE), this.parts.load.clients[0])
    return this.now() - since
  }

  /** A workflow of its own, to its outcome; sent again when Redis has forgotten it. @throws Error when no outcome is heard in time */
  async finish(item: Case, client: Client = this.parts.control): Promise<void> {
    const from = this.now()
    for (;;) {
      const outcome = await bounded(this.parts.load.run(item, client))
      if (outcome !== null) return
      if (this.now() - from > PATIENCE_MS) throw new Error(`no outcome of ${item.id} was heard`)
      await sleep(50)
    }
  }

  /** An id that no other workflow of the run has. */
  name(what: string): string {
    return `${what}-${++this.probes}`
  }
}

/** Waits for it, so long at most. @throws Error when that is over; the work itself goes on */
export async function bounded<T>(work: Promise<T>, ms = PATIENCE_MS): Promise<T> {
  const timer = new AbortController()
  const late = sleep(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`no progress within ${ms} ms`)
  })
  late.catch(() => undefined)
  try {
    return await Promise.race([work, late])
  } finally {
    timer.abort()
  }
}

/** Makes a call until it is answered. @throws Error when that takes too long, be it that one call never ends */
export async function insist<T>(call: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return await bounded(call())
    } catch (error) {
      const final = error instanceof ChordisError && !error.retryable
      if (final || performance.now() > deadline) throw error
      await sleep(50)
    }
  }
}
