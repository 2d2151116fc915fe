/**
 * Waiting for outcomes by push: one channel per client, one subscriber connection however many wait. A message may be lost with its
 * connection, so every wait is checked again after a reconnect, and now and then in any case.
 */
import { randomBytes } from 'node:crypto'
import type { RedisConnection } from '../redis/connection.js'
import { clientChannel } from '../redis/keys.js'
import type { Namespace } from '../redis/namespace.js'
import { calls } from '../redis/scripts.generated.js'

const CHECK_MS = 5_000

/** See redis/lua/wait.lua. */
export type WaitAnswer =
  | ['none']
  | ['waiting']
  | ['outcome', control: string, meta: string | null, damage: string | null, record: string | null]

export class Waiter {
  private readonly channel: string
  private readonly waiting = new Map<string, Set<() => void>>()
  private subscriber: Promise<RedisConnection> | null = null

  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
    private readonly openSubscriber: () => Promise<RedisConnection>,
  ) {
    this.channel = clientChannel(namespace.name, randomBytes(9).toString('base64url'))
  }

  /** What the script says of workflow `id` once its outcome is known or it is gone; null after `timeoutMs`. */
  async wait(id: string, timeoutMs: number): Promise<WaitAnswer | null> {
    await this.listen()
    const deadline = performance.now() + timeoutMs
    for (;;) {
      const told = this.told(id)
      try {
        const answer = await this.ask(id)
        if (answer[0] !== 'waiting') return answer
        const left = deadline - performance.now()
        if (left <= 0) return null
        await Promise.race([told.promise, expire(Math.min(left, CHECK_MS), told)])
      } finally {
        told.stop()
      }
    }
  }

  private async ask(id: string): Promise<WaitAnswer> {
    return (await this.namespace.run(this.connection, this.namespace.partitionOf(id), calls.wait(id, this.channel))) as WaitAnswer
  }

  private told(id: string): { promise: Promise<void>; stop: () => void; onStop?: () => void } {
    let wake: () => void = () => {}
    const promise = new Promise<void>((resolve) => {
      wake = resolve
    })
    const set = this.waiting.get(id) ?? new Set()
    set.add(wake)
    this.waiting.set(id, set)
    const handle: { promise: Promise<void>; stop: () => void; onStop?: () => void } = {
      promise,
      stop: () => {
        handle.onStop?.()
        set.delete(wake)
        if (set.size === 0) this.waiting.delete(id)
      },
    }
    return handle
  }

  private async listen(): Promise<void> {
    this.subscriber ??= this.subscribe()
    await this.subscriber
  }

  private async subscribe(): Promise<RedisConnection> {
    const subscriber = await this.openSubscriber()
    subscriber.on('message', (_channel: string, id: string) => this.wake(id))
    subscriber.on('ready', () => {
      for (const id of [...this.waiting.keys()]) this.wake(id)
    })
    await subscriber.subscribe(this.channel)
    return subscriber
  }

  private wake(id: string): void {
    for (const resolve of this.waiting.get(id) ?? []) resolve()
  }

  async close(): Promise<void> {
    const subscriber = await this.subscriber?.catch(() => null)
    subscriber?.disconnect()
    for (const id of [...this.waiting.keys()]) this.wake(id)
  }
}

function expire(ms: number, handle: { onStop?: () => void }): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    handle.onStop = () => clearTimeout(timer)
  })
}
