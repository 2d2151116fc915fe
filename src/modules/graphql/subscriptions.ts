/**
 * Subscriptions that this process has open: so many of a credential and of a socket, each until its credential ends. What a client does not read waits in a
 * bounded queue; when that is full, its subscription is over.
 */
import { Inject, Injectable } from '@nestjs/common'
import { ChordisError, type EventFrame, type EventReset, type EventSink, FrameQueue, type Subscription } from '../../engine/index.js'
import type { AskingRequest } from '../access/asking.js'
import type { Principal } from '../access/principal.js'
import { Drain } from '../worker/drain.js'

/** Subscriptions of one socket, and of one credential in this process. */
export const MOST_SUBSCRIPTIONS = { socket: 20, credential: 100 } as const
/** Frames that may wait for a client. */
const BUFFER = 2_000
/** Longest time of a timer of Node's. */
const LONGEST_TIMER_MS = 2_147_483_647

/** Makes a subscription that brings its frames to the sink. */
export type Subscribe = (sink: EventSink) => Promise<Subscription>

/** The subscriptions of this process. */
@Injectable()
export class Subscriptions {
  private readonly byCredential = new Map<string, number>()
  private readonly bySocket = new WeakMap<AskingRequest, number>()

  /** How each that is open is ended. */
  private readonly ends = new Set<(error: ChordisError) => void>()

  constructor(@Inject(Drain) drain: Drain) {
    void drain.started.then(() => {
      for (const end of this.ends) end(new ChordisError('closed', 'this process is shutting down'))
    })
  }

  /**
   * What a subscription brings, until it is left, the credential expires, or this process goes away. It is counted before this answers.
   * @throws ChordisError `rate-limited` for one too many; what `subscribe` throws; while it is read, `too-slow`, `unauthenticated` and `closed`
   */
  async open(principal: Principal, socket: AskingRequest, subscribe: Subscribe): Promise<AsyncGenerator<EventFrame | EventReset>> {
    const leave = this.enter(principal.id, socket)
    try {
      const queue = new FrameQueue(BUFFER)
      return this.frames(queue, await subscribe(queue), principal.expiresAt, leave)
    } catch (error) {
      leave()
      throw error
    }
  }

  private frames(
    queue: FrameQueue,
    subscription: Subscription,
    expiresAt: number | null,
    leave: () => void,
  ): AsyncGenerator<EventFrame | EventReset> {
    const end = (error?: ChordisError): void => subscription.close(error)
    const expire = (): void => end(new ChordisError('unauthenticated', 'the credential has expired'))
    const timer =
      expiresAt === null ? undefined : setTimeout(expire, Math.min(Math.max(0, expiresAt - Date.now()), LONGEST_TIMER_MS)).unref()
    this.ends.add(end)
    return iterate(queue, () => {
      clearTimeout(timer)
      this.ends.delete(end)
      end()
      leave()
    })
  }

  private enter(credential: string, socket: AskingRequest): () => void {
    const ofCredential = this.byCredential.get(credential) ?? 0
    const ofSocket = this.bySocket.get(socket) ?? 0
    if (ofSocket >= MOST_SUBSCRIPTIONS.socket)
      throw new ChordisError('rate-limited', `a socket has at most ${MOST_SUBSCRIPTIONS.socket} subscriptions`)
    if (ofCredential >= MOST_SUBSCRIPTIONS.credential)
      throw new ChordisError('rate-limited', `a credential has at most ${MOST_SUBSCRIPTIONS.credential} subscriptions`)
    this.byCredential.set(credential, ofCredential + 1)
    this.bySocket.set(socket, ofSocket + 1)
    return () => this.exit(credential, socket)
  }

  private exit(credential: string, socket: AskingRequest): void {
    const left = (this.byCredential.get(credential) ?? 1) - 1
    if (left === 0) this.byCredential.delete(credential)
    else this.byCredential.set(credential, left)
    this.bySocket.set(socket, (this.bySocket.get(socket) ?? 1) - 1)
  }
}

/** Not a generator function: one that is left before its first frame would never come to its `finally`. `left` is called once. */
function iterate(queue: FrameQueue, left: () => void): AsyncGenerator<EventFrame | EventReset> {
  let over = false
  const close = (): { done: true; value: undefined } => {
    if (!over) left()
    over = true
    return { done: true, value: undefined }
  }
  return {
    async next() {
      if (over) return close()
      try {
        const step = await queue.next()
        return step.done ? close() : step
      } catch (error) {
        close()
        throw error
      }
    },
    async return() {
      return close()
    },
    async throw(error) {
      close()
      throw error
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
