/**
 * What is known of a worker: what it said when it announced itself, what it said of itself last, and how long ago it was heard. Pure.
 */
import type { RunningAttempt } from './control.js'

/** What a worker announces in every partition. */
export interface WorkerInfo {
  name: string
  host: string
  pid: number
  /** Of Chordis, and of Node. */
  version: string
  node: string
  queues: string[]
  /** How handlers run where their tasks do not say: `inline`, `thread` or `process`. */
  pool: string
  concurrency: number
  /** Tasks that it knows. */
  tasks: number
  /** Partition in which it says how it is and is told what to do. */
  home: number
  /** Silent for so long, it is dead, ms. */
  leaseMs: number
}

/** Attempts that ended, as the worker reported them; `lost`: others had taken them by then. */
export interface Processed {
  succeeded: number
  failed: number
  retried: number
  replaced: number
  givenBack: number
  lost: number
}

/** What a worker says of itself every few seconds. */
export interface WorkerSample {
  state: 'running' | 'quiet' | 'stopping'
  queues: string[]
  /** Attempts that may run at the same time. */
  slots: number
  /** Attempts whose handlers run. */
  running: number
  /** Attempts that were granted and have not started. */
  reserved: number
  /** Those that run longest, a few. */
  oldest: RunningAttempt[]
  /** How late the event loop was, ms: 99 of 100 times less, in the last two intervals between heartbeats. */
  loopLagMs: number
  /** Percent of one core, in the last interval. */
  cpuPercent: number
  rssBytes: number
  heapUsedBytes: number
  uptimeMs: number
  processed: Processed
}

/** A worker as `workers()` lists it. Instants are Unix ms of Redis's clock. */
export interface WorkerView extends Omit<WorkerInfo, 'concurrency' | 'home'>, Omit<WorkerSample, 'state' | 'queues'> {
  /** New at every start: `<name>` may be shared. */
  id: string
  /** `dead`: silent for a whole lease; the sweep gives away what it held. */
  state: WorkerSample['state'] | 'dead'
  /** False when it is `dead`. */
  alive: boolean
  startedAt: number
  /** Since it was heard last, ms. */
  heartbeatAgeMs: number
  /** Since what it says of itself was stored, ms; null: nothing yet. Much more than `heartbeatAgeMs` while a handler blocks the event loop. */
  sampleAgeMs: number | null
}

const UNKNOWN: WorkerInfo = {
  name: '?',
  host: '?',
  pid: 0,
  version: '?',
  node: '?',
  queues: [],
  pool: 'inline',
  concurrency: 0,
  tasks: 0,
  home: 0,
  leaseMs: 6_000,
}

/** What a process said when it announced itself; what is missing or damaged is `?`, for it is there for people. */
export function parseInfo(text: string): WorkerInfo {
  return { ...UNKNOWN, ...parsed(text) }
}

const NOTHING: Omit<WorkerSample, 'queues' | 'slots'> = {
  state: 'running',
  running: 0,
  reserved: 0,
  oldest: [],
  loopLagMs: 0,
  cpuPercent: 0,
  rssBytes: 0,
  heapUsedBytes: 0,
  uptimeMs: 0,
  processed: { succeeded: 0, failed: 0, retried: 0, replaced: 0, givenBack: 0, lost: 0 },
}

/**
 * A worker as it is shown.
 * @param heard ms of Redis's clock, as text; null: its home has forgotten it
 * @param said `<ms> <JSON>`: its last sample and when it was stored
 * @param now ms of Redis's clock
 */
export function workerView(id: string, info: WorkerInfo, heard: string | null, said: string | null, now: number): WorkerView {
  const { concurrency, home, queues, ...known } = info
  const space = said?.indexOf(' ') ?? -1
  const at = space < 0 ? null : Number(said?.slice(0, space))
  const { uptimeMs, ...sample } = { ...NOTHING, queues, slots: concurrency, ...(space < 0 ? {} : parsed(said?.slice(space + 1) ?? '')) }
  const heartbeatAgeMs = heard === null ? info.leaseMs : Math.max(0, now - Number(heard))
  const alive = heartbeatAgeMs < info.leaseMs
  const startedAt = (at ?? Number(heard ?? now)) - uptimeMs
  return {
    id,
    ...known,
    ...sample,
    state: alive ? sample.state : 'dead',
    alive,
    startedAt,
    uptimeMs: Math.max(0, now - startedAt),
    heartbeatAgeMs,
    sampleAgeMs: at === null ? null : Math.max(0, now - at),
  }
}

function parsed(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
