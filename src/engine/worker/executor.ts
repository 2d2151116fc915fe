/**
 * Runs attempts inline and turns what their handlers do into completions.
 *
 * A handler that returns at once costs no promise. Attempts run in slices: after SLICE_MS the event loop gets its turn, so that turns, timers and
 * sockets are served between short CPU-bound tasks.
 */
import type { RetrySettings } from '../canvas/task.js'
import type { Json, RetryPolicy } from '../canvas/types.js'
import { ChordisError, type WireError } from '../protocol/errors.js'
import type { Attempt } from './attempt.js'
import type { TaskDefinition, TaskRegistry } from './registry.js'
import { backoffMs, mayRetry, retriesFor, retryAfterMs } from './retry.js'
import { MaxRetriesExceeded, ReplaceSignal, RetrySignal, signalOf } from './signals.js'
import { isUnrecoverable } from './unrecoverable.js'
import { toWireError } from './wire-error.js'

export interface ExecutorHost {
  /** JSON text of what is prepended, for inputs that did not travel with the grant. */
  fetchInput(attempt: Attempt, expression: string): Promise<string>
  /** (request, error, traceback) of the input that failed. */
  fetchFailure(attempt: Attempt): Promise<Json[]>
  /** Stores what the attempt adds to the graph; answers the completion's text. */
  stageReplacement(attempt: Attempt, signal: ReplaceSignal): Promise<string>
  stageMembers(attempt: Attempt, record: string): Promise<string>
  complete(attempt: Attempt, record: string): void
  /** A handler that is to be tracked is about to be called. */
  track(attempt: Attempt): void
  /** Handlers are about to run on the main loop. */
  started(): void
}

export interface ExecutorOptions {
  tasks: TaskRegistry
  random: () => number
  /** Longest result, bytes of JSON. */
  maxResultBytes: number
  /** Attempts that run at the same time. */
  concurrency: number
  /** Every task says when its handler starts; a task's own option wins. */
  trackStarted: boolean
  /** Told of every attempt whose handler is about to be called, when somebody listens. */
  begins?: (attempt: Attempt) => void
}

const SLICE_MS = 5
/** How often the clock is read while handlers return at once. */
const CHECK_EVERY = 16
/** Places of started attempts at the head of the queue that are kept before it is cut. */
const CUT = 1_024

export class Executor {
  private readonly queue: Attempt[] = []
  private head = 0
  private running = false
  /** Attempts that have started and are not over. */
  active = 0
  /** Attempts started so far. */
  started = 0
  /** The time, as the last look at the clock said: at most a slice ago. */
  private clock = 0

  constructor(
    private readonly host: ExecutorHost,
    private readonly options: ExecutorOptions,
  ) {}

  /** Attempts that have not started. */
  get waiting(): number {
    return this.queue.length - this.head
  }

  /** Queues attempts; they start in this order. */
  enqueue(attempt: Attempt): void {
    this.queue.push(attempt)
  }

  /** Takes back all that has not started but the first `keep`. */
  drain(keep = 0): Attempt[] {
    return this.queue.splice(this.head + keep)
  }

  /** An attempt that had been started is over: its slot is free. */
  over(): void {
    this.active--
    if (this.waiting > 0) this.run()
  }

  /** Starts what is queued while there are slots, slice by slice. */
  run(): void {
    if (this.running || this.active >= this.options.concurrency) return
    this.running = true
    this.host.started()
    this.clock = performance.now()
    const until = this.clock + SLICE_MS
    let n = 0
    while (this.waiting > 0 && this.active < this.options.concurrency) {
      this.start(this.queue[this.head++] as Attempt)
      if (++n % CHECK_EVERY === 0 && performance.now() > until) break
      if (n % CHECK_EVERY !== 0 && n < CHECK_EVERY && performance.now() > until) break
    }
    this.cut()
    if (this.waiting === 0 || this.active >= this.options.concurrency) this.running = false
    else {
      setImmediate(() => {
        this.running = false
        this.run()
      })
    }
  }

  private cut(): void {
    if (this.waiting > 0 && this.head < CUT) return
    this.queue.splice(0, this.head)
    this.head = 0
  }

  private start(attempt: Attempt): void {
    attempt.started = true
    attempt.startedAt = this.clock
    this.active++
    this.started++
    const definition = this.options.tasks.get(attempt.task)
    if (!definition) {
      // The script grants only what this process registered; a task that vanished since goes back to the queue.
      this.host.complete(attempt, 'b|')
      return
    }
    const { input } = attempt.grant
    if (input.charCodeAt(0) === 64 || attempt.spec.errorInput) {
      void this.startLater(attempt, definition)
      return
    }
    try {
      parseArguments(attempt, input === '' ? null : input.slice(1))
    } catch (error) {
      this.fail(attempt, damage(error))
      return
    }
    this.call(attempt, definition)
  }

  private async startLater(attempt: Attempt, definition: TaskDefinition): Promise<void> {
    try {
      const { input } = attempt.grant
      parseArguments(
        attempt,
        input.charCodeAt(0) === 64 ? await this.host.fetchInput(attempt, input.slice(1)) : input === '' ? null : input.slice(1),
      )
      if (attempt.spec.errorInput) attempt.args.unshift(...(await this.host.fetchFailure(attempt)))
    } catch (error) {
      if (error instanceof SyntaxError) return this.fail(attempt, damage(error))
      // Not the task's fault: Redis did not answer. Try again soon.
      attempt.logger.warn({ err: error, attempt: attempt.id }, 'the inputs of an attempt could not be read')
      setTimeout(() => this.host.complete(attempt, 'b|'), 250)
      return
    }
    this.host.started()
    this.call(attempt, definition)
  }

  private call(attempt: Attempt, definition: TaskDefinition): void {
    if (definition.options?.trackStarted ?? this.options.trackStarted) this.host.track(attempt)
    this.options.begins?.(attempt)
    let value: unknown
    let pending: boolean
    try {
      value = attempt.spec.each ? callEach(attempt, definition) : definition.handler(attempt, attempt.args)
      pending = isThenable(value)
    } catch (thrown) {
      this.threw(attempt, definition, thrown)
      return
    }
    if (pending) {
      // resolve() gives a promise back as it is, and takes what else has a `then` by its word without trusting it.
      Promise.resolve(value).then(
        (result) => this.returned(attempt, definition, result),
        (thrown: unknown) => this.threw(attempt, definition, thrown),
      )
    } else this.returned(attempt, definition, value)
  }

  private returned(attempt: Attempt, definition: TaskDefinition, value: unknown): void {
    const ignored = attempt.spec.ignoreResult ?? definition.options?.ignoreResult
    // Nothing comes after a workflow of one task.
    if (ignored && attempt.grant.lone && attempt.added.length === 0) {
      this.host.complete(attempt, `I${mark(attempt)}|`)
      return
    }
    let text: string
    try {
      text = resultText(value)
      if (text.length > this.options.maxResultBytes) {
        throw invalid(`the result has ${text.length} characters of JSON, more than ${this.options.maxResultBytes}`)
      }
    } catch (error) {
      this.fail(attempt, error)
      return
    }
    const { attemptNumber } = attempt.grant
    // The script drops an ignored result that no successor takes.
    const record = ignored ? `S${attemptNumber}i|${text}` : attemptNumber === 1 ? `S|${text}` : `S${attemptNumber}|${text}`
    if (attempt.added.length === 0) this.host.complete(attempt, record)
    else this.staged(attempt, this.host.stageMembers(attempt, record))
  }

  private threw(attempt: Attempt, definition: TaskDefinition, thrown: unknown): void {
    const signal = signalOf(thrown)
    if (signal instanceof ReplaceSignal) this.staged(attempt, this.host.stageReplacement(attempt, signal))
    else if (signal instanceof RetrySignal) this.retry(attempt, definition, signal)
    else if (signal) this.host.complete(attempt, `I${mark(attempt)}|`)
    else {
      const policy = policyOf(attempt, definition)
      const error = toWireError(thrown)
      if (mayRetry(policy.maxRetries, attempt.attempt) && !isUnrecoverable(thrown) && this.isRetried(attempt, policy, thrown, error)) {
        this.again(attempt, policy, backoffMs(policy, attempt.attempt, this.options.random), error)
      } else this.failed(attempt, error)
    }
  }

  private isRetried(attempt: Attempt, policy: RetrySettings, thrown: unknown, error: WireError): boolean {
    try {
      return retriesFor(policy, thrown, error, attempt.attempt)
    } catch (err) {
      attempt.logger.error({ err, attempt: attempt.id }, 'retryIf failed; the attempt is not tried again')
      return false
    }
  }

  private retry(attempt: Attempt, definition: TaskDefinition, { options }: RetrySignal): void {
    const policy = policyOf(attempt, definition)
    const max = options.maxRetries === undefined ? policy.maxRetries : options.maxRetries
    if (mayRetry(max, attempt.attempt)) {
      const { error = null, retryAfter } = options
      const asked = retryAfter === undefined ? options.countdownMs : (retryAfterMs(retryAfter, Date.now()) ?? options.countdownMs)
      const delayMs = asked ?? backoffMs(policy, attempt.attempt, this.options.random)
      this.again(attempt, policy, delayMs, error === null ? null : toWireError(error))
    } else this.fail(attempt, options.error ?? new MaxRetriesExceeded(`task ${attempt.task} was retried ${attempt.attempt - 1} times`))
  }

  private again(attempt: Attempt, { maxElapsedMs }: RetrySettings, delayMs: number, error: WireError | null): void {
    const text = error === null ? '' : JSON.stringify(error)
    const most = maxElapsedMs === undefined ? '' : Math.round(maxElapsedMs)
    const ran = Math.max(0, Math.round(performance.now() - attempt.startedAt))
    this.host.complete(attempt, `r${Math.max(0, Math.round(delayMs))}|${attempt.attempt + 1}|${most}|${ran}|${text}`)
  }

  private fail(attempt: Attempt, thrown: unknown): void {
    this.failed(attempt, toWireError(thrown))
  }

  private failed(attempt: Attempt, error: WireError): void {
    this.host.complete(attempt, `F${mark(attempt)}|${JSON.stringify(error)}`)
  }

  /** What a task adds is compiled and stored before the attempt is finished. A canvas that is not valid fails the task. */
  private staged(attempt: Attempt, record: Promise<string>): void {
    record.then(
      (text) => this.host.complete(attempt, text),
      (error: unknown) => this.fail(attempt, error),
    )
  }
}

const mark = (attempt: Attempt): string => (attempt.attempt === 1 ? '' : String(attempt.attempt))

/** The task's policy; what the signature says wins, field by field. */
function policyOf(attempt: Attempt, definition: TaskDefinition): RetrySettings {
  return { ...definition.options?.retry, ...(attempt.spec.retry as RetryPolicy | undefined) }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/** `<template>;<args>[\n<kwargs>[\n<taskId>]]`, with what is prepended put in front as text: one parse, no copy. */
function parseArguments(attempt: Attempt, input: string | null): void {
  const text = attempt.definition
  const start = text.indexOf(';') + 1
  const line = text.indexOf('\n', start)
  const argsText = line < 0 ? text.slice(start) : text.slice(start, line)
  attempt.args = JSON.parse(input === null ? argsText : argsText === '[]' ? `[${input}]` : `[${input},${argsText.slice(1)}`) as Json[]
  if (line < 0) return
  const end = text.indexOf('\n', line + 1)
  attempt.kwargs = JSON.parse(end < 0 ? text.slice(line + 1) : text.slice(line + 1, end)) as { [name: string]: Json }
}

/** `map` and `starmap`: one call per item, one after another, in one attempt. */
async function callEach(attempt: Attempt, definition: TaskDefinition): Promise<unknown[]> {
  const items = attempt.args[0]
  if (!Array.isArray(items)) throw new TypeError(`${attempt.spec.each} takes a list of items`)
  const results: unknown[] = []
  for (const item of items) {
    const args = attempt.spec.each === 'starmap' ? (item as Json[]) : [item]
    if (!Array.isArray(args)) throw new TypeError('starmap takes a list of argument lists')
    results.push(await definition.handler(attempt, args))
  }
  return results
}

/** Stored text that is no JSON was damaged by somebody. */
const damage = (cause: unknown): ChordisError => new ChordisError('workflow-corrupt', 'the stored inputs cannot be read', { cause })

class ResultInvalidError extends Error {
  override readonly name = 'ResultInvalidError'
  readonly code = 'result-invalid'
}

const invalid = (message: string): Error => new ResultInvalidError(message)

function resultText(value: unknown): string {
  if (value === undefined) return 'null'
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (error) {
    throw invalid(`the result cannot be written as JSON: ${toWireError(error).message.split('\n')[0]}`)
  }
  if (text === undefined) throw invalid(`the result cannot be written as JSON: it is a ${typeof value}`)
  return text
}
