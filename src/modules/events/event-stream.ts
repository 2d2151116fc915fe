/**
 * One client of an event stream. Frames are written as they come; a client that does not read is dropped, not buffered for: it comes back with the id of the
 * last frame that it read.
 */
import type { ServerResponse } from 'node:http'
import { ChordisError, type EventFrame, type EventReset, type EventSink, type Subscription } from '../../engine/index.js'
import { bytesOf, farewell, heartbeat, RETRY_MS } from './wire.js'

/** Bytes that may wait in a client's socket. */
export const MAX_WAITING_BYTES = 1_048_576
/** While a client catches up: with more than so many bytes waiting it is asked to read first. */
const PAUSE_BYTES = 262_144

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Of nginx: buffers hold events back.
  'x-accel-buffering': 'no',
}

/** Longest time of a timer of Node's; an end that is further away is met by a client that comes back. */
const LONGEST_TIMER_MS = 2_147_483_647

/** The head of an event stream, and how soon to come back when it ends. */
export function writeHead(response: ServerResponse): void {
  response.writeHead(200, HEADERS)
  response.write(`retry: ${RETRY_MS}\n\n`)
}

export class EventStream implements EventSink {
  private subscription: Subscription | undefined
  private begun = false
  private corked = false
  private expiry: NodeJS.Timeout | undefined
  /** What came before the head. */
  private early: (EventFrame | EventReset)[] = []

  /** @param expiresAt when the credential ends, Unix ms; null: never */
  constructor(
    private readonly response: ServerResponse,
    private readonly expiresAt: number | null,
    private readonly left: (stream: EventStream) => void,
  ) {}

  /** The subscription is made: from here on everything goes to the client. */
  begin(subscription: Subscription): void {
    this.subscription = subscription
    this.begun = true
    this.response.on('close', () => this.close('the client has left')).on('error', () => this.close('the client has left'))
    if (this.response.destroyed) {
      this.close('the client has left')
      return
    }
    writeHead(this.response)
    this.beat()
    if (this.expiresAt !== null) this.expire(this.expiresAt)
    for (const item of this.early) this.push(item)
    this.early = []
  }

  push(item: EventFrame | EventReset): void {
    if (!this.begun) {
      this.early.push(item)
      return
    }
    if (this.response.destroyed) return
    this.cork()
    this.response.write(bytesOf(item))
    if (this.response.writableLength <= MAX_WAITING_BYTES) return
    this.response.destroy()
    throw new ChordisError('too-slow', `more than ${MAX_WAITING_BYTES} bytes wait to be read`)
  }

  /** Frames of one turn of the event loop leave in one write. */
  private cork(): void {
    if (this.corked) return
    this.corked = true
    this.response.cork()
    setImmediate(() => {
      this.corked = false
      this.response.uncork()
    })
  }

  room(): Promise<void> | undefined {
    const { response } = this
    if (response.writableLength <= PAUSE_BYTES || response.destroyed) return undefined
    return new Promise((resolve) => {
      const go = (): void => {
        response.off('drain', go).off('close', go)
        resolve()
      }
      response.on('drain', go).on('close', go)
    })
  }

  /** Says that it is still there, and from where on it would go on. */
  beat(): void {
    if (this.subscription !== undefined && !this.response.destroyed) this.response.write(heartbeat(this.subscription.cursor))
  }

  end(error?: ChordisError): void {
    clearTimeout(this.expiry)
    this.left(this)
    if (error !== undefined && error.code !== 'too-slow') this.finish(error.message)
  }

  private expire(at: number): void {
    this.expiry = setTimeout(() => this.close('the credential has expired'), Math.min(at - Date.now(), LONGEST_TIMER_MS)).unref()
  }

  /** Nothing comes any more. */
  close(reason: string): void {
    this.subscription?.close()
    this.finish(reason)
  }

  private finish(reason: string): void {
    if (!this.response.writableEnded && !this.response.destroyed) this.response.end(farewell(reason))
  }
}
