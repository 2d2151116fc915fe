/** What is to be done with a schedule whose time has come: which of its ticks fire, which were missed, and what comes next. Pure. */
import { createHash } from 'node:crypto'
import { ON_TIME_MS, type Schedule } from './definition.js'
import type { Timetable } from './timing/index.js'

/** A step from one next tick to another: the tick fires, or it and those behind it are passed over. */
export interface PlannedStep {
  /** The schedule's next nominal time, so far, Unix ms. */
  expected: number
  /** Whether `expected` fires; else what lies before `next` was missed. */
  fires: boolean
  /** Ticks that were missed; counted up to 10,000. */
  passed: number
  /** Null: never again. */
  next: number | null
  due: number | null
}

const MOST_COUNTED = 10_000
/** Ticks on time that one look fires. With more of them, the next look goes on. */
const MOST_AT_ONCE = 1_000

/** Ticks of one schedule: their jitter, what was missed, what comes next. */
export class Ticks {
  constructor(
    private readonly name: string,
    private readonly schedule: Pick<Schedule, 'catchUp' | 'jitterMs'>,
    private readonly timetable: Timetable,
  ) {}

  /** When a tick fires: behind its nominal time by a jitter that follows from the schedule and the time, and before the next one. */
  dueAt(nominal: number): number {
    const { jitterMs } = this.schedule
    if (jitterMs === 0) return nominal
    const next = this.timetable.after(nominal)
    const room = next === null ? jitterMs : Math.min(jitterMs, next - nominal - 1)
    const digest = createHash('sha1').update(`jitter ${this.name} ${nominal}`).digest()
    return nominal + (digest.readUInt32BE(0) % (room + 1))
  }

  /** The first tick behind an instant. */
  first(after: number): { next: number | null; due: number | null } {
    const next = this.timetable.after(after)
    return { next, due: next === null ? null : this.dueAt(next) }
  }

  /**
   * What a look at the instant `now` (of Redis) is to do with the ticks from `from` on. Steps follow one another: the `next` of one is `expected` by the
   * one behind it.
   */
  plan(from: number, now: number): PlannedStep[] {
    const missedTo = this.lastMissed(from, now)
    const current = this.timetable.between(missedTo ?? from - 1, now, MOST_AT_ONCE).filter((tick) => this.dueAt(tick) <= now)
    const caughtUp = missedTo === null ? [] : this.caughtUp(from, missedTo, now, current.length > 0)
    return this.steps(from, missedTo, [...caughtUp, ...current])
  }

  /** The newest tick that is no longer on time; null when all are. Jitter ends before the next tick, so those before it are not, either. */
  private lastMissed(from: number, now: number): number | null {
    const edge = now - ON_TIME_MS
    const newest = this.timetable.latest(from - 1, edge)
    if (newest === null || this.dueAt(newest) < edge) return newest
    return this.timetable.latest(from - 1, newest - 1)
  }

  /** Missed ticks that fire all the same. */
  private caughtUp(from: number, to: number, now: number, superseded: boolean): number[] {
    const { mode, windowMs, max } = this.schedule.catchUp
    const wanted = mode === 'none' || (mode === 'latest' && superseded) ? 0 : mode === 'latest' ? 1 : max
    const floor = Math.max(from, now - windowMs) - 1
    const found: number[] = []
    for (let before = to; found.length < wanted; ) {
      const tick = this.timetable.latest(floor, before)
      if (tick === null) break
      found.unshift(tick)
      before = tick - 1
    }
    return found
  }

  /** Those that fire lie side by side, so what is passed over lies in front of them. */
  private steps(from: number, missedTo: number | null, fires: readonly number[]): PlannedStep[] {
    const last = fires.at(-1) ?? missedTo
    // Nothing is due: a clock went back.
    if (last === null || last === undefined) return []
    const [first] = fires
    if (first === undefined) return [this.passOver(from, last, this.first(last))]
    const passed = first > from ? [this.passOver(from, first - 1, { next: first, due: this.dueAt(first) })] : []
    return [...passed, ...fires.map((tick) => ({ expected: tick, fires: true, passed: 0, ...this.first(tick) }))]
  }

  private passOver(from: number, to: number, next: Pick<PlannedStep, 'next' | 'due'>): PlannedStep {
    return { expected: from, fires: false, passed: this.timetable.between(from - 1, to, MOST_COUNTED).length, ...next }
  }
}
