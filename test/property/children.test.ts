/**
 * Random canvases whose tasks wait for child workflows, up to three deep, where the evaluator has a replacement or a failure in their place: the value is the
 * same, while every reply of every script is lost once.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Canvas,
  Client,
  type Outcome,
  signature,
  type TaskContext,
  type TaskDefinition,
  TaskRegistry,
  type WireError,
  Worker,
} from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { seeded } from '../support/seed.js'
import type { Seen } from './compare.js'
import { LossyWays } from './faults.js'
import { Journal, journalled, listening } from './journal.js'
import { insist, shaped, specs, troubles } from './trial.js'

const LARGE = process.env.CHORDIS_VERIFY === '1'
const SIZE = LARGE ? 300 : 40
const TIMEOUT_MS = LARGE ? 1_500_000 : 200_000

/** So many workflows between a task and what it waits for: by its place in the canvas. */
const generations = (tag: unknown): number => String(tag).length % 3

/** A canvas, `levels` workflows below the one that waits for it. */
const below = (canvas: Canvas, levels: number): Canvas =>
  levels === 0 ? canvas : { ...signature('carry', [canvas as never, levels - 1]), immutable: true }

/** The conformance tasks; `swap…` wait for a child where those replace themselves, and `boom` fails in one. */
function withChildren(tasks: TaskRegistry): TaskRegistry {
  const out = new TaskRegistry()
  const seen = new WeakMap<TaskContext, TaskContext>()
  const childish = (ctx: TaskContext): TaskContext => {
    const known = seen.get(ctx)
    if (known) return known
    const replace = (canvas: Canvas) => ctx.executeChild(below(canvas, generations(ctx.kwargs.tag)))
    const made = Object.create(ctx, { replace: { value: replace } }) as TaskContext
    seen.set(ctx, made)
    return made
  }
  for (const name of tasks.names()) {
    const { handler } = tasks.get(name) as TaskDefinition
    if (name === 'boom') {
      const fails: TaskDefinition['handler'] = (ctx) =>
        ctx.executeChild(below(signature('fails', [], ctx.kwargs), generations(ctx.kwargs.tag)))
      out.register({ name: 'fails', handler }).register({ name, handler: fails })
    } else out.register({ name, handler: (ctx, args) => handler(childish(ctx), args) })
  }
  const carry: TaskDefinition['handler'] = (ctx, [canvas, levels]) => ctx.executeChild(below(canvas as unknown as Canvas, Number(levels)))
  return out.register({ name: 'carry', handler: carry })
}

/** Without the errors of children around the errors of their tasks. */
function bare(error: WireError): WireError {
  const { cause, ...own } = error
  if (cause === undefined) return own
  return own.type === 'ChildWorkflowError' ? bare(cause) : { ...own, cause: bare(cause) }
}

function bareOutcome(outcome: Outcome): Outcome {
  if (outcome.state === 'GROUP') return { state: 'GROUP', results: outcome.results.map(bareOutcome) }
  return outcome.state === 'FAILURE' ? { state: 'FAILURE', error: bare(outcome.error) } : outcome
}

const bareMark = (mark: unknown): unknown => (Array.isArray(mark) && mark[1] === 'ChildWorkflowError' ? [mark[0], 'ValueError'] : mark)

const unwrapped = ({ outcome, marks }: Seen): Seen => ({
  outcome: outcome && (bareOutcome(outcome as Outcome) as Seen['outcome']),
  marks: marks.map(bareMark),
})

describe('random canvases whose tasks wait for children, while every reply is lost once', () => {
  const redis = useRedis()
  const journal = new Journal()
  const namespace = redis.ns()
  const ways = new LossyWays(() => redis.server)
  const workers: Worker[] = []
  let client: Client
  let observer: Client

  beforeAll(async () => {
    const url = await ways.open()
    client = await insist(() => Client.connect({ redis: url, namespace, partitions: 2 }))
    observer = await Client.connect({ redis: redis.url, namespace })
    for (let i = 0; i < 2; i++) {
      const tasks = withChildren(journalled(journal.write, () => worker.process))
      const worker: Worker = new Worker({ redis: await ways.open(), namespace, tasks, logger: listening(journal.write) })
      workers.push(worker)
    }
    await Promise.all(workers.map((worker) => worker.start()))
  })

  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()))
    await client?.close()
    await observer?.close()
    await ways.close()
  })

  test(
    'end as the evaluator says, which has their canvases in their places',
    async () => {
      const random = seeded()
      const list = [
        ...specs(random, SIZE, 40),
        ...shaped('mixed', specs(random, SIZE / 2, 40)),
        ...shaped('graph', specs(random, SIZE / 2, 40)),
      ]
      const trial = { client, observer, journal: () => journal, timeoutMs: TIMEOUT_MS - 10_000, seen: unwrapped }
      expect(await troubles(trial, list, 64)).toEqual([])
    },
    TIMEOUT_MS,
  )

  test('started each child once: no attempt ran twice, and nothing is left to be mended', async () => {
    expect(ways.hit.has('script:spawn')).toBe(true)
    expect(journal.unexplained()).toEqual([])
    expect((await observer.doctor()).findings.filter(({ state }) => state !== 'manual' && state !== 'note')).toEqual([])
  })
})
