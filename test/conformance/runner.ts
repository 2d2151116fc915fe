/**
 * Runs conformance cases through a public door with worker processes of its own, in a namespace of its own, and compares.
 *
 * Outcomes are compared in the forms of the README here, marks as multisets after the workflow has ended. A case whose workflow does not
 * end fails, whatever its outcome was. Callers: run.ts (the command) and the tests.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RedisOptions } from '../../src/engine/index.js'
import { startModule } from '../support/typescript-child.js'
import type { WorkerProcess } from '../support/worker-process.js'
import { type ConformanceCase, marksMatch, outcomeMatches, type SeenOutcome } from './cases.js'
import { Marks } from './marks.js'
import { type Door, type DoorOptions, engineDoor, httpDoor } from './via.js'
import type { WorkerSetup } from './worker.js'

export interface RunOptions {
  cases: ConformanceCase[]
  redis: string | RedisOptions
  /** Worker processes; default 1. */
  workers?: number
  /** Of the run's own namespace; default 1. */
  partitions?: number
  /** Default `engine`. */
  via?: 'http' | 'engine'
  /** Cases at a time; default 64. */
  inFlight?: number
  /** Longest time for a case from submit to end, ms; default 60,000. */
  timeoutMs?: number
  onResult?: (done: number, all: number) => void
  /** Called when workers and door are up, before the first case. */
  onStart?: (run: { namespace: string; workers: WorkerProcess[] }) => void | Promise<void>
}

export interface FailedCase {
  case: ConformanceCase
  /** What was seen, or why nothing was. */
  got: { outcome: SeenOutcome | null; marks: unknown[]; ended: boolean } | { error: string }
}

export interface RunResult {
  passed: number
  failed: FailedCase[]
}

type Seen = Exclude<FailedCase['got'], { error: string }>

export async function runConformance(options: RunOptions): Promise<RunResult> {
  const { redis, partitions = 1, via = 'engine' } = options
  const namespace = `conformance-${randomBytes(6).toString('hex')}`
  const marks = new Marks(redis, namespace)
  // The door is opened first: it makes the namespace with its partitions.
  const setup: DoorOptions = { redis, namespace, partitions }
  const door = await (via === 'http' ? httpDoor(setup) : engineDoor(setup))
  const workers: WorkerProcess[] = []
  try {
    workers.push(...(await startWorkers({ redis, namespace }, options.workers ?? 1)))
    await options.onStart?.({ namespace, workers })
    return await runAll(options, (one) => look(one, door, marks, options.timeoutMs ?? 60_000))
  } finally {
    await door.close()
    await Promise.all(workers.map((worker) => worker.term(10_000)))
    await marks.removeRun()
    marks.close()
  }
}

function startWorkers(setup: WorkerSetup, count: number): Promise<WorkerProcess[]> {
  const start = (): Promise<WorkerProcess> => startModule(new URL('./worker.js', import.meta.url), { args: [JSON.stringify(setup)] })
  return Promise.all(Array.from({ length: count }, start))
}

async function runAll({ cases, inFlight = 64, onResult }: RunOptions, lookAt: (one: ConformanceCase) => Promise<Seen>): Promise<RunResult> {
  const failed: FailedCase[] = []
  const waiting = [...cases].reverse()
  let done = 0
  const runOne = async (one: ConformanceCase): Promise<void> => {
    const got = await lookAt(one).catch((error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }))
    if ('error' in got || !matches(one, got)) failed.push({ case: one, got })
    onResult?.(++done, cases.length)
  }
  const lane = async (): Promise<void> => {
    for (let one = waiting.pop(); one; one = waiting.pop()) await runOne(one)
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  return { passed: cases.length - failed.length, failed }
}

async function look(one: ConformanceCase, door: Door, marks: Marks, timeoutMs: number): Promise<Seen> {
  const deadline = performance.now() + timeoutMs
  const id = await door.submit(one.canvas, one.id)
  const outcome = await door.outcome(id, timeoutMs)
  let ended = await door.ended(id)
  while (!ended && performance.now() < deadline) {
    await sleep(10)
    ended = await door.ended(id)
  }
  return { outcome, marks: await marks.of(one.id), ended }
}

function matches(one: ConformanceCase, { outcome, marks, ended }: Seen): boolean {
  return ended && outcomeMatches(one.expect, outcome) && marksMatch(one.marks, marks)
}
