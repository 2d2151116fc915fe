/** A Redis for a test, or for all tests of a file. */
import { RedisServer, type RedisServerOptions } from './redis-server.js'

/** The hooks of a test framework: those of Vitest and Jest, or `before` and `after` of node:test under these names. */
export interface FileHooks {
  /** Registers what runs before all tests of the file. */
  beforeAll(run: () => Promise<void>): unknown
  /** Registers what runs after all of them. */
  afterAll(run: () => Promise<void>): unknown
}

/** The Redis of a test file. */
export interface FileRedis {
  readonly server: RedisServer
  readonly url: string
  /** Empties it. */
  flush(): Promise<void>
}

/**
 * Starts a redis-server of its own. It ends with `stop()`, with its `await using` block, or with this process, however that ends.
 * @throws RedisMissingError, which says how to install one
 */
export const startRedis = (options: RedisServerOptions = {}): Promise<RedisServer> => RedisServer.start(options)

/**
 * One Redis for the file: started before its first test, gone after its last. What it answers can be read inside hooks and tests only.
 * @example const redis = useRedis({ beforeAll, afterAll })
 */
export function useRedis(hooks: FileHooks, options: RedisServerOptions = {}): FileRedis {
  let server: RedisServer | undefined
  hooks.beforeAll(async () => {
    server = await startRedis(options)
  })
  hooks.afterAll(async () => {
    await server?.stop()
    server = undefined
  })
  const running = (): RedisServer => {
    if (server === undefined) throw new Error('useRedis(): the server exists only inside hooks and tests')
    return server
  }
  return {
    get server() {
      return running()
    },
    get url() {
      return running().url
    },
    flush: () => running().flush(),
  }
}
