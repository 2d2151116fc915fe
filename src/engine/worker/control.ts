/**
 * Executes what a worker is told from elsewhere: looks for commands when it is woken for one and, while it is busy, at every upkeep (once a second).
 *
 * A command stays in Redis until its answer is stored, and what was executed is remembered by its id: a lost reply repeats the answer, never the command.
 */
import type { Json } from '../canvas/types.js'
import { type AttemptList, type CommandAnswer, checkCommand, type WorkerCommand } from '../protocol/control.js'
import { ChordisError } from '../protocol/errors.js'
import type { WorkerSample } from '../protocol/worker-view.js'
import type { RedisConnection } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { calls } from '../redis/scripts.generated.js'
import type { Logger } from './logger.js'

/** What is controlled: a worker. */
export interface Controlled {
  readonly process: string
  /** Partition in which its commands lie. */
  readonly home: number
  readonly namespace: Namespace
  readonly connection: RedisConnection
  readonly logger: Logger
  readonly concurrency: number
  readonly queues: readonly string[]
  readonly sample: WorkerSample
  active(limit: number): AttemptList
  reserved(limit: number): AttemptList
  resize(slots: number): void
  addConsumer(queue: string): void
  cancelConsumer(queue: string): void
  quiet(): void
  resume(): void
  stop(options: { graceMs?: number }): Promise<void>
}

/** How long an answer is kept, ms: longer than most wait for it. */
const KEEP_MS = 60_000
/** Commands remembered by what was answered. */
const REMEMBERED = 1_000

/** Commands that change nothing. */
const ASKING: ReadonlySet<WorkerCommand['type']> = new Set(['ping', 'stats', 'active', 'reserved'])

/** What is to be answered, and what happens when that was tried. */
interface Done {
  answer: CommandAnswer
  after?: () => void
}

export class Controller {
  private readonly answers = new Map<string, string>()
  private looking = false
  private again = false

  constructor(private readonly worker: Controlled) {}

  /** There may be a command. */
  called(): void {
    if (this.looking) {
      this.again = true
      return
    }
    this.looking = true
    void this.look()
      // Redis does not answer: the next upkeep looks again.
      .catch((error: unknown) => this.worker.logger.debug({ err: error }, 'commands wait for Redis'))
      .finally(() => {
        this.looking = false
        if (!this.again) return
        this.again = false
        this.called()
      })
  }

  private async look(): Promise<void> {
    const { namespace, connection, process, home } = this.worker
    const [, list] = await namespace.runAtEpoch(connection, home, (epoch) => calls.commands(epoch, process))
    const told = list as string[]
    for (let k = 0; k < told.length; k += 2) await this.obey(told[k] as string, told[k + 1] as string)
  }

  private async obey(id: string, text: string): Promise<void> {
    const { namespace, connection, process, home } = this.worker
    let answer = this.answers.get(id)
    let after: (() => void) | undefined
    if (answer === undefined) {
      const done = execute(this.worker, text)
      answer = JSON.stringify(done.answer)
      after = done.after
      this.remember(id, answer)
    }
    const said = answer
    try {
      await namespace.runAtEpoch(connection, home, (epoch) => calls.answer(epoch, process, id, KEEP_MS, said))
    } finally {
      after?.()
    }
  }

  private remember(id: string, answer: string): void {
    this.answers.set(id, answer)
    if (this.answers.size > REMEMBERED) this.answers.delete(this.answers.keys().next().value as string)
  }
}

function execute(worker: Controlled, text: string): Done {
  try {
    const command = checkCommand(JSON.parse(text) as { [name: string]: unknown })
    // Who only asks may do so every few seconds.
    worker.logger[ASKING.has(command.type) ? 'debug' : 'info']({ command }, 'told by remote control')
    return perform(worker, command)
  } catch (error) {
    worker.logger.warn({ err: error }, 'a command was refused')
    const code = error instanceof ChordisError ? error.code : 'request-invalid'
    return { answer: { error: { code, message: error instanceof Error ? error.message : String(error) } } }
  }
}

function perform(worker: Controlled, command: WorkerCommand): Done {
  switch (command.type) {
    case 'ping':
      return value('pong')
    case 'stats':
      return value(worker.sample)
    case 'active':
      return value(worker.active(command.limit))
    case 'reserved':
      return value(worker.reserved(command.limit))
    case 'grow':
      worker.resize(worker.concurrency + command.by)
      return value({ slots: worker.concurrency })
    case 'shrink':
      worker.resize(worker.concurrency - command.by)
      return value({ slots: worker.concurrency })
    case 'add-consumer':
      worker.addConsumer(command.queue)
      return value({ queues: worker.queues })
    case 'cancel-consumer':
      worker.cancelConsumer(command.queue)
      return value({ queues: worker.queues })
    case 'quiet':
      worker.quiet()
      return value({ state: worker.sample.state })
    case 'resume':
      worker.resume()
      return value({ state: worker.sample.state })
    case 'shutdown':
      return { ...value({ state: 'stopping' }), after: () => void worker.stop(graceOf(command)) }
  }
}

function graceOf({ mode, graceMs }: { mode: 'warm' | 'cold'; graceMs?: number }): { graceMs?: number } {
  if (mode === 'cold') return { graceMs: 0 }
  return graceMs === undefined ? {} : { graceMs }
}

/** What is answered is written as it is now, before anything changes it. */
const value = (given: unknown): Done => ({ answer: { value: given as Json } })
