/**
 * What the heartbeat thread sees of the main loop, in shared memory: when it ticked last, which handler is being called this moment, and until when
 * handlers that wait may run. When the loop is blocked past a hard limit, the thread reads here whom to fail, with which completion, and does what
 * the loop cannot (redis/beat-thread.mjs).
 *
 * Slot 0 is the call under way; it is written at every call, so it is cheap: what its grant shares is written once. The thread measures how long one
 * serial number stays, on its own clock. The other slots hold a deadline each. A slot that is read while it is written is none of a blocked loop.
 */
import type { Attempt } from './attempt.js'
import type { Grant } from './grants.js'
import { type Limits, limitsOf, TimeLimitExceeded } from './limits.js'
import type { TaskDefinition } from './registry.js'

/** Where things lie in the shared memory, bytes. The thread is told; it is plain JavaScript. */
export const LAYOUT = {
  /** Float64 main loop's last tick, ms of the monotonic clock; Int32 at 8: serial number of the call under way, 0: none; Int32 at 12: slots in use. */
  head: 64,
  /** Per slot: Float64 deadline (slot 0: limit, ms), Int32 length of the first text, Int32 length of the second. */
  slot: 1_024,
  /** partition, process-wide attempt and record, a line each. */
  shared: 16,
  /** workflow, node. */
  own: 816,
} as const

const SHARED_BYTES = LAYOUT.own - LAYOUT.shared
const OWN_BYTES = LAYOUT.slot - LAYOUT.own

/** The completion of an attempt that ran past its hard limit. */
export type Verdict = (attempt: Attempt, definition: TaskDefinition, error: TimeLimitExceeded) => string

const monotonicMs = (): number => Number(process.hrtime.bigint() / 1_000_000n)

export class Watch {
  readonly shared: SharedArrayBuffer
  private readonly bytes: Buffer
  private readonly view: DataView
  private readonly freeSlots: number[] = []
  private serial = 0
  private last: Grant | null = null
  private readonly verdicts = new Map<string, string>()

  /**
   * @param slots handlers that may wait at the same time; what waits beyond them only the timers watch
   * @param limits of tasks that have none of their own
   */
  constructor(
    slots: number,
    private readonly limits: Limits,
    private readonly verdict: Verdict,
  ) {
    this.shared = new SharedArrayBuffer(LAYOUT.head + (slots + 1) * LAYOUT.slot)
    this.bytes = Buffer.from(this.shared)
    this.view = new DataView(this.shared)
    for (let slot = slots; slot > 0; slot--) this.freeSlots.push(slot)
    this.view.setInt32(12, slots + 1, true)
    this.tick()
  }

  /** The main loop is alive. */
  tick(): void {
    this.view.setFloat64(0, monotonicMs(), true)
  }

  /** A handler is about to be called. */
  enter(attempt: Attempt, definition: TaskDefinition): void {
    const { grant } = attempt
    if (grant !== this.last) {
      const { hardMs } = limitsOf(attempt.spec, definition.options, this.limits)
      this.last = grant
      this.view.setFloat64(LAYOUT.head, hardMs, true)
      this.write(LAYOUT.head, attempt, definition, hardMs)
    } else this.writeOwn(LAYOUT.head, attempt)
    this.serial = this.serial === 0x7fff_ffff ? 1 : this.serial + 1
    this.view.setInt32(8, this.serial, true)
  }

  /** It returned, or waits. */
  leave(): void {
    this.view.setInt32(8, 0, true)
  }

  /** A handler waits, and may do so for this long; answers its slot, 0 when all are taken. */
  hold(attempt: Attempt, definition: TaskDefinition, hardMs: number): number {
    const slot = this.freeSlots.pop()
    if (slot === undefined) return 0
    const at = LAYOUT.head + slot * LAYOUT.slot
    this.write(at, attempt, definition, hardMs)
    this.view.setFloat64(at, monotonicMs() + hardMs, true)
    return slot
  }

  free(slot: number): void {
    this.view.setFloat64(LAYOUT.head + slot * LAYOUT.slot, 0, true)
    this.freeSlots.push(slot)
  }

  private write(at: number, attempt: Attempt, definition: TaskDefinition, hardMs: number): void {
    const { grant } = attempt
    const record = hardMs === 0 ? '' : this.recordOf(attempt, definition, hardMs)
    const text = `${grant.lone ? 'lone' : 'many'}\n${grant.run}\n${grant.prefix}\n${grant.template}\n${grant.batch.name}\n${grant.partition.number}\n${record}`
    // What does not fit is not watched: a length of -1.
    const fits = text.length <= SHARED_BYTES
    if (fits) this.bytes.write(text, at + LAYOUT.shared, 'latin1')
    this.view.setInt32(at + 8, fits ? text.length : -1, true)
    this.writeOwn(at, attempt)
  }

  private writeOwn(at: number, attempt: Attempt): void {
    const text = `${attempt.workflowId}\n${attempt.index}`
    this.bytes.write(text, at + LAYOUT.own, OWN_BYTES, 'latin1')
    this.view.setInt32(at + 12, text.length, true)
  }

  /** The same for all attempts of a kind; what it says of chance and time does not matter where a process is killed. */
  private recordOf(attempt: Attempt, definition: TaskDefinition, hardMs: number): string {
    const key = `${attempt.task} ${attempt.attempt} ${hardMs} ${JSON.stringify(attempt.spec.retry ?? null)}`
    let record = this.verdicts.get(key)
    if (record === undefined) {
      if (this.verdicts.size > 5_000) this.verdicts.clear()
      record = escapeLatin1(this.verdict(attempt, definition, new TimeLimitExceeded(hardMs)).replace(RAN, `$1${hardMs}`))
      this.verdicts.set(key, record)
    }
    return record
  }
}

/** How long it ran, in a completion that asks for another attempt. */
const RAN = /^(r\d+\|\d+\|\d*\|)\d+/

/** JSON says the same in ASCII. */
const escapeLatin1 = (text: string): string =>
  text.replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
