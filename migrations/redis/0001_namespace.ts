/**
 * 0001 namespace: makes an empty namespace. Version 1 of the key layout, epoch 1, a fixed number of partitions, and the table that maps 256 hash
 * buckets to them.
 */
import type { RedisMigration } from './migration.js'

export const namespaceMigration: RedisMigration = {
  version: 1,
  name: 'namespace',
  breaking: true,
  async up(namespace, partitions) {
    const buckets = Buffer.from(Array.from({ length: 256 }, (_, bucket) => bucket % partitions))
    await namespace.create({ partitions, buckets: buckets.toString('hex') })
  },
}
