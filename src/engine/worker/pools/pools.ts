/** The pools of a worker: made when it starts, one of each kind that its tasks ask for. */
import os from 'node:os'
import { resolve } from 'node:path'
import { POOL_KINDS, type PoolKind } from '../../canvas/task.js'
import { ChordisError } from '../../protocol/errors.js'
import { checkWhole } from '../../protocol/ids.js'
import type { Logger } from '../logger.js'
import type { TaskRegistry } from '../registry.js'
import type { ChildSettings } from './messages.js'
import type { Pool } from './pool.js'
import { ProcessPool } from './process-pool.js'
import { ThreadPool } from './thread-pool.js'

/** Where tasks run, beside the main loop. */
export interface PoolOptions {
  /** Of tasks that name none. Default `inline`. */
  pool?: PoolKind
  /**
   * Files that export the worker's tasks, loaded in every thread and process: tasks, lists of them, a `Chordis`, a registry, or a {@link TaskSource} as
   * `tasksOf(AppModule)` of `chordis/nestjs`. Needed for `thread` and `process`.
   */
  modules?: readonly string[]
  /** Threads or processes of a pool that is not the worker's own kind. Default: as many as the machine has processors. */
  poolSize?: number
  /** Threads and processes between these numbers, as work comes and goes. Default: all from the start. */
  autoscale?: { min: number; max: number }
  /** Attempts after which a thread or process is replaced. Default 0: never. */
  maxTasksPerChild?: number
  /** Memory beyond which a thread (its heap) or process (its resident set) is replaced after its attempt, MB. Default 0: never. */
  maxMemoryPerChild?: number
}

const MB = 1024 * 1024
const MOST_CHILDREN = 1_024

/** How many attempts run at a time when nobody says: many that mostly wait, or one per processor. */
export function defaultConcurrency({ pool = 'inline', autoscale }: PoolOptions): number {
  if (pool === 'inline') return 100
  return autoscale?.max ?? os.availableParallelism()
}

export class Pools {
  private readonly pools = new Map<PoolKind, Pool>()
  /** That of tasks that name none: as large as the worker has slots. */
  private readonly kind: PoolKind

  /** @throws ChordisError `request-invalid` for options that no pool could have */
  constructor(options: PoolOptions, tasks: TaskRegistry, size: number, maxResultBytes: number, logger: Logger) {
    const { pool = 'inline', modules = [], autoscale, poolSize = os.availableParallelism() } = options
    check(options)
    this.kind = pool
    const named = tasks.names().map((name) => tasks.get(name)?.options?.pool ?? pool)
    for (const kind of new Set(named)) {
      if (kind === 'inline') continue
      if (modules.length === 0) {
        throw new ChordisError('request-invalid', `the ${kind} pool needs the files that export the tasks`, { path: 'modules' })
      }
      const max = kind === pool ? (autoscale?.max ?? size) : poolSize
      const min = kind === pool ? (autoscale?.min ?? max) : 1
      const settings: ChildSettings = {
        modules: modules.map((module) => resolve(module)),
        maxTasks: options.maxTasksPerChild ?? 0,
        maxMemory: (options.maxMemoryPerChild ?? 0) * MB,
        maxResultBytes,
      }
      this.pools.set(kind, kind === 'thread' ? new ThreadPool({ min, max, settings }) : new ProcessPool({ min, max, settings, logger }))
    }
  }

  /** The pool of this kind; undefined when no task of the worker wants one. */
  of(kind: PoolKind): Pool | undefined {
    return this.pools.get(kind)
  }

  /** The worker has so many slots now. Throws `request-invalid` where the pool of its tasks cannot follow. */
  resize(slots: number): void {
    const pool = this.pools.get(this.kind)
    if (pool === undefined) return
    if (pool.resize === undefined) {
      throw new ChordisError('request-invalid', `a ${this.kind} pool keeps its size while it runs`, { path: 'concurrency' })
    }
    pool.resize(slots)
  }

  /** Resolves when each pool has a child that has loaded its tasks. Rejects when one cannot. */
  async start(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.start()))
  }

  /** Ends every child at once. */
  async stop(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.stop()))
  }
}

function check({ pool = 'inline', poolSize, autoscale, maxTasksPerChild, maxMemoryPerChild }: PoolOptions): void {
  if (!POOL_KINDS.includes(pool)) throw new ChordisError('request-invalid', `must be one of ${POOL_KINDS.join(', ')}`, { path: 'pool' })
  whole('poolSize', poolSize, 1, MOST_CHILDREN)
  whole('autoscale.max', autoscale?.max, 1, MOST_CHILDREN)
  whole('autoscale.min', autoscale?.min, 0, autoscale?.max ?? 1)
  whole('maxTasksPerChild', maxTasksPerChild, 0, 1_000_000_000)
  whole('maxMemoryPerChild', maxMemoryPerChild, 0, 1_000_000)
}

function whole(path: string, value: number | undefined, least: number, most: number): void {
  if (value !== undefined) checkWhole(value, least, most, path)
}
