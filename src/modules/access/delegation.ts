/**
 * What somebody may hand on: never more than they have. Asked before a key is made, and before one is given another secret, which is as good as having it. Pure.
 */
import { type ApiKeyOptions, type ApiKeyView, ChordisError, given, isScope } from '../../engine/index.js'
import { ALL_TENANTS, type Principal } from './principal.js'

/** Of a principal's id, which a configuration may make as long as it likes. */
const MOST_BY = 256

/** What of a key says what it may do. */
export type KeyGrant = Pick<ApiKeyOptions, 'tenant' | 'scopes' | 'queues' | 'tasks' | 'rate'>

/**
 * A key as it is asked for, with its maker's bounds where nothing is said: tenant, queues, tasks, rate, and an end that is not later than the maker's.
 * @throws ChordisError `forbidden` with the path of what the maker does not have
 */
export function grantedBy(principal: Principal, asked: ApiKeyOptions): ApiKeyOptions {
  const { grant, expiresAt, id } = principal
  const { tenant = grant.tenant, queues = grant.queues, tasks = grant.tasks, rate = grant.rate } = asked
  demandWithin(principal, { tenant, scopes: asked.scopes, ...given({ queues, tasks, rate }) })
  return { ...asked, tenant, ...given({ queues, tasks, rate, expiresBy: expiresAt ?? undefined }), by: id.slice(0, MOST_BY) }
}

/** Whether somebody could have made a key that is there. @throws ChordisError `forbidden` with the path of what they do not have */
export function demandKey(principal: Principal, key: ApiKeyView): void {
  demandWithin(principal, key)
  const { expiresAt } = principal
  if (expiresAt !== null && (key.expiresAt === null || key.expiresAt > expiresAt))
    throw refused('expiresAt', 'is later than the end of this credential')
}

function demandWithin(principal: Principal, { tenant = ALL_TENANTS, scopes, queues, tasks, rate }: KeyGrant): void {
  if (principal.tenant !== undefined && tenant !== principal.tenant) throw refused('tenant', 'is not the tenant of this credential')
  scopes.forEach((scope, k) => {
    if (!mayGive(principal, scope)) throw refused(`scopes[${k}]`, `this credential does not have ${scope}`)
  })
  demandPatterns(principal.grant.queues, queues, 'queues')
  demandPatterns(principal.grant.tasks, tasks, 'tasks')
  demandRate(principal, rate)
}

/** A wildcard is given by who has it: scopes that a later release adds to it are nobody's yet. What is no scope the engine refuses, by its path. */
function mayGive(principal: Principal, scope: string): boolean {
  const has = principal.grant.scopes
  if (has.includes('*')) return true
  if (!isScope(scope)) return true
  if (!scope.endsWith('*')) return principal.may(scope as Parameters<Principal['may']>[0])
  return has.includes(scope)
}

function demandPatterns(has: readonly string[] | undefined, given: readonly string[] | undefined, path: string): void {
  if (has === undefined) return
  if (given === undefined || given.length === 0)
    throw refused(path, `must be some of those of this credential: ${has.join(', ') || 'none'}`)
  given.forEach((pattern, k) => {
    if (!has.some((one) => covers(one, pattern))) throw refused(`${path}[${k}]`, `this credential does not have ${pattern}`)
  })
}

/** Whether whatever fits `pattern` fits `has`. Both are names, or prefixes that end in `*`. */
function covers(has: string, pattern: string): boolean {
  return has.endsWith('*') ? pattern.startsWith(has.slice(0, -1)) : pattern === has
}

/** Rates are for who looks after all tenants; others share what they have, if they have one of their own. */
function demandRate({ grant, tenant }: Principal, rate: number | undefined): void {
  if (grant.rate !== undefined) {
    if (rate === undefined || rate > grant.rate) throw refused('rate', `must be at most ${grant.rate}, the rate of this credential`)
  } else if (tenant !== undefined && rate !== undefined) {
    throw refused('rate', 'this credential has no rate of its own to give')
  }
}

const refused = (path: string, rule: string): ChordisError => new ChordisError('forbidden', rule, { path })
