/** When a failed attempt is tried again (canvas-semantics 7.1). Pure: chance is an argument. */
import type { ErrorClass, RetrySettings } from '../canvas/task.js'
import type { WireError } from '../protocol/errors.js'

/** Celery's `max_retries` for `retry()`. */
export const DEFAULT_MAX_RETRIES = 3
const DEFAULT_FACTOR_MS = 1_000
const DEFAULT_MAX_DELAY_MS = 600_000
/** 2 ** 50 ms are 35,000 years. */
const MOST_DOUBLINGS = 50

/** Delay after attempt n, ms: what the policy says, at most `maxDelayMs`, less by chance with jitter. */
export function backoffMs(policy: RetrySettings, attempt: number, random: () => number): number {
  const full = Math.min(policy.maxDelayMs ?? DEFAULT_MAX_DELAY_MS, plainDelayMs(policy, attempt))
  const { jitter = false } = policy
  if (jitter === false) return Math.round(full)
  return Math.round(jitter === 'equal' ? full / 2 + (random() * full) / 2 : random() * full)
}

function plainDelayMs({ delaysMs, backoff, factorMs = DEFAULT_FACTOR_MS }: RetrySettings, attempt: number): number {
  if (delaysMs !== undefined && delaysMs.length > 0) return delaysMs[Math.min(attempt, delaysMs.length) - 1] as number
  if (backoff === 'fixed') return factorMs
  return backoff === 'linear' ? factorMs * attempt : factorMs * 2 ** Math.min(attempt - 1, MOST_DOUBLINGS)
}

/** Whether attempt n may be followed by another. `null` means without end. */
export function mayRetry(maxRetries: number | null | undefined, attempt: number): boolean {
  const max = maxRetries === undefined ? DEFAULT_MAX_RETRIES : maxRetries
  return max === null || attempt <= max
}

/** Whether what a handler threw is tried again by itself, retries being left. `wire`: the error as it is stored. */
export function retriesFor(policy: RetrySettings, thrown: unknown, wire: WireError, attempt: number): boolean {
  const { retryFor, dontRetryFor = [], retryIf } = policy
  if (!(policy.auto ?? (retryFor !== undefined || retryIf !== undefined))) return false
  if (dontRetryFor.some((error) => isOf(error, thrown, wire))) return false
  if (retryFor?.some((error) => isOf(error, thrown, wire)) === false) return false
  return retryIf === undefined || retryIf(thrown, attempt) === true
}

/** By name or code, whatever the error is; by class with all that extends it. */
function isOf(error: string | ErrorClass, thrown: unknown, wire: WireError): boolean {
  if (typeof error === 'string') return wire.type === error || wire.code === error
  try {
    return thrown instanceof error
  } catch {
    // `instanceof` asks the traps of a Proxy.
    return false
  }
}

/** A delay of RFC 9110's Retry-After: seconds, or an HTTP date; undefined for anything else. */
export function retryAfterMs(value: number | string | Date, now: number): number | undefined {
  if (value instanceof Date) return nonNegative(value.getTime() - now)
  if (typeof value === 'number') return nonNegative(value * 1_000)
  const text = value.trim()
  return nonNegative(/^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now)
}

const nonNegative = (ms: number): number | undefined => (Number.isFinite(ms) ? Math.max(0, ms) : undefined)
