/** When a delivery that failed is tried again. Pure. */

/**
 * Waits after the first failed attempt, the second, …, ms: 5 s, 30 s, 2 min, 15 min, 1 h, 6 h, 16 h. So eight attempts in 23 h 18 min, as Svix and Stripe
 * spread theirs over a day or more: somebody has to see it, and mend it.
 */
export const RETRY_WAITS_MS: readonly number[] = [5_000, 30_000, 120_000, 900_000, 3_600_000, 21_600_000, 57_600_000]

/** Each wait is up to a fifth shorter or longer: what failed together does not come back together. */
const JITTER = 0.2
/** Longest wait that a receiver may ask for (`Retry-After`), ms: a day. */
const MOST_ASKED_MS = 86_400_000

/**
 * How long to wait before the next attempt, ms; null: there is none.
 * @param attempt the one that failed; 1 is the first
 * @param askedMs what the receiver asked for: counts where it is longer
 * @param random from 0 to 1
 */
export function retryWait(attempt: number, askedMs: number | undefined, random: number, waits: readonly number[]): number | null {
  const wait = waits[attempt - 1]
  if (wait === undefined) return null
  const own = Math.round(wait * (1 + JITTER * (2 * random - 1)))
  return Math.max(own, Math.min(askedMs ?? 0, MOST_ASKED_MS))
}
