/**
 * One random canvas on a real engine: submitted, run to its end, held against the evaluator. The heart of every property of this folder.
 *
 * A trial says what is wrong in words a person can act on, with the seed that makes the canvas again; an empty list is a pass. Calls that got
 * no answer are made again, as a user would: the engine may lose replies, not work.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Canvas,
  ChordisError,
  type Client,
  type NodeResult,
  type WorkflowHandle,
  type WorkflowStatus,
} from '../../src/engine/index.js'
import { evaluate } from '../support/evaluator.js'
import { randomCanvas, randomGraph } from '../support/random-canvas.js'
import type { SeededRandom } from '../support/seed.js'
import { until } from '../support/wait.js'
import { difference, type Seen } from './compare.js'
import type { Journal } from './journal.js'

export interface Spec {
  seed: number
  /** At most; callbacks and replacements not counted. */
  nodes: number
  /** `mixed`: with plain graphs among its compounds; `graph`: one plain graph; `policies`: with chords that collect outcomes; `failing`: with more failures. Default: none of these. */
  shape?: 'mixed' | 'graph' | 'policies' | 'failing' | undefined
}

export interface TrialOptions {
  client: Client
  /** Looks at what became of it; default `client`. Nodes are read one by one, which a lossy way makes very long. */
  observer?: Client
  /** Where the handlers' marks are; asked after the workflow has ended. */
  journal: () => Journal
  /** Longest time from submit to end, ms; default 60,000. */
  timeoutMs?: number
  /** Submits every canvas twice, the second time through the observer, to whom it must be known. */
  twice?: boolean
  /** Makes of what was seen what the evaluator would call it. */
  seen?: (seen: Seen) => Seen
}

const TERMINAL = ['SUCCESS', 'FAILURE', 'REVOKED', 'SKIPPED']

export const specs = (random: SeededRandom, count: number, most: number, least = 1): Spec[] =>
  Array.from({ length: count }, () => ({ seed: random.int(0, 2 ** 31), nodes: random.int(least, most) }))

/** The same of a shape. */
export const shaped = (shape: NonNullable<Spec['shape']>, list: Spec[]): Spec[] => list.map((spec) => ({ ...spec, shape }))

export const canvasOf = ({ seed, nodes, shape }: Spec): Canvas =>
  shape === 'graph'
    ? randomGraph({ seed, nodes, caseId: 'c' })
    : randomCanvas({ seed, nodes, caseId: 'c', graphs: shape === 'mixed', policies: shape === 'policies', failing: shape === 'failing' })

/** Makes a call until it is answered: an error that says "try again" is not an answer. */
export async function insist<T>(call: () => Promise<T>, timeoutMs = 60_000): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof ChordisError) || !error.retryable || error.code === 'closed' || performance.now() > deadline) throw error
      await sleep(20)
    }
  }
}

/** What is wrong with each canvas; `inFlight` of them run side by side. Stops after a few. */
export const troubles = (options: TrialOptions, list: readonly Spec[], inFlight = 32): Promise<object[]> =>
  troublesOf(list, inFlight, (spec) => troubleOf(options, spec))

/** What `trial` says is wrong, canvas by canvas. */
export async function troublesOf(list: readonly Spec[], inFlight: number, trial: (spec: Spec) => Promise<string[]>): Promise<object[]> {
  const found: object[] = []
  const waiting = [...list]
  const lane = async (): Promise<void> => {
    for (let spec = waiting.pop(); spec && found.length < 3; spec = waiting.pop()) {
      const trouble = await trial(spec).catch((error: Error) => [`${error.name}: ${error.message}`])
      if (trouble.length > 0) found.push({ ...spec, trouble })
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  return found
}

/** Runs one canvas to its end and says what is wrong with it, if anything is. */
export async function troubleOf(options: TrialOptions, spec: Spec): Promise<string[]> {
  const { journal, timeoutMs = 60_000 } = options
  const canvas = canvasOf(spec)
  const { handle, trouble } = await submitted(options, spec, canvas)
  const outcome = await insist(() => handle.outcome({ waitMs: timeoutMs }), timeoutMs)
  const seen = options.observer?.workflow(handle.id) ?? handle
  await until(async () => (await seen.status()).ended, { timeoutMs, what: `workflow ${handle.id} ends` })
  const nodes = await seen.results()
  const found = difference(evaluate(canvas), (options.seen ?? ((same) => same))({ outcome, marks: journal().marksOf(handle.id) }))
  if (found) trouble.push(`expected ${found.expected.slice(0, 2_000)}`, `got ${found.got.slice(0, 2_000)}`)
  return [...trouble, ...miscounted(nodes, await seen.status())]
}

async function submitted(
  options: TrialOptions,
  { seed, nodes, shape }: Spec,
  canvas: unknown,
): Promise<{ handle: WorkflowHandle; trouble: string[] }> {
  const { client, observer = client, twice } = options
  const settings = { id: `${shape ?? 'c'}${seed}-${nodes}`, retentionMs: 86_400_000 }
  const handle = await insist(() => client.submit(canvas, settings), options.timeoutMs)
  const known = !twice || (await observer.submit(canvas, settings)).duplicate
  return { handle, trouble: known ? [] : ['the second submit was taken for a new workflow'] }
}

/** Every node is terminal, and the workflow's own counts say the same: a node that ended twice would be counted twice. */
export function miscounted(nodes: NodeResult[], { counts }: WorkflowStatus): string[] {
  const open = nodes.filter(({ state }) => !TERMINAL.includes(state))
  const count = (state: string): number => nodes.filter((node) => node.state === state).length
  const seen = { success: count('SUCCESS'), failure: count('FAILURE'), revoked: count('REVOKED'), skipped: count('SKIPPED'), remaining: 0 }
  const { total: _, ...said } = counts
  const trouble = open.length === 0 ? [] : [`not terminal: ${JSON.stringify(open).slice(0, 500)}`]
  if (JSON.stringify(seen) !== JSON.stringify(said)) trouble.push(`counts ${JSON.stringify(said)}, nodes ${JSON.stringify(seen)}`)
  return trouble
}
