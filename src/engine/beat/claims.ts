/**
 * Claims: of any number of processes that are about to do the same thing at the same nominal time, one is told to. There is no leader to lose: each
 * asks for each time, and `claim.lua` says yes once.
 *
 * A claim whose reply was lost is sent again under the same token and hears the same, so a lost reply neither doubles a tick nor loses it. What it
 * cannot know is whether the process that was told yes lived to do it: at most once, as for any tick of a timer.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ChordisError } from '../protocol/errors.js'
import { checkWhole, newClaimer } from '../protocol/ids.js'
import { explain, type RedisConnection } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { calls } from '../redis/scripts.generated.js'
import { RedisClock } from './redis-clock.js'

/** How a claim is made. */
export interface ClaimOptions {
  /** How long Redis remembers the name after its newest claim, ms, up to 366 days. Longer than any clock is wrong and any process sleeps. */
  ttlMs: number
  /** Ends the waiting: `closed` is thrown. A call that has left is waited for first, because its answer may be yes. */
  signal?: AbortSignal
}

/** Between sends of a call that Redis did not answer, ms: some 4 s in all, in which a Redis that is restarted comes back. */
const RESEND_MS = [20, 80, 200, 500, 1_000, 2_000]
/** Sends after a stop, at most: a process that ends does not wait long for a Redis that is away. */
const STOPPED_SENDS = 3
/** Longest wait before the clock is asked again, ms. */
const WAIT_MS = 3_600_000
const MOST_NAME = 512
const MOST_TTL_MS = 366 * 86_400_000

/** Claims of nominal times. One per client: {@link Client.claims}. */
export class Claims {
  private readonly clock = new RedisClock()

  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
  ) {}

  /**
   * Whether the caller is the one who does what `name` stands for at this nominal time. True once per name and time, and never for a time before one
   * that was claimed. A time that is more than 50 ms ahead of Redis's clock is waited for.
   * @param name 1 to 512 characters, the same in every process
   * @param nominalMs Unix ms
   * @throws ChordisError `request-invalid`; `redis-unavailable`, or `outcome-unknown` when the answer may have been yes; `closed` when the signal fires
   */
  async claim(name: string, nominalMs: number, { ttlMs, signal }: ClaimOptions): Promise<boolean> {
    if (typeof name !== 'string' || name.length < 1 || name.length > MOST_NAME) {
      throw new ChordisError('request-invalid', `must be 1 to ${MOST_NAME} characters`, { path: 'name' })
    }
    checkWhole(nominalMs, 0, Number.MAX_SAFE_INTEGER, 'nominalMs')
    checkWhole(ttlMs, 1, MOST_TTL_MS, 'ttlMs')
    const claimer = newClaimer()
    for (;;) {
      const [what, ms] = await this.ask(name, nominalMs, claimer, ttlMs, signal)
      if (what !== 'wait') return what === 'yes'
      await pause(Math.min(ms, WAIT_MS), signal)
    }
  }

  /** Redis's time, Unix ms, as its last answer and the time since tell; `undefined` before the first. */
  now(): number | undefined {
    return this.clock.now()
  }

  /** Asks Redis for its time, Unix ms. @throws ChordisError `redis-unavailable` */
  async time(): Promise<number> {
    const ask = () => this.connection.time() as Promise<unknown> as Promise<[string | number, string | number]>
    const msOf = ([s, us]: [string | number, string | number]) => Number(s) * 1_000 + Math.floor(Number(us) / 1_000)
    try {
      return msOf(await this.clock.learn(ask, msOf))
    } catch (error) {
      throw explain(error)
    }
  }

  /** One call, sent again until Redis answers it: under the same token it may be repeated. */
  private async ask(name: string, nominalMs: number, claimer: string, ttlMs: number, signal?: AbortSignal): Promise<[string, number]> {
    const partition = this.namespace.partitionOf(name)
    const send = () =>
      this.namespace.runAtEpoch(this.connection, partition, (epoch) => calls.claim(epoch, name, nominalMs, claimer, ttlMs)) as Promise<
        [string, ...number[]]
      >
    let doubtful = false
    for (let attempt = 0; ; attempt++) {
      try {
        const [what, ...times] = await this.clock.learn(send, ([, ...answered]) => answered.at(-1))
        return [what, times[0] as number]
      } catch (error) {
        const why = explain(error)
        doubtful ||= why.code === 'outcome-unknown'
        const delay = RESEND_MS.slice(0, signal?.aborted ? STOPPED_SENDS : undefined)[attempt]
        if (delay === undefined || !why.retryable) throw doubtful ? unknown(why) : why
        // What may have been told yes asks on: nobody else will be.
        await pause(delay, doubtful ? undefined : signal)
      }
    }
  }
}

/** An earlier send may have been executed, although the last one surely was not. */
function unknown(cause: ChordisError): ChordisError {
  return cause.code === 'outcome-unknown' ? cause : new ChordisError('outcome-unknown', cause.message, { cause })
}

async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal })
  } catch (error) {
    throw new ChordisError('closed', 'it was stopped while it waited', { cause: error })
  }
}
