/**
 * What must hold of workflows that are operated on, a function per invariant; see rules.ts. Pure.
 *
 * Whether a lease was granted after an operation is judged by the turn that granted it: one that was first sent after the answer to the operation had come
 * was executed after it, whatever faults there were. Of one that was under way meanwhile nobody can tell, and nothing is said. An attempt that had been
 * granted before may begin until its process has heard of the operation; how much later such attempts begin is measured and not judged, since a frozen
 * process or a broken connection may hear of it at any time.
 *
 * Where Redis lost a moment in the life of a workflow, a run may have been opened twice under the same number, and an answer may have been forgotten: such
 * a workflow must end, and with a right value if it succeeds, and that is all that can be said.
 */
import type { OperationKind, OutcomeEntry } from './history.js'
import type { Execution, HistoryRecord, Operation, WorkflowRecord } from './record.js'
import { clip, type Violation, wasLostTooOften } from './rules.js'

/** Redis lost a moment in which something was known of this workflow, or of its runs. */
export function isBlurred(record: HistoryRecord, { submit, outcomes, operations }: WorkflowRecord): boolean {
  if (submit === undefined) return false
  const last = Math.max(submit.t, ...outcomes.map(({ t }) => t), ...operations.map(({ sent, answeredAt }) => answeredAt ?? sent.t))
  return record.forgotten.some(({ since, t }) => since <= last && submit.t <= t)
}

/** What was answered so: there was something to revoke, or to pause. */
const done = ({ operations }: WorkflowRecord, ...kinds: OperationKind[]): (Operation & { answeredAt: number })[] =>
  operations.filter(
    (one): one is Operation & { answeredAt: number } =>
      kinds.includes(one.sent.kind) && one.answeredAt !== undefined && one.answer === true,
  )

function* all({ executions }: WorkflowRecord): Generator<[node: string, execution: Execution]> {
  for (const [node, list] of executions) for (const one of list) yield [node, one]
}

/** I13: when a revocation was answered, no lease of that run (of that task) is granted any more. */
export function leasesAfterRevoke(workflow: WorkflowRecord): Violation[] {
  return done(workflow, 'revoke', 'revoke-task').flatMap(({ sent: { run, node }, answeredAt }) => {
    const isMeant = (of: string): boolean => node === undefined || of === node || of.startsWith(`${node}/`)
    const late = [...all(workflow)].filter(([of, one]) => isMeant(of) && one.run <= run && (one.since ?? 0) > answeredAt)
    return late.slice(0, 1).map(([of]) => granted('I13 lease after revoke', workflow, of, run, late.length))
  })
}

/** I13: when a workflow was heard to have run past its timeout, no lease of that run is granted any more. */
export function leasesAfterTimeout(workflow: WorkflowRecord): Violation[] {
  if (workflow.submit?.timeoutMs === undefined) return []
  return workflow.outcomes
    .filter(({ state }) => state === 'REVOKED')
    .flatMap(({ t, run = 1 }) => {
      const late = [...all(workflow)].filter(([, one]) => one.run <= run && (one.since ?? 0) > t)
      return late.slice(0, 1).map(([of]) => granted('I13 lease after timeout', workflow, of, run, late.length))
    })
}

/** While a workflow is paused no lease of it is granted: from the answer until something is sent that lets it go on. */
export function leasesWhilePaused(workflow: WorkflowRecord): Violation[] {
  return done(workflow, 'pause').flatMap(({ sent, answeredAt }) => {
    if (inDoubt(workflow, 'resume', sent.id)) return []
    const until = pausedUntil(workflow, sent.id)
    const late = [...all(workflow)].filter(([, one]) => one.run <= sent.run && (one.since ?? 0) > answeredAt && one.start < until)
    return late.slice(0, 1).map(([of]) => granted('I13 lease while paused', workflow, of, sent.run, late.length))
  })
}

/** One that was sent before and got no answer: it may be executed at any later time. */
const inDoubt = ({ operations }: WorkflowRecord, kind: OperationKind, before: number): boolean =>
  operations.some(({ sent, answeredAt, refused }) => sent.kind === kind && sent.id < before && answeredAt === undefined && !refused)

const GOES_ON: readonly OperationKind[] = ['resume', 'retry', 'rerun']

function pausedUntil({ operations }: WorkflowRecord, id: number): number {
  return operations.find(({ sent }) => sent.id > id && GOES_ON.includes(sent.kind))?.sent.t ?? Number.POSITIVE_INFINITY
}

function granted(invariant: string, { id }: WorkflowRecord, node: string, run: number, count: number): Violation {
  return { invariant, workflow: id, what: `${count} attempts of run ${run} were granted, of ${node} first` }
}

/** How long after the answer to a revocation or a pause attempts began that had been granted before, ms. */
export function lateBegins(workflow: WorkflowRecord): number[] {
  return done(workflow, 'revoke', 'pause').flatMap(({ sent, answeredAt }) => {
    const until = sent.kind === 'pause' ? pausedUntil(workflow, sent.id) : Number.POSITIVE_INFINITY
    return [...all(workflow)]
      .filter(([, { run, since = 0, start }]) => run === sent.run && since <= answeredAt && start > answeredAt && start < until)
      .map(([, { start }]) => start - answeredAt)
  })
}

/** I4: every outcome that was heard is one that its run can have come to; a success has the value of a run without faults. */
export function wrongEnds(record: HistoryRecord, workflow: WorkflowRecord, blurred: boolean): Violation[] {
  const { id, submit, acceptedAt, outcomes, dump } = workflow
  if (submit === undefined || acceptedAt === undefined || !dump?.found) return []
  if (outcomes.length === 0 && dump.ended) return [{ invariant: 'I4 value', workflow: id, what: 'nobody heard an outcome' }]
  return outcomes.flatMap((outcome) => {
    const why = wrong(record, workflow, outcome, blurred)
    return why === undefined ? [] : [{ invariant: 'I4 value', workflow: id, what: `${submit.shape}, run ${outcome.run ?? 1}: ${why}` }]
  })
}

function wrong(record: HistoryRecord, workflow: WorkflowRecord, outcome: OutcomeEntry, blurred: boolean): string | undefined {
  const { state, run = 1, t } = outcome
  if (state === 'SUCCESS') return wrongSuccess(workflow, outcome, blurred)
  if (blurred || (state === 'FAILURE' && wasLostTooOften(record, workflow, t))) return undefined
  if (state === 'FAILURE' && !failedBefore(workflow, run, t)) return 'FAILURE, and nothing had failed or was revoked'
  if (state !== 'FAILURE' && state !== 'REVOKED') return state
  if (state === 'REVOKED' && !revocable(workflow, run, t)) return 'REVOKED, and nobody had revoked anything'
  const whole = done(workflow, 'revoke').some(({ sent, answeredAt }) => sent.run === run && answeredAt < t)
  if (state === 'FAILURE' && whole && !failedBefore(workflow, run, t)) return 'FAILURE although it was revoked before anything failed'
  return undefined
}

function wrongSuccess(workflow: WorkflowRecord, { run = 1, result }: OutcomeEntry, blurred: boolean): string | undefined {
  const [wanted, heard] = [workflow.submit?.expected.result, result].map((value) => JSON.stringify(value ?? null))
  if (wanted !== heard) return `expected ${clip(String(wanted))}, heard ${clip(String(heard))}`
  const revoked = done(workflow, 'revoke', 'revoke-task').some(({ sent }) => sent.run === run)
  return revoked && !blurred ? 'SUCCESS although it was revoked' : undefined
}

const sentBefore = (workflow: WorkflowRecord, run: number, t: number, ...kinds: OperationKind[]): boolean =>
  workflow.operations.some(({ sent }) => kinds.includes(sent.kind) && sent.run <= run && sent.t < t)

/** A task had failed; or some were revoked, and what joins them was not: one by one, or all in a run before and only a part of them runs again. */
const failedBefore = (workflow: WorkflowRecord, run: number, t: number): boolean =>
  sentBefore(workflow, run, t, 'revoke-task') ||
  sentBefore(workflow, run - 1, t, 'revoke') ||
  [...all(workflow)].some(([, one]) => one.run <= run && one.type === 'fail' && one.start < t)

const revocable = (workflow: WorkflowRecord, run: number, t: number): boolean =>
  workflow.submit?.timeoutMs !== undefined || sentBefore(workflow, run, t, 'revoke', 'revoke-task')

/** I8: every run has ended, once: what was heard of it, however often, is what is stored of it. */
export function wrongRuns({ id, dump, outcomes, operations }: WorkflowRecord): Violation[] {
  if (!dump?.found || !dump.ended) return []
  const found: string[] = []
  dump.runs.forEach(([run, , ended], k) => {
    if (run !== k + 1) found.push(`run ${run} stands in place ${k + 1}`)
    if (!ended) found.push(`run ${run} has not ended`)
  })
  for (const { run = 1, state } of outcomes) {
    const stored = dump.runs.find(([of]) => of === run)?.[1]
    if (stored !== state) found.push(`${state} was heard of run ${run}, and ${stored ?? 'no such run'} is stored`)
  }
  for (const { sent, answer } of operations) {
    if (typeof answer === 'number' && !dump.runs.some(([run]) => run === answer))
      found.push(`a ${sent.kind} opened run ${answer}, which is not there`)
  }
  return found.map((what) => ({ invariant: 'I8 one end', workflow: id, what }))
}

/** What was resumed goes on: nobody finds it paused again. */
export function pausedAgain(workflow: WorkflowRecord): Violation[] {
  const { id, dump, operations } = workflow
  if (inDoubt(workflow, 'pause', Number.POSITIVE_INFINITY)) return []
  const calls = operations.filter(({ sent }) => sent.kind === 'pause' || sent.kind === 'resume')
  // Its operator resumes it a second time only when it has seen that it is paused.
  const again = calls.find((one, k) => one.sent.kind === 'resume' && calls[k - 1]?.sent.kind === 'resume' && calls[k - 1]?.answer === true)
  if (again === undefined && dump?.paused === undefined) return []
  return [{ invariant: 'I1 resume', workflow: id, what: 'it was paused although it had been resumed' }]
}

/** I4: a workflow whose timeout has come did not wait for it less than that. */
export function earlyTimeouts({ id, submit, outcomes }: WorkflowRecord): Violation[] {
  if (submit?.timeoutMs === undefined) return []
  const { t, timeoutMs } = submit
  return outcomes
    .filter((outcome) => outcome.state === 'REVOKED' && outcome.t - t < timeoutMs - ROUNDING_MS)
    .map((outcome) => ({
      invariant: 'I4 timeout',
      workflow: id,
      what: `it ended ${outcome.t - t} ms after its submit, before ${timeoutMs} ms`,
    }))
}

/** Redis counts whole milliseconds, and its clock is another than that of the history. */
const ROUNDING_MS = 20
