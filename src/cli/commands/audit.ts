/** `chordis audit`: who changed what. */
import type { AuditFilter, AuditPage, AuditRecord } from '../../engine/index.js'
import { withBackend } from '../backend/open.js'
import type { Context } from '../context.js'
import { type Cell, columns, cut, type Paint, safe } from '../terminal.js'

/** Options of `chordis audit`. */
export interface AuditArguments extends Pick<AuditFilter, 'principal' | 'tenant' | 'action'> {
  since?: number
  until?: number
  limit: number
  cursor?: string
}

/** `chordis audit`. */
export function audit(context: Context, { since, until, ...options }: AuditArguments): Promise<number> {
  return withBackend(context, async ({ audit: log }) => {
    const times = { ...(since === undefined ? {} : { after: since }), ...(until === undefined ? {} : { before: until }) }
    const page = await log.list({ ...options, ...times })
    if (context.json) context.print(JSON.stringify(page))
    else for (const line of lines(page, context.out)) context.print(line)
    return 0
  })
}

const WIDEST = 80

function lines({ entries, cursor }: AuditPage, style: Paint): string[] {
  const head: Cell[] = ['WHEN', 'WHO', 'TENANT', 'WHAT', 'OF', 'OUTCOME', ''].map((text) => ({ text, colour: style.faint }))
  const rows = entries.length === 0 ? ['no entry'] : columns([head, ...entries.map((entry) => row(entry, style))])
  return cursor === null ? rows : [...rows, `  ${style.faint(`… and perhaps more; --cursor ${cursor} goes on`)}`]
}

function row({ at, principal, tenant, action, target, outcome, detail }: AuditRecord, style: Paint): Cell[] {
  return [
    new Date(at).toISOString(),
    cut(safe(principal), WIDEST),
    tenant,
    action,
    cut(safe(target), WIDEST) || '-',
    { text: outcome, colour: outcome === 'ok' ? style.good : style.bad },
    detail === undefined ? '' : cut(safe(JSON.stringify(detail)), WIDEST),
  ]
}
