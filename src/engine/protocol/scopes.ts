/**
 * What a credential may do. A scope is `<resource>:<action>`; `<resource>:*` means every action of it, `*` everything. They stand in the engine because
 * API keys are stored with them; what asks for them are the operations of the service, never its surfaces: so REST and GraphQL cannot differ.
 */
import { ChordisError } from './errors.js'

/** Every scope, and what it allows. */
export const SCOPES = {
  'workflows:read': 'See workflows, their graphs, tasks, states and events',
  'workflows:submit': 'Submit canvases',
  'workflows:cancel': 'Revoke, pause, resume and remove workflows, and set their priority',
  'workflows:retry': 'Retry and rerun workflows',
  'payloads:read': 'See arguments, results, the messages of errors, and what tasks say of themselves',
  'tasks:read': 'See which tasks there are',
  'queues:read': 'See queues and what waits in them',
  'queues:pause': 'Pause and resume queues',
  'queues:purge': 'Purge queues, and move what waits in them',
  'workers:read': 'See workers and what they run',
  'workers:control': 'Grow, shrink, quiet and shut down workers, and change the queues that they serve',
  'schedules:read': 'See schedules',
  'schedules:write': 'Make, change, pause, resume and delete schedules',
  'schedules:trigger': 'Run schedules now, or for times that have passed',
  'dead-letters:read': 'See the tasks that failed for good',
  'dead-letters:write': 'Requeue and drop the tasks that failed for good',
  'webhooks:read': 'See where the ends of workflows are told, and what was not delivered',
  'webhooks:write': 'Make, change, test and remove endpoints of webhooks, and deliver again',
  'metrics:read': 'Read /metrics',
  'audit:read': 'See who changed what',
  'keys:read': 'See API keys, without their secrets',
  'keys:manage': 'Make, rotate and revoke API keys',
} as const

/** One thing that a credential may do. */
export type Scope = keyof typeof SCOPES

/** All scopes, as a wildcard too: what a credential may be given. */
export const ALL_SCOPES = Object.keys(SCOPES) as Scope[]

/** What each text means that a credential may be given: a scope, or a wildcard. */
const MEANINGS = new Map<string, Scope[]>([['*', ALL_SCOPES]])
for (const scope of ALL_SCOPES) {
  const all = `${scope.split(':')[0]}:*`
  MEANINGS.set(scope, [scope])
  MEANINGS.set(all, [...(MEANINGS.get(all) ?? []), scope])
}

/** Whether a text is a scope, or a wildcard for some. */
export const isScope = (text: string): boolean => MEANINGS.has(text)

/**
 * The scopes that texts mean.
 * @param path of the list, for the error
 * @throws ChordisError `request-invalid` for a text that is no scope, with its path
 */
export function readScopes(texts: readonly string[], path = 'scopes'): Set<Scope> {
  return new Set(texts.flatMap((text, k) => scopesOf(text, `${path}[${k}]`)))
}

function scopesOf(text: string, path: string): Scope[] {
  const scopes = MEANINGS.get(text)
  if (scopes !== undefined) return scopes
  throw new ChordisError('request-invalid', `must be *, <resource>:* or one of ${ALL_SCOPES.join(', ')}`, { path })
}
