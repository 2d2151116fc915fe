/** Where the partitions of a namespace lie, for tests that move their slots. */
import { TAGS } from '../../src/engine/redis/tags.generated.js'

/** The hash tag of a partition's keys. */
export function partitionTag(partition: number): string {
  const tag = TAGS[partition]
  if (tag === undefined) throw new RangeError(`there is no partition ${partition}`)
  return tag
}
