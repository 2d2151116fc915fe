/**
 * Time that a test moves. Nothing in it waits: what is due at an instant happens when the clock gets there, in the order of instants, and of
 * scheduling at the same instant.
 *
 * By default a clock is *automatic*: when nothing else can run, who uses it goes on to the next due instant, so a retry in an hour costs no
 * time. A *manual* clock moves only when the test says so.
 */

export interface VirtualClockOptions {
  /** Where it begins: Unix ms or a Date. Default: now. */
  now?: number | Date
  /** It moves only when told to. Default false. */
  manual?: boolean
}

/** Something that goes on when time does, and says when it has come to rest. */
export interface ClockUser {
  /** Something of it runs, or is about to. */
  readonly busy: boolean
  /** Ends when nothing of it can go on without time passing. */
  idle(): Promise<void>
}

/** Something that is due later. */
export interface Timer {
  /** It is not due any more. */
  cancel(): void
}

interface Entry {
  due: number
  order: number
  run: (() => void) | null
}

/** Time that a test moves. */
export class VirtualClock {
  readonly manual: boolean
  private time: number
  private order = 0
  /** A binary heap by due time, then by order. */
  private readonly heap: Entry[] = []
  private readonly users = new Set<ClockUser>()

  /** @throws RangeError when `now` is no instant */
  constructor(options: VirtualClockOptions = {}) {
    this.manual = options.manual ?? false
    this.time = options.now === undefined ? Date.now() : Number(options.now)
    if (!Number.isFinite(this.time)) throw new RangeError('VirtualClock: now must be a Date or a number of milliseconds')
  }

  /** Unix time, ms. */
  get now(): number {
    return this.time
  }

  /** When something is due next, Unix ms; null when nothing is. */
  get nextDue(): number | null {
    return this.next()?.due ?? null
  }

  /** Goes `ms` on, instant by instant; what comes due runs, and ends before the next instant. Ends when all of it came to rest. */
  advance(ms: number): Promise<void> {
    return this.advanceTo(this.time + checkSpan(ms))
  }

  /** As {@link advance}, to an instant. @throws RangeError for one that is past */
  async advanceTo(instant: number | Date): Promise<void> {
    const target = this.checkInstant(instant)
    await this.rest()
    for (let next = this.next(); next !== undefined && next.due <= target; next = this.next()) {
      this.tick(Math.max(0, next.due - this.time))
      await this.rest()
    }
    this.time = Math.max(this.time, target)
  }

  /** Goes on until nothing more is due. Work that schedules new work for ever never ends: `limit` instants (default 10,000) end it. */
  async runAll(limit = 10_000): Promise<void> {
    await this.rest()
    for (let n = 0; this.nextDue !== null; n++) {
      if (n === limit) throw new Error(`VirtualClock: after ${limit} instants something is still due`)
      this.tick(Math.max(0, (this.nextDue ?? 0) - this.time))
      await this.rest()
    }
  }

  /** Goes `ms` on at once: for a handler that takes its time. What came due is begun, and not waited for. */
  tick(ms: number): void {
    const target = this.time + checkSpan(ms)
    for (let next = this.next(); next !== undefined && next.due <= target; next = this.next()) {
      this.time = Math.max(this.time, next.due)
      this.pop()
      next.run?.()
    }
    this.time = target
  }

  /** Calls `run` at `due` (Unix ms); when that is past, at the next move of the clock. */
  schedule(due: number, run: () => void): Timer {
    const entry: Entry = { due, order: this.order++, run }
    this.push(entry)
    return {
      cancel: () => {
        entry.run = null
      },
    }
  }

  /** {@link advance} waits for this one to come to rest. Answers a function that takes it out again. */
  attach(user: ClockUser): () => void {
    this.users.add(user)
    return () => void this.users.delete(user)
  }

  /** Goes on to the next due instant, when the clock is automatic and nobody is busy; false when it does not. */
  goOn(): boolean {
    const next = this.manual ? undefined : this.next()
    if (next === undefined) return false
    for (const user of this.users) if (user.busy) return false
    this.tick(Math.max(0, next.due - this.time))
    return true
  }

  private async rest(): Promise<void> {
    for (const user of this.users) await user.idle()
  }

  private checkInstant(instant: number | Date): number {
    const target = Number(instant)
    if (!(target >= this.time)) throw new RangeError(`VirtualClock: ${String(instant)} is before ${this.time}`)
    return target
  }

  /** The next that was not cancelled. */
  private next(): Entry | undefined {
    while (this.heap[0]?.run === null) this.pop()
    return this.heap[0]
  }

  private push(entry: Entry): void {
    const { heap } = this
    let at = heap.push(entry) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!before(entry, heap[parent] as Entry)) break
      heap[at] = heap[parent] as Entry
      at = parent
    }
    heap[at] = entry
  }

  private pop(): void {
    const { heap } = this
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child++
      if (!before(heap[child] as Entry, last)) break
      heap[at] = heap[child] as Entry
      at = child
    }
    heap[at] = last
  }
}

const before = (a: Entry, b: Entry): boolean => a.due < b.due || (a.due === b.due && a.order < b.order)

function checkSpan(ms: number): number {
  if (!(ms >= 0 && Number.isFinite(ms))) throw new RangeError(`VirtualClock: ${ms} is no span of milliseconds`)
  return ms
}
