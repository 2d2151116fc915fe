/** What tests look at below the engine's door: keys of a workflow's partition, and single calls of the script that requeues. */
import type { Redis } from 'ioredis'
import type { PartitionKeys } from '../../src/engine/redis/keys.js'
import { Namespace } from '../../src/engine/redis/namespace.js'
import { calls } from '../../src/engine/redis/scripts.generated.js'

async function loaded(redis: Redis, name: string): Promise<Namespace> {
  const namespace = new Namespace({ namespace: name })
  await namespace.load(redis as never)
  return namespace
}

/** The keys of the partition in which the workflow lies. */
export async function keysOf(redis: Redis, name: string, workflow: string): Promise<PartitionKeys> {
  const namespace = await loaded(redis, name)
  return namespace.keys(namespace.partitionOf(workflow))
}

/** One call for the task that failed in this attempt; answers `ok`, `begun`, `busy`, `same` or `none`. */
export async function requeueOnce(redis: Redis, name: string, workflow: string, node: string, attempts: number): Promise<string> {
  const namespace = await loaded(redis, name)
  const call = (epoch: string) => calls.requeue(epoch, workflow, node, attempts)
  const [answer] = await namespace.runAtEpoch(redis as never, namespace.partitionOf(workflow), call)
  return answer
}
