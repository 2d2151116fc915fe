/**
 * Where callbacks leave their marks: one Redis list per case, because callbacks run in other processes than the runner.
 * A worker appends before the callback's node succeeds, so when a workflow has ended all of its marks are here.
 */
import { Cluster, Redis } from 'ioredis'
import type { RedisOptions } from '../../src/engine/index.js'
import type { Mark } from './tasks.js'

export class Marks {
  private readonly redis: Redis | Cluster

  /** `namespace` is the run's; the lists lie beside it, not in it. */
  constructor(
    redis: string | RedisOptions,
    private readonly namespace: string,
  ) {
    this.redis = connect(redis)
    this.redis.on('error', () => undefined)
  }

  async record(caseId: string, mark: Mark): Promise<void> {
    await this.redis.rpush(this.list(caseId), JSON.stringify(mark))
  }

  async of(caseId: string): Promise<Mark[]> {
    const found = await this.redis.lrange(this.list(caseId), 0, -1)
    return found.map((text) => JSON.parse(text) as Mark)
  }

  /** Removes every key of the run, the namespace's own too. */
  async removeRun(): Promise<void> {
    const servers = this.redis instanceof Cluster ? this.redis.nodes('master') : [this.redis]
    for (const server of servers) {
      for await (const keys of server.scanStream({ match: `${this.namespace}*`, count: 1_000 })) {
        await Promise.all((keys as string[]).map((key) => server.unlink(key)))
      }
    }
  }

  close(): void {
    this.redis.disconnect()
  }

  private list(caseId: string): string {
    return `${this.namespace}-marks:${caseId}`
  }
}

function connect(redis: string | RedisOptions): Redis | Cluster {
  const { url, cluster } = typeof redis === 'string' ? { url: redis } : redis
  if (cluster) return new Cluster(cluster, { redisOptions: { maxRetriesPerRequest: null } })
  if (url === undefined) throw new Error('the conformance runner takes a Redis URL or the URLs of a Cluster')
  return new Redis(url, { maxRetriesPerRequest: null })
}
