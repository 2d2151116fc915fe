/**
 * Who wakes a worker: on one Redis a single blocking connection for all partitions, on a Cluster one for each of its home partitions. Each waits for the
 * wake lists of the queues that are served, and the first also for commands. A worker that is quiet waits for commands only: a wake token that it took would
 * be missing to those who work.
 */
import { normalise, type RedisOptions } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import type { Partition } from './partition.js'
import { Waker } from './waker.js'

/** Longest block on wake lists, ms; what it misses the upkeep finds. */
const BLOCK_MS = 5_000
/** Partitions with a wake connection of their own on a Cluster; the upkeep visits the others. */
const MAX_HOMES = 8

export interface WakersOptions {
  redis: string | RedisOptions
  namespace: Namespace
  process: string
  partitions: readonly Partition[]
  /** Queues that are served now; none while the worker is quiet. */
  queues(): readonly string[]
  /** Resolves when there is nothing to do but to wait. */
  idle(): Promise<void>
  /** There is a command. */
  called(): void
}

export class Wakers {
  private wakers: Waker[] = []

  constructor(private readonly options: WakersOptions) {}

  start(): void {
    const { redis, namespace, process, partitions } = this.options
    const order = homesOf(process, namespace.partitions).map((number) => partitions[number] as Partition)
    const shared = normalise(redis).cluster === undefined
    const homes = shared ? [order] : order.slice(0, MAX_HOMES).map((partition) => [partition])
    this.wakers = homes.map((home, k) => this.waker(home, k === 0 ? partitions : home))
    for (const waker of this.wakers) waker.start()
  }

  /** @param looked partitions that are looked at after a block without a token */
  private waker(homes: readonly Partition[], looked: readonly Partition[]): Waker {
    const { redis, namespace, process, queues, idle, called } = this.options
    const call = namespace.keys((homes[0] as Partition).number).of('call', process)
    const wakeKeys = (): [string, Partition][] =>
      homes.flatMap((p) => queues().map((queue): [string, Partition] => [namespace.keys(p.number).of('wake', queue), p]))
    return new Waker({
      redis,
      keys: () => [call, ...wakeKeys().map(([key]) => key)],
      maxBlockMs: BLOCK_MS,
      idle,
      woken: (key) => {
        if (key === call) return called()
        const owner = key === null ? undefined : wakeKeys().find(([one]) => one === key)?.[1]
        if (owner) owner.wake()
        else for (const partition of looked) partition.wake(true)
      },
    })
  }

  /** The queues changed: what blocks begins again. */
  refresh(): void {
    for (const waker of this.wakers) waker.interrupt()
  }

  async stop(): Promise<void> {
    await Promise.all(this.wakers.map((waker) => waker.stop()))
  }
}

/** Partitions in the order in which a process calls them home: the same at every look, and another one for another process. */
export function homesOf(process: string, partitions: number): number[] {
  const weights = Array.from({ length: partitions }, (_, number) => weight(`${process}:${number}`))
  return weights.map((_, number) => number).sort((a, b) => (weights[b] as number) - (weights[a] as number))
}

function weight(text: string): number {
  let h = 2_166_136_261
  for (const char of text) h = Math.imul(h ^ char.charCodeAt(0), 16_777_619)
  return h >>> 0
}
