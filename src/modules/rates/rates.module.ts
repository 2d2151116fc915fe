/** Limits how often each credential may ask. Needs `@nestjs/throttler`, an optional peer: of `chordis/service` only. */
import { type DynamicModule, type ExecutionContext, Module } from '@nestjs/common'
import { ThrottlerModule, type ThrottlerModuleOptions, type ThrottlerStorage } from '@nestjs/throttler'
import { Client } from '../../engine/index.js'
import { principalOf, requestOf } from '../access/asking.js'
import { RateCounter } from '../access/rate-counter.js'
import { RateGuard } from './rate.guard.js'

export { RateGuard } from './rate.guard.js'

const WINDOW_MS = 10_000
/** Requests per 10 s and credential. */
export const DEFAULT_RATE = 10_000

/** Rate limits for requests that have a principal: see {@link ratesModule}. */
@Module({ providers: [RateGuard], exports: [RateGuard] })
class RatesModule {}

/** @param rate requests per 10 s of credentials without a rate of their own */
export function ratesModule(rate: number = DEFAULT_RATE): DynamicModule {
  const throttler = ThrottlerModule.forRootAsync({ inject: [Client], useFactory: (client: Client) => optionsOf(client, rate) })
  return { module: RatesModule, imports: [throttler] }
}

function optionsOf(client: Client, rate: number): ThrottlerModuleOptions {
  const limit = (context: ExecutionContext): number => principalOf(requestOf(context)).grant.rate ?? rate
  return { throttlers: [{ name: 'default', ttl: WINDOW_MS, limit }], storage: storageOf(client) }
}

/** @nestjs/throttler's storage over counts that all processes share. Times are whole seconds, as its headers want them. */
function storageOf(client: Client): ThrottlerStorage {
  const counter = new RateCounter((counts, windowMs) => client.rates.add(counts, windowMs), { windowMs: WINDOW_MS })
  return {
    async increment(key, _ttl, limit) {
      const { blocked, total, resetMs } = counter.hit(key, limit)
      const seconds = Math.max(1, Math.ceil(resetMs / 1_000))
      return { totalHits: total, timeToExpire: seconds, isBlocked: blocked, timeToBlockExpire: blocked ? seconds : 0 }
    },
  }
}
