/**
 * One random canvas whose tasks fail where they should not, and whose dead letters are requeued until all that was to succeed has: held against the
 * evaluator, and record by record against the same canvas that ran without faults.
 *
 * Error callbacks are left out: one that was called for a fault stays called, which a run without faults does not have.
 */
import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { type Canvas, type Client, type TaskRegistry, UnrecoverableError, type WorkflowHandle } from '../../src/engine/index.js'
import { keysOf } from '../support/dead-letters.js'
import { evaluate } from '../support/evaluator.js'
import { SeededRandom } from '../support/seed.js'
import { until } from '../support/wait.js'
import { difference } from './compare.js'
import { type Journal, journalled, type Write } from './journal.js'
import { canvasOf, insist, type Spec, troublesOf } from './trial.js'

/** Workflows with this in front of their ids have faults. */
export const FAULTY = 'faulty-'

/** Requeues of a node of which more failures are to come, and of one that fails for ever. */
const AGAIN = { fault: 20, forEver: 2 }

/** Failures that a task has before it does what it is for: a function of its place, so that a repeated run has the same. */
function faultsOf(workflow: string, node: string): number {
  const [rate = 0, chance = 0, many = 0] = [
    ...createHash('sha1').update(workflow).digest().subarray(0, 1),
    ...createHash('sha1').update(`${workflow}:${node}`).digest().subarray(0, 2),
  ]
  return chance < rate / 2 ? 1 + (many % 2) : 0
}

/** Faults that tasks have left, whichever worker they meet them in. */
const left = new Map<string, number>()

/** The conformance tasks, some of which fail when they belong to a faulty workflow. */
export function faultyTasks(write: Write, process: () => string): TaskRegistry {
  const tasks = journalled(write, process)
  for (const name of tasks.names()) {
    const task = tasks.get(name)
    if (task === undefined) continue
    const { handler } = task
    task.handler = (ctx, args) => {
      const key = ctx.id
      const faults = left.get(key) ?? (ctx.workflow.id.startsWith(FAULTY) ? faultsOf(ctx.workflow.id, key) : 0)
      left.set(key, Math.max(0, faults - 1))
      if (faults > 0) throw new UnrecoverableError('a fault')
      return handler(ctx, args)
    }
  }
  return tasks
}

/** Where workflows are stored. */
export interface StoredIn {
  redis: Redis
  namespace: string
}

export interface RequeueOptions extends StoredIn {
  client: Client
  /** Looks at what became of it. */
  observer: Client
  journal: () => Journal
  timeoutMs?: number
}

/** What is wrong with each canvas; `inFlight` of them run side by side. Stops after a few. */
export const requeueTroubles = (options: RequeueOptions, list: readonly Spec[], inFlight = 24): Promise<object[]> =>
  troublesOf(list, inFlight, (spec) => troubleOf(options, spec))

async function troubleOf(options: RequeueOptions, spec: Spec): Promise<string[]> {
  const { client, observer, journal, timeoutMs = 60_000 } = options
  const canvas = withoutErrorCallbacks(canvasOf(spec)) as Canvas
  const name = `${spec.shape ?? 'c'}${spec.seed}-${spec.nodes}`
  const [clean, faulty] = await Promise.all(
    ['clean-', FAULTY].map((kind) => insist(() => client.submit(canvas, { id: kind + name }), timeoutMs)),
  )
  if (clean === undefined || faulty === undefined) throw new Error('no handles')
  await ended(observer, clean, timeoutMs)
  await requeueAll(options, faulty, new SeededRandom(spec.seed))
  const outcome = await insist(() => faulty.outcome({ waitMs: timeoutMs }), timeoutMs)
  const trouble: string[] = []
  const found = difference(evaluate(canvas), { outcome, marks: journal().marksOf(faulty.id) })
  if (found) trouble.push(`expected ${found.expected.slice(0, 2_000)}`, `got ${found.got.slice(0, 2_000)}`)
  const [want, have] = await Promise.all([clean, faulty].map(({ id }) => stored(options, id)))
  return [...trouble, ...differences(want ?? new Map(), have ?? new Map())]
}

export async function ended(observer: Client, { id }: WorkflowHandle, timeoutMs: number): Promise<void> {
  await until(async () => (await observer.workflow(id).status()).ended, { timeoutMs, what: `workflow ${id} ends` })
}

/** Requeues dead letters in random order, some twice, of half of the workflows while they run, until only those are left that fail for ever. */
async function requeueAll(options: RequeueOptions, { id }: WorkflowHandle, random: SeededRandom): Promise<void> {
  const { observer, client, timeoutMs = 60_000 } = options
  const rounds = new Map<string, number>()
  if (random.chance(0.5)) await ended(observer, observer.workflow(id), timeoutMs)
  const settled = async (): Promise<boolean> => {
    // Asked first: what has ended then, has all its dead letters.
    const { ended: over } = await observer.workflow(id).status()
    const nodes = await deadOf(options, id)
    const again = nodes.filter(({ node, fault }) => (rounds.get(node) ?? 0) < (fault ? AGAIN.fault : AGAIN.forEver))
    const requeues = random.shuffle(again).map(async ({ node }) => {
      rounds.set(node, (rounds.get(node) ?? 0) + 1)
      const twice = random.chance(0.2)
      for (let k = twice ? 2 : 1; k > 0; k--) await insist(() => client.deadLetters.requeue(`${id}:${node}`), timeoutMs)
    })
    await Promise.all(requeues)
    return over && again.length === 0
  }
  await until(settled, { timeoutMs, intervalMs: 5, what: `no dead letter of ${id} is left to be requeued` })
}

/** Of one workflow, by the index that lies by name. */
async function deadOf({ redis, namespace }: RequeueOptions, id: string): Promise<{ node: string; fault: boolean }[]> {
  const keys = await keysOf(redis, namespace, id)
  const names = await redis.zrangebylex(keys.of('deadof'), `[${id}:`, `(${id};`)
  const nodes = names.map((name) => name.slice(id.length + 1))
  const records = nodes.length === 0 ? [] : await redis.hmget(keys.of('workflow', id), ...nodes)
  return nodes.map((node, k) => ({ node, fault: records[k]?.includes('"a fault"') === true }))
}

/** Control and records of a workflow without what differs from run to run, and which of its tasks are dead letters. */
export async function stored({ redis, namespace }: StoredIn, id: string): Promise<Map<string, string>> {
  const keys = await keysOf(redis, namespace, id)
  const fields = await redis.hgetall(keys.of('workflow', id))
  const out = new Map<string, string>()
  for (const [field, value] of Object.entries(fields)) {
    if (/^(?:h[0-9a-f]{18}\/)?(?:[\d.]+\/)*\d+$/.test(field)) out.set(field, plain(value ?? ''))
  }
  const [state, run, rem, outs, worst, , , , , ...counts] = (fields.s ?? '').split(' ')
  out.set('s', [state, run, rem, outs, worst, ...counts.slice(0, 4)].join(' '))
  out.set('u', String(Number(fields.u ?? 0)))
  for (const index of ['dead', 'deadof'] as const) {
    const names = (await redis.zrange(keys.of(index), '0', '-1')).filter((name) => name.startsWith(`${id}:`))
    out.set(
      index,
      names
        .map((name) => name.slice(id.length))
        .sort()
        .join(' '),
    )
  }
  return out
}

/** Without attempts, and of an error its type alone. */
function plain(record: string): string {
  const [, letter = record, ignored = '', body = ''] = /^([A-Z])\d*(i?)\|(.*)$/s.exec(record) ?? []
  return letter === 'F' || letter === 'R' ? `${letter}|${(JSON.parse(body) as { type: string }).type}` : `${letter}${ignored}|${body}`
}

export function differences(want: Map<string, string>, have: Map<string, string>): string[] {
  const names = new Set([...want.keys(), ...have.keys()])
  return [...names]
    .filter((name) => want.get(name) !== have.get(name))
    .slice(0, 10)
    .map((name) => `field ${name}: expected ${want.get(name)?.slice(0, 200)}, got ${have.get(name)?.slice(0, 200)}`)
}

/** The canvas without `linkError`, at any depth. */
export function withoutErrorCallbacks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutErrorCallbacks)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'linkError')
      .map(([name, item]) => [name, withoutErrorCallbacks(item)]),
  )
}
