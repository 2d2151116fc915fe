/** What Redis knows of a workflow: the records of the nodes that were submitted, by node. */
import type { Redis } from 'ioredis'

export async function recordsOf(redis: Redis, workflow: string): Promise<Map<string, string>> {
  const [key] = await redis.keys(`*:w:${workflow}`)
  if (key === undefined) throw new Error(`no workflow ${workflow}`)
  return new Map(Object.entries(await redis.hgetall(key)).filter(([name]) => /^\d+$/.test(name)))
}
