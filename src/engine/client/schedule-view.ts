/** A schedule as people see it. Pure. */
import { parseSchedule, type Schedule } from '../beat/definition.js'
import { timetableOf } from '../beat/timing/index.js'
import type { Json } from '../canvas/types.js'
import { writeCanvas } from '../canvas/write.js'
import { parseRun, parseRuns, type RunName, type ScheduleRun, splitName } from '../protocol/schedules.js'
import type { StoredSchedule } from '../redis/schedules.js'

/** Who paused a schedule, when and why. */
export interface SchedulePause {
  /** `failure`: a run failed, and the schedule wanted to be paused then. */
  by: 'user' | 'failure'
  /** Unix ms. */
  at: number
  reason?: string
  /** The workflow that failed. */
  workflow?: string
}

/** What a schedule is and what it does. Times are Unix ms by Redis's clock. */
export interface ScheduleView extends Omit<Schedule, 'canvas'> {
  /** In our JSON form. */
  canvas: Json
  /** When it is due, in words. */
  description: string
  /** Its next nominal time; null: none, or it is paused. */
  next: number | null
  /** When that fires: behind it by the jitter. */
  nextDue: number | null
  paused: SchedulePause | null
  /** Ids of its workflows that run: the last 100. */
  running: string[]
  /** Runs that wait until they have ended. */
  waiting: RunName[]
  /** Its last 10 runs, the newest first. */
  runs: ScheduleRun[]
  counts: {
    /** Workflows submitted. */
    fired: number
    /** Runs left out because an earlier one went on. */
    skipped: number
    /** Ticks too late to be fired. */
    missed: number
  }
}

/** @throws ChordisError `workflow-corrupt` */
export function viewOf({ name, state, paused, running, waiting, runs, definition }: StoredSchedule): ScheduleView {
  const { canvas, ...schedule } = parseSchedule(splitName(name), definition)
  return {
    ...schedule,
    canvas: writeCanvas(canvas),
    description: timetableOf(schedule.timing).describe(),
    next: state.next,
    nextDue: state.due,
    paused: paused === '' ? null : (JSON.parse(paused) as SchedulePause),
    running,
    waiting: waiting.flatMap((text) => parseRun(text) ?? []),
    runs: parseRuns(runs),
    counts: { fired: state.fired, skipped: state.skipped, missed: state.missed },
  }
}
