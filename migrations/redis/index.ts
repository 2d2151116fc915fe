/** The migrations of the key layout, in order. A migration is never edited after a release; `breaking` says that older processes must not go on. */
import { namespaceMigration } from './0001_namespace.js'

/** What a migration may do to a namespace. */
export interface MigrationTarget {
  /** Writes the namespace's meta unless another process has done so. */
  create(meta: { partitions: number; buckets: string }): Promise<void>
}

export interface RedisMigration {
  version: number
  name: string
  breaking: boolean
  up(namespace: MigrationTarget, partitions: number): Promise<void>
}

export const REDIS_MIGRATIONS: readonly RedisMigration[] = [namespaceMigration]

/** The layout's version that this code reads and writes. */
export const LAYOUT_VERSION = REDIS_MIGRATIONS.length
