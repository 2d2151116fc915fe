/**
 * API keys as they are stored and shown. A key is a text `chordis_<id>_<secret>`; the server keeps the SHA-256 of the text, never the text: the secret has
 * 256 random bits, so a slow hash would add nothing but a way to keep the service busy.
 */
import { ChordisError } from './errors.js'
import { checkName, checkText, checkWhole } from './ids.js'
import { readScopes } from './scopes.js'

/** What a new API key is to be. */
export interface ApiKeyOptions {
  /** For people: what it is for. Up to 200 characters. */
  label?: string
  /** Whose workflows and schedules it sees and makes; `*` (the default): those of all tenants, and what belongs to none. */
  tenant?: string
  /** What it may do: names of `SCOPES`, `<resource>:*` or `*`. At least one. */
  scopes: readonly string[]
  /** Queues that submitted calls may go to: names, or prefixes that end in `*`. Default: all. */
  queues?: readonly string[]
  /** Tasks that may be called: names, or prefixes that end in `*`. Default: all. */
  tasks?: readonly string[]
  /** It is good for so long, ms; up to ten years. Default: until it is revoked. */
  expiresInMs?: number
  /** It ends at this instant at the latest, Unix ms by Redis's clock, and then where `expiresInMs` is not given. Default: no such bound. */
  expiresBy?: number
  /** Requests per 10 s that the service answers; default: the service's. */
  rate?: number
  /** The credential that makes it, such as `key:3f2a…`: up to 256 characters. Default: nobody is named. */
  by?: string
}

/** What an API key may do, as it is stored and as it is shown. */
interface ApiKeyTerms {
  label: string
  tenant: string
  scopes: string[]
  /** Undefined: all. */
  queues?: string[]
  /** Undefined: all. */
  tasks?: string[]
  rate?: number
  /** The credential that made it; undefined: it was made by the command line, or by a program. */
  by?: string
  createdAt: number
}

/** An API key without its secret. Times are Unix ms by Redis's clock. */
export interface ApiKeyView extends ApiKeyTerms {
  id: string
  /** Null: never. */
  expiresAt: number | null
  /** When it was used last, to a minute; null: never. */
  usedAt: number | null
  /** Until when the secret before the last rotation is good; null: there is none. */
  previousUntil: number | null
}

/** What stands in Redis. */
export interface StoredApiKey extends ApiKeyTerms {
  /** SHA-256 of the key's text, hexadecimal. */
  hash: string
  /** Of the secret before the last rotation; good until then, Unix ms. */
  previous?: { hash: string; until: number }
  expiresAt?: number
}

/** Ten years. */
const MAX_LIFE_MS = 315_576_000_000
const MAX_LABEL = 200
const MAX_BY = 256
const MAX_RATE = 1_000_000_000
const MAX_PATTERNS = 100
const PATTERN = /^(?=.{1,129}$)[A-Za-z0-9._-]*\*?$/

/** A new key as it is stored. @throws ChordisError `request-invalid`, `name-invalid`, `forbidden` (beyond `expiresBy`) with the path of what is wrong */
export function newStoredKey(options: ApiKeyOptions, hash: string, now: number): StoredApiKey {
  const { label = '', tenant = '*', scopes, queues, tasks, rate, by } = options
  if (tenant !== '*') checkName(tenant, 'tenant')
  const expiresAt = expiryOf(options, now)
  return {
    hash,
    label: checkText(label, MAX_LABEL, 'label'),
    tenant,
    scopes: scopesOf(scopes),
    ...(queues === undefined ? {} : { queues: patternsOf(queues, 'queues') }),
    ...(tasks === undefined ? {} : { tasks: patternsOf(tasks, 'tasks') }),
    ...(rate === undefined ? {} : { rate: checkWhole(rate, 1, MAX_RATE, 'rate') }),
    ...(by === undefined ? {} : { by: checkText(by, MAX_BY, 'by') }),
    createdAt: now,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
}

/** When a new key ends, Unix ms; undefined: never. */
function expiryOf({ expiresInMs, expiresBy }: ApiKeyOptions, now: number): number | undefined {
  if (expiresInMs === undefined) return expiresBy
  const expiresAt = now + checkWhole(expiresInMs, 1, MAX_LIFE_MS, 'expiresInMs')
  if (expiresBy === undefined || expiresAt <= expiresBy) return expiresAt
  throw new ChordisError('forbidden', 'is later than the end of the credential that makes the key', { path: 'expiresInMs' })
}

/** Only what means something is stored: a key that could do nothing, or something unknown, would fail at every request. */
function scopesOf(scopes: readonly string[]): string[] {
  if (!Array.isArray(scopes) || scopes.length === 0)
    throw new ChordisError('request-invalid', 'must be a list of scopes', { path: 'scopes' })
  readScopes(scopes)
  return [...new Set(scopes as readonly string[])]
}

function patternsOf(patterns: readonly string[], path: string): string[] {
  const good = Array.isArray(patterns) && patterns.length > 0 && patterns.length <= MAX_PATTERNS
  if (good && patterns.every((one) => typeof one === 'string' && PATTERN.test(one))) return [...patterns]
  throw new ChordisError('request-invalid', `must be 1 to ${MAX_PATTERNS} names, or prefixes that end in *`, { path })
}

/** A key as people see it. `used`: as it is stored, '' for never. */
export function apiKeyView(id: string, key: StoredApiKey, used: string): ApiKeyView {
  const { hash: _hash, previous, expiresAt = null, ...shown } = key
  return { id, ...shown, expiresAt, usedAt: used === '' ? null : Number(used), previousUntil: previous?.until ?? null }
}

/** The hashes by which a key is known at an instant, and for how long each is good, ms. Empty: it has expired. */
export function goodSecrets(
  { hash, previous, expiresAt = Number.POSITIVE_INFINITY }: StoredApiKey,
  now: number,
): { hash: string; goodForMs: number }[] {
  const all = [{ hash, goodForMs: expiresAt - now }]
  if (previous !== undefined) all.push({ hash: previous.hash, goodForMs: Math.min(expiresAt, previous.until) - now })
  return all.filter(({ goodForMs }) => goodForMs > 0)
}
