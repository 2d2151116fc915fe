/**
 * A real redis-server for tests: random port, a folder of its own, no daemon, dead with the process that started it, however that died.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type RedisConnection } from '../redis/connection.js'
import { type Child, type Exit, freePort, killNow, removeFolder, signal, spawnChild, temporaryFolder } from './children.js'
import { redisBinary } from './redis-binary.js'

/** How the server is started. */
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

/** A real redis-server on a free port, with a folder of its own. */
export class RedisServer implements AsyncDisposable {
  readonly host = '127.0.0.1'
  private child: Child | undefined
  private client: Promise<RedisConnection> | undefined
  private output = ''

  private constructor(
    private readonly binary: string,
    readonly port: number,
    readonly dir: string,
    private readonly sentinel: boolean,
  ) {}

  /** Ends when the server answers. Tries another port if somebody was faster. @throws RedisMissingError, which says how to install one */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const binary = redisBinary()
    for (let attempt = 1; ; attempt++) {
      const server = new RedisServer(binary, await freePort(), temporaryFolder('redis'), options.sentinel ?? false)
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

  /** `redis://127.0.0.1:<port>` */
  get url(): string {
    return `redis://${this.host}:${this.port}`
  }

  /** Of the server, while it runs. */
  get pid(): number {
    if (this.child === undefined) throw new Error('this Redis is not running')
    return this.child.pid
  }

  /** Whether the process is there. */
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
    const client = this.client ?? this.connect()
    this.client = client
    return (await client).call(command, ...args)
  }

  /** INFO as a map. */
  async info(section = 'everything'): Promise<Map<string, string>> {
    const text = String(await this.call('INFO', section))
    return new Map(text.split('\r\n').flatMap((line) => (line.includes(':') ? [splitOnce(line, ':')] : [])))
  }

  /** Empties it, all databases. */
  async flush(): Promise<void> {
    await this.call('FLUSHALL')
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

  /** `await using redis = await startRedis()`: stops it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
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
    const child = spawnChild(this.binary, [this.confFile, ...(this.sentinel ? ['--sentinel'] : [])], { cwd: this.dir })
    this.child = child
    const collect = (chunk: Buffer) => {
      this.output = (this.output + chunk.toString()).slice(-65_536)
    }
    child.process.stdout?.on('data', collect)
    child.process.stderr?.on('data', collect)
    const life: { exit?: Exit } = {}
    void child.exited.then((exit) => {
      life.exit = exit
      if (this.child !== child) return
      this.child = undefined
      this.dropClient()
    })
    await this.answers(life)
    if (life.exit !== undefined) throw new Error(`redis-server ended at start (code ${life.exit.code}):\n${this.output.slice(-2_000)}`)
  }

  /** Ends when the server answers, or has ended. */
  private async answers(life: { exit?: Exit }): Promise<void> {
    const deadline = performance.now() + START_MS
    while (life.exit === undefined) {
      const answer = await this.call('PING').catch((error: Error) => error)
      if (answer === 'PONG') return
      if (performance.now() > deadline) throw new Error(`redis-server on port ${this.port} does not answer: ${String(answer)}`)
      await sleep(10)
    }
  }

  /** A connection that was refused is forgotten, so that the next call makes another. */
  private connect(): Promise<RedisConnection> {
    const client = connect(this.url, 'client', () => undefined, FOREVER_MS)
    client.catch(() => {
      if (this.client === client) this.client = undefined
    })
    return client
  }

  private dropClient(): void {
    const { client } = this
    this.client = undefined
    client?.then(
      (connection) => connection.disconnect(),
      () => undefined,
    )
  }
}

const START_MS = 15_000
/** A server that is paused answers when it goes on. */
const FOREVER_MS = 2 ** 31 - 1

function confOf(server: RedisServer, options: RedisServerOptions): string {
  const conf: Record<string, string | number | string[]> = { port: server.port, bind: server.host, dir: server.dir, daemonize: 'no' }
  if (options.sentinel !== true) {
    Object.assign(conf, { save: '""', appendonly: options.appendonly ? 'yes' : 'no', appendfsync: options.appendfsync ?? 'everysec' })
    if (options.maxmemory !== undefined) Object.assign(conf, { maxmemory: options.maxmemory, 'maxmemory-policy': 'noeviction' })
  }
  const lines = Object.entries({ ...conf, ...options.config }).flatMap(([key, value]) => [value].flat().map((one) => `${key} ${one}`))
  return `${lines.join('\n')}\n`
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return [text.slice(0, at), text.slice(at + separator.length)]
}
