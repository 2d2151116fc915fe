/** Starts and feeds the heartbeat thread: see redis/beat-thread.mjs. */
import { Worker as Thread } from 'node:worker_threads'
import { normalise, type RedisOptions } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { library } from '../redis/scripts.generated.js'
import { LAYOUT, type Watch } from './watch.js'

export interface HeartbeatOptions {
  redis: string | RedisOptions
  namespace: Namespace
  process: string
  /** The partition that is told what the process says of itself. */
  home: number
  /** How often the counter is renewed, ms. */
  intervalMs: number
  /** A counter that stands still this long means death, ms. */
  leaseMs: number
  /** As the worker's option. */
  maxDeliveries: number
  /** What the thread sees of the main loop. */
  watch: Watch
  /** The partition does not know this process any more. */
  onUnknown(partition: number): void
}

const TICK_MS = 250
export class Heartbeat {
  private thread: Thread | null = null
  private timer: NodeJS.Timeout | null = null

  constructor(private readonly options: HeartbeatOptions) {}

  start(): void {
    const { redis, namespace, process, home, intervalMs, leaseMs, maxDeliveries, watch } = this.options
    watch.tick()
    const beats = Array.from({ length: namespace.partitions }, (_, partition) => {
      const { meta, guard } = namespace.keys(partition)
      return { partition, meta, guard }
    })
    const workerData = {
      redis: normalise(redis),
      beats,
      version: library.version,
      process,
      home,
      intervalMs,
      leaseMs,
      maxDeliveries,
      shared: watch.shared,
      layout: LAYOUT,
    }
    this.thread = new Thread(new URL('../redis/beat-thread.mjs', import.meta.url), { workerData, execArgv: [] })
    this.thread.on('message', (message: { unknown: number }) => this.options.onUnknown(message.unknown))
    this.timer = setInterval(() => watch.tick(), TICK_MS)
  }

  /** What the process says of itself travels with the next beat; `now`: with one that is sent at once. */
  report(sample: string, now = false): void {
    this.thread?.postMessage({ sample, now })
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
