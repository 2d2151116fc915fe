/** What a run of schedules says in the end: figures as JSON, a table for people, and whether it was enough. Pure. */
import { type Cell, columns, duration, number, type Paint } from '../../../../src/cli/terminal.js'
import type { Fault } from '../fault.js'
import { faultRows, missingFaults, mustBeNone, violationLines } from '../report.js'
import type { BeatArena } from './arena.js'
import { type BeatVerdict, isSoundBeat } from './checker.js'
import type { BeatProgress } from './run.js'

/** A run of this length must have had so many ticks, and injected so many kinds of faults. Others in proportion. */
export const ENOUGH = { seconds: 45, ticks: 2_000, kinds: 8 }
/** Later than this, 99 of 100 times, while nothing is broken: worth a warning, ms. Machines are noisy. */
const LATE_MS = 150

/** The object of `--json`. */
export function beatFigures(seed: number, seconds: number, verdict: BeatVerdict): object {
  const { schedules, ticks, missed, duplicated, leftOut, latenessMs, takeOverMs, changes, faults, violations } = verdict
  const figures = { seed, seconds, schedules, ticks, missed, duplicated, leftOut, latenessMs, takeOverMs, changes }
  return { ...figures, violations: violations.length, faults }
}

/** Why a run proves too little; none when it is enough. With chosen faults, each of them must have happened. */
export function beatShortfalls(seconds: number, verdict: BeatVerdict, chosen: readonly Fault<BeatArena>[], named: boolean): string[] {
  const share = seconds / ENOUGH.seconds
  const ticks = Math.floor(ENOUGH.ticks * share)
  const few = verdict.ticks < ticks ? [`${number(verdict.ticks)} ticks, fewer than ${number(ticks)}`] : []
  return [...few, ...missingFaults(verdict.faults, chosen, named, Math.floor(ENOUGH.kinds * Math.min(1, share)))]
}

/** 0: all holds. 1: a tick was missed, fired twice, or something else is wrong. 2: the run proves too little. */
export const beatExitCode = (verdict: BeatVerdict, missing: readonly string[]): number =>
  isSoundBeat(verdict) ? (missing.length > 0 ? 2 : 0) : 1

/** The table of a run, and what was found. */
export function beatReportLines(verdict: BeatVerdict, style: Paint): string[] {
  const { latenessMs } = verdict
  const late =
    latenessMs.p99 >= LATE_MS ? [`  ${style.warn(`lateness p99 is ${duration(latenessMs.p99)}, not below ${duration(LATE_MS)}`)}`] : []
  return [
    ...['', ...columns(faultRows(verdict.faults, style)), ''],
    ...columns(totals(verdict, style)),
    ...late,
    ...violationLines(verdict.violations, style),
    '',
  ]
}

function totals(verdict: BeatVerdict, style: Paint): Cell[][] {
  const { faults, schedules, ticks, missed, duplicated, leftOut, latenessMs, takeOverMs, changes, violations } = verdict
  const times = ({ p50, p99, max }: BeatVerdict['latenessMs']): string => `p50 ${duration(p50)}, p99 ${duration(p99)}, max ${duration(max)}`
  return [
    ['faults injected', number(faults.reduce((sum, { count }) => sum + count, 0)), `${faults.length} kinds`],
    ['schedules', number(schedules), `${number(changes)} changes of these and others`],
    ['ticks', number(ticks)],
    ['left out by an overlap policy', number(leftOut)],
    ['missed', mustBeNone(missed, style)],
    ['duplicated', mustBeNone(duplicated, style)],
    ['late while nothing was broken', number(latenessMs.count), times(latenessMs)],
    ['take-over of lost beats', number(takeOverMs.count), times(takeOverMs)],
    ['broken invariants', mustBeNone(violations.length, style)],
  ]
}

/** One line of how far a run is. */
export function beatProgressText({ elapsedMs, fired, faults, now }: BeatProgress, seconds: number, style: Paint): string {
  const clock = `${(elapsedMs / 1_000).toFixed(1)} of ${seconds} s`
  return `${style.faint(clock)}  ${number(fired)} ticks fired  ${number(faults)} faults  ${style.warn(now.join(', '))}`
}
