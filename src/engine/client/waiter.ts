/**
 * Waiting for outcomes by push: one channel per client, one subscriber connection however many wait. A message may be lost with its
 * connection, so every wait is checked again after a reconnect, and now and then in any case.
 */
import { randomBytes } from 'node:crypto'
import { ChordisError } from '../protocol/errors.js'
import { listenOn, type RedisConnection } from '../redis/connection.js'
import { clientChannel } from '../redis/keys.js'
import type { Namespace } from '../redis/namespace.js'
import { calls } from '../redis/scripts.generated.js'

const CHECK_MS = 5_000

/** See redis/lua/wait.lua; `pushed` is what a message brings: the only output node and its record. */
export type WaitAnswer =
  | ['pushed', node: string, record: string]
  | ['none']
  | ['waiting', again: number]
  | ['outcome', control: string, meta: string | null, damage: string | null, record: string | null]

/** `late`: nothing was heard in time. */
type Heard = WaitAnswer | null | 'late'
type Told = (heard: Heard) => void

export class Waiter {
  private readonly channel: string
  private readonly waiting = new Map<string, Set<Told>>()
  private subscriber: Promise<RedisConnection> | null = null
  /** The subscription is on its way to another connection. */
  private renewing = false
  private readonly leaving = new AbortController()

  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
    /** Waits for Redis as long as it takes, or until the signal fires. */
    private readonly openSubscriber: (signal: AbortSignal) => Promise<RedisConnection>,
  ) {
    this.channel = clientChannel(namespace.name, randomBytes(9).toString('base64url'))
  }

  /**
   * What is known of workflow `id` once its outcome is known or it is gone; null after `timeoutMs`.
   * @throws ChordisError `closed` after close(); what Redis or the connection throws
   */
  async wait(id: string, timeoutMs: number): Promise<WaitAnswer | null> {
    if (this.leaving.signal.aborted) throw new ChordisError('closed', 'the client is closed')
    const deadline = performance.now() + timeoutMs
    await this.listen(Math.min(timeoutMs, CHECK_MS))
    for (let late = false; ; ) {
      // Listening begins before asking: a message between the two is not missed.
      const message = this.message(id)
      try {
        const answer = await this.ask(id)
        if (answer[0] !== 'waiting') {
          if (late) this.missed()
          return answer
        }
        const left = deadline - performance.now()
        if (left <= 0) return null
        const heard = await message.within(Math.min(left, CHECK_MS))
        late = heard === 'late'
        // What a message says of a workflow that had another outcome before may be that one.
        const [, again] = answer
        if (heard !== null && heard !== 'late' && again === 0) return heard
      } finally {
        message.stop()
      }
    }
  }

  private async ask(id: string): Promise<WaitAnswer> {
    return (await this.namespace.run(this.connection, this.namespace.partitionOf(id), calls.wait(id, this.channel))) as WaitAnswer
  }

  /** The next message about a workflow. It says what the outcome is where that is short; else null: ask again. */
  private message(id: string): { within(ms: number): Promise<Heard>; stop(): void } {
    let timer: NodeJS.Timeout | undefined
    let told: Told = () => {}
    const promise = new Promise<Heard>((resolve) => {
      told = resolve
    })
    const set = this.waiting.get(id) ?? new Set()
    set.add(told)
    this.waiting.set(id, set)
    return {
      within: (ms) => {
        timer = setTimeout(told, ms, 'late')
        return promise
      },
      stop: () => {
        clearTimeout(timer)
        set.delete(told)
        if (set.size === 0 && this.waiting.get(id) === set) this.waiting.delete(id)
      },
    }
  }

  /** Ends when messages are heard, or after `ms`: who goes on without asks, and so is told that Redis is away. */
  private async listen(ms: number): Promise<void> {
    this.subscriber ??= this.subscribe()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms)
    })
    try {
      await Promise.race([this.subscriber, late])
    } catch (error) {
      this.subscriber = null
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  private async subscribe(): Promise<RedisConnection> {
    const { signal } = this.leaving
    const subscriber = await this.openSubscriber(signal)
    const leave = (): void => subscriber.disconnect()
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
    subscriber.on('message', (_channel: string, text: string) => this.hear(text))
    const listening = (): void => {
      this.renewing = false
      // Some may have gone on without.
      this.askAgain()
    }
    try {
      await listenOn(subscriber, [this.channel], listening)
    } catch (error) {
      leave()
      throw error
    }
    return subscriber
  }

  /**
   * An outcome was there and no message told of it: one may be lost with its connection, but a connection that is half open loses all. Nothing is ever sent
   * on it, so nobody else would notice.
   */
  private missed(): void {
    if (this.renewing) return
    this.renewing = true
    void this.subscriber?.then(
      (subscriber) => subscriber.disconnect(true),
      () => undefined,
    )
  }

  /** A message is the id, or the id, a node and its record, each on a line of its own. */
  private hear(text: string): void {
    const first = text.indexOf('\n')
    if (first < 0) this.tell(text, null)
    else {
      const second = text.indexOf('\n', first + 1)
      this.tell(text.slice(0, first), ['pushed', text.slice(first + 1, second), text.slice(second + 1)])
    }
  }

  private tell(id: string, answer: WaitAnswer | null): void {
    for (const told of this.waiting.get(id) ?? []) told(answer)
  }

  /** Has every wait ask Redis: a message may have been missed. */
  private askAgain(): void {
    for (const id of [...this.waiting.keys()]) this.tell(id, null)
  }

  /** Ends every wait with an error, also while Redis is away. */
  async close(): Promise<void> {
    this.leaving.abort()
    await this.subscriber?.catch(() => null)
    this.askAgain()
  }
}
