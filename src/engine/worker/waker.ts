/**
 * Sleeps until there is work. Blocks on wake lists, never on ready lists: a token that dies with this process loses nothing, a task would. One
 * blocking connection serves all partitions of one Redis; on a Cluster each home partition has its own. A half-open connection cannot hold us:
 * every block is bounded and watched.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type RedisConnection, type RedisOptions } from '../redis/connection.js'

export interface WakerOptions {
  redis: string | RedisOptions
  /** Lists to block on, one at least. */
  keys(): string[]
  /** Longest block, ms; after it the partitions are looked at in any case. */
  maxBlockMs: number
  /** Resolves when this worker has nothing to do and room for work. */
  idle(): Promise<void>
  /** `key` null: the time is over. */
  woken(key: string | null): void
}

export class Waker {
  private connection: RedisConnection | null = null
  private stopped = false
  private interrupted = false
  private loop: Promise<void> = Promise.resolve()

  constructor(private readonly options: WakerOptions) {}

  start(): void {
    this.loop = this.run()
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      await this.options.idle()
      if (this.stopped) break
      this.interrupted = false
      try {
        await this.block()
      } catch {
        this.connection?.disconnect()
        this.connection = null
        if (this.stopped) break
        if (this.interrupted) continue
        await sleep(200)
        this.options.woken(null)
      }
    }
    // stop() may have come while the connection was being made.
    this.connection?.disconnect()
  }

  private async block(): Promise<void> {
    const { redis, keys, maxBlockMs } = this.options
    this.connection ??= await connect(redis, 'blocking')
    if (this.stopped) return
    // Not ioredis's blockingTimeout: that answers null and keeps the dead connection.
    const got = await bounded(this.connection.blpop(...keys(), (maxBlockMs / 1000).toFixed(3)), maxBlockMs + 2_000)
    this.options.woken(got?.[0] ?? null)
  }

  /** What it waits for has changed: a block that is under way ends, as one whose connection was lost. */
  interrupt(): void {
    this.interrupted = true
    this.connection?.disconnect()
    this.connection = null
  }

  async stop(): Promise<void> {
    this.stopped = true
    this.connection?.disconnect()
    await Promise.race([this.loop, sleep(500, undefined, { ref: false })])
  }
}

/** A promise that does not outlive its time. */
async function bounded<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('a blocking command was not answered')), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
