/**
 * What Redis's clock shows, estimated from its last answer: replicas whose own clocks differ agree on it. It runs on the monotonic clock, so it does not
 * jump when somebody sets this machine's time.
 */

/** Redis's clock, as well as this process knows it. */
export class RedisClock {
  private aheadMs: number | undefined

  /** @param monotonic milliseconds since any instant, never set back */
  constructor(private readonly monotonic: () => number = () => performance.now()) {}

  /** Redis's time, Unix ms; `undefined` before its first answer. */
  now(): number | undefined {
    return this.aheadMs === undefined ? undefined : this.aheadMs + this.monotonic()
  }

  /** Asks something that answers with Redis's time, and learns from it: the answer was made half way, give or take half the round trip. */
  async learn<T>(ask: () => Promise<T>, timeOf: (answer: T) => number | undefined): Promise<T> {
    const from = this.monotonic()
    const answer = await ask()
    const time = timeOf(answer)
    if (time !== undefined) this.aheadMs = time - (from + this.monotonic()) / 2
    return answer
  }
}
