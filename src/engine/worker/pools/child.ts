/**
 * The child's side of a pool, the same for threads and processes: it loads its tasks once, then runs one attempt after the other, with the context,
 * the checks and the outcomes of inline ones. It knows no Redis: leases, retries and what is added to the graph are its worker's.
 */
import type { Canvas, Json } from '../../canvas/types.js'
import { ChordisError } from '../../protocol/errors.js'
import type { TaskSpec } from '../../protocol/stored.js'
import type { TraceContext } from '../../tracing/trace-context.js'
import type { Tracer } from '../../tracing/tracer.js'
import { Attempt, type AttemptHost } from '../attempt.js'
import { callHandler, damage, parseArguments } from '../call.js'
import { Batch, Grant } from '../grants.js'
import { SoftTimeLimitExceeded } from '../limits.js'
import type { Logger } from '../logger.js'
import { Outcomes } from '../outcomes.js'
import { type TaskDefinition, TaskRegistry } from '../registry.js'
import { ChildSignal, ReplaceSignal, signalOf } from '../signals.js'
import { toWireError } from '../wire-error.js'
import { loadTasks } from './load-tasks.js'
import type { AbortMessage, CallMessage, ChildMessage, ChildSettings, LogMessage, MessageToRunning } from './messages.js'
import { Starts } from './starts.js'

const CHILD = Symbol.for('chordis.pool-child')

/** Whether this is a thread or process of a worker's pool: an application that is booted here registers its tasks and starts nothing. */
export const isPoolChild = (): boolean => (globalThis as { [CHILD]?: true })[CHILD] === true

/** The tasks of a child. */
export class Child {
  private calls = 0
  private current: Attempt | null = null
  private starts: Starts | null = null
  /** Waits for the span of the call that has begun. */
  private placed: ((at: TraceContext | null) => void) | null = null
  private readonly outcomes: Outcomes

  private constructor(
    private readonly tasks: TaskRegistry,
    private readonly settings: ChildSettings,
    /** What it takes of memory, bytes. */
    private readonly memory: () => number,
    /** Of the modules: handlers run within the spans of their runs. */
    private readonly tracer: Tracer | undefined,
  ) {
    this.outcomes = new Outcomes({ random: Math.random, maxResultBytes: settings.maxResultBytes })
  }

  /** Loads the modules. @throws ChordisError `module-invalid`, or what they throw */
  static async boot(settings: ChildSettings, memory: () => number): Promise<Child> {
    ;(globalThis as { [CHILD]?: true })[CHILD] = true
    const { tasks: loaded, tracer } = await loadTasks(settings.modules)
    const tasks = new TaskRegistry()
    for (const task of loaded) tasks.register(task)
    return new Child(tasks, settings, memory, tracer)
  }

  /** Runs one call to its end; what it says on the way goes to `send`. */
  async run(call: CallMessage, send: (message: ChildMessage) => void): Promise<void> {
    const starts = new Starts(send)
    const attempt = attemptOf(call, hostOf(send, starts))
    this.current = attempt
    this.starts = starts
    const definition = this.tasks.get(attempt.task)
    const done = definition === undefined ? this.unknown(attempt) : await this.outcome(attempt, definition, call, send)
    this.current = null
    this.calls++
    send({ type: 'done', ...done, retires: this.retires() })
  }

  /** What the worker says while a call runs. */
  hear(message: MessageToRunning): void {
    if (message.type === 'abort') this.abort(message)
    else if (message.type === 'trace') this.placed?.(message.at)
    else this.starts?.answered(message)
  }

  /** The worker does not wait for the call any longer, or soon will not. */
  private abort({ error: { name, message, code } }: AbortMessage): void {
    const reason = name === 'SoftTimeLimitExceeded' ? soft(message) : Object.assign(new Error(message), { name, ...(code ? { code } : {}) })
    this.current?.abort(reason)
  }

  private async outcome(attempt: Attempt, definition: TaskDefinition, call: CallMessage, send: (message: ChildMessage) => void) {
    try {
      parseArguments(attempt, call)
    } catch (error) {
      return { record: this.outcomes.failed(attempt, damage(error)) }
    }
    const within = await this.begin(call, send)
    attempt.startedAt = performance.now()
    try {
      const record = this.outcomes.returned(attempt, definition, await within(() => callHandler(attempt, definition)))
      return { record, ...(attempt.added.length === 0 ? {} : { added: attempt.added.map(textOf) }) }
    } catch (thrown) {
      const signal = signalOf(thrown)
      if (signal instanceof ReplaceSignal) return { replace: textOf(signal.canvas) }
      if (signal instanceof ChildSignal) return { execute: { canvas: textOf(signal.canvas), options: signal.options } }
      return { record: this.outcomes.threw(attempt, definition, thrown) }
    }
  }

  /** Says that the handler is about to be called. Resolves with what calls it: within the span of its run, where there is one. */
  private async begin({ traced }: CallMessage, send: (message: ChildMessage) => void): Promise<<T>(handler: () => T) => T> {
    const within = this.tracer?.within?.bind(this.tracer)
    if (!traced || within === undefined) {
      send({ type: 'begun' })
      return (handler) => handler()
    }
    const placed = new Promise<TraceContext | null>((resolve) => {
      this.placed = resolve
    })
    send({ type: 'begun' })
    const at = await placed
    this.placed = null
    return (handler) => (at === null ? handler() : within(at, handler))
  }

  private unknown(attempt: Attempt): { record: string } {
    const error = new ChordisError('not-found', `the pool's modules have no task ${attempt.task}; the worker has one of that name`)
    return { record: this.outcomes.failed(attempt, error) }
  }

  private retires(): boolean {
    const { maxTasks, maxMemory } = this.settings
    return (maxTasks > 0 && this.calls >= maxTasks) || (maxMemory > 0 && this.memory() > maxMemory)
  }
}

function soft(message: string): Error {
  const error = new SoftTimeLimitExceeded(0)
  error.message = message
  return error
}

const textOf = (canvas: Canvas): string => JSON.stringify(canvas)

function attemptOf(call: CallMessage, host: AttemptHost): Attempt {
  const nowhere = { number: 0, complete: () => {} }
  const spec = JSON.parse(call.spec) as TaskSpec
  const grant = new Grant(nowhere, new Batch(''), call.lone ? '' : call.workflow, call.run, call.prefix, '', call.attempt, '-', '', spec)
  return new Attempt(host, grant, call.workflow, call.index, call.definition)
}

/** What a handler reports and logs travels to the worker, which has the connection and the logger. */
function hostOf(send: (message: ChildMessage) => void, starts: Starts): AttemptHost {
  const log = (level: LogMessage['level']) => (fields: object, message: string) =>
    send({ type: 'log', level, fields: plain(fields), message })
  const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
  return {
    // The worker adds whose it is.
    loggerOf: () => logger,
    report: (_attempt, text) => send({ type: 'report', text }),
    startChild: (_attempt, canvas, options, number) => starts.ask(number, canvas, options),
  }
}

/** Fields of a log line as JSON; errors with their messages. */
function plain(fields: object): Json {
  try {
    return JSON.parse(JSON.stringify(fields, (_key, value: unknown) => (value instanceof Error ? toWireError(value) : value))) as Json
  } catch {
    return { unreadable: true }
  }
}
