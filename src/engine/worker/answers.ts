/**
 * Calls that may be repeated are made until Redis answers: a worker waits for Redis as long as it takes, and a lost reply says nothing about
 * whether the call ran. What Redis executed and refused is an answer too, and is thrown.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ChordisError } from '../protocol/errors.js'
import { type RedisConnection, ready } from '../redis/connection.js'

const RETRY_MS = [20, 50, 100, 250, 500, 1_000]
// A library that is flushed again between its loading and the call is missing a second time: the script did not run.
const TRANSIENT =
  /^(LOADING|BUSY|READONLY|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|NOREPLICAS|MISCONF|MOVED|ASK|NOAUTH|NOPERM|WRONGPASS|OOM|NOSCRIPT|UNBLOCKED|ERR Function not found)/

/** Whether Redis executed the script and it failed; anything else may be sent again as it is. */
export function isScriptError(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError' && !TRANSIENT.test(error.message)
}

/** A refusal by Redis or by us, or a bug: what the same call would only meet again. */
const isAnswer = (error: unknown): boolean =>
  isScriptError(error) ||
  error instanceof ChordisError ||
  error instanceof SyntaxError ||
  error instanceof TypeError ||
  error instanceof RangeError

/** Waits before the next try: longer from failure to failure, and until the connection is ready (2 s at most). */
export async function beforeNextTry(connection: RedisConnection, failures: number): Promise<void> {
  await sleep(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)])
  await Promise.race([ready(connection), sleep(2_000, undefined, { ref: false })])
}

/**
 * Makes `call` until it is answered, or until the connection is given up: then the last error is thrown.
 * @param stopped a further reason to give up
 */
export async function untilAnswered<T>(
  connection: RedisConnection,
  call: () => Promise<T>,
  stopped: () => boolean = () => false,
): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await call()
    } catch (error) {
      if (isAnswer(error) || connection.status === 'end' || stopped()) throw error
      await beforeNextTry(connection, failures)
    }
  }
}
