/** One run: the load goes on while the plan's faults happen; then all is healed, everything must end, and the history is judged. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ChordisError, type WorkflowHandle } from '../../../src/engine/index.js'
import { forgotten } from '../../property/keys.js'
import type { Arena, Topology } from './arena.js'
import { check, type Verdict } from './checker.js'
import type { Fault } from './fault.js'
import { insist } from './ground.js'
import { clockFrom, type DumpEntry, type Entry, type Event, monotonicMs, type StoredRun } from './history.js'
import { Injection } from './injection.js'
import { plan } from './plan.js'
import { setStage, type Workload } from './stage.js'

export interface RunOptions {
  seed: number
  seconds: number
  faults: readonly Fault[]
  topology: Topology
  /** What the load is; default `canvas`. */
  workload?: Workload
  workers: number
  leaseMs: number
  /** Workflows (or handfuls of plain tasks) under way at a time. */
  inFlight: number
  /** How long what is under way at the end may take, ms; default 60,000. */
  settleMs?: number
  /** A guard of the library that is broken on purpose, in workers and clients. */
  library?: { find: string; replacement: string }
  /** Told of every entry as it comes, for a file. */
  onEntry?: (entry: Entry) => void
  /** Told now and then how far the run is. */
  onProgress?: (progress: Progress) => void
}

export interface Progress {
  elapsedMs: number
  accepted: number
  finished: number
  faults: number
  /** Names of the faults that are on. */
  now: string[]
}

const CONCURRENCY = 100
const SETTLE_MS = 60_000
const LOOK_MS = 50
const DUMPS_AT_A_TIME = 16
/** Keys that a run leaves may be waited for so long, ms. */
const KEYS_MS = 15_000

export async function runNemesis(options: RunOptions): Promise<Verdict> {
  const { seed, seconds, topology, leaseMs, workers, onEntry } = options
  const origin = monotonicMs()
  const now = clockFrom(origin)
  const entries: Entry[] = []
  const take = (entry: Entry): void => {
    entries.push(entry)
    onEntry?.(entry)
  }
  const write = (event: Event): void => take({ t: now(), ...event } as Entry)
  write({ op: 'run', seed, seconds, leaseMs, topology })
  const { arena, stop } = await setStage({
    ...{ seed, topology, workers, leaseMs, concurrency: CONCURRENCY, origin, now, write, library: options.library },
    settleMs: options.settleMs ?? SETTLE_MS,
    workload: options.workload ?? 'canvas',
  })
  const pump = (): void => {
    const news = arena.parts.crew.news()
    for (const entry of news) take(entry)
    arena.heard(news)
  }
  const pumping = setInterval(pump, LOOK_MS)
  try {
    await perform(arena, options)
    await dumpAll(arena)
  } finally {
    await arena.parts.crew.stop()
    clearInterval(pumping)
    pump()
    await stop()
  }
  return check(entries)
}

/** The load, with the faults of the plan until the time is over; ends when all that was accepted has ended, or is stuck. */
async function perform(arena: Arena, { seed, seconds, faults, inFlight, onProgress }: RunOptions): Promise<void> {
  const { load } = arena.parts
  const injection = new Injection(arena)
  const tell = (): void => onProgress?.({ accepted: load.accepted, finished: load.finished, ...injection.progress() })
  const telling = setInterval(tell, 500)
  load.start(inFlight)
  try {
    await injection.perform(plan(seed, faults), seconds)
    await load.end()
  } finally {
    clearInterval(telling)
    tell()
  }
}

/** What Redis holds of every workflow; then each is forgotten, and nothing may be left. */
async function dumpAll(arena: Arena): Promise<void> {
  const { load, control, namespace, write } = arena.parts
  const waiting = [...new Set(load.workflows)]
  const until = performance.now() + END_MS
  let open = 0
  const worker = async (): Promise<void> => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const handle = control.workflow(id)
      const dump = await dumpOf(handle, until)
      write(dump)
      if (dump.found && !dump.ended) open++
      else await insist(() => handle.forget())
    }
  }
  await Promise.all(Array.from({ length: DUMPS_AT_A_TIME }, worker))
  if (open > 0) return
  const left = await Promise.all(
    arena.parts.servers.map((server) => forgotten(server, namespace, { workers: true, timeoutMs: KEYS_MS }).then(() => '', String)),
  )
  write({ op: 'keys', left: left.filter((text) => text !== '') })
}

/** Ends of callbacks come a moment after the outcome, ms. */
const END_MS = 15_000

async function dumpOf(handle: WorkflowHandle, until: number): Promise<Omit<DumpEntry, 't'>> {
  try {
    let status = await insist(() => handle.status())
    const paused = status.paused === undefined ? {} : { paused: true as const }
    if (status.paused !== undefined) await insist(() => handle.resume())
    while (!status.ended && performance.now() < until) {
      await sleep(50)
      status = await insist(() => handle.status())
    }
    const nodes = await insist(() => handle.results())
    const { total: _, remaining, ...counts } = status.counts
    const stored = nodes.map(({ id, state, attempts }) => [id, state, attempts] as [string, string, number])
    const runs = (await insist(() => handle.runs())).map(({ run, state, endedAt }) => [run, state, endedAt !== null] as StoredRun)
    return { op: 'dump', workflow: handle.id, found: true, ended: status.ended, remaining, counts, nodes: stored, runs, ...paused }
  } catch (error) {
    if (!(error instanceof ChordisError) || error.code !== 'not-found') throw error
    return { op: 'dump', workflow: handle.id, found: false, ended: false, remaining: 0, counts: {}, nodes: [], runs: [] }
  }
}
