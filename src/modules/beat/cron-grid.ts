/** The instant for which a cron job fired: on the grid of its line, not the moment at which its timer ran. */
import type { CronJob, CronTime } from './schedule-library.js'

const SECOND_MS = 1_000
/** 34 years: beyond any gap of a cron line. */
const LONGEST_MS = 2 ** 40
/** What a clock may be behind Redis's and pass for right, ms. */
const BEHIND_MS = 50

/**
 * The last instant of the line at or before `now`, Unix ms; `undefined` when there is none.
 * @param zone as of the job's next date: a zone of Luxon's
 */
export function lastInstant(cronTime: CronTime, zone: unknown, now: number): number | undefined {
  const after = (ms: number): number => nextInstant(cronTime, zone, ms)
  const second = Math.floor(now / SECOND_MS) * SECOND_MS
  // A timer that is on time fired in this very second. One that is late (a blocked loop, a suspended machine) looks back, twice as far each time.
  let span = SECOND_MS
  while (after(second - span) > now) {
    span *= 2
    if (span > LONGEST_MS) return undefined
  }
  let from = second - span
  let to = second - Math.floor(span / 2 / SECOND_MS) * SECOND_MS
  // The last one lies behind `from` and not behind `to`: whole seconds, halved until one is left.
  while (to - from > SECOND_MS) {
    const middle = from + Math.floor((to - from) / 2 / SECOND_MS) * SECOND_MS
    if (after(middle) <= now) from = middle
    else to = middle
  }
  return after(from)
}

const nextInstant = (cronTime: CronTime, zone: unknown, ms: number): number => cronTime.getNextDateFrom(new Date(ms), zone).toMillis()

/** The nominal times of one job in this replica, whatever its clock shows. */
export class CronNominals {
  private asked: number | undefined

  /** @param redisNow Redis's time as well as it is known, Unix ms */
  constructor(
    private readonly job: CronJob,
    private readonly redisNow: () => number | undefined,
    private readonly wallNow: () => number,
  ) {}

  /** For which instant the job fired just now, Unix ms. One that is ahead of Redis's clock has to wait. */
  next(): number {
    const { cronTime } = this.job
    // A job that runs once, at a date.
    if (cronTime.realDate) return Math.floor(Number(cronTime.source))
    const { zone } = this.job.nextDate()
    const wall = this.wallNow()
    const redis = Math.floor(this.redisNow() ?? wall)
    const nominal = redis - wall < BEHIND_MS ? lastInstant(cronTime, zone, wall) : this.behind(zone, redis)
    this.asked = nominal ?? Math.floor(wall / SECOND_MS) * SECOND_MS
    return this.asked
  }

  /**
   * The clock of this machine is behind: what it fires for has long been another's, and it would run nothing when it is left alone. Redis's clock counts. It is known
   * to some ms only, so the nearest instant is meant, and where that comes out a second time, the one after it.
   */
  private behind(zone: unknown, redis: number): number | undefined {
    const { cronTime } = this.job
    const nominal = lastInstant(cronTime, zone, redis + SECOND_MS / 2)
    if (nominal === undefined || nominal !== this.asked) return nominal
    const after = nextInstant(cronTime, zone, nominal)
    return after <= redis + SECOND_MS ? after : nominal
  }
}
