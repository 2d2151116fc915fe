/** `chordis keys`: API keys of the service. A new secret is alone on standard output, so that it can go into a file or a secret store. */
import type { ApiKeyOptions, ApiKeyView, NewApiKey } from '../../engine/index.js'
import type { Backend } from '../backend/backend.js'
import { withBackend } from '../backend/open.js'
import type { Context } from '../context.js'
import { away, type Cell, columns, cut, type Paint, safe } from '../terminal.js'

/** Options of `chordis keys create`. */
export interface CreateKeyArguments extends Pick<ApiKeyOptions, 'label' | 'tenant' | 'scopes' | 'queues' | 'tasks' | 'rate'> {
  /** Milliseconds. */
  expires?: number
}

function withKeys(context: Context, ask: (keys: Backend['apiKeys']) => Promise<void>): Promise<number> {
  return withBackend(context, async ({ apiKeys }) => {
    await ask(apiKeys)
    return 0
  })
}

/** `chordis keys create`. */
export function create(context: Context, { expires, ...options }: CreateKeyArguments): Promise<number> {
  return withKeys(context, async (keys) => {
    const made = await keys.create({ ...options, ...(expires === undefined ? {} : { expiresInMs: expires }) })
    tell(context, made, `key ${made.id} for ${tenantText(made)}: ${made.scopes.join(', ')}. It is shown this once`)
  })
}

/** `chordis keys rotate ID`. `grace`: milliseconds. */
export function rotate(context: Context, id: string, grace: number | undefined): Promise<number> {
  return withKeys(context, async (keys) => {
    const made = await keys.rotate(id, grace === undefined ? {} : { graceMs: grace })
    const old = made.previousUntil === null ? 'the old secret is over' : `the old secret works until ${timeText(made.previousUntil)}`
    tell(context, made, `key ${id} has another secret, which is shown this once; ${old}`)
  })
}

function tell(context: Context, made: NewApiKey, note: string): void {
  if (context.json) context.print(JSON.stringify(made))
  else {
    context.note(note)
    context.print(made.key)
  }
}

/** `chordis keys list`. `now`: Unix ms. */
export function list(context: Context, now: number): Promise<number> {
  return withKeys(context, async (keys) => {
    const all = await keys.list()
    if (context.json) context.print(JSON.stringify({ keys: all }))
    else if (all.length === 0) context.print('no key')
    else for (const line of listLines(all, context.out, now)) context.print(line)
  })
}

/** `chordis keys revoke ID`. */
export function revoke(context: Context, id: string): Promise<number> {
  return withKeys(context, async (keys) => {
    const revoked = await keys.revoke(id)
    if (context.json) context.print(JSON.stringify({ id, revoked }))
    else context.print(revoked ? `${id} is revoked; every service refuses it within 5 seconds` : `there was no key ${id}`)
  })
}

const WIDEST = 60

function listLines(all: readonly ApiKeyView[], style: Paint, now: number): string[] {
  const head: Cell[] = ['ID', 'LABEL', 'TENANT', 'SCOPES', 'LIMITED TO', 'EXPIRES', 'USED'].map((text) => ({ text, colour: style.faint }))
  return columns([head, ...all.map((key) => row(key, style, now))])
}

function row(key: ApiKeyView, style: Paint, now: number): Cell[] {
  const { id, label, tenant, scopes, expiresAt, usedAt } = key
  const over = expiresAt !== null && expiresAt <= now
  return [
    id,
    label === '' ? '-' : cut(safe(label), WIDEST),
    tenant,
    cut(scopes.join(' '), WIDEST),
    cut(boundsText(key), WIDEST),
    expiresAt === null ? 'never' : { text: over ? 'expired' : away(expiresAt, now), colour: over ? style.bad : String },
    usedAt === null ? 'never' : away(usedAt, now),
  ]
}

function boundsText({ queues, tasks, rate }: ApiKeyView): string {
  const bounds = [...(queues ?? []).map((name) => `queue ${name}`), ...(tasks ?? []).map((name) => `task ${name}`)]
  if (rate !== undefined) bounds.push(`${rate} per 10 s`)
  return bounds.length === 0 ? '-' : bounds.join(', ')
}

const tenantText = ({ tenant }: ApiKeyView): string => (tenant === '*' ? 'all tenants' : `tenant ${tenant}`)
const timeText = (ms: number): string => new Date(ms).toISOString()
