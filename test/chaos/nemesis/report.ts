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
  const found: string[] = []
  if (verdict.accepted < tasks) found.push(`${number(verdict.accepted)} tasks were accepted, fewer than ${number(tasks)}`)
  const kinds = new Set(verdict.faults.map(({ name }) => name))
  const missing = chosen.filter(({ name }) => !kinds.has(name))
  if (named && missing.length > 0) found.push(`never injected: ${missing.map(({ name }) => name).join(', ')}`)
  const wanted = Math.min(Math.floor(ENOUGH.kinds * share), chosen.length)
  if (!named && kinds.size < wanted) found.push(`${kinds.size} kinds of faults were injected, fewer than ${wanted}`)
  return found
}

/** 0: all holds. 1: something is lost, stuck, twice or wrong. 2: the run proves too little. */
export const exitCode = (verdict: Verdict, missing: readonly string[]): number => (isSound(verdict) ? (missing.length > 0 ? 2 : 0) : 1)

/** The table of a run, and what was found. */
export function reportLines(verdict: Verdict, style: Paint): string[] {
  const { faults, violations } = verdict
  const head: Cell[] = ['fault', 'count', 'recovery p50', 'p95', 'max'].map((text) => ({ text, colour: style.faint }))
  const rows = faults.map(({ name, count, recoveryMs: { p50, p95, max } }) => [
    name,
    number(count),
    duration(p50),
    duration(p95),
    duration(max),
  ])
  const shown = violations
    .slice(0, 20)
    .map(({ invariant, workflow, what }) => `  ${style.bad(invariant)}  ${workflow ?? ''}  ${safe(what)}`)
  const more = violations.length > shown.length ? [`  … and ${number(violations.length - shown.length)} more`] : []
  return [
    '',
    ...columns([head, ...rows]),
    '',
    ...operationLines(verdict, style),
    ...columns(totals(verdict, style)),
    ...(shown.length === 0 ? [] : ['', ...shown, ...more]),
    '',
  ]
}

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
  const mustBeNone = (value: number): Cell => ({ text: number(value), colour: value === 0 ? style.good : style.bad })
  return [
    ['faults injected', number(faults.reduce((sum, { count }) => sum + count, 0)), `${faults.length} kinds`],
    ['tasks accepted', number(accepted), `in ${number(verdict.workflows)} workflows`],
    ['tasks finished', number(finished)],
    ['run twice, explained', number(duplicates - unexplainedDuplicates), 'their process was killed, frozen or cut off'],
    ['run twice, unexplained', mustBeNone(unexplainedDuplicates)],
    ['joins run twice', mustBeNone(doubleJoins)],
    ['lost', mustBeNone(lost)],
    ['stuck', mustBeNone(stuck)],
    ...(forgotten === 0 ? [] : [['forgotten', number(forgotten), 'accepted in the second before a crash with everysec']]),
    ['broken invariants', mustBeNone(violations.length)],
  ]
}

/** One line of how far a run is. */
export function progressText({ elapsedMs, accepted, finished, faults, now }: Progress, seconds: number, style: Paint): string {
  const clock = `${(elapsedMs / 1_000).toFixed(1)} of ${seconds} s`
  const counts = `${number(accepted)} tasks accepted  ${number(finished)} finished  ${number(faults)} faults`
  return `${style.faint(clock)}  ${counts}  ${style.warn(now.join(', '))}`
}
