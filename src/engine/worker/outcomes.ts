/**
 * What becomes of what a handler returned or threw: the text of its completion (redis/lua/lib/finish.lua). The same for every pool; nothing here
 * waits or sends.
 */
import type { RetrySettings } from '../canvas/task.js'
import type { RetryPolicy } from '../canvas/types.js'
import type { WireError } from '../protocol/errors.js'
import type { Attempt } from './attempt.js'
import type { ChildOutcome } from './children.js'
import type { TaskDefinition } from './registry.js'
import { backoffMs, mayRetry, retriesFor, retryAfterMs } from './retry.js'
import { MaxRetriesExceeded, RetrySignal, signalOf } from './signals.js'
import { isUnrecoverable } from './unrecoverable.js'
import { toWireError } from './wire-error.js'

export interface OutcomeOptions {
  random: () => number
  /** Longest result, bytes of JSON. */
  maxResultBytes: number
}

export class Outcomes {
  constructor(private readonly options: OutcomeOptions) {}

  /** It returned. A value that cannot be stored fails the task. */
  returned(attempt: Attempt, definition: TaskDefinition, value: unknown): string {
    return this.succeeded(attempt, definition, () => resultText(value))
  }

  private succeeded(attempt: Attempt, definition: TaskDefinition, textOf: () => string): string {
    const ignored = this.ignores(attempt, definition)
    // Nothing comes after a workflow of one task.
    if (ignored && attempt.grant.lone && attempt.added.length === 0) return `I${mark(attempt)}|`
    let text: string
    try {
      text = textOf()
      if (text.length > this.options.maxResultBytes) {
        throw invalid(`the result has ${text.length} characters of JSON, more than ${this.options.maxResultBytes}`)
      }
    } catch (error) {
      return this.failed(attempt, error)
    }
    const { attemptNumber } = attempt.grant
    // The script drops an ignored result that no successor takes.
    return ignored ? `S${attemptNumber}i|${text}` : attemptNumber === 1 ? `S|${text}` : `S${attemptNumber}|${text}`
  }

  private ignores(attempt: Attempt, definition: TaskDefinition): boolean {
    return attempt.spec.ignoreResult ?? definition.options?.ignoreResult ?? false
  }

  /** Its node waits for a child from now on. */
  waits(attempt: Attempt, definition: TaskDefinition, child: string): string {
    return `${this.ignores(attempt, definition) ? 'Yi' : 'Y'}|${child}`
  }

  /** The child that its node waited for has ended. */
  child(attempt: Attempt, definition: TaskDefinition, outcome: ChildOutcome): string {
    if ('error' in outcome) return failureText(attempt, outcome.error)
    return this.succeeded(attempt, definition, () => outcome.value)
  }

  /** It threw, or asked for a retry, or ignored itself; `ctx.replace()` is not for here. */
  threw(attempt: Attempt, definition: TaskDefinition, thrown: unknown): string {
    const signal = signalOf(thrown)
    if (signal instanceof RetrySignal) return this.retry(attempt, definition, signal)
    if (signal) return `I${mark(attempt)}|`
    const policy = policyOf(attempt, definition)
    const error = toWireError(thrown)
    const again = mayRetry(policy.maxRetries, triesOf(attempt)) && !isUnrecoverable(thrown) && isRetried(attempt, policy, thrown, error)
    if (!again) return failureText(attempt, error)
    return this.again(attempt, policy, backoffMs(policy, triesOf(attempt), this.options.random), error)
  }

  /**
   * What a thread says of it when the main loop cannot: retried where the policy's names and classes say so. A function (`retryIf`) cannot be asked
   * then, and nothing is tried again on its word.
   */
  verdict(attempt: Attempt, definition: TaskDefinition, error: Error): string {
    return definition.options?.retry?.retryIf === undefined ? this.threw(attempt, definition, error) : this.failed(attempt, error)
  }

  /** It failed, and nothing is tried again. */
  failed(attempt: Attempt, thrown: unknown): string {
    return failureText(attempt, toWireError(thrown))
  }

  private retry(attempt: Attempt, definition: TaskDefinition, { options }: RetrySignal): string {
    const policy = policyOf(attempt, definition)
    const max = options.maxRetries === undefined ? policy.maxRetries : options.maxRetries
    if (!mayRetry(max, triesOf(attempt))) {
      return this.failed(attempt, options.error ?? new MaxRetriesExceeded(`task ${attempt.task} was retried ${triesOf(attempt) - 1} times`))
    }
    const { error = null, retryAfter } = options
    const asked = retryAfter === undefined ? options.countdownMs : (retryAfterMs(retryAfter, Date.now()) ?? options.countdownMs)
    const delayMs = asked ?? backoffMs(policy, triesOf(attempt), this.options.random)
    return this.again(attempt, policy, delayMs, error === null ? null : toWireError(error))
  }

  private again(attempt: Attempt, { maxElapsedMs }: RetrySettings, delayMs: number, error: WireError | null): string {
    const text = error === null ? '' : JSON.stringify(error)
    const most = maxElapsedMs === undefined ? '' : Math.round(maxElapsedMs)
    const ran = Math.max(0, Math.round(performance.now() - attempt.startedAt))
    return `r${Math.max(0, Math.round(delayMs))}|${attempt.attempt + 1}|${most}|${ran}|${text}`
  }
}

function isRetried(attempt: Attempt, policy: RetrySettings, thrown: unknown, error: WireError): boolean {
  try {
    return retriesFor(policy, thrown, error, attempt.attempt)
  } catch (err) {
    attempt.logger.error({ err }, 'retryIf failed; the attempt is not tried again')
    return false
  }
}

const failureText = (attempt: Attempt, error: WireError): string => `F${mark(attempt)}|${JSON.stringify(error)}`

/** Attempts so far, as the policy counts them: since it was requeued. */
const triesOf = (attempt: Attempt): number => attempt.attempt - attempt.grant.before

const mark = (attempt: Attempt): string => (attempt.attempt === 1 ? '' : String(attempt.attempt))

/** The task's policy; what the signature says wins, field by field. */
function policyOf(attempt: Attempt, definition: TaskDefinition): RetrySettings {
  return { ...definition.options?.retry, ...(attempt.spec.retry as RetryPolicy | undefined) }
}

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
