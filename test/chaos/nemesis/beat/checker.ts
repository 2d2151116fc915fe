/** The offline checker of schedules: from a history alone it says which ticks were missed or fired twice, how late they were, and who took over how fast. Pure. */
import { type FaultCount, faultCounts } from '../checker.js'
import type { Entry } from '../history.js'
import { unrecovered, type Violation } from '../rules.js'
import type { FiredEntry } from './history.js'
import { BeatRecord, type ScheduleRecord } from './record.js'
import * as rules from './rules.js'

/** Nearest rank, ms; zeros when nothing was measured. */
export interface Spread {
  count: number
  p50: number
  p99: number
  max: number
}

export interface BeatVerdict {
  /** Schedules whose ticks were counted. */
  schedules: number
  /** Their nominal times. */
  ticks: number
  /** Nominal times without a workflow, that no overlap policy has left out. */
  missed: number
  /** Workflows too many. */
  duplicated: number
  /** Left out by an overlap policy, by its own count. */
  leftOut: number
  /** Of ticks that were due and fired while no fault was on, nor shortly before. */
  latenessMs: Spread
  /** After a beat was killed or frozen while nothing else was broken: the longest wait of a tick that was due or came due. */
  takeOverMs: Spread
  /** Changes that were answered. */
  changes: number
  faults: FaultCount[]
  violations: Violation[]
}

/** What a fault leaves behind, a reconnect for instance, ms. */
const AFTER_MS = 500
/** A tick that is due later than this after a beat was lost has nothing to do with that, ms. */
const TAKE_OVER_MS = 2_500
/** A claim that was there before, ms. */
const BEFORE_MS = 1_000

/** Judges a history, in whatever order its entries come. */
export function checkBeat(entries: Iterable<Entry>): BeatVerdict {
  const record = new BeatRecord(entries)
  const verdict: BeatVerdict = {
    ...{ schedules: 0, ticks: 0, missed: 0, duplicated: 0, leftOut: 0 },
    latenessMs: spread(calmTicks(record).map(({ latenessMs }) => latenessMs)),
    takeOverMs: spread(takeOvers(record)),
    changes: record.changes.filter(({ type }) => type === 'ok').length,
    faults: faultCounts(record.general),
    violations: [...unrecovered(record.general), ...rules.lostTriggers(record), ...rules.refusedChanges(record)],
  }
  for (const schedule of record.schedules.values()) judge(record, schedule, verdict)
  const { strangers, violations } = rules.wrongRuns(record)
  if (strangers > 0) verdict.violations.push({ invariant: 'S2 twice', what: `${strangers} workflows ran that no schedule lists` })
  verdict.duplicated += strangers
  verdict.violations.push(...violations)
  return verdict
}

/** Whether nothing is wrong. */
export const isSoundBeat = ({ missed, duplicated, violations }: BeatVerdict): boolean => missed + duplicated + violations.length === 0

function judge(record: BeatRecord, schedule: ScheduleRecord, verdict: BeatVerdict): void {
  const { missed, leftOut } = rules.missedTicks(schedule, record.untilMs)
  const doubled = rules.doubledTicks(schedule)
  if (schedule.made?.watched) verdict.schedules++
  verdict.ticks += rules.expected(schedule, record.untilMs).length
  verdict.missed += missed.length
  verdict.leftOut += leftOut
  verdict.duplicated += doubled
  if (missed.length > 0) verdict.violations.push({ invariant: 'S1 missed', what: `${schedule.id}: ${missed.slice(0, 5).join(' ')}` })
  if (doubled > 0) verdict.violations.push({ invariant: 'S2 twice', what: `${schedule.id}: ${doubled} too many` })
  verdict.violations.push(
    ...rules.strangeTimes(schedule),
    ...rules.lateStarts(schedule, record.wallOrigin),
    ...rules.stepsBack(schedule),
    ...rules.wrongEnds(schedule),
  )
}

/** Ticks that started when they were due; what waited for an earlier run is as late as that one was long. */
function watchedTicks({ schedules }: BeatRecord): FiredEntry[] {
  const watched = [...schedules.values()].filter(({ made }) => made?.watched && made.overlap === 'allowAll')
  return watched.flatMap(({ ticks }) => [...ticks.values()].flat())
}

const dueAt = ({ t, latenessMs }: FiredEntry): number => t - latenessMs

function calmTicks(record: BeatRecord): FiredEntry[] {
  const isCalm = (tick: FiredEntry): boolean => !record.windows.some(({ from, until }) => from < tick.t && dueAt(tick) < until + AFTER_MS)
  return watchedTicks(record).filter(isCalm)
}

/** One figure for each beat that was killed or frozen while the others had nothing else to bear. */
function takeOvers(record: BeatRecord): number[] {
  const ticks = watchedTicks(record)
  return record.strikes.flatMap(({ t }) => {
    const near = record.windows.filter(({ from, until }) => from < t + TAKE_OVER_MS && t - BEFORE_MS < until)
    if (near.length > 1) return []
    const waits = ticks.filter((tick) => tick.t > t && dueAt(tick) < t + TAKE_OVER_MS).map((tick) => tick.t - Math.max(t, dueAt(tick)))
    return waits.length === 0 ? [] : [Math.max(...waits)]
  })
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number => Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0)
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) }
}
