/**
 * The door: every request of HTTP and GraphQL becomes a {@link Principal}, or is refused. What a principal may do is asked by operations, not here.
 *
 * GraphQL's requests are found without GraphQL's packages: see asking.ts.
 */
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import { ChordisError, checkName, type Logger } from '../../engine/index.js'
import { CHORDIS_LOGGER } from '../chordis.options.js'
import { isTaskHost } from '../tasks/task-host.js'
import { type AskingRequest, requestOf } from './asking.js'
import { Authenticator } from './authenticator.js'
import { Failures } from './failures.js'
import { type Asked, OpenMode } from './open-mode.js'
import type { Principal } from './principal.js'
import { IS_PUBLIC } from './public.decorator.js'
import { UnauthenticatedError } from './unauthenticated.js'

/** What the guard looks at. */
export type GuardedRequest = AskingRequest & Asked & { ip?: string; url?: string }

/** Sets `request.principal`, or refuses the request. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
    @Inject(OpenMode) private readonly open: OpenMode,
    @Inject(Failures) private readonly failures: Failures,
    @Inject(CHORDIS_LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws ChordisError `unauthenticated`, `rate-limited`, `forbidden`, `name-invalid` (of the tenant), `redis-unavailable`, `issuer-unavailable` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    // A task runs for who submitted it; the door is behind it.
    if (isTaskHost(context) || this.isPublic(context)) return true
    await this.admit(requestOf(context) as GuardedRequest)
    return true
  }

  /** The same where there is no handler yet: GraphQL asks before it parses, and its resolvers come by again. Throws as {@link canActivate}. */
  async admit(request: GuardedRequest): Promise<Principal> {
    request.principal ??= actingFor(await this.whoSends(request), request.headers['chordis-tenant'])
    return request.principal
  }

  /** Whether a credential is one, before anything is asked with it. @throws ChordisError `unauthenticated`, `redis-unavailable`, `issuer-unavailable` */
  async check(authorization: string): Promise<void> {
    await this.authenticator.authenticate(authorization)
  }

  private async whoSends(request: GuardedRequest): Promise<Principal> {
    try {
      return (
        (await this.open.admit(request)) ?? (await this.authenticator.authenticate(request.headers.authorization as string | undefined))
      )
    } catch (error) {
      if (error instanceof UnauthenticatedError && error.presented) {
        this.failures.note(request.ip ?? '')
        this.logger.warn({ ip: request.ip, method: request.method, url: request.url, reason: error.reason }, 'a credential was refused')
      }
      throw error
    }
  }

  private isPublic(context: ExecutionContext): boolean {
    return this.reflector.getAllAndOverride<boolean | undefined>(IS_PUBLIC, [context.getHandler(), context.getClass()]) === true
  }
}

/** Whoever has a credential of all tenants may act for one: the `Chordis-Tenant` header names it. */
function actingFor(principal: Principal, tenant: string | string[] | undefined): Principal {
  if (tenant === undefined) return principal
  const name = checkName(String(tenant), 'headers.chordis-tenant')
  if (principal.tenant !== undefined && principal.tenant !== name)
    throw new ChordisError('forbidden', 'is not the tenant of this credential', { path: 'headers.chordis-tenant' })
  return principal.actingFor(name)
}
