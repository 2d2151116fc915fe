/** Schedules as text for people. Pure. */
import {
  type CatchUp,
  localTime,
  type PreviewTick,
  type RunName,
  type SchedulePause,
  type ScheduleRun,
  type ScheduleView,
  type WorkflowState,
} from '../engine/index.js'
import { HIDDEN, isHidden } from './backend/backend.js'
import { stateColour } from './commands/run.js'
import { away, type Cell, columns, cut, duration, number, type Paint, roughly, safe } from './terminal.js'

/** A schedule, and the state of the workflow that it submitted last; null: there is none (any more). */
export type ListedSchedule = ScheduleView & { lastState: WorkflowState | null }

/** A run of a schedule with the state of its workflow; null: it is gone. */
export type ShownRun = ScheduleRun & { state: WorkflowState | null }

const WIDEST = 200
const NARROW = 40
const zoneOf = ({ timing }: Pick<ScheduleView, 'timing'>): string => timing.timeZone ?? 'UTC'
const header = (style: Paint, ...names: string[]): Cell[] => names.map((text) => ({ text, colour: style.faint }))

/** What `schedules list` shows. `now`: Unix ms. */
export function listLines(schedules: readonly ListedSchedule[], cursor: string | null, style: Paint, now: number): string[] {
  const tenants = schedules.some(({ tenant }) => tenant !== '-')
  const names = ['ID', ...(tenants ? ['TENANT'] : []), 'NEXT', '', 'WHEN', 'LAST', '', 'FIRED', 'SKIPPED', 'MISSED']
  const rows = schedules.map((schedule) => listRow(schedule, tenants, style, now))
  const more = cursor === null ? [] : [`  ${style.faint(`… and more; --cursor ${cursor} goes on`)}`]
  return [...columns([header(style, ...names), ...rows]), ...more]
}

function listRow(schedule: ListedSchedule, tenants: boolean, style: Paint, now: number): Cell[] {
  const { id, tenant, description, runs, counts, paused } = schedule
  const [last] = runs
  return [
    id,
    ...(tenants ? [tenant] : []),
    ...nextCells(schedule, style, now),
    cut(safe(description), NARROW),
    ...lastCells(last, schedule.lastState, style, now),
    number(counts.fired),
    number(counts.skipped),
    { text: number(counts.missed), colour: counts.missed > 0 ? style.warn : String },
    ...(paused === null ? [] : [{ text: pauseText(paused, now), colour: style.warn }]),
  ]
}

function nextCells(schedule: ScheduleView, style: Paint, now: number): [Cell, Cell] {
  const { next, paused } = schedule
  if (next !== null) return [localTime(zoneOf(schedule))(next), away(next, now)]
  return paused === null ? [{ text: 'over', colour: style.faint }, ''] : [{ text: 'paused', colour: style.warn }, '']
}

function lastCells(run: ScheduleRun | undefined, state: WorkflowState | null, style: Paint, now: number): [Cell, Cell] {
  if (run === undefined) return ['-', '']
  return [stateCell(state, style), away(run.firedAt, now)]
}

/** `gone`: its workflow was removed after its retention. */
const stateCell = (state: WorkflowState | null, style: Paint): Cell =>
  state === null ? { text: 'gone', colour: style.faint } : { text: state, colour: stateColour(state, style) }

function pauseText({ by, at, reason, workflow }: SchedulePause, now: number): string {
  const why = by === 'failure' ? ` because ${workflow ?? 'a run'} failed` : ''
  return `paused ${away(at, now)}${why}${reason === undefined ? '' : `: ${cut(safe(reason), WIDEST)}`}`
}

/** What `schedules show` prints. `now`: Unix ms. */
export function showLines(schedule: ScheduleView, runs: readonly ShownRun[], style: Paint, now: number): string[] {
  const { id, tenant, description } = schedule
  const head = [style.strong(tenant === '-' ? id : `${tenant}:${id}`), safe(description)].join('  ')
  const facts = columns(factsOf(schedule, style, now).map(([name, cell]) => [{ text: name, colour: style.faint }, cell]))
  return [head, ...facts, ...(runs.length === 0 ? [] : ['', ...columns(runRows(schedule, runs, style))])]
}

function factsOf(schedule: ScheduleView, style: Paint, now: number): [string, Cell][] {
  const { paused, note, jitterMs, overlap, catchUp, maxRuns, pauseOnFailure, running, waiting, counts, canvas, submit, source } = schedule
  const { fired, skipped, missed } = counts
  const facts: [string, Cell | undefined][] = [
    ['next', nextText(schedule, now)],
    ['paused', paused === null ? undefined : { text: pauseText(paused, now).replace(/^paused /, ''), colour: style.warn }],
    ['note', note === undefined ? undefined : cut(safe(note), WIDEST)],
    ['source', source],
    ['jitter', jitterMs === 0 ? undefined : `up to ${duration(jitterMs)}`],
    ['overlap', overlap],
    ['catch-up', catchUpText(catchUp)],
    ['runs', `${number(fired)} fired, ${number(skipped)} skipped, ${number(missed)} missed`],
    ['limit', maxRuns === 0 ? undefined : `${number(maxRuns)} ${maxRuns === 1 ? 'time' : 'times'}, and what people ask for`],
    ['on failure', pauseOnFailure ? 'it is paused' : undefined],
    ['running', running.length === 0 ? undefined : cut(running.join(' '), WIDEST)],
    ['waiting', waiting.length === 0 ? undefined : waitingText(schedule, waiting)],
    ['canvas', isHidden(schedule) ? HIDDEN : cut(safe(JSON.stringify(canvas)), WIDEST)],
    ['submit', Object.keys(submit).length === 0 ? undefined : cut(safe(JSON.stringify(submit)), WIDEST)],
  ]
  return facts.flatMap(([name, cell]): [string, Cell][] => (cell === undefined ? [] : [[name, cell]]))
}

function nextText(schedule: ScheduleView, now: number): string {
  const { next, nextDue, paused } = schedule
  if (next === null) return paused === null ? 'never: it is over' : 'not while it is paused'
  const late = (nextDue ?? next) - next
  return `${localTime(zoneOf(schedule))(next)}  ${zoneOf(schedule)}  ${away(next, now)}${late === 0 ? '' : `, and ${duration(late)} of jitter`}`
}

function catchUpText({ mode, windowMs, max }: CatchUp): string {
  if (mode === 'none') return 'none'
  return `${mode} of the last ${roughly(windowMs)}${mode === 'all' ? `, ${number(max)} at most` : ''}`
}

const SHOWN_WAITING = 5

function waitingText(schedule: ScheduleView, waiting: readonly RunName[]): string {
  const local = localTime(zoneOf(schedule))
  const shown = waiting.slice(0, SHOWN_WAITING).map(({ kind, nominalTime }) => `${kind} of ${local(nominalTime)}`)
  return [...shown, ...(waiting.length > SHOWN_WAITING ? [`and ${number(waiting.length - SHOWN_WAITING)} more`] : [])].join(', ')
}

function runRows(schedule: ScheduleView, runs: readonly ShownRun[], style: Paint): Cell[][] {
  const local = localTime(zoneOf(schedule))
  const rows = runs.map(({ nominalTime, kind, latenessMs, workflow, state }): Cell[] => [
    local(nominalTime),
    kind,
    duration(latenessMs),
    stateCell(state, style),
    workflow,
  ])
  return [header(style, 'FOR', 'WHY', 'LATE', 'STATE', 'WORKFLOW'), ...rows]
}

/** Times that come next, or have passed: in the zone, in UTC, and how far from now. */
export function timeLines(ticks: readonly PreviewTick[], timeZone: string, style: Paint, now: number): string[] {
  const rows = ticks.map(({ time, utc, local }): Cell[] => [local, utc, away(time, now)])
  return columns([header(style, timeZone, 'UTC', ''), ...rows])
}
