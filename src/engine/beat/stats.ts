/** What a beat has done since it was made: counts, and how late runs were, in a histogram of fixed size. */
import type { RunName } from '../protocol/schedules.js'
import type { FireAnswer } from '../redis/schedules.js'

/** What became of a run of a schedule, or of ticks that were passed over. */
export interface Fired {
  tenant: string
  schedule: string
  /** Null: ticks were missed. */
  run: RunName | null
  /**
   * `fired`: its workflow was submitted. `known`: it had been. `skipped`: an earlier run goes on. `waiting`: until that has ended. `missed`: too late, by the
   * schedule's catch-up. Others: not now; somebody else was faster, or it is looked at again.
   */
  answer: FireAnswer
  /** How much later than it was due, ms. */
  latenessMs: number
  /** Of `missed`: ticks. */
  passed: number
}

/** What {@link Beat.statistics} answers. */
export interface BeatStatistics {
  /** Workflows submitted. */
  fired: number
  /** Runs that were left out, by reason: `overlap` an earlier run went on, `missed` too late, `known` had been submitted before. */
  skipped: { overlap: number; missed: number; known: number }
  /** Runs that waited for an earlier one. */
  buffered: number
  /** How late the ticks were that this beat fired, ms. Percentiles are upper bounds of the class they fall in; null before the first one. */
  latenessMs: { count: number; sum: number; max: number; p50: number | null; p99: number | null }
}

/** Upper bounds of the classes, ms. */
export const LATENESS_CLASSES_MS = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  150,
  200,
  500,
  1_000,
  2_000,
  5_000,
  10_000,
  60_000,
  600_000,
  Infinity,
] as const

export class BeatStats {
  private fired = 0
  private buffered = 0
  private readonly skipped = { overlap: 0, missed: 0, known: 0 }
  private readonly classes = LATENESS_CLASSES_MS.map(() => 0)
  private sum = 0
  private max = 0

  count({ answer, run, latenessMs, passed }: Fired): void {
    if (answer === 'skipped') this.skipped.overlap++
    else if (answer === 'missed') this.skipped.missed += passed
    else if (answer === 'known') this.skipped.known++
    else if (answer === 'waiting') this.buffered++
    if (answer !== 'fired') return
    this.fired++
    if (run?.kind === 'tick') this.late(latenessMs)
  }

  private late(ms: number): void {
    const found = LATENESS_CLASSES_MS.findIndex((bound) => ms <= bound)
    this.classes[found] = (this.classes[found] ?? 0) + 1
    this.sum += ms
    this.max = Math.max(this.max, ms)
  }

  read(): BeatStatistics {
    const count = this.classes.reduce((total, one) => total + one, 0)
    const latenessMs = { count, sum: this.sum, max: this.max, p50: this.percentile(0.5, count), p99: this.percentile(0.99, count) }
    return { fired: this.fired, skipped: { ...this.skipped }, buffered: this.buffered, latenessMs }
  }

  private percentile(share: number, count: number): number | null {
    if (count === 0) return null
    let seen = 0
    const found = this.classes.findIndex((one) => {
      seen += one
      return seen >= share * count
    })
    return Math.min(LATENESS_CLASSES_MS[found] ?? this.max, this.max)
  }
}
