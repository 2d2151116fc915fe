/** `chordis schedules preview` and `backfill`: the times of a schedule that come, and those that have passed. */
import {
  type BackfillReport,
  localTime,
  type OverlapPolicy,
  type PreviewTick,
  previewTiming,
  readTiming,
  type ScheduleOf,
} from '../../engine/index.js'
import type { Context } from '../context.js'
import { CliError } from '../failure.js'
import { progressOf } from '../progress.js'
import { timeLines } from '../schedule-lines.js'
import { number } from '../terminal.js'
import { withSchedules } from './schedules.js'

export interface PreviewArguments extends ScheduleOf {
  cron?: string
  tz?: string
  count: number
}

export interface BackfillArguments extends ScheduleOf {
  /** Unix ms. */
  from: number
  to: number
  overlap?: OverlapPolicy
  limit: number
  dryRun?: boolean
}

/** `chordis schedules preview ID`, or `--cron LINE`, which needs no Redis. */
export async function preview(context: Context, id: string | undefined, options: PreviewArguments): Promise<number> {
  const { cron, tz, count, ...of } = options
  if ((id === undefined) === (cron === undefined)) throw new CliError('usage', 'name a schedule or a --cron line, one of them')
  if (id !== undefined && tz !== undefined) throw new CliError('usage', '--tz is of a --cron line: a schedule has a zone')
  if (cron !== undefined) {
    const timing = readTiming({ rules: [cron], ...(tz === undefined ? {} : { timeZone: tz }) }, 'preview')
    printTimes(context, previewTiming(timing, Date.now(), count), timing.timeZone ?? 'UTC')
    return 0
  }
  return withSchedules(context, async (schedules) => {
    const { timing } = await schedules.get(id as string, of)
    printTimes(context, await schedules.preview(id as string, { ...of, count }), timing.timeZone ?? 'UTC')
  })
}

function printTimes({ json, out, print }: Context, ticks: readonly PreviewTick[], timeZone: string): void {
  if (json) print(JSON.stringify({ timeZone, times: ticks }))
  else if (ticks.length === 0) print('never again')
  else for (const line of timeLines(ticks, timeZone, out, Date.now())) print(line)
}

/** `chordis schedules backfill ID`. */
export function backfill(context: Context, id: string, options: BackfillArguments): Promise<number> {
  const bar = progressOf(context)
  return withSchedules(context, async (schedules) => {
    const { dryRun = false, tenant, limit } = options
    const { timing } = await schedules.get(id, tenant === undefined ? {} : { tenant })
    const onProgress = (report: BackfillReport): void => bar.show(doneOf(report), report.times.length, 'runs')
    const report = await schedules.backfill(id, { ...options, onProgress }).finally(bar.end)
    const more = report.times.length === limit ? (report.times.at(-1) as number) + 1 : null
    if (context.json) context.print(JSON.stringify({ id, ...report, dryRun, more }))
    else {
      if (dryRun) printDry(context, report, timing.timeZone ?? 'UTC')
      context.print(reportLine(report, dryRun))
      if (more !== null) context.print(`there may be more: --from ${new Date(more).toISOString()} goes on`)
    }
  })
}

const doneOf = ({ fired, waiting, known, skipped }: BackfillReport): number => fired + waiting + known + skipped

function printDry(context: Context, { times }: BackfillReport, timeZone: string): void {
  const local = localTime(timeZone)
  const ticks = times.map((time): PreviewTick => ({ time, utc: new Date(time).toISOString(), local: local(time) }))
  if (ticks.length > 0) for (const line of timeLines(ticks, timeZone, context.out, Date.now())) context.print(line)
}

/** `3 runs: 1 submitted, 2 wait for earlier ones`. */
function reportLine({ times, fired, waiting, known, skipped }: BackfillReport, dryRun: boolean): string {
  const runs = `${number(times.length)} ${times.length === 1 ? 'run' : 'runs'}`
  if (dryRun) return `${runs} would be submitted, but for those that were before`
  const parts: [number, string][] = [
    [fired, 'submitted'],
    [waiting, 'waiting for earlier ones to end'],
    [known, 'submitted before'],
    [skipped, 'left out: an earlier one goes on'],
  ]
  const what = parts.filter(([count]) => count > 0).map(([count, text]) => `${number(count)} ${text}`)
  return [runs, ...(what.length === 0 ? [] : [what.join(', ')])].join(': ')
}
