/**
 * One random canvas whose chords, or which as a whole, cancel at the first failure. Which sibling is still open then is a matter of time, so it is held
 * against what must hold whatever the order: it ends, every node once; it fails where the same canvas without the option fails, and by a task that
 * failed, not by one that was cancelled; and where nothing is cancelled, everything is as without the option.
 */
import type { Canvas, Outcome, WorkflowClient } from '../../src/engine/index.js'
import type { EvalOutcome } from '../support/evaluator.js'
import { evaluate } from '../support/evaluator.js'
import { SeededRandom } from '../support/seed.js'
import { until } from '../support/wait.js'
import { canvasOf, insist, miscounted, type Spec } from './trial.js'

/** Every chord cancels, or one in two. */
export function cancelling(canvas: Canvas, random: SeededRandom): Canvas {
  const share = random.pick([1, 0.5])
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    const copy = Object.fromEntries(Object.entries(value).map(([name, part]) => [name, walk(part)]))
    const { kind, options } = copy as { kind?: string; options?: object }
    return kind === 'chord' && random.chance(share) ? { ...copy, options: { ...options, onFailure: 'cancel' } } : copy
  }
  return walk(canvas) as Canvas
}

/** What is wrong with a canvas whose chords cancel, and with one that is submitted so. */
export async function cancelTroubles(client: WorkflowClient, observer: WorkflowClient, spec: Spec, timeoutMs = 60_000): Promise<string[]> {
  const random = new SeededRandom(spec.seed)
  const plain = canvasOf(spec)
  const whole = random.chance(0.4)
  const canvas = whole && random.chance(0.5) ? plain : cancelling(plain, random)
  const id = `x${spec.shape ?? 'c'}${spec.seed}-${spec.nodes}`
  const handle = await insist(() => client.submit(canvas, { id, ...(whole ? { onFailure: 'cancel' } : {}) }), timeoutMs)
  const outcome = await insist(() => handle.outcome({ waitMs: timeoutMs }), timeoutMs)
  const seen = observer.workflow(id)
  await until(async () => (await seen.status()).ended, { timeoutMs, what: `workflow ${id} ends` })
  const status = await seen.status()
  const trouble = miscounted(await seen.results(), status)
  const wanted = shown(evaluate(plain).outcome, whole)
  const got = outcome === null ? 'nothing' : shown(outcome, whole)
  return got === wanted ? trouble : [...trouble, `expected ${wanted.slice(0, 2_000)}`, `got ${got.slice(0, 2_000)}`]
}

const rootOf = (error: { type: string; cause?: { type: string } }): string => (error.cause === undefined ? error.type : rootOf(error.cause))

/** Of a workflow that is cancelled as a whole only that it failed. */
const shown = (outcome: Outcome | EvalOutcome, whole: boolean): string =>
  whole && hasFailed(outcome) ? 'failed' : JSON.stringify(briefly(outcome))

/** Whether a task that failed is told of, wherever in the outcome it stands. */
function hasFailed(outcome: Outcome | EvalOutcome): boolean {
  if (outcome.state === 'GROUP') return outcome.results.some(hasFailed)
  return outcome.state === 'FAILURE' && rootOf(outcome.error) === 'ValueError'
}

/** An outcome without what depends on which failure was the first. */
function briefly(outcome: Outcome | EvalOutcome): unknown {
  if (outcome.state === 'GROUP') return outcome.results.map(briefly)
  if (outcome.state === 'FAILURE') return [outcome.error.type, rootOf(outcome.error)]
  return outcome.state === 'SUCCESS' ? { result: outcome.result } : outcome.state
}
