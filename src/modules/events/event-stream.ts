/**
 * One client of an event stream. Frames are written as they come; a client that does not read is dropped, not buffered for: it comes back with the id of the
 * last frame that it read.
 */
import type { ServerResponse } from 'node:http'
import { ChordisError, type EventFrame, type EventReset, type EventSink, type Subscription } from '../../engine/index.js'
import { bytesOf, farewell, heartbeat, RETRY_MS } from './wire.js'

/** Bytes that may wait for a client that does not read. */
export const MAX_WAITING_BYTES = 1_048_576
/** Bytes that may wait for this process to come to write them. They are the same for all clients, so they take memory once. */
const MAX_BEHIND_BYTES = 8 * MAX_WAITING_BYTES
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
  /** What is to be written at the next flush, and its bytes. */
  private pending: Buffer[] = []
  private bytes = 0
  private expiry: NodeJS.Timeout | undefined
  /** What came before the head. */
  private early: (EventFrame | EventReset)[] = []

  /**
   * @param expiresAt when the credential ends, Unix ms; null: never
   * @param dirty it has something to flush
   */
  constructor(
    private readonly response: ServerResponse,
    private readonly expiresAt: number | null,
    private readonly dirty: (stream: EventStream) => void,
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
    const { response } = this
    if (response.destroyed) return
    const bytes = bytesOf(item)
    if (this.pending.push(bytes) === 1) this.dirty(this)
    this.bytes += bytes.length
    const most = response.writableNeedDrain ? MAX_WAITING_BYTES : MAX_BEHIND_BYTES
    if (this.bytes + response.writableLength <= most) return
    response.destroy()
    throw new ChordisError('too-slow', `more than ${most} bytes wait to be written`)
  }

  /** Writes what there is in one go; of a client that has not read what was written before, when it has. */
  flush(): void {
    const { response, pending } = this
    if (pending.length === 0 || response.destroyed) return
    if (response.writableNeedDrain) {
      response.once('drain', () => this.dirty(this))
      return
    }
    this.pending = []
    this.bytes = 0
    response.cork()
    for (const bytes of pending) response.write(bytes)
    response.uncork()
  }

  room(): Promise<void> | undefined {
    const { response } = this
    if (this.bytes + response.writableLength <= PAUSE_BYTES || response.destroyed) return undefined
    this.flush()
    if (!response.writableNeedDrain) return undefined
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
    if (this.subscription === undefined || this.response.destroyed) return
    this.flush()
    // What has not been written yet comes before where it would go on.
    if (this.pending.length === 0) this.response.write(heartbeat(this.subscription.cursor))
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
    if (this.response.writableEnded || this.response.destroyed) return
    this.flush()
    this.response.end(farewell(reason))
  }
}
