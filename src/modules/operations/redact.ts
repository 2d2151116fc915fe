/**
 * What people see who may not see payloads (`payloads:read`): the same shapes without arguments, results, what tasks say of themselves, and the texts of errors,
 * which often quote them. `hidden` says that something was left out. Pure.
 */
import type {
  AttemptError,
  DeadLetter,
  DeadLetterDetails,
  NodeResult,
  Outcome,
  ScheduleView,
  TaskView,
  WireError,
} from '../../engine/index.js'

/** Something of which a part may have been left out. */
export type Shown<T> = T & {
  /** Payloads were left out: the credential lacks `payloads:read`. */
  hidden?: true
}

/** Its kind, without its texts. */
export function hideError({ type, code }: WireError): WireError {
  return { type, message: '', ...(code === undefined ? {} : { code }) }
}

/** An outcome of which only the states are left. */
export function hideOutcome(outcome: Outcome): Shown<Outcome> {
  switch (outcome.state) {
    case 'SUCCESS':
      return { state: 'SUCCESS', result: null, hidden: true }
    case 'FAILURE':
      return { state: 'FAILURE', error: hideError(outcome.error), hidden: true }
    case 'REVOKED':
      return { state: 'REVOKED', ...(outcome.error === undefined ? {} : { error: hideError(outcome.error) }), hidden: true }
    case 'GROUP':
      return { state: 'GROUP', results: outcome.results.map(hideOutcome), hidden: true }
    default:
      return outcome
  }
}

/** A task without what it says of itself. */
export function hideTask({ info, ...task }: TaskView): Shown<TaskView> {
  return info === undefined ? task : { ...task, hidden: true }
}

/** A task without what it came to. */
export function hideResult({ info: _info, result: _result, error, ...task }: NodeResult): Shown<NodeResult> {
  return { ...task, ...(error === undefined ? {} : { error: hideError(error) }), hidden: true }
}

/** A dead letter without the text of its error. */
export function hideLetter(letter: DeadLetter): Shown<DeadLetter> {
  return { ...letter, error: hideError(letter.error), hidden: true }
}

/** The same without what it was called with. */
export function hideDetails(letter: DeadLetterDetails): Shown<DeadLetterDetails> {
  const errors = letter.errors.map((one): AttemptError => ({ ...one, error: one.error && hideError(one.error) }))
  return { ...letter, error: hideError(letter.error), args: [], kwargs: {}, errors, hidden: true }
}

/** A schedule without what it submits. */
export function hideSchedule(schedule: ScheduleView): Shown<ScheduleView> {
  return { ...schedule, canvas: null, hidden: true }
}
