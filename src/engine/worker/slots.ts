/**
 * The slots of a worker: how many attempts it may run at the same time, how many it may ask for, and what goes back because no slot became free.
 * A slot is promised to a turn before it is sent, so that two lanes never fetch for the same one. Caller: the worker.
 */
import { GIVE_BACK_MS, Prefetch } from './prefetch.js'

/** Who asks for slots, and is told when there are some after it found none. */
export interface SlotTaker {
  kick(): void
}

/** What sits in the slots. */
export interface SlotHolders {
  /** Attempts that are held, running or not. */
  held(): number
  /** Whether nothing more can be started, whether nothing more should be asked for, attempts that have not started, and that were started so far. */
  executor(): { readonly full: boolean; readonly closed: boolean; readonly waiting: number; readonly started: number }
  /** Gives back what has not started but the first `keep`. */
  giveBack(keep: number): void
}

/** One turn asks for at most this many attempts, so that a second lane can overlap with the first. */
const MAX_WANT = 128

export class Slots {
  private readonly prefetch = new Prefetch()
  /** Promised to turns in flight. */
  private reserved = 0
  /** Who found no free slot. */
  private starved: SlotTaker[] = []
  /** Gives back what waits for a slot too long. */
  private surplus: NodeJS.Timeout | null = null

  /** @param size attempts that run at the same time */
  constructor(
    public size: number,
    private readonly holders: SlotHolders,
  ) {}

  /** Promises slots to a turn. When there are none, the taker is told as soon as there are. */
  reserve(taker: SlotTaker): number {
    const most = this.size + this.prefetch.size()
    const executor = this.holders.executor()
    // A suspect that must run alone closes the executor to all others.
    const open = executor.closed ? 0 : most - this.taken()
    const want = Math.max(0, Math.min(open, MAX_WANT, Math.ceil(most / 2)))
    this.reserved += want
    if (want === 0) this.starved.push(taker)
    return want
  }

  /** A turn that was given fewer attempts than it asked for gives the other slots back. */
  release(slots: number): void {
    this.reserved -= slots
    this.feed()
  }

  /** An attempt was leased into a slot that was reserved. */
  fill(): void {
    this.reserved--
  }

  /** An attempt ended. */
  over(): void {
    this.prefetch.over()
  }

  /** Slots are free: who found none asks again. */
  feed(): void {
    if (this.starved.length === 0) return
    const { starved } = this
    this.starved = []
    for (const taker of starved) taker.kick()
  }

  /** Slots that are taken or promised. */
  private taken(): number {
    return this.holders.held() + this.reserved
  }

  /** No slot is free. */
  get full(): boolean {
    return this.taken() >= this.size
  }

  /** What waits behind long tasks goes back to where others find it. */
  watchSurplus(): void {
    const executor = this.holders.executor()
    if (this.surplus !== null || executor.waiting === 0) return
    const { started } = executor
    this.surplus = setTimeout(() => {
      this.surplus = null
      if (executor.full) this.holders.giveBack(executor.started - started)
      this.watchSurplus()
    }, GIVE_BACK_MS)
  }

  /** Nothing is watched any more. */
  close(): void {
    if (this.surplus) clearTimeout(this.surplus)
  }
}
