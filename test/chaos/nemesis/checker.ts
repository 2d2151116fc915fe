/**
 * The offline checker: from a history alone it says what was accepted, finished, run twice, lost and stuck, and which invariants were broken. Pure; what
 * it needs of Redis stands in the history as `dump` entries.
 */
import type { Entry, OperationKind } from './history.js'
import { HistoryRecord, type WorkflowRecord } from './record.js'
import * as rules from './rules.js'
import * as control from './rules-control.js'

/** How often a fault was injected, and how long what it hit took to work again. */
export interface FaultCount {
  name: string
  count: number
  recoveryMs: { p50: number; p95: number; max: number }
}

/** How often an operation of this kind was sent, and what came of it. */
export interface OperationCount {
  kind: OperationKind
  sent: number
  /** It was answered. */
  answered: number
  /** It was answered that it had changed something. */
  effective: number
  refused: number
  /** It got no answer; what it came to is not known. */
  unanswered: number
}

export interface Verdict {
  /** Tasks of the workflows that were accepted and kept. */
  accepted: number
  /** Of these, tasks that reached a terminal state. */
  finished: number
  lost: number
  stuck: number
  /** Joins that ran twice without a reason, or before their last member. */
  doubleJoins: number
  duplicates: number
  unexplainedDuplicates: number
  /** Tasks accepted in a moment that Redis then lost (everysec): counted apart. */
  forgotten: number
  workflows: number
  violations: rules.Violation[]
  faults: FaultCount[]
  operations: OperationCount[]
  /** Attempts that began after the answer to a revocation or a pause, and had been granted before: how many, and how much later, ms. */
  lateBegins: { count: number; ms: FaultCount['recoveryMs'] }
}

/** Judges a history, in whatever order its entries come. */
export function check(entries: Iterable<Entry>): Verdict {
  const record = new HistoryRecord(entries)
  const verdict = emptyVerdict()
  for (const workflow of record.workflows.values()) judge(record, workflow, verdict)
  verdict.violations.push(...rules.leftKeys(record), ...rules.unrecovered(record))
  verdict.faults = faultCounts(record)
  verdict.operations = operationCounts(record)
  const late = [...record.workflows.values()].flatMap(control.lateBegins)
  verdict.lateBegins = { count: late.length, ms: percentiles(late) }
  return verdict
}

/** Whether nothing is wrong. */
export function isSound(verdict: Verdict): boolean {
  const { lost, stuck, doubleJoins, unexplainedDuplicates, violations } = verdict
  return lost + stuck + doubleJoins + unexplainedDuplicates + violations.length === 0
}

function judge(record: HistoryRecord, workflow: WorkflowRecord, verdict: Verdict): void {
  const { submit, dump, acceptedAt } = workflow
  if (submit !== undefined && acceptedAt !== undefined) {
    verdict.workflows++
    if (rules.isKept(record, workflow)) verdict.accepted += submit.tasks
    else verdict.forgotten += submit.tasks
    if (dump?.found) verdict.finished += rules.submittedNodes(dump).filter(([, state]) => rules.isTerminal(state)).length
  }
  const lost = rules.lostTasks(record, workflow)
  const stuck = rules.stuckTasks(workflow)
  verdict.lost += lost
  verdict.stuck += stuck
  if (lost > 0) verdict.violations.push({ invariant: 'I1 lost', workflow: workflow.id, what: `${lost} tasks are missing` })
  if (stuck > 0) verdict.violations.push({ invariant: 'I1 stuck', workflow: workflow.id, what: `${stuck} tasks have not ended` })
  const blurred = submit?.controlled === true && control.isBlurred(record, workflow)
  const early = blurred ? [] : rules.earlyJoins(workflow)
  verdict.doubleJoins += early.length
  verdict.violations.push(
    ...early,
    ...rules.wrongOutcomes(record, workflow),
    ...rules.wrongCounts(workflow),
    ...rules.unaskedAttempts(workflow),
    ...rules.statesWithoutCause(record, workflow),
    ...rules.strangers(workflow),
  )
  if (submit?.controlled) judgeOperations(record, workflow, blurred, verdict)
  for (const duplicate of rules.duplicates(record, workflow)) repeated(duplicate, verdict)
}

function judgeOperations(record: HistoryRecord, workflow: WorkflowRecord, blurred: boolean, verdict: Verdict): void {
  verdict.violations.push(...control.wrongEnds(record, workflow, blurred), ...control.earlyTimeouts(workflow))
  if (blurred) return
  verdict.violations.push(
    ...control.leasesAfterRevoke(workflow),
    ...control.leasesAfterTimeout(workflow),
    ...control.leasesWhilePaused(workflow),
    ...control.wrongRuns(workflow),
    ...control.pausedAgain(workflow),
  )
}

function operationCounts({ workflows }: HistoryRecord): OperationCount[] {
  const byKind = new Map<OperationKind, OperationCount>()
  for (const { operations } of workflows.values()) {
    for (const { sent, answeredAt, answer, refused } of operations) {
      const of = byKind.get(sent.kind) ?? { kind: sent.kind, sent: 0, answered: 0, effective: 0, refused: 0, unanswered: 0 }
      byKind.set(sent.kind, of)
      of.sent++
      if (answeredAt !== undefined) of.answered++
      if (answeredAt !== undefined && answer !== false && answer !== null) of.effective++
      if (refused) of.refused++
      if (answeredAt === undefined && !refused) of.unanswered++
    }
  }
  return [...byKind.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1))
}

function repeated({ workflow, node, run, attempt, workers, explained, join }: rules.Duplicate, verdict: Verdict): void {
  verdict.duplicates++
  if (explained) return
  verdict.unexplainedDuplicates++
  if (join) verdict.doubleJoins++
  const what = `${join ? 'join ' : ''}${node}, attempt ${attempt} of run ${run}, ran in ${workers[0]} and again in ${workers[1]}`
  verdict.violations.push({ invariant: join ? 'I6 double join' : 'I10 duplicate', workflow, what })
}

/** The faults of a history, by name. */
export function faultCounts({ faults }: HistoryRecord): FaultCount[] {
  const byName = new Map<string, { count: number; times: number[] }>()
  for (const { name, type, recoveryMs } of faults) {
    if (type !== 'ok' && type !== 'fail') continue
    const of = byName.get(name) ?? { count: 0, times: [] }
    byName.set(name, of)
    of.count++
    if (recoveryMs !== undefined) of.times.push(recoveryMs)
  }
  return [...byName]
    .map(([name, { count, times }]) => ({ name, count, recoveryMs: percentiles(times) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Nearest rank; zeros when nothing was measured. */
export function percentiles(times: readonly number[]): FaultCount['recoveryMs'] {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number): number => Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0)
  return { p50: at(0.5), p95: at(0.95), max: at(1) }
}

function emptyVerdict(): Verdict {
  return {
    accepted: 0,
    finished: 0,
    lost: 0,
    stuck: 0,
    doubleJoins: 0,
    duplicates: 0,
    unexplainedDuplicates: 0,
    forgotten: 0,
    workflows: 0,
    violations: [],
    faults: [],
    operations: [],
    lateBegins: { count: 0, ms: percentiles([]) },
  }
}
