/**
 * The retry policy among a signature's options. Not Celery's `retry_policy`, which is about publishing a message.
 */
import type { ReadContext } from './context.js'
import { checkFields, isFields, readBoolean, readDuration, readInteger } from './fields.js'
import type { RetryPolicy } from './types.js'

const FIELDS = ['maxRetries', 'auto', 'factorMs', 'maxDelayMs', 'jitter'] as const

export function readRetryPolicy(context: ReadContext, value: unknown, path: string): RetryPolicy {
  if (!isFields(value)) {
    context.fail(path, `must be an object with any of ${FIELDS.join(', ')}`)
    return {}
  }
  checkFields(context, value, path, FIELDS)
  return {
    ...maxRetries(context, value.maxRetries, `${path}.maxRetries`),
    ...(value.auto === undefined ? {} : { auto: readBoolean(context, value.auto, `${path}.auto`) }),
    ...(value.factorMs === undefined ? {} : { factorMs: readDuration(context, value.factorMs, `${path}.factorMs`, 1) }),
    ...(value.maxDelayMs === undefined ? {} : { maxDelayMs: readDuration(context, value.maxDelayMs, `${path}.maxDelayMs`, 1) }),
    ...(value.jitter === undefined ? {} : { jitter: readBoolean(context, value.jitter, `${path}.jitter`) }),
  }
}

function maxRetries(context: ReadContext, value: unknown, path: string): RetryPolicy {
  if (value === undefined) return {}
  return { maxRetries: value === null ? null : readInteger(context, value, path, 0, 1_000_000) }
}
