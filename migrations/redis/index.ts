/** The migrations of the key layout, in order. A migration is never edited after a release; `breaking` says that older processes must not go on. */
import { namespaceMigration } from './0001_namespace.js'
import type { RedisMigration } from './migration.js'

export type { MigrationTarget, RedisMigration } from './migration.js'

export const REDIS_MIGRATIONS: readonly RedisMigration[] = [namespaceMigration]

/** The layout's version that this code reads and writes. */
export const LAYOUT_VERSION = REDIS_MIGRATIONS.length
