/** What a schedule is: when it is due, what it submits, and what its policies are. Read from what people write, checked, and kept as JSON. Pure. */
import { readCanvas } from '../canvas/read.js'
import type { Canvas, Json } from '../canvas/types.js'
import { writeCanvas } from '../canvas/write.js'
import { given as present } from '../given.js'
import { ChordisError } from '../protocol/errors.js'
import { checkName, checkWhole } from '../protocol/ids.js'
import { OVERLAP_POLICIES, type OverlapPolicy } from '../protocol/schedules.js'
import { readTiming, type Timing, type TimingRule } from './timing/index.js'

/** What becomes of ticks that no beat fired in time. */
export const CATCH_UP_MODES = ['none', 'latest', 'all'] as const
/** One of {@link CATCH_UP_MODES}. */
export type CatchUpMode = (typeof CATCH_UP_MODES)[number]

/**
 * A tick that is 10 s late and has not been fired was missed: beats were down, or Redis was. (Temporal's shortest catch-up window is as long.) Up to
 * that, every tick fires.
 */
export const ON_TIME_MS = 10_000

/** What becomes of ticks that no beat fired in time. */
export interface CatchUp {
  /** `none`: missed ticks are left out. `latest`, the default: the newest of them fires, unless a later tick is on time. `all`: all of them, the oldest first. */
  mode: CatchUpMode
  /** How long ago a missed tick may be, ms. Default 600,000. */
  windowMs: number
  /** Of `all`: that many at most, the newest. Default 100, up to 10,000. */
  max: number
}

/** How the workflows of a schedule are submitted: a part of `SubmitOptions`. */
export interface ScheduledSubmit {
  name?: string
  tags?: string[]
  /** How long a workflow is kept after its end, ms. Default 24 h. */
  retentionMs?: number
  /** How long after its submission it is revoked if it has not ended, ms. */
  timeoutMs?: number
  onFailure?: 'fail' | 'cancel'
  limits?: { nodes?: number; retries?: number }
}

/** A schedule as people write it. */
export interface ScheduleDefinition extends Omit<Timing, 'rules'> {
  /** `[A-Za-z0-9._-]{1,128}`, one among those of its tenant. */
  id: string
  /** Whose schedule it is, and whose workflows. Default `-`. */
  tenant?: string
  /** When it is due: a cron line, or any other rule; of several, whenever one of them says so. */
  rules: TimingRule | readonly TimingRule[]
  /** What it submits: built with `chain`, `group`, …, or either JSON form. */
  canvas: Canvas | unknown
  submit?: ScheduledSubmit
  /** What becomes of a run that is due while an earlier one goes on. Default `skip`. */
  overlap?: OverlapPolicy
  catchUp?: CatchUpMode | Partial<CatchUp>
  /**
   * Each tick fires up to so much later, ms: always the same for the same schedule and time, and always before the next one. So thousands of schedules
   * for midnight do not all fire then. Default 0.
   */
  jitterMs?: number
  /** How many ticks fire in all, 1 to 1,000,000,000. What people ask for (trigger, backfill) does not count. Default: no limit. */
  maxRuns?: number
  /** A run that fails pauses the schedule. Default false. */
  pauseOnFailure?: boolean
  /** For people: up to 1,000 characters. */
  note?: string
  /** Who declares it, an application for example: `[A-Za-z0-9._-]{1,128}`. */
  source?: string
}

/** The same, checked, with all defaults: what is stored. */
export interface Schedule {
  id: string
  tenant: string
  timing: Timing
  canvas: Canvas
  submit: ScheduledSubmit
  overlap: OverlapPolicy
  catchUp: CatchUp
  jitterMs: number
  /** 0: no limit. */
  maxRuns: number
  pauseOnFailure: boolean
  note?: string
  source?: string
}

const DAY_MS = 86_400_000
const MAX_WINDOW_MS = 366 * DAY_MS
const MAX_NOTE = 1_000
const DEFAULT_CATCH_UP: CatchUp = { mode: 'latest', windowMs: 600_000, max: 100 }
const KNOWN = new Set(
  'id tenant rules except timeZone start end canvas submit overlap catchUp jitterMs maxRuns pauseOnFailure note source'.split(' '),
)
const SUBMIT_OPTIONS = new Set(['name', 'tags', 'retentionMs', 'timeoutMs', 'onFailure', 'limits'])

const invalid = (path: string, message: string): ChordisError => new ChordisError('schedule-invalid', message, { path })

/**
 * Checks a schedule.
 * @throws ChordisError `schedule-invalid`, `name-invalid`, `request-invalid`, `canvas-invalid`, each with the path: `schedule.rules[1].cron: …`
 */
export function readSchedule(given: ScheduleDefinition, path = 'schedule'): Schedule {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw invalid(path, 'must be an object')
  for (const name of Object.keys(given)) if (!KNOWN.has(name)) throw invalid(`${path}.${name}`, 'there is no such option')
  const { id, tenant = '-', rules, except, timeZone, start, end, canvas, note, source } = given
  return {
    id: checkName(id, `${path}.id`),
    tenant: checkName(tenant, `${path}.tenant`),
    timing: readTiming(present({ rules: Array.isArray(rules) ? rules : [rules], except, timeZone, start, end }), path),
    canvas: readCanvas(canvas, { path: `${path}.canvas` }),
    submit: readSubmit(given.submit, `${path}.submit`),
    overlap: oneOf(OVERLAP_POLICIES, given.overlap ?? 'skip', `${path}.overlap`),
    catchUp: readCatchUp(given.catchUp, `${path}.catchUp`),
    jitterMs: checkWhole(given.jitterMs ?? 0, 0, DAY_MS, `${path}.jitterMs`),
    maxRuns: given.maxRuns === undefined ? 0 : checkWhole(given.maxRuns, 1, 1_000_000_000, `${path}.maxRuns`),
    pauseOnFailure: flag(given.pauseOnFailure, `${path}.pauseOnFailure`),
    ...(note === undefined ? {} : { note: textOf(note, `${path}.note`) }),
    ...(source === undefined ? {} : { source: checkName(source, `${path}.source`) }),
  }
}

function readCatchUp(given: ScheduleDefinition['catchUp'], path: string): CatchUp {
  const wanted = typeof given === 'string' ? { mode: given } : (given ?? {})
  if (typeof wanted !== 'object') throw invalid(path, `must be one of ${CATCH_UP_MODES.join(', ')}, or an object`)
  const { mode, windowMs, max } = { ...DEFAULT_CATCH_UP, ...wanted }
  return {
    mode: oneOf(CATCH_UP_MODES, mode, `${path}.mode`),
    windowMs: checkWhole(windowMs, ON_TIME_MS, MAX_WINDOW_MS, `${path}.windowMs`),
    max: checkWhole(max, 1, 10_000, `${path}.max`),
  }
}

function readSubmit(given: ScheduledSubmit | undefined, path: string): ScheduledSubmit {
  if (given === undefined) return {}
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw invalid(path, 'must be an object')
  for (const name of Object.keys(given)) {
    if (!SUBMIT_OPTIONS.has(name)) throw invalid(`${path}.${name}`, `must be one of ${[...SUBMIT_OPTIONS].join(', ')}`)
  }
  return given
}

function oneOf<T extends string>(known: readonly T[], value: unknown, path: string): T {
  if ((known as readonly unknown[]).includes(value)) return value as T
  throw invalid(path, `must be one of ${known.join(', ')}`)
}

function flag(value: unknown, path: string): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false
  throw invalid(path, 'must be true or false')
}

function textOf(value: unknown, path: string): string {
  if (typeof value === 'string' && value.length <= MAX_NOTE) return value
  throw invalid(path, `must be a text of at most ${MAX_NOTE} characters`)
}

/** The text that is stored. The same schedule makes the same text. */
export function scheduleText({ id: _, tenant: __, canvas, ...rest }: Schedule): string {
  return JSON.stringify({ ...rest, canvas: writeCanvas(canvas) })
}

/** What {@link scheduleText} made. Throws `workflow-corrupt` for anything else. */
export function parseSchedule({ tenant, id }: { tenant: string; id: string }, text: string): Schedule {
  try {
    const { canvas, ...rest } = JSON.parse(text) as Omit<Schedule, 'canvas'> & { canvas: Json }
    return { ...rest, id, tenant, canvas: readCanvas(canvas) }
  } catch (error) {
    throw new ChordisError('workflow-corrupt', `schedule ${id} cannot be read`, { cause: error })
  }
}

/** Options of a schedule in which two differ, by their names. */
export function differences(before: Schedule, after: Schedule): string[] {
  const [old, now] = [before, after].map((one) => JSON.parse(scheduleText(one)) as { [name: string]: unknown })
  const names = new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])
  return [...names].filter((name) => JSON.stringify(old?.[name]) !== JSON.stringify(now?.[name])).sort()
}
