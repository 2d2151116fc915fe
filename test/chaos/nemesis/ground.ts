/** What every arena has: a Redis that can be hit, lines that processes write, facts that are waited for. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ChordisError } from '../../../src/engine/index.js'
import type { RedisServer } from '../../../src/engine/testing/index.js'
import { until } from '../../support/wait.js'
import type { Entry, Event } from './history.js'

/** How long a fact may let wait for itself, ms; what takes longer has not recovered. */
export const PATIENCE_MS = 40_000

export interface GroundParts {
  leaseMs: number
  servers: RedisServer[]
  write: (event: Event) => void
  /** Milliseconds since the run began. */
  now: () => number
}

export abstract class Ground<Parts extends GroundParts = GroundParts> {
  private readonly listeners = new Set<(entry: Entry) => void>()

  constructor(readonly parts: Parts) {}

  /** Ms from `since` until something that is asked for now has been done. */
  abstract probe(since: number): Promise<number>

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

  /** Every line that a process of the run writes from now on, until the returned function is called. */
  listen(listener: (entry: Entry) => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  /** Tells of what the processes wrote. */
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
