/** The shape of a migration of the key layout. */

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
