/**
 * The retry policy among a signature's options. Not Celery's `retry_policy`, which is about publishing a message.
 */
import type { ReadContext } from './context.js'
import { checkFields, type Fields, isFields, readBoolean, readDuration, readInteger } from './fields.js'
import type { RetryPolicy } from './types.js'

const FIELDS = [
  'maxRetries',
  'auto',
  'backoff',
  'delaysMs',
  'factorMs',
  'maxDelayMs',
  'jitter',
  'maxElapsedMs',
  'retryFor',
  'dontRetryFor',
] as const
const BACKOFFS = ['exponential', 'linear', 'fixed'] as const
const JITTERS = [true, false, 'full', 'equal'] as const
const MOST_DELAYS = 100
const MOST_ERRORS = 100

export function readRetryPolicy(context: ReadContext, value: unknown, path: string): RetryPolicy {
  if (!isFields(value)) {
    context.fail(path, `must be an object with any of ${FIELDS.join(', ')}`)
    return {}
  }
  checkFields(context, value, path, FIELDS)
  const policy: RetryPolicy = { ...maxRetries(context, value.maxRetries, `${path}.maxRetries`) }
  if (value.auto !== undefined) policy.auto = readBoolean(context, value.auto, `${path}.auto`)
  const backoff = readOneOf(context, value.backoff, `${path}.backoff`, BACKOFFS)
  if (backoff !== undefined) policy.backoff = backoff
  if (value.delaysMs !== undefined) policy.delaysMs = readDelays(context, value, `${path}.delaysMs`)
  if (value.factorMs !== undefined) policy.factorMs = readDuration(context, value.factorMs, `${path}.factorMs`, 1)
  if (value.maxDelayMs !== undefined) policy.maxDelayMs = readDuration(context, value.maxDelayMs, `${path}.maxDelayMs`, 1)
  if (value.maxElapsedMs !== undefined) policy.maxElapsedMs = readDuration(context, value.maxElapsedMs, `${path}.maxElapsedMs`, 1)
  const jitter = readOneOf(context, value.jitter, `${path}.jitter`, JITTERS)
  if (jitter !== undefined) policy.jitter = jitter
  if (value.retryFor !== undefined) policy.retryFor = readErrors(context, value.retryFor, `${path}.retryFor`)
  if (value.dontRetryFor !== undefined) policy.dontRetryFor = readErrors(context, value.dontRetryFor, `${path}.dontRetryFor`)
  return policy
}

function readOneOf<T extends string | boolean>(context: ReadContext, value: unknown, path: string, known: readonly T[]): T | undefined {
  if (value === undefined) return undefined
  const found = known.find((one) => one === value)
  if (found === undefined) context.fail(path, `must be one of ${known.map((one) => JSON.stringify(one)).join(', ')}`)
  return found
}

function readDelays(context: ReadContext, { delaysMs, backoff, factorMs }: Fields, path: string): number[] {
  if (backoff !== undefined || factorMs !== undefined) context.fail(path, 'stands in place of backoff and factorMs, not beside them')
  if (!Array.isArray(delaysMs) || delaysMs.length === 0 || delaysMs.length > MOST_DELAYS) {
    context.fail(path, `must be a list of 1 to ${MOST_DELAYS} numbers of milliseconds`)
    return []
  }
  return delaysMs.map((ms, k) => readDuration(context, ms, `${path}[${k}]`, 1))
}

/** Names or codes of errors, as they cross the wire. */
function readErrors(context: ReadContext, value: unknown, path: string): string[] {
  if (!Array.isArray(value) || value.length > MOST_ERRORS) {
    context.fail(path, `must be a list of at most ${MOST_ERRORS} names or codes of errors`)
    return []
  }
  return value.map((name, k) => {
    if (typeof name === 'string' && name !== '' && name.length <= 128) return name
    context.fail(`${path}[${k}]`, 'must be the name or the code of an error, 1 to 128 characters')
    return ''
  })
}

function maxRetries(context: ReadContext, value: unknown, path: string): RetryPolicy {
  if (value === undefined) return {}
  return { maxRetries: value === null ? null : readInteger(context, value, path, 0, 1_000_000) }
}
