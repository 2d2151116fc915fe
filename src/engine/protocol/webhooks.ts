/**
 * Endpoints of webhooks as they are stored and shown, and what is delivered to them. An endpoint hears of workflows that have ended: those of its tenant, or,
 * of tenant `*`, of all. Pure.
 *
 * Its secrets are stored as they are: who signs must know them. Who may read Redis may sign; see docs/guides/security.md.
 */
import { ChordisError } from './errors.js'
import { checkName, checkText } from './ids.js'

/** How a workflow can end. */
export const END_STATES = ['SUCCESS', 'FAILURE', 'REVOKED'] as const
/** See {@link END_STATES}. */
export type EndState = (typeof END_STATES)[number]

/** Which ends of workflows are told: all conditions hold together; none means all. */
export interface WebhookFilter {
  /** Only of workflows that ended so. Default: all. */
  states?: readonly EndState[]
  /** Only of workflows with this name. */
  name?: string
  /** Only of workflows with this tag. */
  tag?: string
}

/** What a new endpoint is to be. */
export interface WebhookOptions extends WebhookFilter {
  /** Where it is told: `https:`, without user, password and fragment; 2,000 characters at most. */
  url: string
  /** Whose workflows; `*` (the default): those of all tenants, `-`: those of none. */
  tenant?: string
  /** For people. Up to 200 characters. */
  label?: string
  /** Default true. */
  enabled?: boolean
}

/** What of an endpoint may be changed; null: no condition any more. */
export interface WebhookChange {
  url?: string
  states?: readonly EndState[] | null
  name?: string | null
  tag?: string | null
  label?: string
  /** True also forgets how deliveries went, and enables what was disabled. */
  enabled?: boolean
}

/** How the last attempt to deliver went: `failed`: it is tried again; `dead`: it was the last one; `gone`: the receiver answered 410. */
export type AttemptOutcome = 'delivered' | 'failed' | 'dead' | 'gone'

/** Why nothing is delivered to an endpoint: somebody said so; too many deliveries in a row were given up; it answered 410. */
export type DisabledReason = 'manual' | 'failing' | 'gone'

/** An endpoint without its secrets. Times are Unix ms by Redis's clock. */
export interface WebhookView {
  id: string
  url: string
  /** Whose workflows; `*`: those of all tenants. */
  tenant: string
  label: string
  /** Null: all. */
  states: EndState[] | null
  /** Null: whatever their names. */
  name: string | null
  /** Null: whatever their tags. */
  tag: string | null
  /** Whether it is told anything. */
  enabled: boolean
  /** Why not; null where it is enabled. */
  disabledReason: DisabledReason | null
  createdAt: number
  /** Until when the secret before the last rotation signs, too; null: there is none. */
  previousUntil: number | null
  /** Deliveries in a row that were given up. */
  deadInRow: number
  /** How the last attempt went; null: there was none since it was made or enabled. */
  last: { at: number; outcome: AttemptOutcome; status: number | null } | null
}

/** What stands in Redis. */
export interface StoredWebhook {
  url: string
  tenant: string
  label: string
  states?: EndState[]
  name?: string
  tag?: string
  enabled: boolean
  createdAt: number
  /** It hears of what has ended since then, Unix ms: since it was made, or enabled again. */
  since: number
  secret: string
  /** Of the secret before the last rotation; signs until then, Unix ms. */
  previous?: { secret: string; until: number }
  /** It is being removed, and told nothing. */
  removing?: true
}

const MAX_URL = 2_000
const MAX_LABEL = 200

/** A new endpoint as it is stored. @throws ChordisError `request-invalid`, `name-invalid` with the path of what is wrong */
export function newStoredWebhook(options: WebhookOptions, secret: string, now: number): StoredWebhook {
  const { url, tenant = '*', label = '', enabled = true, states, name, tag } = options
  if (tenant !== '*') checkName(tenant, 'tenant')
  const base = { url: checkUrl(url), tenant, label: checkText(label, MAX_LABEL, 'label'), enabled: checkFlag(enabled) }
  return { ...base, ...filterOf({ states, name, tag }), createdAt: now, since: now, secret }
}

/** A changed endpoint. `heard`: whether it was enabled; one that was not hears of what ends from now on. @throws ChordisError `request-invalid`, `name-invalid` with the path of what is wrong */
export function changedWebhook(stored: StoredWebhook, change: WebhookChange, now: number, heard: boolean): StoredWebhook {
  const { states, name, tag, ...rest } = stored
  const { url = rest.url, label = rest.label, enabled = rest.enabled } = change
  const filter = filterOf({
    states: change.states === undefined ? states : change.states,
    name: change.name === undefined ? name : change.name,
    tag: change.tag === undefined ? tag : change.tag,
  })
  const since = change.enabled === true && !heard ? now : rest.since
  return { ...rest, url: checkUrl(url), label: checkText(label, MAX_LABEL, 'label'), enabled: checkFlag(enabled), since, ...filter }
}

interface GivenFilter {
  states?: readonly EndState[] | null | undefined
  name?: string | null | undefined
  tag?: string | null | undefined
}

function filterOf({ states, name, tag }: GivenFilter): Pick<StoredWebhook, 'states' | 'name' | 'tag'> {
  return {
    ...(states === undefined || states === null ? {} : { states: statesOf(states) }),
    ...(name === undefined || name === null ? {} : { name: checkName(name, 'name') }),
    ...(tag === undefined || tag === null ? {} : { tag: checkName(tag, 'tag') }),
  }
}

function statesOf(states: readonly EndState[]): EndState[] {
  if (Array.isArray(states) && states.length > 0 && states.every((one) => END_STATES.includes(one))) return [...new Set(states)]
  throw new ChordisError('request-invalid', `must be a list of ${END_STATES.join(', ')}`, { path: 'states' })
}

function checkFlag(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw new ChordisError('request-invalid', 'must be true or false', { path: 'enabled' })
}

/** As `URL` writes it: what is compared and shown is what is connected to. Which hosts are allowed, the sender says. */
function checkUrl(text: unknown): string {
  const wrong = (rule: string) => new ChordisError('request-invalid', rule, { path: 'url' })
  if (typeof text !== 'string' || text.length > MAX_URL || !URL.canParse(text))
    throw wrong(`must be a URL of at most ${MAX_URL} characters`)
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw wrong('must begin with https://')
  if (url.username !== '' || url.password !== '') throw wrong('must hold no user and no password: who may read it would know them')
  if (url.hash !== '') throw wrong('must hold no fragment: it would not be sent')
  return url.href
}

/** How deliveries to an endpoint went, as `webhookstate` (redis/lua) writes it; '' for nothing yet. */
export interface WebhookState {
  deadInRow: number
  last: WebhookView['last']
  disabled: DisabledReason | null
}

/** Reads it. */
export function parseWebhookState(text: string): WebhookState {
  const [, row, at, outcome, status, disabled, why] = /^(\d+) (\d+) (\S+) (\S+) (\d+) (\S+)$/.exec(text) ?? []
  if (row === undefined) return { deadInRow: 0, last: null, disabled: null }
  const last = { at: Number(at), outcome: outcome as AttemptOutcome, status: status === '-' ? null : Number(status) }
  return { deadInRow: Number(row), last, disabled: disabled === '0' ? null : (why as DisabledReason) }
}

/** An endpoint as people see it. `state`: as it is stored, '' for nothing yet. */
export function webhookView(id: string, stored: StoredWebhook, state: string): WebhookView {
  const { url, tenant, label, states = null, name = null, tag = null, createdAt, previous } = stored
  const { deadInRow, last, disabled } = parseWebhookState(state)
  const disabledReason = stored.enabled ? disabled : 'manual'
  const shown = { id, url, tenant, label, states, name, tag, enabled: disabledReason === null, disabledReason }
  return { ...shown, createdAt, previousUntil: previous?.until ?? null, deadInRow, last }
}

/** The secrets that sign at an instant: the newest first. */
export const signingSecrets = ({ secret, previous }: StoredWebhook, now: number): string[] =>
  previous === undefined || previous.until <= now ? [secret] : [secret, previous.secret]

/** A workflow that has ended, as it is told. Nothing of its arguments and results. */
export interface EndedWorkflow {
  id: string
  /** Null: it has none. */
  name: string | null
  tags: readonly string[]
  /** `-`: none. */
  tenant: string
  /** Null: it was removed before it could be read. */
  state: EndState | null
  /** 1 at first; a retry or rerun opens the next one. */
  run: number | null
  /** Unix ms, as all times here; null where it was removed, and of what did not happen. */
  createdAt: number | null
  startedAt: number | null
  outcomeAt: number | null
  endedAt: number | null
}

/** The body of a delivery. */
export type WebhookPayload =
  | { id: string; type: 'workflow.ended'; at: number; workflow: EndedWorkflow }
  | { id: string; type: 'ping'; at: number; webhook: string }

/** Whether an endpoint hears of a workflow that ended at an instant, as far as that is known without reading the workflow. */
export const mayHear = ({ tenant, since, removing }: StoredWebhook, of: string, at: number): boolean =>
  removing !== true && at >= since && (tenant === '*' || tenant === of)

/** Whether its conditions hold. One that was removed before it was read meets those on its state: better told once too often. */
export const wants = ({ states, name, tag }: StoredWebhook, workflow: EndedWorkflow): boolean =>
  (states === undefined || workflow.state === null || states.includes(workflow.state)) &&
  (name === undefined || workflow.name === name) &&
  (tag === undefined || workflow.tags.includes(tag))

/** A delivery that waits for its next attempt, or was given up. Times are Unix ms. */
export interface WebhookDelivery {
  id: string
  webhook: string
  /** `waiting`: for its next attempt; `sending`: it is under way; `dead`: given up. */
  state: 'waiting' | 'sending' | 'dead'
  /** Id of what happened; the same for every endpoint that hears of it. */
  event: string
  /** Null: a ping. */
  workflow: string | null
  tenant: string
  createdAt: number
  /** Attempts so far. */
  attempts: number
  /** When it is tried next, at the latest; null for one that was given up. */
  nextAttemptAt: number | null
  /** When it was given up; null for one that waits. */
  diedAt: number | null
  /** HTTP status of the last attempt; null: there was none. */
  lastStatus: number | null
  /** Why the last attempt failed; null: none has. */
  lastError: string | null
}
