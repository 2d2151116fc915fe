/**
 * One real Redis for a test file (`useRedis()`), with a namespace per test. The server is that of `chordis/testing`; fault tests, Cluster and Sentinel
 * helpers use `RedisServer.start()`.
 */
import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll } from 'vitest'
import { RedisServer, type RedisServerOptions } from '../../src/engine/testing/redis-server.js'
import { type FileRedis, useRedis as useShipped } from '../../src/engine/testing/use-redis.js'

export { RedisServer, type RedisServerOptions }

/** What `useRedis()` gives; only `ns` works before the server has started, so read the rest inside hooks and tests. */
export interface SharedRedis extends Pick<FileRedis, 'server' | 'url'> {
  /** A name no other test uses; legal as a namespace. */
  ns(): string
  /** A client that is closed after the file's last test. */
  connect(): Redis
}

/** One Redis for the test file: started before its first test, gone after its last. */
export function useRedis(options: RedisServerOptions = {}): SharedRedis {
  const clients: Redis[] = []
  const stopWith = (stop: () => Promise<void>): void =>
    afterAll(async () => {
      for (const client of clients) client.disconnect()
      await stop()
    })
  const file = useShipped({ beforeAll: (start) => beforeAll(start, 30_000), afterAll: stopWith }, options)
  return {
    get server() {
      return file.server
    },
    get url() {
      return file.url
    },
    ns: uniqueName,
    connect() {
      const client = new Redis(file.url, { maxRetriesPerRequest: null })
      client.on('error', () => undefined)
      clients.push(client)
      return client
    },
  }
}

let names = 0

/** Unique over processes and runs, `[a-z0-9-]` only. */
export function uniqueName(): string {
  return `t${++names}-${randomBytes(6).toString('hex')}`
}
