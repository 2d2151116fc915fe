/**
 * Plain functions that throw `AssertionError` of `node:assert`, which every test framework shows with a diff. They look at what was submitted, and at
 * which handlers were called.
 */
import assert, { AssertionError } from 'node:assert'
import type { Json, Signature } from '../canvas/types.js'
import { type InlineChordis, nameOf, type SubmittedCanvas, type TaskName } from './inline.js'
import { matches } from './matching.js'
import { signaturesOf } from './signatures.js'
import type { TaskCall } from './task-book.js'

/** Anything left out is not looked at. Values may be predicates, or matchers with `asymmetricMatch`. */
export interface ExpectedCall {
  /** All positional arguments. */
  args?: unknown
  /** All keyword arguments. */
  kwargs?: unknown
}

export interface ExpectedSubmission extends ExpectedCall {
  /** Options of the signature, those that are named here. */
  options?: Record<string, unknown>
  /** Options of the submission (name, tags, …), those that are named here. */
  submit?: Record<string, unknown>
  /** How often, in all canvases; default: at least once. */
  times?: number
}

export interface ExpectedHandlerCall extends ExpectedCall {
  /** How often; default: at least once. Every attempt of a task that is retried counts. */
  times?: number
}

/** A call of the task that stands in a canvas that was submitted. */
export interface SubmittedTask {
  signature: Signature
  submission: SubmittedCanvas
}

/** Every call of the task in what was submitted, callbacks too, in definition order. Duplicates of a submission do not count. */
export function submittedTasks(chordis: InlineChordis, task: TaskName): SubmittedTask[] {
  const name = nameOf(task)
  return chordis.submitted
    .filter(({ duplicate }) => !duplicate)
    .flatMap((submission) => [...signaturesOf(submission.canvas)].map((signature) => ({ signature, submission })))
    .filter(({ signature }) => signature.task === name)
}

/**
 * A call of the task stands in a canvas that was submitted. Answers those that fit.
 * @example assertSubmitted(chordis, 'send-mail', { args: ['ann@example.org'], kwargs: { template: 'welcome' } })
 * @throws AssertionError
 */
export function assertSubmitted(chordis: InlineChordis, task: TaskName, expected: ExpectedSubmission = {}): SubmittedTask[] {
  const all = submittedTasks(chordis, task)
  const { times, ...shape } = expected
  const fit = all.filter((one) => fits(shape, one))
  const actual = all.map(({ signature, submission }) => seenOf(shape, signature, submission))
  judge(`"${nameOf(task)}" was submitted`, { fit: fit.length, times, shape, actual, others: namesOf(chordis) }, assertSubmitted)
  return fit
}

/** No call of the task (or none that fits) stands in anything that was submitted. @throws AssertionError */
export function assertNotSubmitted(chordis: InlineChordis, task: TaskName, expected: Omit<ExpectedSubmission, 'times'> = {}): void {
  assertSubmitted(chordis, task, { ...expected, times: 0 })
}

/** The task's handler, or its stub, was called. Answers the calls that fit. @throws AssertionError */
export function assertCalled(chordis: InlineChordis, task: TaskName, expected: ExpectedHandlerCall = {}): TaskCall[] {
  const all = chordis.callsOf(task)
  const { times, ...shape } = expected
  const fit = all.filter((call) => fitsCall(shape, call))
  const actual = all.map((call) => pick(shape, call))
  const others = [...new Set(chordis.calls.map((call) => call.task))]
  judge(`"${nameOf(task)}" was called`, { fit: fit.length, times, shape, actual, others }, assertCalled)
  return fit
}

/** The task's handler was not called, or never in a way that fits. @throws AssertionError */
export function assertNotCalled(chordis: InlineChordis, task: TaskName, expected: ExpectedCall = {}): void {
  assertCalled(chordis, task, { ...expected, times: 0 })
}

/** The first calls of these tasks began in this order; others may stand between them. A task may be named several times. @throws AssertionError */
export function assertCallOrder(chordis: InlineChordis, tasks: readonly TaskName[]): void {
  const expected = tasks.map(nameOf)
  const actual = chordis.calls.map(({ task }) => task)
  let next = 0
  for (const task of actual) if (task === expected[next]) next++
  if (next === expected.length) return
  throw new AssertionError({
    message: `Expected calls in this order: ${expected.join(', ')}\n${expected[next]} (number ${next + 1}) is not there after the ones before it. Calls: ${actual.join(', ') || 'none'}`,
    actual,
    expected,
    operator: 'assertCallOrder',
    stackStartFn: assertCallOrder,
  })
}

interface Judged {
  fit: number
  times: number | undefined
  shape: object
  actual: unknown[]
  /** Tasks that are there, for a name that was mistyped. */
  others: string[]
}

function judge(what: string, { fit, times, shape, actual, others }: Judged, stackStartFn: (...args: never[]) => unknown): void {
  if (times === undefined ? fit > 0 : fit === times) return
  const often = times === undefined ? 'at least once' : times === 0 ? 'never' : `${times} ${times === 1 ? 'time' : 'times'}`
  const like = Object.keys(shape).length === 0 ? '' : ' like this'
  const lines = [`Expected that ${what} ${often}${like}; it was ${fit} ${fit === 1 ? 'time' : 'times'}.`]
  if (actual.length === 0) lines.push(others.length === 0 ? 'Nothing was.' : `What was: ${others.join(', ')}`)
  else if (times !== 0) lines.push(differences(shape, actual))
  throw new AssertionError({ message: lines.join('\n'), actual, expected: shape, operator: 'deepStrictEqual', stackStartFn })
}

/** At most so many calls are shown beside what was expected. */
const SHOWN = 3

function differences(shape: object, actual: readonly unknown[]): string {
  const shown = actual.slice(0, SHOWN).map((seen, k) => {
    try {
      assert.deepStrictEqual(seen, shape)
      return `call ${k + 1} fits`
    } catch (error) {
      return `call ${k + 1}: ${(error as Error).message}`
    }
  })
  return [...shown, ...(actual.length > SHOWN ? [`and ${actual.length - SHOWN} more`] : [])].join('\n')
}

function fits(expected: ExpectedSubmission, { signature, submission }: SubmittedTask): boolean {
  if (!fitsCall(expected, signature)) return false
  return fitsSome(expected.options, signature.options) && fitsSome(expected.submit, submission.options)
}

function fitsCall(expected: ExpectedCall, call: { args: Json[]; kwargs: object }): boolean {
  if (expected.args !== undefined && !matches(expected.args, call.args)) return false
  return expected.kwargs === undefined || matches(expected.kwargs, call.kwargs)
}

/** Fields that are not named are not looked at. */
function fitsSome(expected: Record<string, unknown> | undefined, actual: object): boolean {
  return Object.entries(expected ?? {}).every(([key, value]) => matches(value, (actual as Record<string, unknown>)[key]))
}

/** The part of a call that the test looks at. */
function pick(shape: object, from: object): object {
  return Object.fromEntries(Object.keys(shape).map((key) => [key, plain((from as Record<string, unknown>)[key])]))
}

function seenOf({ submit, options, ...call }: ExpectedSubmission, signature: Signature, submission: SubmittedCanvas): object {
  return {
    ...pick(call, signature),
    ...(options && { options: pick(options, signature.options) }),
    ...(submit && { submit: pick(submit, submission.options) }),
  }
}

/** Objects of canvases have no prototype; a diff would say so. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown)
}

const namesOf = (chordis: InlineChordis): string[] => [
  ...new Set(chordis.submitted.flatMap(({ canvas }) => [...signaturesOf(canvas)].map(({ task }) => task))),
]
