/** A subscription as an async iterator: what was pushed and has not been asked for waits in a bounded queue. */
import { ChordisError } from '../../protocol/errors.js'
import { checkWhole } from '../../protocol/ids.js'
import type { EventFrame, EventReset } from './frame.js'
import type { EventSink } from './subscription.js'

/** Frames that may wait: some 5 MB. */
const MAX_WAITING = 10_000
/** One entry may tell of so many workflows: what a turn ended, leased and moved. */
const LEAST_WAITING = 2_000
const MOST_WAITING = 1_000_000

/** A sink whose frames are asked for one after another. */
export class FrameQueue implements EventSink, AsyncIterator<EventFrame | EventReset> {
  private waiting: (EventFrame | EventReset)[] = []
  /** How many of `waiting` have been taken. */
  private taken = 0
  private over: { error?: ChordisError } | null = null
  private wake: () => void = () => {}
  private makeRoom: () => void = () => {}

  /**
   * @param limit frames that may wait; with one more the subscriber is too slow, and what waits is dropped
   * @throws ChordisError `request-invalid`
   */
  constructor(private readonly limit = MAX_WAITING) {
    checkWhole(limit, LEAST_WAITING, MOST_WAITING, 'buffer')
  }

  private get size(): number {
    return this.waiting.length - this.taken
  }

  push(item: EventFrame | EventReset): void {
    if (this.size >= this.limit) {
      this.clear()
      throw new ChordisError('too-slow', `${this.limit} frames wait to be taken; subscribe again after the last one that was`)
    }
    this.waiting.push(item)
    this.wake()
  }

  room(): Promise<void> | undefined {
    if (this.size === 0 || this.over !== null) return undefined
    return new Promise((resolve) => {
      this.makeRoom = resolve
    })
  }

  end(error?: ChordisError): void {
    this.over ??= error === undefined ? {} : { error }
    this.wake()
    this.makeRoom()
  }

  /** The next frame. Throws why the subscription ended, when what waited has been taken. */
  async next(): Promise<IteratorResult<EventFrame | EventReset, undefined>> {
    while (this.size === 0) {
      if (this.over?.error !== undefined) throw this.over.error
      if (this.over !== null) return { done: true, value: undefined }
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
    const value = this.waiting[this.taken++] as EventFrame | EventReset
    if (this.taken === this.waiting.length) this.clear()
    if (this.size === 0) this.makeRoom()
    return { done: false, value }
  }

  private clear(): void {
    this.waiting = []
    this.taken = 0
  }
}
