/**
 * One random canvas whose tasks fail where they should not and which may be revoked on its way: retried from its failures until all that was to succeed
 * has, then run again from random tasks. Held against the evaluator, and record by record against the same canvas that ran without faults.
 */
import type { Redis } from 'ioredis'
import { type Canvas, ChordisError, type Client, type WorkflowHandle } from '../../src/engine/index.js'
import { keysOf } from '../support/dead-letters.js'
import { evaluate } from '../support/evaluator.js'
import { SeededRandom } from '../support/seed.js'
import { difference } from './compare.js'
import type { Journal } from './journal.js'
import { differences, ended, FAULTY, stored, withoutErrorCallbacks } from './requeue-trial.js'
import { canvasOf, insist, type Spec, troublesOf } from './trial.js'

export interface RerunOptions {
  client: Client
  observer: Client
  redis: Redis
  namespace: string
  journal: () => Journal
  timeoutMs?: number
  /** Error callbacks stay in: one that was called for a fault has left its mark, so marks are not compared. */
  callbacks?: boolean
}

/** A task has two faults at most, and what it failed may have faults of its own behind it: two for each task of the longest path. */
const RETRIES = 200

export const rerunTroubles = (options: RerunOptions, list: readonly Spec[], inFlight = 24): Promise<object[]> =>
  troublesOf(list, inFlight, (spec) => troubleOf(options, spec))

async function troubleOf(options: RerunOptions, spec: Spec): Promise<string[]> {
  const { client, observer, journal, callbacks = false, timeoutMs = 60_000 } = options
  const canvas = (callbacks ? canvasOf(spec) : withoutErrorCallbacks(canvasOf(spec))) as Canvas
  const name = `${spec.shape ?? 'c'}${callbacks ? 'e' : ''}${spec.seed}-${spec.nodes}`
  const [clean, faulty] = await Promise.all(
    ['clean-', FAULTY].map((kind) => insist(() => client.submit(canvas, { id: kind + name }), timeoutMs)),
  )
  if (clean === undefined || faulty === undefined) throw new Error('no handles')
  const random = new SeededRandom(spec.seed)
  if (random.chance(0.4)) await revokeSome(options, faulty, random)
  await Promise.all([ended(observer, clean, timeoutMs), ended(observer, faulty, timeoutMs)])
  await retryAll(options, faulty)
  await rerunSome(options, faulty, random)
  // What had never run has its faults yet.
  await retryAll(options, faulty)
  const outcome = await insist(() => faulty.outcome({ waitMs: timeoutMs }), timeoutMs)
  const marks = callbacks ? evaluate(canvas).marks : journal().marksOf(clean.id)
  const found = difference(evaluate(canvas), { outcome, marks })
  const trouble = found ? [`expected ${found.expected.slice(0, 2_000)}`, `got ${found.got.slice(0, 2_000)}`] : []
  const [want, have] = await Promise.all([clean, faulty].map(({ id }) => records(options, id)))
  return [...trouble, ...differences(want ?? new Map(), have ?? new Map())]
}

/** The whole workflow, or some of its tasks, at some moment of its life. */
async function revokeSome({ client, observer, timeoutMs }: RerunOptions, { id }: WorkflowHandle, random: SeededRandom): Promise<void> {
  const handle = client.workflow(id)
  for (let looks = random.int(0, 5); looks > 0; looks--) await observer.workflow(id).status()
  if (random.chance(0.5)) {
    await insist(() => handle.revoke(), timeoutMs)
    return
  }
  // An error callback that is revoked before it was called stays so: nothing of it is to run again.
  const tasks = (await observer.workflow(id).results()).filter(({ task }) => random.chance(0.2) && task !== 'errmark').slice(0, 5)
  for (const task of tasks) await insist(() => handle.task(task.id).revoke(), timeoutMs)
}

/** Until nothing is failed by a fault, or revoked. */
async function retryAll(options: RerunOptions, { id }: WorkflowHandle): Promise<void> {
  const { client, observer, timeoutMs = 60_000 } = options
  for (let n = 0; n < RETRIES; n++) {
    const fields = await fieldsOf(options, id)
    if (![...fields.values()].some((record) => /^F.*"a fault"/s.test(record) || /^R\d*\|(\*|.*"revoked")/s.test(record))) return
    await again(() => client.workflow(id).retry(), timeoutMs)
    await ended(observer, observer.workflow(id), timeoutMs)
  }
  const open = [...(await fieldsOf(options, id))].filter(([, record]) => /^[FR]/.test(record))
  throw new Error(`${id} was retried ${RETRIES} times: ${JSON.stringify(open)}`)
}

async function rerunSome(options: RerunOptions, { id }: WorkflowHandle, random: SeededRandom): Promise<void> {
  const { client, observer, timeoutMs = 60_000 } = options
  for (let n = random.int(0, 2); n > 0; n--) {
    const tasks = (await observer.workflow(id).results()).filter(({ state }) => state !== 'SKIPPED')
    const chosen = random.shuffle(tasks).slice(0, random.int(1, 3))
    if (chosen.length === 0) return
    const names = chosen.map((task) => task.id)
    await again(() => client.workflow(id).rerun(names), timeoutMs)
    await ended(observer, observer.workflow(id), timeoutMs)
  }
}

/** A call whose answer was lost finds its own run open; a task that cannot run again is no trouble. */
async function again(call: () => Promise<unknown>, timeoutMs: number): Promise<void> {
  // Not found: the call whose answer was lost has dropped what another of the tasks had added.
  const fine = ['already-rerun', 'not-ended', 'not-rerunnable', 'not-found']
  await insist(call, timeoutMs).catch((error: unknown) => {
    if (!(error instanceof ChordisError) || !fine.includes(error.code)) throw error
  })
}

async function fieldsOf({ redis, namespace }: RerunOptions, id: string): Promise<Map<string, string>> {
  const keys = await keysOf(redis, namespace, id)
  const fields = Object.entries(await redis.hgetall(keys.of('workflow', id)))
  // Not why it was revoked.
  return new Map(fields.filter(([name]) => !name.startsWith('*')))
}

/** As they are stored, without the number of the run. */
async function records(options: RerunOptions, id: string): Promise<Map<string, string>> {
  const out = await stored(options, id)
  out.set('s', (out.get('s') ?? '').replace(/^(\w) \d+ /, '$1 '))
  return out
}
