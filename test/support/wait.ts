/**
 * Waiting for facts. Tests never sleep for a guessed time: they name a fact and poll it.
 */
import { setTimeout as sleep } from 'node:timers/promises'

export interface UntilOptions {
  /** Give up after this many ms; default 10,000. */
  timeoutMs?: number
  /** Between two looks, ms; default 20. */
  intervalMs?: number
  /** What is waited for, in words: used in the error message. */
  what?: string
}

type Truthy<T> = Exclude<T, undefined | null | false | 0 | ''>

/** Ends with the first truthy value of `fact`. A throwing fact counts as "not yet"; the last error is told when time is up. */
export async function until<T>(fact: () => T | Promise<T>, options: UntilOptions = {}): Promise<Truthy<T>> {
  const { timeoutMs = 10_000, intervalMs = 20 } = options
  const deadline = performance.now() + timeoutMs
  let last: { value?: unknown; error?: unknown } = {}
  for (;;) {
    try {
      const value = await withDeadline(fact, deadline)
      if (value) return value as Truthy<T>
      last = { value }
    } catch (error) {
      last = { error }
    }
    if (performance.now() >= deadline) throw notReached(fact, options.what, timeoutMs, last)
    await sleep(intervalMs)
  }
}

/** A fact that hangs (a paused Redis) must not hang the wait. */
async function withDeadline<T>(fact: () => T | Promise<T>, deadline: number): Promise<T> {
  const timer = new AbortController()
  const late = sleep(Math.max(deadline - performance.now(), 1), undefined, { signal: timer.signal }).then(() => {
    throw new Error('the look itself did not come back')
  })
  late.catch(() => undefined)
  try {
    return await Promise.race([(async () => fact())(), late])
  } finally {
    timer.abort()
  }
}

function notReached(fact: unknown, what: string | undefined, timeoutMs: number, last: { value?: unknown; error?: unknown }): Error {
  const name = what ?? String(fact).replace(/\s+/g, ' ').slice(0, 160)
  const seen = last.error === undefined ? `last value: ${show(last.value)}` : `last error: ${String(last.error)}`
  return new Error(`not reached within ${timeoutMs} ms: ${name} (${seen})`, { cause: last.error })
}

function show(value: unknown): string {
  try {
    return (JSON.stringify(value) ?? String(value)).slice(0, 300)
  } catch {
    return String(value)
  }
}
