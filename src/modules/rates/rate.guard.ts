/**
 * So many requests per 10 s and credential. @nestjs/throttler decides and sets the headers; what is counted is settled between processes by {@link RateCounter}.
 *
 * Runs behind the AccessGuard: who has no valid credential was refused there, and is counted there, by address.
 */
import { type ExecutionContext, Inject, Injectable } from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import {
  InjectThrottlerOptions,
  InjectThrottlerStorage,
  ThrottlerGuard,
  type ThrottlerModuleOptions,
  type ThrottlerStorage,
} from '@nestjs/throttler'
import { type AskingRequest, principalOf, requestOf } from '../access/asking.js'
import { RateLimitedError } from '../access/rate-limited.js'
import { isTaskHost } from '../tasks/task-host.js'

type CountedRequest = AskingRequest & { counted?: true }

/** Refuses requests beyond the rate of their credential with 429. */
@Injectable()
export class RateGuard extends ThrottlerGuard {
  /** `RateLimit-Limit`, `-Remaining` and `-Reset` (draft-ietf-httpapi-ratelimit-headers-03). */
  protected override headerPrefix = 'RateLimit'

  constructor(
    @InjectThrottlerOptions() options: ThrottlerModuleOptions,
    @InjectThrottlerStorage() storage: ThrottlerStorage,
    @Inject(Reflector) reflector: Reflector,
  ) {
    super(options, storage, reflector)
  }

  /** Tasks, public routes, and everybody on this machine while there is no credential. The resolvers of one GraphQL request count once. */
  protected override async shouldSkip(context: ExecutionContext): Promise<boolean> {
    if (isTaskHost(context)) return true
    const request = requestOf(context) as CountedRequest
    if (request.principal === undefined || request.principal.kind === 'local' || request.counted) return true
    request.counted = true
    return false
  }

  protected override async getTracker(request: AskingRequest): Promise<string> {
    return principalOf(request).id
  }

  /** One count for all routes. */
  protected override generateKey(_context: ExecutionContext, tracker: string): string {
    return `requests ${tracker}`
  }

  /** A resolver has no reply to set headers on. */
  protected override getRequestResponse(context: ExecutionContext) {
    const isGraphql = context.getType<string>() === 'graphql'
    return { req: requestOf(context) as object, res: isGraphql ? {} : context.switchToHttp().getResponse<object>() }
  }

  protected override async throwThrottlingException(
    _context: ExecutionContext,
    detail: { timeToBlockExpire: number; limit: number },
  ): Promise<void> {
    throw new RateLimitedError(`more than ${detail.limit} requests in 10 s`, detail.timeToBlockExpire)
  }
}
