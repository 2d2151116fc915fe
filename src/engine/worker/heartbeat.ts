/** Starts and feeds the heartbeat thread: see redis/beat-thread.mjs. */
import { Worker as Thread } from 'node:worker_threads'
import { normalise, type RedisOptions } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { library } from '../redis/scripts.generated.js'

export interface HeartbeatOptions {
  redis: string | RedisOptions
  namespace: Namespace
  process: string
  /** How often the counter is renewed, ms. */
  intervalMs: number
  /** A counter that stands still this long means death, ms. */
  leaseMs: number
  /** How long one handler may keep the loop from ticking, ms; 0: not at all. */
  hardLimitMs: number
  /** The partition does not know this process any more. */
  onUnknown(partition: number): void
}

const TICK_MS = 250
const monotonicMs = (): bigint => process.hrtime.bigint() / 1_000_000n

export class Heartbeat {
  private readonly shared = new SharedArrayBuffer(16)
  private readonly view = new BigInt64Array(this.shared)
  private thread: Thread | null = null
  private timer: NodeJS.Timeout | null = null

  constructor(private readonly options: HeartbeatOptions) {}

  start(): void {
    const { redis, namespace, process, intervalMs, leaseMs, hardLimitMs } = this.options
    this.view[0] = monotonicMs()
    const beats = Array.from({ length: namespace.partitions }, (_, partition) => {
      const { meta, guard } = namespace.keys(partition)
      return { partition, meta, guard }
    })
    const workerData = {
      redis: normalise(redis),
      beats,
      fn: `beat_${library.version}`,
      process,
      intervalMs,
      leaseMs,
      hardLimitMs,
      shared: this.shared,
    }
    this.thread = new Thread(new URL('../redis/beat-thread.mjs', import.meta.url), { workerData, execArgv: [] })
    this.thread.on('message', (message: { unknown: number }) => this.options.onUnknown(message.unknown))
    this.timer = setInterval(() => {
      this.view[0] = monotonicMs()
    }, TICK_MS)
  }

  /** A handler is about to run on the main loop. */
  handlerStarts(): void {
    this.view[1] = monotonicMs()
  }

  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer)
    const { thread } = this
    if (!thread) return
    this.thread = null
    thread.postMessage('stop')
    await thread.terminate()
  }
}
