/** Answers about API keys and the audit log. */
import type { ApiKeyView, AuditRecord, NewApiKey } from '../../../engine/index.js'
import { type FieldsOf, instant, json, listOf, mapOf, name, nullable, object, optional, text, whole } from '../schema.js'
import { keyId } from './common.js'

const KEY_CURSOR = 'MTc2NzIyNTYwMDAwMDozZjJhOWs0bTdxMXg'

const keyFields: FieldsOf<ApiKeyView> = {
  id: keyId,
  label: text('What it is for', 'ci'),
  tenant: text('The tenant that it is bound to; `*`: all', 'acme'),
  scopes: listOf(text('A scope, `<resource>:*` or `*`', 'workflows:*'), 'What it may do'),
  queues: optional(listOf(text('A name, or a prefix that ends in `*`', 'mail-*'), 'Queues that its calls may go to; absent: all')),
  tasks: optional(listOf(text('A name, or a prefix that ends in `*`', 'pages.*'), 'Tasks that it may call; absent: all')),
  rate: optional(whole('Requests per 10 s that the service answers it; absent: the service’s', 1_000)),
  by: optional(text('The credential that made it; absent: the command line, or a program', 'key:7q1x3f2a9k4m')),
  createdAt: instant('When it was made'),
  expiresAt: nullable(instant('When it ends; null: when it is revoked')),
  usedAt: nullable(instant('When it was used last, to a minute; null: never')),
  previousUntil: nullable(instant('Until when the secret before the last rotation works; null: there is none'), true),
}
export const key = name('Key', object<ApiKeyView>(keyFields))
export const newKey = name(
  'NewKey',
  object<NewApiKey>({ ...keyFields, key: text('The key itself: it is shown this once', `chordis_3f2a9k4m7q1x_${'x'.repeat(43)}`) }),
)
export const keyPage = name(
  'KeyPage',
  object<{ keys: ApiKeyView[]; cursor: string | null }>({
    keys: listOf(key),
    cursor: nullable(text('Where the next part begins; null at the end', KEY_CURSOR), true),
  }),
)

export const auditEntry = name(
  'AuditEntry',
  object<AuditRecord>({
    id: text('Of the entry', '1767225600000-0'),
    at: instant('When it was written: within 50 ms of the change'),
    principal: text('The credential that asked', 'key:3f2a9k4m7q1x'),
    tenant: text('The tenant that it acted for; `*`: all', 'acme'),
    action: text('What was asked for', 'workflow.revoke'),
    target: text('Id or name of what was to be changed; empty for many, and for what was refused before it had an id', 'report-7'),
    detail: optional(mapOf(json('A value', 'by hand'), 'What else was asked for, without payloads', 'reason')),
    outcome: text('`ok`, or the code of the error', 'ok'),
  }),
)
export const auditPage = name(
  'AuditPage',
  object<{ entries: unknown; cursor: string | null }>({
    entries: listOf(auditEntry),
    cursor: nullable(text('Where the next part begins; null at the end', '1767225600000-0'), true),
  }),
)
