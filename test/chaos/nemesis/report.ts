/** What a run says in the end: figures as JSON, a table for people, and whether it was enough. Pure. */
import { type Cell, columns, duration, number, type Paint, safe } from '../../../src/cli/terminal.js'
import { isSound, type Verdict } from './checker.js'
import type { Fault } from './fault.js'
import type { Progress } from './run.js'

/** A run of this length must have accepted so many tasks, and injected so many kinds of faults. Shorter and longer ones in proportion. */
export const ENOUGH = { seconds: 45, tasks: 20_000, kinds: 12 }

/** The object of `--json`. */
export function figures(seed: number, seconds: number, verdict: Verdict): object {
  const { accepted, finished, lost, stuck, doubleJoins, duplicates, unexplainedDuplicates, faults } = verdict
  const { operations, lateBegins } = verdict
  const control = operations.length === 0 ? {} : { operations, lateBegins }
  return { seed, seconds, accepted, finished, lost, stuck, doubleJoins, duplicates, unexplainedDuplicates, faults, ...control }
}

/** Why a run proves too little; none when it is enough. With chosen faults, each of them must have happened. */
export function shortfalls(seconds: number, verdict: Verdict, chosen: readonly Fault[], named: boolean): string[] {
  const share = Math.min(1, seconds / ENOUGH.seconds)
  const tasks = Math.floor(ENOUGH.tasks * Math.max(share, seconds / ENOUGH.seconds))
  const few = verdict.accepted < tasks ? [`${number(verdict.accepted)} tasks were accepted, fewer than ${number(tasks)}`] : []
  return [...few, ...missingFaults(verdict.faults, chosen, named, Math.floor(ENOUGH.kinds * share))]
}

/** Chosen faults that never happened, when they were named; else that fewer than `kinds` kinds did. */
export function missingFaults(faults: Verdict['faults'], chosen: readonly { name: string }[], named: boolean, kinds: number): string[] {
  const happened = new Set(faults.map(({ name }) => name))
  const missing = chosen.filter(({ name }) => !happened.has(name))
  if (named) return missing.length > 0 ? [`never injected: ${missing.map(({ name }) => name).join(', ')}`] : []
  const wanted = Math.min(kinds, chosen.length)
  return happened.size < wanted ? [`${happened.size} kinds of faults were injected, fewer than ${wanted}`] : []
}

/** 0: all holds. 1: something is lost, stuck, twice or wrong. 2: the run proves too little. */
export const exitCode = (verdict: Verdict, missing: readonly string[]): number => (isSound(verdict) ? (missing.length > 0 ? 2 : 0) : 1)

/** The table of a run, and what was found. */
export function reportLines(verdict: Verdict, style: Paint): string[] {
  const { faults, violations } = verdict
  return [
    ...['', ...columns(faultRows(faults, style)), ''],
    ...operationLines(verdict, style),
    ...columns(totals(verdict, style)),
    ...violationLines(violations, style),
    '',
  ]
}

/** A line for every kind of fault, under a head. */
export function faultRows(faults: Verdict['faults'], style: Paint): Cell[][] {
  const head: Cell[] = ['fault', 'count', 'recovery p50', 'p95', 'max'].map((text) => ({ text, colour: style.faint }))
  const rows = faults.map(({ name, count, recoveryMs: { p50, p95, max } }) => [
    name,
    number(count),
    duration(p50),
    duration(p95),
    duration(max),
  ])
  return [head, ...rows]
}

/** The first of what is broken. */
export function violationLines(violations: Verdict['violations'], style: Paint): string[] {
  const shown = violations
    .slice(0, 20)
    .map(({ invariant, workflow, what }) => `  ${style.bad(invariant)}  ${workflow ?? ''}  ${safe(what)}`)
  const more = violations.length > shown.length ? [`  … and ${number(violations.length - shown.length)} more`] : []
  return shown.length === 0 ? [] : ['', ...shown, ...more]
}

/** A number that is bad unless it is 0. */
export const mustBeNone = (value: number, style: Paint): Cell => ({ text: number(value), colour: value === 0 ? style.good : style.bad })

/** What was done to running workflows; nothing when that was nothing. */
function operationLines({ operations, lateBegins: { count, ms } }: Verdict, style: Paint): string[] {
  if (operations.length === 0) return []
  const head: Cell[] = ['operation', ...HEADS].map((text) => ({
    text,
    colour: style.faint,
  }))
  const rows = operations.map(({ kind, ...counts }) => [kind, ...HEADS.map((name) => number(counts[name]))])
  const late = `  ${number(count)} attempts began after a revocation or pause and were granted before: p50 ${duration(ms.p50)}, p95 ${duration(ms.p95)}, max ${duration(ms.max)}`
  return [...columns([head, ...rows]), '', late, '']
}

const HEADS = ['sent', 'answered', 'effective', 'refused', 'unanswered'] as const

function totals(verdict: Verdict, style: Paint): Cell[][] {
  const { faults, accepted, finished, duplicates, unexplainedDuplicates, forgotten, lost, stuck, doubleJoins, violations } = verdict
  return [
    ['faults injected', number(faults.reduce((sum, { count }) => sum + count, 0)), `${faults.length} kinds`],
    ['tasks accepted', number(accepted), `in ${number(verdict.workflows)} workflows`],
    ['tasks finished', number(finished)],
    ['run twice, explained', number(duplicates - unexplainedDuplicates), 'their process was killed, frozen or cut off'],
    ['run twice, unexplained', mustBeNone(unexplainedDuplicates, style)],
    ['joins run twice', mustBeNone(doubleJoins, style)],
    ['lost', mustBeNone(lost, style)],
    ['stuck', mustBeNone(stuck, style)],
    ...(forgotten === 0 ? [] : [['forgotten', number(forgotten), 'accepted in the second before a crash with everysec']]),
    ['broken invariants', mustBeNone(violations.length, style)],
  ]
}

/** One line of how far a run is. */
export function progressText({ elapsedMs, accepted, finished, faults, now }: Progress, seconds: number, style: Paint): string {
  const clock = `${(elapsedMs / 1_000).toFixed(1)} of ${seconds} s`
  const counts = `${number(accepted)} tasks accepted  ${number(finished)} finished  ${number(faults)} faults`
  return `${style.faint(clock)}  ${counts}  ${style.warn(now.join(', '))}`
}
