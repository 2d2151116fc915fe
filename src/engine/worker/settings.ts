/** What a worker may be told, and what it takes when nobody says. */
import os from 'node:os'
import type { PoolKind } from '../canvas/task.js'
import type { ConnectionOptions } from '../client/client.js'
import { checkSlots } from '../protocol/control.js'
import { ChordisError } from '../protocol/errors.js'
import { checkName, checkWhole } from '../protocol/ids.js'
import type { WorkerListener } from './events.js'
import type { Limits } from './limits.js'
import type { Logger } from './logger.js'
import { defaultConcurrency, type PoolOptions } from './pools/pools.js'
import type { TaskRegistry } from './registry.js'

export interface WorkerOptions extends ConnectionOptions, PoolOptions {
  tasks: TaskRegistry
  /** Queues to serve. Default `['default']`. */
  queues?: string[]
  /**
   * Attempts that run at the same time. Default 100: handlers run inline and mostly wait for I/O; in threads and processes as many as the machine has
   * processors.
   */
  concurrency?: number
  logger?: Logger
  /** Shown in the registry of workers. Default the host's name. */
  name?: string
  /** How long stop() waits for running handlers, ms. Default 10,000. */
  graceMs?: number
  /** A process whose heartbeat stands still this long has died, ms. Default 6,000: its work runs again in under 10 s. */
  leaseMs?: number
  /**
   * How long an attempt may run, ms, where neither its call nor its task says so. Default 3,600,000. 0: no limit, and no promise that it ends; then a
   * handler that blocks the event loop for a whole lease loses what its process holds.
   */
  timeLimitMs?: number
  /** When an attempt is asked to end, ms, where neither its call nor its task says so. Default 0: never. */
  softTimeLimitMs?: number
  /**
   * What follows when an inline handler runs past its hard limit and the event loop is alive: nobody can stop it. `stop`: the worker drains and stops
   * (`worker.ended` says `overrun`), for a supervisor that starts a new process. `continue`, the default: it works on, and the handler may, too.
   */
  onOverrun?: 'continue' | 'stop'
  /** Losses of its worker that a task survives but the last, which ends it FAILURE (WorkerLostError). Default 3. */
  maxDeliveries?: number
  /**
   * How long after a look at all workflows the next one begins, ms: what no script leaves behind is repaired then, by one worker at a time. Default
   * 60,000; 0: this worker never looks.
   */
  surveyMs?: number
  /** Longest result, bytes of JSON. Default 16 MiB. */
  maxResultBytes?: number
  /** Every task says STARTED when its handler is called, unless its own option says otherwise. Default false. */
  trackStarted?: boolean
  /** Hears of this worker's attempts, and of workflows that its calls ended. Default: nobody, and then nothing is gathered. */
  listener?: WorkerListener
}

/** The options with their defaults. */
export interface WorkerSettings {
  queues: string[]
  name: string
  concurrency: number
  graceMs: number
  leaseMs: number
  limits: Limits
  onOverrun: 'continue' | 'stop'
  maxDeliveries: number
  surveyMs: number
  maxResultBytes: number
  trackStarted: boolean
  pool: PoolKind
}

/** @throws ChordisError `request-invalid`, `name-invalid`: which option breaks which rule */
export function settingsOf(options: WorkerOptions): WorkerSettings {
  const { queues = ['default'], name = os.hostname(), concurrency = defaultConcurrency(options) } = options
  return {
    queues: queues.map((queue, k) => checkName(queue, `queues[${k}]`)),
    name,
    concurrency: checkSlots(concurrency, 'concurrency'),
    graceMs: options.graceMs ?? 10_000,
    leaseMs: options.leaseMs ?? 6_000,
    limits: {
      hardMs: duration('timeLimitMs', options.timeLimitMs ?? 3_600_000),
      softMs: duration('softTimeLimitMs', options.softTimeLimitMs ?? 0),
    },
    onOverrun: options.onOverrun ?? 'continue',
    maxDeliveries: checkWhole(options.maxDeliveries ?? 3, 1, 1_000, 'maxDeliveries'),
    surveyMs: checkWhole(options.surveyMs ?? 60_000, 0, 86_400_000, 'surveyMs'),
    maxResultBytes: options.maxResultBytes ?? 16 * 1024 * 1024,
    trackStarted: options.trackStarted ?? false,
    pool: options.pool ?? 'inline',
  }
}

function duration(path: string, ms: number): number {
  if (typeof ms === 'number' && ms >= 0) return ms
  throw new ChordisError('request-invalid', 'must be a number of milliseconds, 0 or more', { path })
}
