/**
 * Inline mode against two judges: the evaluator, which knows no graph, and the real engine over Redis, node by node.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Canvas,
  type CanvasOptions,
  Client,
  type Json,
  type NodeResult,
  type Outcome,
  type Signature,
  type TaskDefinition,
  TaskRegistry,
  Worker,
  type WorkflowClient,
} from '../../src/engine/index.js'
import { InlineChordis } from '../../src/engine/testing/index.js'
import { ownTasks } from '../conformance/own.js'
import { conformanceTasks, type Mark } from '../conformance/tasks.js'
import { evaluate } from '../support/evaluator.js'
import { randomCanvasSpec } from '../support/random-canvas.js'
import { useRedis } from '../support/redis-server.js'
import { pickSeed, SeededRandom, seeded } from '../support/seed.js'
import { until } from '../support/wait.js'
import { difference } from './compare.js'
import { canvasOf, type Spec, specs } from './trial.js'

const RUNS = process.env.CHORDIS_VERIFY === '1' ? 3_000 : 400
const SIDE_BY_SIDE = process.env.CHORDIS_VERIFY === '1' ? 1_000 : 150

/** Canvases without plain graphs, with, plain graphs, and canvases with chords that collect. */
const SHAPES = [undefined, 'mixed', 'graph', 'policies'] as const

/** What must be the same wherever a canvas runs: no times, no stacks, no ids of workflows. */
const shapeOf = ({ id, task, state, attempts, result, error, ignored }: NodeResult): object => ({
  id,
  task,
  state,
  attempts,
  result,
  ignored,
  error: shapeOfError(error),
})

function shapeOfError(error: NodeResult['error']): unknown {
  return error && { type: error.type, message: error.message, code: error.code, cause: shapeOfError(error.cause) }
}

function shapeOfOutcome(outcome: Outcome | null): unknown {
  if (outcome?.state === 'GROUP') return { state: 'GROUP', results: outcome.results.map(shapeOfOutcome) }
  return outcome && 'error' in outcome ? { state: outcome.state, error: shapeOfError(outcome.error) } : outcome
}

/** Everything of an ended workflow that does not depend on the moment. */
async function lookedAt(client: WorkflowClient, canvas: Canvas, id: string, rest?: () => Promise<void>): Promise<object> {
  const handle = await client.submit(canvas, { id, tags: ['t'] })
  const outcome = await handle.outcome({ waitMs: 60_000 })
  await rest?.()
  await until(async () => (await handle.status()).ended, { timeoutMs: 60_000, what: `workflow ${id} ends` })
  const { createdAt: _c, startedAt: _s, outcomeAt: _o, endedAt: _e, partition: _p, ...status } = await handle.status()
  const nodes = (await handle.results()).map(shapeOf)
  return { status, outcome: shapeOfOutcome(outcome), nodes: nodes.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) }
}

describe('random canvases that run inline', () => {
  test('end as the evaluator says, with every node terminal', async () => {
    const property = fc.asyncProperty(randomCanvasSpec(60), async (spec) => {
      const canvas = canvasOf({ ...spec, shape: SHAPES[spec.seed % SHAPES.length] })
      const marks: Mark[] = []
      const chordis = new InlineChordis({ tasks: conformanceTasks((_case, mark) => void marks.push(mark)) })
      const handle = await chordis.submit(canvas)
      const outcome = await handle.outcome({ waitMs: 20_000 })
      await chordis.idle()
      const { ended, counts } = await handle.status()
      expect(difference(evaluate(canvas), { outcome, marks })).toBeNull()
      expect({ ended, remaining: counts.remaining }).toEqual({ ended: true, remaining: 0 })
    })
    await fc.assert(property, { numRuns: RUNS, seed: pickSeed() })
  })

  describe('and on real workers', () => {
    const redis = useRedis()
    const namespace = redis.ns()
    let client: Client
    let worker: Worker

    beforeAll(async () => {
      const tasks = new TaskRegistry()
      for (const task of changing()) tasks.register(task)
      client = await Client.connect({ redis: redis.url, namespace })
      worker = new Worker({ redis: redis.url, namespace, tasks })
      await worker.start()
    })

    afterAll(async () => {
      await worker?.stop()
      await client?.close()
    })

    async function sides(canvas: Canvas, id: string): Promise<{ inline: object; real: object }> {
      const chordis = new InlineChordis({ tasks: changing() })
      const [inline, real] = await Promise.all([lookedAt(chordis, canvas, id, () => chordis.idle()), lookedAt(client, canvas, id)])
      return { inline, real }
    }

    test('are the same: outcome, counts, and id, state, attempts, result and error of every node', async () => {
      const waiting: Spec[] = specs(seeded(), SIDE_BY_SIDE, 60).map((spec) => ({ ...spec, shape: SHAPES[spec.seed % SHAPES.length] }))
      const lane = async (): Promise<void> => {
        for (let spec = waiting.pop(); spec; spec = waiting.pop()) {
          const { inline, real } = await sides(canvasOf(spec), `c${spec.seed}-${spec.nodes}`)
          expect(inline, JSON.stringify(spec)).toEqual(real)
        }
      }
      await Promise.all(Array.from({ length: 16 }, lane))
    })

    test('tell error callbacks the same of the task that failed', async () => {
      const told: Canvas = { ...(sig('told', {}) as Signature), immutable: false }
      const node: Canvas = { kind: 'task', task: 'node', args: [1], kwargs: { tag: 'n' }, options: {}, immutable: false }
      const exhaust: Canvas = { ...node, task: 'exhaust', args: ['own'], options: { linkError: [told] } }
      const body: Canvas = { ...node, options: { linkError: [told] } }
      const canvases: Canvas[] = [
        { kind: 'chain', steps: [node, exhaust], options: {} },
        { kind: 'chord', header: [node, node], body: exhaust, options: {} },
        { kind: 'chord', header: [node, sig('boom', { tag: 'b' })], body, options: {} },
      ]
      for (const [k, canvas] of canvases.entries()) {
        const { inline, real } = await sides(canvas, `told-${k}`)
        expect(inline).toEqual(real)
        expect(JSON.stringify(inline)).toContain('"task":"told","state":"SUCCESS"')
      }
    })

    test('are the same where tasks replace themselves and add members to chords', async () => {
      const random = new SeededRandom(pickSeed())
      const waiting = Array.from({ length: SIDE_BY_SIDE }, (_, k) => ({ id: `grow-${k}`, canvas: growing(random) }))
      const lane = async (): Promise<void> => {
        for (let next = waiting.pop(); next; next = waiting.pop()) {
          const { inline, real } = await sides(next.canvas, next.id)
          expect(inline, JSON.stringify(next.canvas)).toEqual(real)
        }
      }
      await Promise.all(Array.from({ length: 16 }, lane))
    })
  })
})

/** The tasks of our own cases, and `told`, which answers what an error callback gets. */
const changing = (): TaskDefinition[] => [
  ...conformanceTasks(() => undefined),
  ...ownTasks(() => undefined),
  {
    name: 'told',
    handler: (_ctx, [request = null, error = null, traceback = null]) => [
      request,
      shapeOfError(error as unknown as NodeResult['error']),
      typeof traceback,
    ],
  },
]

const sig = (task: string, kwargs: { [name: string]: Json }, options: CanvasOptions = {}): Canvas => ({
  kind: 'task',
  task,
  args: [],
  kwargs,
  options,
  immutable: true,
})

/** What a task may become or add: failures, expiries, groups, chords and more of the same. */
function part(random: SeededRandom, depth: number): Canvas {
  const kind = random.int(0, depth > 0 ? 9 : 4)
  const inner = (): Canvas => part(random, depth - 1)
  const several = (): Canvas[] => Array.from({ length: random.int(0, 3) }, inner)
  if (kind === 0) return sig('boom', { tag: `b${random.int(0, 9)}` })
  if (kind === 1) return sig('node', { tag: 'late' }, { countdownMs: 50, expiresInMs: 1 })
  if (kind === 2) return sig('skip', {})
  if (kind <= 4) return sig('node', { tag: 'n' })
  if (kind === 5) return { kind: 'chain', steps: [inner(), inner()], options: {} }
  if (kind === 6) return { kind: 'group', members: several(), options: {} }
  if (kind === 7) return { kind: 'chord', header: several(), body: inner(), options: {} }
  return sig('become', { canvas: inner() as never })
}

/** A chord of which one member adds others, and its followers. Of what is added one may fail: which of several did so first is a matter of time. */
function growing(random: SeededRandom): Canvas {
  const grow = (depth: number): Canvas => {
    const members = Array.from({ length: random.int(0, 3) }, (_, k) =>
      k === 0 ? part(random, depth) : sig('swapgroup', { tag: 's', n: 2 }),
    )
    return sig('grow', { tag: 'g', members: members as never })
  }
  const header = [grow(2), ...Array.from({ length: random.int(0, 2) }, () => part(random, 2))]
  const node: Canvas = { kind: 'task', task: 'node', args: [], kwargs: { tag: 'body' }, options: {}, immutable: false }
  const collects = random.chance(0.5)
  const entry: Canvas = collects ? { ...node, task: 'outcomes' } : node
  const body: Canvas = random.chance(0.5) ? entry : { kind: 'group', members: [entry, { ...entry }], options: {} }
  const chord: Canvas = { kind: 'chord', header, body, options: collects ? { onFailure: 'collect' } : {} }
  return random.chance(0.5) ? chord : { kind: 'chain', steps: [chord, part(random, 2)], options: {} }
}
