/**
 * Who changed what: `client.audit`. The service writes it (src/modules/access/audit.ts); `chordis audit` and whoever may `audit:read` read it. The newest
 * 100,000 entries or so are kept.
 */
import { ChordisError } from '../protocol/errors.js'
import { checkText, checkWhole } from '../protocol/ids.js'
import { addAudit, readAudit } from '../redis/audit.js'
import type { RedisConnection } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { explained, explainedRead } from './failures.js'

/** A change that somebody asked for, whether it was made or refused. */
export interface AuditEntry {
  /** Of the credential: `key:3f2a…`. */
  principal: string
  /** The tenant that was acted for; `*`: all. */
  tenant: string
  /** `workflow.revoke`, `queue.pause`, … */
  action: string
  /** Id or name of what was changed. */
  target: string
  /** What else was asked for, without payloads. */
  detail?: Readonly<Record<string, unknown>>
  /** `ok`, or the code of the error. */
  outcome: string
}

/** An entry as it is kept. */
export interface AuditRecord extends AuditEntry {
  id: string
  /** When it was written, Unix ms by Redis's clock: within 50 ms of the change, later when Redis was away. */
  at: number
}

/** Which entries are meant. */
export interface AuditFilter {
  /** Written before, Unix ms. */
  before?: number
  /** Written then or later, Unix ms. */
  after?: number
  principal?: string
  tenant?: string
  /** `workflow.revoke`, or all of a kind: `workflow.*`. */
  action?: string
}

/** A part of the log. */
export interface AuditPage {
  entries: AuditRecord[]
  /** Where the next part begins; null at the end. A part may hold few entries, or none, and not be the last: each looks at 5,000 at most. */
  cursor: string | null
}

/** Entries of one {@link AuditLog.append}. */
export const MOST_APPENDED = 200
const MAX_LISTED = 1_000
const MAX_LOOKED = 5_000
const PAGE = 500
const MAX_TEXT = 256
const MAX_ENTRY_BYTES = 8_192
const CURSOR = /^\d{1,15}-\d{1,20}$/

/** The audit log. */
export class AuditLog {
  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
  ) {}

  /**
   * Adds entries, in their order; of one beyond 8 kB the detail is left out.
   * @throws ChordisError `redis-unavailable`: none was added; `outcome-unknown`: they may have been
   */
  append(entries: readonly AuditEntry[]): Promise<void> {
    return explained(async () => {
      checkWhole(entries.length, 1, MOST_APPENDED, 'entries')
      await addAudit(this.connection, this.namespace, entries.map(textOf))
    })
  }

  /**
   * Entries, the newest first, part by part.
   * @param options a filter; `limit`: 1 to 1,000, default 100; `cursor`: what the part before answered
   * @throws ChordisError `request-invalid`, `redis-unavailable`
   */
  list({ limit = 100, cursor, ...filter }: AuditFilter & { limit?: number; cursor?: string } = {}): Promise<AuditPage> {
    return explainedRead(async () => {
      checkWhole(limit, 1, MAX_LISTED, 'limit')
      const isMeant = meantBy(filter)
      const oldest = filter.after === undefined ? '-' : String(filter.after)
      let newest = newestOf(cursor, filter.before)
      const entries: AuditRecord[] = []
      for (let looked = 0; looked < MAX_LOOKED; looked += PAGE) {
        const rows = await readAudit(this.connection, this.namespace, { newest, oldest, count: PAGE })
        for (const { id, text } of rows) {
          const entry = recordOf(id, text)
          if (isMeant(entry) && entries.push(entry) === limit) return { entries, cursor: id }
        }
        const last = rows.at(-1)
        if (last === undefined || rows.length < PAGE) return { entries, cursor: null }
        newest = `(${last.id}`
      }
      return { entries, cursor: newest.slice(1) }
    })
  }
}

function textOf({ principal, tenant, action, target, detail, outcome }: AuditEntry): string {
  const short = { principal: principal.slice(0, MAX_TEXT), tenant, action, target: target.slice(0, MAX_TEXT), outcome }
  const text = JSON.stringify(detail === undefined ? short : { ...short, detail })
  return Buffer.byteLength(text) <= MAX_ENTRY_BYTES ? text : JSON.stringify({ ...short, detail: { leftOut: 'it was too long' } })
}

const recordOf = (id: string, text: string): AuditRecord => ({
  id,
  at: Number(id.slice(0, id.indexOf('-'))),
  ...(JSON.parse(text) as AuditEntry),
})

/** Behind the last entry of the part before, or before an instant. */
function newestOf(cursor: string | undefined, before: number | undefined): string {
  if (cursor === undefined) return before === undefined ? '+' : `(${before}-0`
  if (CURSOR.test(cursor)) return `(${cursor}`
  throw new ChordisError('request-invalid', 'must be the cursor of an answer', { path: 'cursor' })
}

function meantBy({ before, after, principal, tenant, action }: AuditFilter): (entry: AuditRecord) => boolean {
  if (before !== undefined) checkWhole(before, 1, Number.MAX_SAFE_INTEGER, 'before')
  if (after !== undefined) checkWhole(after, 0, Number.MAX_SAFE_INTEGER, 'after')
  for (const [path, text] of Object.entries({ principal, tenant, action })) if (text !== undefined) checkText(text, MAX_TEXT, path)
  const kind = action?.endsWith('.*') ? action.slice(0, -1) : undefined
  return (entry) =>
    (principal === undefined || entry.principal === principal) &&
    (tenant === undefined || entry.tenant === tenant) &&
    (action === undefined || (kind === undefined ? entry.action === action : entry.action.startsWith(kind)))
}
