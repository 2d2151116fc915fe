/** What an operator is going to do with a workflow: chosen from a seed before the workflow is sent. Pure. */
import type { SeededRandom } from '../../support/random.js'
import type { OperationKind } from './history.js'

export interface Deed {
  kind: OperationKind
  /** Pause before it, ms. */
  afterMs: number
  terminate: boolean
  /** Which tasks, as parts (0 to 1) of the way through the list of those that it may hit. */
  picks: number[]
}

export interface ControlPlan {
  deeds: Deed[]
  /** Whether it is retried until it succeeds; else it is left as the deeds leave it. */
  retries: boolean
  /** Of the submit. */
  timeoutMs?: number
}

/** How a workflow is operated on. `resume` follows every `pause` sooner or later, and comes before what needs an end. */
const COURSES: readonly (readonly OperationKind[])[] = [
  ['retry'],
  ['revoke'],
  ['revoke', 'retry'],
  ['revoke', 'retry', 'revoke', 'retry'],
  ['revoke-task'],
  ['revoke-task', 'revoke-task', 'retry'],
  ['pause', 'resume'],
  ['pause', 'resume', 'pause', 'resume'],
  ['pause', 'revoke', 'retry'],
  ['pause', 'revoke-task', 'resume'],
  ['rerun'],
  ['rerun', 'pause', 'resume', 'rerun'],
  ['revoke', 'rerun', 'revoke-task'],
  ['retry', 'pause', 'revoke'],
]

/** Those that begin in the midst of a workflow. */
const SUDDEN = COURSES.filter(([first]) => first === 'revoke' || first === 'pause')

/** `sudden`: it is revoked or paused while much of it is open. */
export function planOf(random: SeededRandom, sudden = false): ControlPlan {
  const course = random.pick(sudden ? SUDDEN : COURSES)
  return { deeds: course.map((kind) => deedOf(kind, random)), retries: random.chance(0.8) }
}

function deedOf(kind: OperationKind, random: SeededRandom): Deed {
  const picks = Array.from({ length: random.int(1, 3) }, () => random.next())
  // At once, in the midst of it, or when most has ended.
  const afterMs = random.chance(0.3) ? 0 : random.int(1, random.chance(0.7) ? 60 : 300)
  return { kind, afterMs, terminate: random.chance(0.3), picks }
}
