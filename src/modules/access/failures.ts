/**
 * Wrong credentials by address: 20 a minute, from then on 429. Only the wrong ones are refused so: behind one address there may be many (a proxy, a company),
 * and one of them with an old key must not lock the others out.
 */
import { isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { RateCounter } from './rate-counter.js'
import { RateLimitedError } from './rate-limited.js'

/** Length of a window of wrong credentials, ms. */
export const FAILURES_WINDOW_MS = 60_000
const MOST_FAILURES = 20

/** Counts wrong credentials by address. */
export class Failures {
  constructor(private readonly counter: RateCounter) {}

  /** One more. @throws RateLimitedError from the 21st in a minute on */
  note(address: string): void {
    const { blocked, resetMs } = this.counter.hit(`failures ${networkOf(address)}`, MOST_FAILURES)
    if (blocked) throw new RateLimitedError('too many wrong credentials from this address', Math.ceil(resetMs / 1_000))
  }
}

/** Who has one IPv6 address has the 2^64 of its network. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const parsed = ipaddr.process(address)
  return parsed.kind() === 'ipv4' ? parsed.toString() : `${(parsed as ipaddr.IPv6).parts.slice(0, 4).join(':')}/64`
}
