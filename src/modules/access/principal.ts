/**
 * Who asks: a credential's tenant, its scopes, and the tasks and queues that it may use. The tenant comes from the credential alone, never from a body.
 */
import { ChordisError, checkName } from '../../engine/index.js'
import { readScopes, type Scope } from './scopes.js'

/** Stands for all tenants, in a credential. */
export const ALL_TENANTS = '*'

/** What a credential allows, as it is stored or signed. */
export interface Grant {
  /** Whose workflows and schedules it sees and makes; `*`: those of all tenants, and queues, workers and limits as well. */
  tenant: string
  /** Scopes, `<resource>:*` or `*`. */
  scopes: readonly string[]
  /** Queues that submitted calls may go to: names, or prefixes that end in `*`. Default: all. */
  queues?: readonly string[]
  /** Tasks that may be called: names, or prefixes that end in `*`. Default: all. */
  tasks?: readonly string[]
  /** Requests per 10 s that it may send. Default: the service's. */
  rate?: number
}

/** How somebody showed who they are; `local`: nobody has to, the service listens on this machine only. */
export type PrincipalKind = 'key' | 'jwt' | 'local'

/** Somebody who asks, and what they may. */
export class Principal {
  private readonly scopes: ReadonlySet<Scope>

  /**
   * @param id of the credential, for logs and the audit log: `key:3f2a…`, `jwt:<subject>`, `local`
   * @param expiresAt Unix ms; null: never
   * @throws ChordisError `request-invalid`, `name-invalid` for a grant that cannot be
   */
  constructor(
    readonly kind: PrincipalKind,
    readonly id: string,
    readonly grant: Grant,
    readonly expiresAt: number | null = null,
  ) {
    if (grant.tenant !== ALL_TENANTS) checkName(grant.tenant, 'tenant')
    this.scopes = readScopes(grant.scopes)
  }

  /** Its one tenant; undefined: all of them. */
  get tenant(): string | undefined {
    return this.grant.tenant === ALL_TENANTS ? undefined : this.grant.tenant
  }

  /** The tenant of what it makes. */
  get home(): string {
    return this.tenant ?? '-'
  }

  /** Whether it has a scope. */
  may(scope: Scope): boolean {
    return this.scopes.has(scope)
  }

  /** @throws ChordisError `forbidden` */
  demand(scope: Scope): void {
    if (!this.may(scope)) throw new ChordisError('forbidden', `needs the scope ${scope}`)
  }

  /** For what belongs to no tenant: queues, workers, keys. @throws ChordisError `forbidden` */
  demandAll(scope: Scope): void {
    this.demand(scope)
    if (this.tenant !== undefined)
      throw new ChordisError('forbidden', `belongs to all tenants, and this credential to one: ${scope} needs a credential of tenant *`)
  }

  /** The same credential bound to one tenant. @throws ChordisError `forbidden` when it is another's, `name-invalid` */
  actingFor(tenant: string): Principal {
    checkName(tenant, 'tenant')
    if (this.tenant !== undefined && this.tenant !== tenant) throw new ChordisError('forbidden', 'is not the tenant of this credential')
    return new Principal(this.kind, this.id, { ...this.grant, tenant }, this.expiresAt)
  }

  /** Whether it may call any task in any queue, so that nobody has to look. */
  get callsAll(): boolean {
    return this.grant.queues === undefined && this.grant.tasks === undefined
  }

  /** Whether it may call a task. */
  mayCall(task: string): boolean {
    return matches(this.grant.tasks, task)
  }

  /** Whether its calls may go to a queue. */
  mayUse(queue: string): boolean {
    return matches(this.grant.queues, queue)
  }
}

/** What asks where no credential is configured and the service listens on this machine only. */
export const localPrincipal = (): Principal => LOCAL
/** One for all requests: reading its scopes for each took 4 % of a submission over HTTP. */
const LOCAL = new Principal('local', 'local', { tenant: ALL_TENANTS, scopes: ['*'] })

function matches(patterns: readonly string[] | undefined, name: string): boolean {
  if (patterns === undefined) return true
  return patterns.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern))
}
