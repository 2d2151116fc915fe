/**
 * Real redis-server processes for tests: random port, a folder of their own, no daemon, dead with the test process.
 * Callers: engine and end-to-end tests through `useRedis()` (one server per test file, a namespace per test), fault tests through
 * `RedisServer.start()`, the Cluster and Sentinel helpers. `redis-server` (or `valkey-server`) must be on PATH.
 */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll } from 'vitest'
import { type Child, type Exit, freePort, killNow, removeFolder, signal, spawnChild, temporaryFolder } from './children.js'
import { onPath } from './on-path.js'
import { until } from './wait.js'

export interface RedisServerOptions {
  /** Append-only file; default off. RDB snapshots are always off. */
  appendonly?: boolean
  /** Default 'everysec'; only with appendonly. */
  appendfsync?: 'always' | 'everysec' | 'no'
  /** For instance '30mb'; the policy is noeviction unless `config` says otherwise. */
  maxmemory?: string
  /** Further lines of redis.conf. */
  config?: Record<string, string | number | string[]>
  /** Run as a Sentinel. */
  sentinel?: boolean
}

export class RedisServer {
  readonly host = '127.0.0.1'
  private child: Child | undefined
  private client: Redis | undefined
  private output = ''

  private constructor(
    readonly port: number,
    readonly dir: string,
    private readonly sentinel: boolean,
  ) {}

  /** Ends when the server answers. Tries another port if somebody was faster. */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    for (let attempt = 1; ; attempt++) {
      const server = new RedisServer(await freePort(), temporaryFolder('redis'), options.sentinel ?? false)
      writeFileSync(server.confFile, confOf(server, options))
      try {
        await server.launch()
        return server
      } catch (error) {
        await server.stop()
        if (attempt === 3 || !server.output.includes('Address already in use')) throw error
      }
    }
  }

  get url(): string {
    return `redis://${this.host}:${this.port}`
  }

  get pid(): number {
    if (this.child === undefined) throw new Error('this Redis is not running')
    return this.child.pid
  }

  get running(): boolean {
    return this.child !== undefined
  }

  /** What the server printed since the first start (last 64 kB). */
  get log(): string {
    return this.output
  }

  private get confFile(): string {
    return join(this.dir, 'redis.conf')
  }

  /** A raw command over an admin connection; fails at once when the server is away, waits while it is paused. */
  async call(command: string, ...args: (string | number | Buffer)[]): Promise<unknown> {
    this.client ??= this.connect()
    return this.client.call(command, ...args)
  }

  /** INFO as a map. */
  async info(section = 'everything'): Promise<Map<string, string>> {
    const text = String(await this.call('INFO', section))
    return new Map(text.split('\r\n').flatMap((line) => (line.includes(':') ? [splitOnce(line, ':')] : [])))
  }

  /** As a power cut of the process: nothing is flushed. Ends when it is gone. */
  async kill9(): Promise<void> {
    this.dropClient()
    const child = this.child
    this.child = undefined
    if (child !== undefined) await killNow(child)
  }

  /** Same folder, same port; a running server is asked to end (SIGTERM) first. Ends when it answers. */
  async restart(): Promise<void> {
    await this.terminate()
    await this.launch()
  }

  /** SIGSTOP: sockets stay open, nobody answers. */
  pause(): void {
    if (this.child !== undefined) signal(this.child, 'SIGSTOP')
  }

  /** SIGCONT. */
  resume(): void {
    if (this.child !== undefined) signal(this.child, 'SIGCONT')
  }

  /** Kills it and removes its folder. Safe to repeat. */
  async stop(): Promise<void> {
    await this.kill9()
    removeFolder(this.dir)
  }

  private async terminate(): Promise<void> {
    const child = this.child
    if (child === undefined) return
    this.dropClient()
    this.child = undefined
    signal(child, 'SIGCONT')
    signal(child, 'SIGTERM')
    await child.exited
  }

  private async launch(): Promise<void> {
    const child = spawnChild(serverBinary(), [this.confFile, ...(this.sentinel ? ['--sentinel'] : [])], { cwd: this.dir })
    this.child = child
    const collect = (chunk: Buffer) => {
      this.output = (this.output + chunk.toString()).slice(-65_536)
    }
    child.process.stdout?.on('data', collect)
    child.process.stderr?.on('data', collect)
    const life: { exit?: Exit } = {}
    void child.exited.then((exit) => {
      life.exit = exit
      if (this.child === child) this.child = undefined
    })
    await until(() => life.exit ?? this.call('PING'), { timeoutMs: 15_000, what: `redis-server on port ${this.port} answers` })
    if (life.exit !== undefined) throw new Error(`redis-server ended at start (code ${life.exit.code}):\n${this.output.slice(-2_000)}`)
  }

  private connect(): Redis {
    const client = new Redis({
      host: this.host,
      port: this.port,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      connectionName: 'test-admin',
    })
    client.on('error', () => undefined)
    // A client that lost its server is never reused: the next call makes another one.
    client.once('end', () => {
      if (this.client === client) this.client = undefined
    })
    return client
  }

  private dropClient(): void {
    this.client?.disconnect()
    this.client = undefined
  }
}

function confOf(server: RedisServer, options: RedisServerOptions): string {
  const conf: Record<string, string | number | string[]> = { port: server.port, bind: server.host, dir: server.dir, daemonize: 'no' }
  if (options.sentinel !== true) {
    Object.assign(conf, { save: '""', appendonly: options.appendonly ? 'yes' : 'no', appendfsync: options.appendfsync ?? 'everysec' })
    if (options.maxmemory !== undefined) Object.assign(conf, { maxmemory: options.maxmemory, 'maxmemory-policy': 'noeviction' })
  }
  const lines = Object.entries({ ...conf, ...options.config }).flatMap(([key, value]) => [value].flat().map((one) => `${key} ${one}`))
  return `${lines.join('\n')}\n`
}

/** The first Redis or Valkey server on PATH. */
function serverBinary(): string {
  for (const name of ['redis-server', 'valkey-server']) {
    const found = onPath(name)
    if (found !== undefined) return found
  }
  throw new Error('these tests need redis-server (7.0 or newer) or valkey-server on PATH')
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return [text.slice(0, at), text.slice(at + separator.length)]
}

/** What `useRedis()` gives; only `ns` works before the server has started, so read the rest inside hooks and tests. */
export interface SharedRedis {
  readonly server: RedisServer
  readonly url: string
  /** A name no other test uses; legal as a namespace. */
  ns(): string
  /** A client that is closed after the file's last test. */
  connect(): Redis
}

/** One Redis for the test file: started before its first test, gone after its last. */
export function useRedis(options: RedisServerOptions = {}): SharedRedis {
  let server: RedisServer | undefined
  const clients: Redis[] = []
  beforeAll(async () => {
    server = await RedisServer.start(options)
  }, 30_000)
  afterAll(async () => {
    for (const client of clients) client.disconnect()
    await server?.stop()
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
    ns: uniqueName,
    connect() {
      const client = new Redis(running().url, { maxRetriesPerRequest: null })
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
