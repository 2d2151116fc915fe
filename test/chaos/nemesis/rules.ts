/**
 * What must hold in every history, a function per invariant of the engine. Each answers sentences; none when it holds. Pure.
 *
 * A rule may excuse something only by what the history says happened (a process died, a sweep gave it up, Redis forgot), never because a fault was on.
 */
import { numbersOf } from '../../support/graph-order.js'
import type { DumpEntry } from './history.js'
import type { Execution, HistoryRecord, WorkflowRecord } from './record.js'

export interface Violation {
  invariant: string
  workflow?: string
  what: string
}

const TERMINAL = new Set(['SUCCESS', 'FAILURE', 'REVOKED', 'SKIPPED'])
/** The sweep writes its line when it has heard the answer, and others may be faster: how much later it may stand, ms. */
const LINE_LATE_MS = 10_000
/** `maxDeliveries` of the workers. */
const MAX_DELIVERIES = 3
const WORKER_LOST = 'WorkerLostError'

export const isTerminal = (state: string): boolean => TERMINAL.has(state)

/** Stored nodes of the graph as it was submitted, without what tasks added to it. */
export const submittedNodes = (dump: DumpEntry): DumpEntry['nodes'] => dump.nodes.filter(([node]) => !node.includes('/'))

/** Accepted, and Redis did not lose the moment in which it was. */
export function isKept(record: HistoryRecord, { acceptedAt, dump }: WorkflowRecord): boolean {
  if (acceptedAt === undefined) return false
  return dump?.found === true || !record.forgotten.some(({ since, t }) => since <= acceptedAt && acceptedAt <= t)
}

/** I1, I12: what was accepted is there, each of its tasks. Tasks that are missing, by workflow. */
export function lostTasks(record: HistoryRecord, workflow: WorkflowRecord): number {
  const { submit, dump } = workflow
  if (submit === undefined || !isKept(record, workflow)) return 0
  return Math.max(0, submit.tasks - (dump?.found ? submittedNodes(dump).length : 0))
}

/** I1, I7, I8: tasks that have not ended; one at least when the workflow itself has not. */
export function stuckTasks({ acceptedAt, dump }: WorkflowRecord): number {
  if (acceptedAt === undefined || !dump?.found) return 0
  const open = dump.nodes.filter(([, state]) => !isTerminal(state)).length
  return open === 0 && !dump.ended ? 1 : open
}

/** It failed because of a task that was lost too often: that one itself, or, of a chord, each of its members that failed. */
function isLostTask(record: HistoryRecord, workflow: WorkflowRecord, error: string | undefined, t: number): boolean {
  if (error === WORKER_LOST) return wasLostTooOften(record, workflow, t)
  const failed = workflow.dump?.nodes.filter(([, state, attempts]) => state === 'FAILURE' && attempts > 0) ?? []
  return error === 'ChordError' && failed.length > 0 && failed.every(([node]) => isPastBudget(record, workflow, node, t))
}

/** I4: what clients heard is what is right, every time; that a task was lost too often is right, too, where it was. */
export function wrongOutcomes(record: HistoryRecord, workflow: WorkflowRecord): Violation[] {
  const { id, submit, acceptedAt, outcomes, dump } = workflow
  if (submit === undefined || acceptedAt === undefined || !dump?.found || submit.controlled) return []
  const { state, result, error } = submit.expected
  const wanted = JSON.stringify([state, result ?? null, error ?? null])
  const heard = outcomes
    .filter(({ error, t }) => !isLostTask(record, workflow, error, t))
    .map((outcome) => JSON.stringify([outcome.state, outcome.result ?? null, outcome.error ?? null]))
  if (outcomes.length === 0 && dump.ended) return [{ invariant: 'I4 value', workflow: id, what: 'nobody heard an outcome' }]
  return heard
    .filter((text) => text !== wanted)
    .map((text) => ({ invariant: 'I4 value', workflow: id, what: `${submit.shape}: expected ${clip(wanted)}, heard ${clip(text)}` }))
}

/** I8: the counts of a workflow are those of its nodes. */
export function wrongCounts({ id, dump }: WorkflowRecord): Violation[] {
  if (!dump?.found || !dump.ended) return []
  const seen: { [state: string]: number } = { success: 0, failure: 0, revoked: 0, skipped: 0 }
  for (const [, state] of dump.nodes) seen[state.toLowerCase()] = (seen[state.toLowerCase()] ?? 0) + 1
  const wrong = Object.keys(seen).filter((state) => (dump.counts[state] ?? 0) !== seen[state])
  if (wrong.length === 0 && dump.remaining === 0) return []
  return [{ invariant: 'I8 counts', workflow: id, what: `counts ${JSON.stringify(dump.counts)}, nodes ${JSON.stringify(seen)}` }]
}

/** I6: in every run, a join begins after the last of its members has succeeded (or what that became) in the last run in which that was called. */
export function earlyJoins({ id, submit, executions }: WorkflowRecord): Violation[] {
  if (submit === undefined) return []
  const members = calls(executions)
  return submit.joins.flatMap(({ node, after }) =>
    [...firstStarts(executions.get(node) ?? [])].flatMap(([run, first]) => {
      const missing = numbersOf(after).filter((member) => !(doneAt(members.get(String(member)) ?? [], run) < first))
      const what = `${node} began in run ${run} before ${missing.slice(0, 5)} had succeeded`
      return missing.length === 0 ? [] : [{ invariant: 'I6 early join', workflow: id, what }]
    }),
  )
}

/** When each run first called a node. */
function firstStarts(list: readonly Execution[]): Map<number, number> {
  const first = new Map<number, number>()
  for (const { run, start } of list) first.set(run, Math.min(first.get(run) ?? start, start))
  return first
}

/** When a member that was called so first succeeded, in the last run of `run` and those before it that called it. */
function doneAt(list: readonly Execution[], run: number): number {
  const last = Math.max(...list.map((one) => one.run).filter((one) => one <= run))
  const ends = list.flatMap(({ run: of, type, end }) => (of === last && type === 'ok' && end !== undefined ? [end] : []))
  return Math.min(...ends, Number.POSITIVE_INFINITY)
}

/** The calls of each node of the submitted graph, those of tasks that it became with them. */
function calls(executions: WorkflowRecord['executions']): Map<string, Execution[]> {
  const found = new Map<string, Execution[]>()
  for (const [node, list] of executions) {
    const root = rootOf(node)
    found.set(root, [...(found.get(root) ?? []), ...list])
  }
  return found
}

/** The node of the submitted graph that a task, or one that it became or added, stands for. */
export const rootOf = (node: string): string => node.split(/[/.]/)[0] as string

/** An attempt that ran again, and whether the history says why. */
export interface Duplicate {
  workflow: string
  node: string
  run: number
  attempt: number
  workers: [string, string]
  explained: boolean
  join: boolean
}

/** I3, I10: every repeat of an attempt. */
export function duplicates(record: HistoryRecord, { id, submit, executions }: WorkflowRecord): Duplicate[] {
  const joins = new Set(submit?.joins.map(({ node }) => node))
  const found: Duplicate[] = []
  for (const [node, list] of executions) {
    list.forEach((run, k) => {
      const before = list[k - 1]
      if (before === undefined || before.attempt !== run.attempt || before.run !== run.run) return
      const workers: [string, string] = [before.worker, run.worker]
      const explained = isExplained(record, before, run)
      found.push({ workflow: id, node, run: run.run, attempt: run.attempt, workers, explained, join: joins.has(node) })
    })
  }
  return found
}

/** The crash budget: one of its tasks was lost too often. */
export const wasLostTooOften = (record: HistoryRecord, workflow: WorkflowRecord, until: number): boolean =>
  [...workflow.executions.keys()].some((node) => isPastBudget(record, workflow, node, until))

/**
 * Some attempt of the node had been delivered as often as is allowed by then, and its process was lost each time. What was lost before is delivered when its
 * worker has said so: it may be lost between that and its handler.
 */
function isPastBudget(record: HistoryRecord, { executions, begun }: WorkflowRecord, node: string, until: number): boolean {
  const list = executions.get(node) ?? []
  return list.some(({ run, attempt }) => {
    const called = list.filter((one) => one.run === run && one.attempt === attempt && one.start < until)
    const about = begun.filter((one) => one.node === node && one.run === run && one.t < until)
    const notCalled = about.filter(({ worker }) => !called.some((one) => one.worker === worker))
    const deliveries = [...called, ...notCalled.map(({ worker, t }) => ({ run, attempt, worker, start: t }))]
    return deliveries.length >= MAX_DELIVERIES && deliveries.every((one) => wasLost(record, one, until + LINE_LATE_MS))
  })
}

/** Its process was lost, or heard that its lease was, between its grant and then. */
function wasLost(record: HistoryRecord, one: Execution, until: number): boolean {
  const { exits, lostAt } = record.worker(one.worker)
  const between = (t: number): boolean => grantedAt(one) < t && t < until
  if (lostAt.some(between)) return true
  // Who leaves in good order has told of all that ended in it.
  return exits.some(({ t, code, signal }) => between(t) && (code !== 0 || signal !== null || (one.end ?? t) >= t))
}

function isExplained(record: HistoryRecord, before: Execution, again: Execution): boolean {
  if (wasLost(record, before, again.start + LINE_LATE_MS)) return true
  // It began under a lease that had been taken from it: the grant was long under way, and what came of it was refused.
  const around = (t: number): boolean => Math.abs(t - again.start) < LINE_LATE_MS
  if (record.worker(again.worker).lostAt.some(around)) return true
  return isForgotten(record, before)
}

/** The earliest moment at which its lease may have been granted. It may have been lost again before the handler began. */
export const grantedAt = ({ since, start }: Execution): number => since ?? start

/** Redis lost a moment between its grant and its end. */
const isForgotten = ({ forgotten }: HistoryRecord, execution: Execution): boolean =>
  forgotten.some(({ since, t }) => grantedAt(execution) <= t && (execution.end ?? t) >= since)

/** I9: a further attempt follows one that asked for it, in the same run; in a further run the first one may count on from the runs before. */
export function unaskedAttempts({ id, executions }: WorkflowRecord): Violation[] {
  const found: Violation[] = []
  for (const [node, list] of executions) {
    for (const one of list) {
      if (one.attempt > 1 && !isAsked(one, list))
        found.push({ invariant: 'I9 attempts', workflow: id, what: `attempt ${one.attempt} of ${node}, which nothing asked for` })
    }
  }
  return found
}

function isAsked({ run, attempt, start }: Execution, list: readonly Execution[]): boolean {
  const earlier = list.filter((one) => one.run < run).map((one) => one.attempt)
  // Besides those that began, each run before may have ended one by a revocation between its grant and its handler.
  if (attempt <= Math.max(0, ...earlier) + run) return run > 1
  return list.some((one) => one.run === run && one.attempt === attempt - 1 && one.type !== 'ok' && one.end !== undefined && one.end < start)
}

/** I2, I4: a node that succeeded has run; one that was skipped has not, in the last run. */
export function statesWithoutCause(record: HistoryRecord, { id, dump, executions }: WorkflowRecord): Violation[] {
  if (!dump?.found) return []
  const last = dump.runs.at(-1)?.[0] ?? 1
  return dump.nodes.flatMap(([node, state]) => {
    const ran = executions.get(node) ?? []
    if (state === 'SUCCESS' && !ran.some(({ type }) => type === 'ok' || type === 'info'))
      return [{ invariant: 'I4 first end', workflow: id, what: `${node} is SUCCESS and no handler of it returned` }]
    const inLast = ran.filter((one) => one.run === last && !isForgotten(record, one)).length
    if (state === 'SKIPPED' && inLast > 0)
      return [{ invariant: 'I2 one place', workflow: id, what: `${node} is SKIPPED and ran ${inLast} times` }]
    return []
  })
}

/** I12: nothing runs of what was refused, or was never sent. */
export function strangers({ id, submit, refused, acceptedAt, executions }: WorkflowRecord): Violation[] {
  if (executions.size === 0 || (submit !== undefined && (!refused || acceptedAt !== undefined))) return []
  return [
    { invariant: 'I12 submission', workflow: id, what: `${executions.size} tasks ran of what was ${refused ? 'refused' : 'never sent'}` },
  ]
}

/** I14: when all is forgotten, nothing is left. */
export function leftKeys({ keys }: HistoryRecord): Violation[] {
  if (keys === undefined || keys.left.length === 0) return []
  return [{ invariant: 'I14 keys', what: `${keys.left.length} keys are left: ${keys.left.slice(0, 5).join(' ')}` }]
}

/** I18: after each fault, what it hit works again. */
export function unrecovered({ faults }: HistoryRecord): Violation[] {
  return faults
    .filter(({ type }) => type === 'fail')
    .map(({ id, name, error }) => ({ invariant: 'I18 recovery', what: `fault ${id}, ${name}: ${error ?? 'no recovery'}` }))
}

export const clip = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text)
