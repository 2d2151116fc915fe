/**
 * Control of workers, from any process: a command is handed to each worker at its home, and the answers are gathered for a time.
 *
 * Every worker that was meant is named in the reply: it answered, it refused, or it is unanswered. An unanswered command may have been executed,
 * once at most; one that a worker finds when nobody waits any more is not.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type AttemptList,
  type CommandAnswer,
  checkCommand,
  type HeldAttempt,
  type RunningAttempt,
  type ShutdownMode,
  type WorkerCommand,
} from '../protocol/control.js'
import { ChordisError } from '../protocol/errors.js'
import { newCommandId } from '../protocol/ids.js'
import type { WorkerSample, WorkerView } from '../protocol/worker-view.js'
import { explain, type RedisConnection, unavailable } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { calls } from '../redis/scripts.generated.js'
import { type FoundWorker, readWorkers } from '../redis/workers.js'

/** Which workers are meant, and how long their answers are waited for. */
export interface ControlOptions {
  /** Names or ids of workers; a name may be that of several. Default: all. */
  workers?: string | readonly string[]
  /** How long answers are gathered, ms. Default 3,000: a busy worker looks for commands once a second, an idle one at once. */
  timeoutMs?: number
}

/** Which worker it was. */
export type WorkerName = Pick<WorkerView, 'id' | 'name' | 'host' | 'pid' | 'alive'>

/** What came of a command. */
export interface Gathered<T> {
  /** Those that did it, with the time that it took, ms. */
  answers: { worker: WorkerName; value: T; ms: number }[]
  /** Those that would not, and why. */
  refused: { worker: WorkerName; error: { code: string; message: string } }[]
  /** Those that said nothing in time: they are dead, cut off, or their event loops are blocked. */
  unanswered: WorkerName[]
}

const TIMEOUT_MS = 3_000
/** Longest wait, ms: an hour. */
const MOST_MS = 3_600_000
/** Between two looks for answers, ms; then always the last. */
const LOOKS_MS = [2, 3, 5, 10, 20, 50]

/** Hands a command to workers and gathers what they say. */
export type SendCommand = <T>(command: WorkerCommand, options: ControlOptions) => Promise<Gathered<T>>

/**
 * Tells workers what to do, as Celery's `inspect` and `control`. Every call throws `not-found` (with the path `workers[k]`) for a name that no worker has,
 * `request-invalid` or `name-invalid` for arguments that cannot be, `redis-unavailable`, and `outcome-unknown` when Redis went away while it waited.
 */
export class WorkerControl {
  constructor(private readonly carry: SendCommand) {}

  /** Whether they are there. */
  ping(options?: ControlOptions): Promise<Gathered<'pong'>> {
    return this.send({ type: 'ping' }, options)
  }

  /** What they say of themselves now. */
  stats(options?: ControlOptions): Promise<Gathered<WorkerSample>> {
    return this.send({ type: 'stats' }, options)
  }

  /** Attempts whose handlers run, the oldest first; `limit` (100, at most 1,000) of them per worker. */
  active(options: ControlOptions & { limit?: number } = {}): Promise<Gathered<AttemptList<RunningAttempt>>> {
    return this.send({ type: 'active', limit: options.limit ?? 100 }, options)
  }

  /** Attempts that were granted and have not started; `limit` (100, at most 1,000) of them per worker. */
  reserved(options: ControlOptions & { limit?: number } = {}): Promise<Gathered<AttemptList<HeldAttempt>>> {
    return this.send({ type: 'reserved', limit: options.limit ?? 100 }, options)
  }

  /** So many slots more, 10,000 in all. */
  grow(by: number, options?: ControlOptions): Promise<Gathered<{ slots: number }>> {
    return this.send({ type: 'grow', by }, options)
  }

  /** So many slots less, one at least. What runs goes on. */
  shrink(by: number, options?: ControlOptions): Promise<Gathered<{ slots: number }>> {
    return this.send({ type: 'shrink', by }, options)
  }

  /** They serve this queue too, until they end. */
  addConsumer(queue: string, options?: ControlOptions): Promise<Gathered<{ queues: string[] }>> {
    return this.send({ type: 'add-consumer', queue }, options)
  }

  /** They take nothing more from this queue, until they end. */
  cancelConsumer(queue: string, options?: ControlOptions): Promise<Gathered<{ queues: string[] }>> {
    return this.send({ type: 'cancel-consumer', queue }, options)
  }

  /** They fetch nothing more and give back what has not started; what runs goes on, and they stay. Ends with {@link resume}. */
  quiet(options?: ControlOptions): Promise<Gathered<{ state: WorkerSample['state'] }>> {
    return this.send({ type: 'quiet' }, options)
  }

  /** They fetch again. */
  resume(options?: ControlOptions): Promise<Gathered<{ state: WorkerSample['state'] }>> {
    return this.send({ type: 'resume' }, options)
  }

  /**
   * They stop. `warm` (the default): running handlers get `graceMs` (default: the worker's own). `cold`: their signals fire and all goes back at once.
   * `quiet`: as {@link quiet}. Answered when it begins; a worker that is gone is not in `workers()`.
   */
  shutdown({
    mode = 'warm',
    graceMs,
    ...options
  }: ControlOptions & { mode?: ShutdownMode; graceMs?: number } = {}): Promise<Gathered<{ state: WorkerSample['state'] }>> {
    if (mode === 'quiet') return this.quiet(options)
    return this.send({ type: 'shutdown', mode, ...(graceMs === undefined ? {} : { graceMs }) }, options)
  }

  /** Any command; the calls above are made of it. */
  async send<T>(command: WorkerCommand, options: ControlOptions = {}): Promise<Gathered<T>> {
    checkCommand(command)
    return this.carry<T>(command, options)
  }
}

/** Hands a command to the workers that are meant, and gathers what they say. */
export async function sendCommand<T>(
  connection: RedisConnection,
  namespace: Namespace,
  command: WorkerCommand,
  { workers, timeoutMs = TIMEOUT_MS }: ControlOptions,
): Promise<Gathered<T>> {
  if (!(timeoutMs > 0 && timeoutMs <= MOST_MS)) {
    throw new ChordisError('request-invalid', `must be a number of ms, up to ${MOST_MS}`, { path: 'timeoutMs' })
  }
  const found = await readWorkers(connection, namespace).catch((error: unknown) => {
    throw unavailable(error)
  })
  return new Gathering<T>(connection, namespace, chosen(found, workers), timeoutMs).run(JSON.stringify(command))
}

/** @throws ChordisError `not-found` for a name that no worker has */
function chosen(found: FoundWorker[], workers: ControlOptions['workers']): FoundWorker[] {
  if (workers === undefined) return found
  const names = typeof workers === 'string' ? [workers] : workers
  for (const [k, name] of names.entries()) {
    if (found.some(({ view }) => view.id === name || view.name === name)) continue
    throw new ChordisError('not-found', `no worker is called ${JSON.stringify(name)}`, { path: `workers[${k}]` })
  }
  return found.filter(({ view }) => names.includes(view.id) || names.includes(view.name))
}

/** One command on its way. */
class Gathering<T> {
  private readonly id = newCommandId()
  private readonly from = performance.now()
  private readonly pending = new Map<string, FoundWorker>()
  private readonly gathered: Gathered<T> = { answers: [], refused: [], unanswered: [] }

  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
    private readonly workers: readonly FoundWorker[],
    private readonly timeoutMs: number,
  ) {}

  async run(command: string): Promise<Gathered<T>> {
    for (const worker of this.workers) this.pending.set(worker.view.id, worker)
    await Promise.all(this.workers.map((worker) => this.hand(worker, command)))
    for (let k = 0; this.waits(); k++) {
      await sleep(Math.min(LOOKS_MS[Math.min(k, LOOKS_MS.length - 1)] as number, Math.max(1, this.left())))
      await this.persist(() => this.look())
    }
    const unanswered = this.workers.filter(({ view }) => this.pending.has(view.id)).map(({ view }) => nameOf(view))
    return { ...this.gathered, unanswered: [...this.gathered.unanswered, ...unanswered] }
  }

  private left(): number {
    return this.timeoutMs - (performance.now() - this.from)
  }

  /** The dead are not waited for, unless nobody else was meant: what they might say has time until the others have said it. */
  private waits(): boolean {
    if (this.left() <= 0 || this.pending.size === 0) return false
    return this.workers.every(({ view }) => !view.alive) || [...this.pending.values()].some(({ view }) => view.alive)
  }

  /** The same call again until Redis answers it, or the time is over. */
  private async persist<R>(call: () => Promise<R>): Promise<R> {
    for (;;) {
      try {
        return await call()
      } catch (error) {
        const why = explain(error)
        if (this.left() <= 0 || (why.code !== 'redis-unavailable' && why.code !== 'outcome-unknown')) throw unknown(why)
        await sleep(Math.min(100, Math.max(1, this.left())))
      }
    }
  }

  private async hand({ view, home }: FoundWorker, command: string): Promise<void> {
    const { connection, namespace, id } = this
    const [answer] = await this.persist(() => {
      const ttlMs = Math.max(1, Math.ceil(this.left()))
      return namespace.runAtEpoch(connection, home, (epoch) => calls.command(epoch, view.id, id, ttlMs, command))
    })
    if (answer === 'ok') return
    this.pending.delete(view.id)
    if (answer === 'none') this.gathered.unanswered.push(nameOf(view))
    else this.refuse(view, { code: 'limit-exceeded', message: 'too many commands wait for this worker' })
  }

  private refuse(view: WorkerView, error: { code: string; message: string }): void {
    this.gathered.refused.push({ worker: nameOf(view), error })
  }

  private async look(): Promise<void> {
    const homes = new Set([...this.pending.values()].map(({ home }) => home))
    const found = await Promise.all([...homes].map((home) => this.connection.hgetall(this.namespace.keys(home).of('answers', this.id))))
    for (const answers of found) {
      for (const [process, text] of Object.entries(answers)) this.answered(process, JSON.parse(text) as CommandAnswer)
    }
  }

  private answered(process: string, answer: CommandAnswer): void {
    const worker = this.pending.get(process)
    if (worker === undefined) return
    this.pending.delete(process)
    if ('error' in answer) this.refuse(worker.view, answer.error)
    else
      this.gathered.answers.push({
        worker: nameOf(worker.view),
        value: answer.value as T,
        ms: Math.round((performance.now() - this.from) * 10) / 10,
      })
  }
}

const nameOf = ({ id, name, host, pid, alive }: WorkerView): WorkerName => ({ id, name, host, pid, alive })

/** What was handed over may be executed. */
function unknown(cause: ChordisError): ChordisError {
  if (cause.code !== 'redis-unavailable') return cause
  return new ChordisError('outcome-unknown', `Redis went away while workers were told (${cause.message}); some may have done it`, { cause })
}
