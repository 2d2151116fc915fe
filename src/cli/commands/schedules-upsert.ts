/** `chordis schedules upsert`: makes the schedules of a file so, and says what that changed. */
import { localTime, type ScheduleDefinition, type ScheduleDifference } from '../../engine/index.js'
import type { Context } from '../context.js'
import { progressOf } from '../progress.js'
import { schedulesFrom } from '../schedule-file.js'
import { away, type Cell, columns, type Paint } from '../terminal.js'
import { type Schedules, withSchedules } from './schedules.js'

/** What came of one. `next` is Unix ms; null: none, or it is paused. With `--dry-run` it is left out. */
interface Upserted extends ScheduleDifference {
  id: string
  tenant: string
  next?: number | null
  /** Of `next`. */
  timeZone?: string
}

/** `chordis schedules upsert FILE`. */
export function upsert(context: Context, file: string, { dryRun = false }: { dryRun?: boolean }): Promise<number> {
  // Here already, so that a bad schedule is told whether or not there is a Redis, and before any of them is written.
  const definitions = schedulesFrom(file)
  const bar = progressOf(context)
  return withSchedules(context, async (schedules) => {
    const done: Upserted[] = []
    try {
      for (const definition of definitions) {
        done.push(await one(schedules, definition, dryRun))
        bar.show(done.length, definitions.length, 'schedules')
      }
    } finally {
      bar.end()
      // What was written before an error is told, too.
      print(context, done, dryRun)
    }
  })
}

async function one(schedules: Schedules, definition: ScheduleDefinition, dryRun: boolean): Promise<Upserted> {
  const { id, tenant = '-' } = definition
  if (dryRun) return { tenant, id, ...(await schedules.compare(definition)) }
  const { outcome, changed, schedule } = await schedules.upsert(definition)
  return { tenant, id, outcome, changed, next: schedule.next, timeZone: schedule.timing.timeZone ?? 'UTC' }
}

function print({ json, out, print }: Context, done: readonly Upserted[], dryRun: boolean): void {
  if (json) print(JSON.stringify({ schedules: done, dryRun }))
  else for (const line of columns(done.map((one) => row(one, out, Date.now())))) print(line)
}

function row({ outcome, id, tenant, changed, next, timeZone = 'UTC' }: Upserted, style: Paint, now: number): Cell[] {
  const colours = { created: style.good, changed: style.warn, unchanged: style.faint }
  const when = next === undefined || next === null ? [] : [`next ${localTime(timeZone)(next)}, ${away(next, now)}`]
  const paused = next === null ? ['no next time'] : []
  return [
    { text: outcome, colour: colours[outcome] },
    tenant === '-' ? id : `${tenant}:${id}`,
    [...(changed.length > 0 ? [changed.join(', ')] : []), ...when, ...paused].join('; '),
  ]
}
