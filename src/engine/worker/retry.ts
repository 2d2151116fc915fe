/** When a failed attempt is tried again (canvas-semantics 7.1). Pure: chance is an argument. */
import type { RetryPolicy } from '../canvas/types.js'

/** Celery's `max_retries` for `retry()`. */
export const DEFAULT_MAX_RETRIES = 3
const DEFAULT_FACTOR_MS = 1_000
const DEFAULT_MAX_DELAY_MS = 600_000

/** Delay after attempt n: `min(maxDelayMs, factorMs * 2 ** (n - 1))`, a random share of it with jitter. */
export function backoffMs(policy: RetryPolicy, attempt: number, random: () => number): number {
  const full = Math.min(policy.maxDelayMs ?? DEFAULT_MAX_DELAY_MS, (policy.factorMs ?? DEFAULT_FACTOR_MS) * 2 ** Math.min(attempt - 1, 50))
  return Math.round(policy.jitter ? random() * full : full)
}

/** Whether attempt n may be followed by another. `null` means without end. */
export function mayRetry(maxRetries: number | null | undefined, attempt: number): boolean {
  const max = maxRetries === undefined ? DEFAULT_MAX_RETRIES : maxRetries
  return max === null || attempt <= max
}
