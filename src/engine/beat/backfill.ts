/** The runs of times that have passed: which they are, and how they are submitted, part by part. */
import { ChordisError } from '../protocol/errors.js'
import { checkWhole } from '../protocol/ids.js'
import type { OverlapPolicy, RunName } from '../protocol/schedules.js'
import type { FireAnswer } from '../redis/schedules.js'
import type { Timetable } from './timing/index.js'

/** Which times a backfill is for, and how its runs start. */
export interface BackfillOptions {
  /** Unix ms, inclusive. */
  from: number
  /** Unix ms, exclusive; not behind now. */
  to: number
  /** What becomes of a run while an earlier one goes on. Default `bufferAll`: one after another. */
  overlap?: OverlapPolicy
  /** Runs at most, the oldest. Default 1,000. */
  limit?: number
  /** Only looks. */
  dryRun?: boolean
  /** Told after every call. */
  onProgress?: (report: BackfillReport) => void
}

/** What became of a backfill. */
export interface BackfillReport {
  /** The times that were meant, Unix ms. */
  times: number[]
  fired: number
  /** They start when earlier runs have ended. */
  waiting: number
  /** They had been fired before. */
  known: number
  /** Left out by the overlap policy. */
  skipped: number
}

const MOST_RUNS = 10_000
const DEFAULT_LIMIT = 1_000
/** Runs that one call submits. */
const AT_ONCE = 20
const LAST_MS = 8_640_000_000_000_000

export class Backfill {
  readonly report: BackfillReport = { times: [], fired: 0, waiting: 0, known: 0, skipped: 0 }
  private next = 0
  private begun = false

  /** @throws ChordisError `request-invalid` */
  constructor(private readonly options: BackfillOptions) {
    checkWhole(options.from, 0, LAST_MS, 'from')
    checkWhole(options.to, 0, LAST_MS, 'to')
    if (options.to <= options.from) throw new ChordisError('request-invalid', 'must be after from', { path: 'to' })
    if (options.limit !== undefined) checkWhole(options.limit, 1, MOST_RUNS, 'limit')
  }

  /** The times are those of the schedule as it is when it begins. @throws ChordisError `request-invalid` */
  begin(timetable: Timetable, now: number): void {
    const { from, to, limit = DEFAULT_LIMIT } = this.options
    if (to > now) throw new ChordisError('request-invalid', 'must not be in the future', { path: 'to' })
    if (!this.begun) this.report.times = timetable.between(from - 1, to - 1, limit)
    this.begun = true
  }

  /** Submits what is left. `stale`: the schedule was changed meanwhile, it is to be read again. */
  async run(submit: (runs: readonly RunName[]) => Promise<FireAnswer[]>): Promise<'ok' | 'stale' | 'gone'> {
    const { times } = this.report
    if (this.options.dryRun) return 'ok'
    while (this.next < times.length) {
      const part = times.slice(this.next, this.next + AT_ONCE)
      for (const answer of await submit(part.map((nominalTime) => ({ kind: 'backfill', nominalTime })))) {
        if (answer === 'stale' || answer === 'gone') return answer
        this.count(answer)
        this.next++
      }
      this.options.onProgress?.({ ...this.report })
    }
    return 'ok'
  }

  private count(answer: FireAnswer): void {
    if (answer === 'fired' || answer === 'known' || answer === 'waiting' || answer === 'skipped') this.report[answer]++
  }
}
