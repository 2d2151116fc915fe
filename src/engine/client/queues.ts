/**
 * Queues as people see and change them: `client.queues`. All of it works beside any number of workers; what changes many tasks goes in steps of one
 * script each (100 entries, 500 tasks at most), list by list, and may be stopped and called again at any time.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ChordisError } from '../protocol/errors.js'
import { checkName, checkText, checkWhole } from '../protocol/ids.js'
import type { RedisConnection } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import {
  countDelayed,
  countNodes,
  peekList,
  type QueueList,
  queueLists,
  readDepths,
  readOccupied,
  type StepCall,
  walkList,
} from '../redis/queue-lists.js'
import { readPauses, writePause } from '../redis/queues.js'
import { calls } from '../redis/scripts.generated.js'
import { readWorkers } from '../redis/workers.js'
import { explained, explainedRead } from './failures.js'
import { emptyQueue, interleave, type QueueDepths, type QueuedTask, type QueueView, queuedTask, sumDepths } from './queue-view.js'

/** Which of the tasks that wait are meant. */
export interface QueueChangeOptions {
  /** Only calls of this task. */
  task?: string
  /** Only count what is meant. */
  dryRun?: boolean
  /** Is told, after every step, how many tasks were met so far. */
  onProgress?: (tasks: number) => void
}

/** What a queue still has to do, as {@link Queues.drain} sees it. */
export interface QueueLeft {
  /** Entries of ready lists; one may stand for several tasks. */
  ready: number
  /** Entries of parked lists. */
  parked: number
  /** Tasks that workers hold. */
  leased: number
  /** Tasks that wait for their time; null while there is anything else: finding them is a walk over all timers. */
  delayed: number | null
}

/** Between two looks of a drain, ms. */
const DRAIN_LOOK_MS = 200
const MAX_PEEKED = 1_000
const NO_LIMIT = 1_000_000_000

/** Longest reason, and longest name of who paused a queue, in characters. */
const MAX_TEXT = 500

/** What waits for workers, by queue: `client.queues`. */
export class Queues {
  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
  ) {}

  /**
   * Nothing of a queue is given to any worker any more, until {@link resume}. Attempts that were granted go on; submits, retries and what was delayed
   * come into the queue and wait there; what expires while it waits ends REVOKED. When this returns, every partition knows.
   * A queue that is paused stays as it is: who paused it first, and why, is kept.
   * @param options `reason` and `by`: for people, up to 500 characters each
   * @throws ChordisError `name-invalid`, `request-invalid`, `limit-exceeded` (1,000 queues are paused), `redis-unavailable`, and `outcome-unknown` when
   * Redis went away meanwhile: then some partitions may know and the upkeep of workers tells the others within seconds; it may be called again
   */
  async pause(queue: string, { reason, by }: { reason?: string; by?: string } = {}): Promise<void> {
    checkName(queue, 'queue')
    await this.write(queue, { reason: textOf(reason, 'reason'), by: textOf(by, 'by') })
  }

  /**
   * What waits in a queue is given to workers again. A queue that is not paused stays as it is.
   * @throws ChordisError as {@link pause}
   */
  async resume(queue: string): Promise<void> {
    checkName(queue, 'queue')
    await this.write(queue, null)
  }

  /**
   * Every queue in which something is ready or parked, that is paused, or that a live worker serves, by name.
   * Costs two commands per partition, and per list a call per 2,000 entries, of its first 20,000,, and what `workers()` costs.
   * @throws ChordisError `redis-unavailable`
   */
  list(): Promise<QueueView[]> {
    return explainedRead(async () => {
      const [lists, pauses, workers] = await Promise.all([
        queueLists(this.connection, this.namespace),
        readPauses(this.connection, this.namespace),
        readWorkers(this.connection, this.namespace),
      ])
      const views = new Map<string, QueueView>()
      const view = (name: string): QueueView => {
        const known = views.get(name) ?? emptyQueue(name)
        views.set(name, known)
        return known
      }
      for (const [name, paused] of pauses) view(name).paused = paused
      for (const worker of workers) if (worker.view.alive) for (const name of worker.view.queues) view(name).workers++
      for (const list of lists) await this.count(list, view)
      return [...views.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    })
  }

  /**
   * How much waits in each queue, and since when: one call of some 3 ms per partition whatever the queues hold, for those who look every few seconds. In
   * each partition 2,000 entries at the heads of the lists are looked at, and the first 2,000 timers; an entry behind them counts as one task and may be more.
   * @throws ChordisError `redis-unavailable`
   */
  depths(): Promise<QueueDepths> {
    return explainedRead(async () =>
      sumDepths(await this.namespace.each((partition) => readDepths(this.connection, this.namespace, partition))),
    )
  }

  /** Adds what a list holds; one that is empty by now names no queue. */
  private async count(list: QueueList, view: (name: string) => QueueView): Promise<void> {
    const { nodes, exact } = await countNodes(this.connection, this.namespace, list)
    if (nodes === 0) return
    const known = view(list.queue)
    known.exact &&= exact
    if (list.kind === 'parked') known.parked += nodes
    else {
      known.ready += nodes
      known.byPriority[list.priority] = (known.byPriority[list.priority] ?? 0) + nodes
    }
  }

  /**
   * The tasks that come next, the most urgent first; nothing is taken. Of one priority those of different partitions, between which there is no order,
   * take turns. Of each list the first 1,000 entries are looked at.
   * @param options `limit`: 1 to 1,000, default 20; `args`: also what they are called with
   * @throws ChordisError `name-invalid`, `request-invalid`, `redis-unavailable`
   */
  peek(queue: string, { limit = 20, args = false }: { limit?: number; args?: boolean } = {}): Promise<QueuedTask[]> {
    return explainedRead(async () => {
      checkName(queue, 'queue')
      checkWhole(limit, 1, MAX_PEEKED, 'limit')
      const lists = (await this.lists(queue)).filter(({ kind }) => kind === 'ready')
      const tasks: QueuedTask[] = []
      for (const priority of new Set(lists.map((list) => list.priority))) {
        const count = limit - tasks.length
        if (count === 0) break
        const equals = lists.filter((list) => list.priority === priority)
        const found = await Promise.all(equals.map((list) => peekList(this.connection, this.namespace, list, { count, args })))
        tasks.push(...interleave(found.map((nodes) => nodes.map((node) => queuedTask(node, priority)))).slice(0, count))
      }
      return tasks
    })
  }

  /**
   * Ends what waits in a queue, parked tasks included: each task ends REVOKED with the code `purged`, what depends on it SKIPPED, and chords as after any
   * member that did not succeed. What is leased or delayed is not touched. What comes in while it works may be met or not: pause the queue before.
   * @returns how many tasks were ended; with `dryRun` how many are named by the entries that wait
   * @throws ChordisError `name-invalid`, `redis-unavailable`; `outcome-unknown`: some were ended, it may be called again
   */
  purge(queue: string, options: QueueChangeOptions = {}): Promise<{ tasks: number }> {
    const { task = '', dryRun = false } = options
    return this.walk(
      queue,
      options,
      (list) =>
        (epoch, { offset, before }) =>
          calls.purgequeue(epoch, list.kind, list.name, task, offset, before, dryRun ? 1 : 0),
    )
  }

  /**
   * Lets what waits in a queue, parked tasks included, wait in another one: behind what waits there, in its order, with its priority. A moved task stays
   * moved: its retries, and what a worker gives back, go there too. A requeue of it goes where its canvas says, and so do other tasks of its workflow.
   * Each workflow concerned grows by a copy of a template (about 100 bytes). What is leased or delayed is not touched.
   * @param options `limit`: tasks, at most
   * @returns how many tasks were moved; with `dryRun` how many would be
   * @throws ChordisError `name-invalid`, `request-invalid` when both are the same, `redis-unavailable`; `outcome-unknown`: some were moved, it may be
   * called again
   */
  async move(from: string, to: string, options: QueueChangeOptions & { limit?: number } = {}): Promise<{ tasks: number }> {
    checkName(to, 'to')
    if (from === to) throw new ChordisError('request-invalid', 'must be another queue', { path: 'to' })
    const { task = '', dryRun = false, limit } = options
    if (limit !== undefined) checkWhole(limit, 1, NO_LIMIT, 'limit')
    return this.walk(
      from,
      options,
      (list, left) =>
        (epoch, { offset, before }) =>
          calls.movequeue(epoch, list.kind, list.name, to, task, left(), offset, before, dryRun ? 1 : 0),
    )
  }

  /** Steps through all lists of a queue, the most urgent first. */
  private walk(
    queue: string,
    { onProgress, limit = NO_LIMIT, task }: QueueChangeOptions & { limit?: number },
    callOf: (list: QueueList, left: () => number) => StepCall,
  ): Promise<{ tasks: number }> {
    return explained(async () => {
      checkName(queue, 'queue')
      if (task !== undefined) checkName(task, 'task')
      let tasks = 0
      const left = (): number => limit - tasks
      const more = (nodes: number): boolean => {
        tasks += nodes
        if (nodes > 0) onProgress?.(Math.min(tasks, limit))
        return left() > 0
      }
      for (const list of await this.lists(queue)) {
        if (left() > 0) await walkList(this.connection, this.namespace, list, callOf(list, left), more)
      }
      return { tasks: Math.min(tasks, limit) }
    })
  }

  /**
   * Waits until a queue is drained: none of its tasks is ready, parked, delayed or leased, at two looks one after another. It takes nothing away (that is
   * {@link purge}; BullMQ's `drain` is one) and keeps nobody from adding: who wants an empty queue stops its producers first. Tasks that will come to the
   * queue when others have ended are not waited for. In a paused queue, or without workers, it ends by its time-out.
   * A look is a call per partition, and more where the workers hold over 500 tasks; timers are counted only when nothing else is left.
   * @param options `timeoutMs`: default for ever; `onProgress` is told what is left at every look
   * @throws ChordisError `name-invalid`, `timeout` with what is left, `redis-unavailable`
   */
  drain(queue: string, { timeoutMs, onProgress }: { timeoutMs?: number; onProgress?: (left: QueueLeft) => void } = {}): Promise<void> {
    return explainedRead(async () => {
      checkName(queue, 'queue')
      const from = performance.now()
      for (let clean = 0; ; await sleep(DRAIN_LOOK_MS)) {
        const left = await this.left(queue)
        onProgress?.(left)
        clean = left.delayed === 0 ? clean + 1 : 0
        if (clean === 2) return
        if (timeoutMs !== undefined && performance.now() - from >= timeoutMs) throw notDrained(queue, left)
      }
    })
  }

  private async left(queue: string): Promise<QueueLeft> {
    const all = await this.namespace.each((partition) => readOccupied(this.connection, this.namespace, partition, queue))
    const sum = (what: 'ready' | 'parked' | 'leased'): number => all.reduce((total, one) => total + one[what], 0)
    const left = { ready: sum('ready'), parked: sum('parked'), leased: sum('leased'), delayed: null }
    if (left.ready + left.parked + left.leased > 0) return left
    const delayed = await this.namespace.each((partition) => countDelayed(this.connection, this.namespace, partition, queue))
    return { ...left, delayed: delayed.reduce((total, one) => total + one, 0) }
  }

  /** Lists of a queue, the most urgent first. */
  private async lists(queue: string): Promise<QueueList[]> {
    const lists = await queueLists(this.connection, this.namespace, queue)
    return lists.sort((a, b) => a.priority - b.priority || a.partition - b.partition)
  }

  private async write(queue: string, details: Parameters<typeof writePause>[3]): Promise<void> {
    await explained(() => writePause(this.connection, this.namespace, queue, details))
  }
}

function notDrained(queue: string, { ready, parked, leased, delayed }: QueueLeft): ChordisError {
  const left = Object.entries({ ready, parked, leased, delayed: delayed ?? 0 }).filter(([, count]) => count > 0)
  const text = left.length > 0 ? left.map(([what, count]) => `${count} ${what}`).join(', ') : 'it was empty for a moment only'
  return new ChordisError('timeout', `queue ${queue} is not drained: ${text}`)
}

function textOf(text: string | undefined, path: string): string | null {
  return text === undefined ? null : checkText(text, MAX_TEXT, path)
}
