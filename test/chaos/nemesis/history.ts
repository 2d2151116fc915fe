/**
 * The history of a run: every operation and every fault, a line each, from which anyone can recount what the report says.
 *
 * `t` is milliseconds of the machine's monotonic clock since the run began, the same in all processes, whatever a fault does to their wall
 * clocks. Workers write to a file of their own before they go on, so that a process that dies by kill -9 loses nothing that it did.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import type { Json } from '../../../src/engine/index.js'
import type { Join } from '../../support/graph-order.js'
import type { BeatEntry } from './beat/history.js'

/** What the right end of a workflow is: a state and, where it succeeded, a value. `error` is the name of the error it fails with. */
export interface Expected {
  state: 'SUCCESS' | 'FAILURE'
  result?: Json
  error?: string
}

/** A node as Redis holds it at the end. */
export type StoredNode = [node: string, state: string, attempts: number]

/** A run as Redis holds it at the end. */
export type StoredRun = [run: number, state: string, ended: boolean]

interface Timed {
  t: number
}

export interface RunEntry extends Timed {
  op: 'run'
  seed: number
  seconds: number
  leaseMs: number
  topology: string
}

/** `invoke` sent, `ok` accepted, `info` no answer (it is sent again), `fail` refused for good. */
export interface SubmitEntry extends Timed {
  op: 'submit'
  type: 'invoke' | 'ok' | 'info' | 'fail'
  workflow: string
  shape: string
  tasks: number
  expected: Expected
  joins: Join[]
  /** It is operated on while it runs: other ends than the expected one are right where an operation, a timeout or a task says so. */
  controlled?: true
  timeoutMs?: number
  error?: string
}

/** `invoke` a handler was called; `ok` it returned, `fail` it threw, `info` it ended its attempt otherwise (retry, replace). */
export interface HandlerEntry extends Timed {
  op: 'handler'
  type: 'invoke' | 'ok' | 'fail' | 'info'
  workflow: string
  node: string
  run: number
  attempt: number
  worker: string
  task: string
  /** When the turn that granted its lease was first sent: the lease is no older. Of an `invoke`, where it is known. */
  since?: number
  /** The schedule that submitted its workflow, as the call says. */
  schedule?: string
}

/** A client heard how a workflow ended. */
export interface OutcomeEntry extends Timed {
  op: 'outcome'
  workflow: string
  state: string
  result?: Json
  /** Type and message of what it failed with. */
  error?: string
  message?: string
  /** Of which run, as its operator knows; none where there is only one. */
  run?: number
}

export type OperationKind = 'revoke' | 'revoke-task' | 'pause' | 'resume' | 'retry' | 'rerun'

/** An operation on a workflow: `invoke` sent, `ok` answered, `fail` refused, `info` no answer (it is sent again, as another one). */
export interface ControlEntry extends Timed {
  op: 'control'
  type: 'invoke' | 'ok' | 'fail' | 'info'
  id: number
  kind: OperationKind
  workflow: string
  /** The run that its operator knew when it was sent. Nobody else opens one. */
  run: number
  /** Of a revocation: of this task; else of the workflow. */
  node?: string
  terminate?: boolean
  /** Whether there was something to revoke, pause or resume; the run that was opened, null when nothing had failed. */
  answer?: boolean | number | null
  error?: string
}

/** A worker process. `stop`: it was asked to leave. `exit`: it is gone, by `signal` or with `code`. `phase`: it raised `signal` on itself. */
export interface WorkerEntry extends Timed {
  op: 'worker'
  type: 'ready' | 'stop' | 'phase' | 'exit'
  worker: string
  slot: number
  code?: number | null
  signal?: string | null
}

/** The sweep of `by` gave `worker` up for dead: what it held runs elsewhere. */
export interface LostEntry extends Timed {
  op: 'lost'
  worker: string
  by: string
}

/** `worker` heard that leases of it had been lost (`late`), gave back what Redis had forgotten (`forgot`), or left before all was told (`unheard`). */
export interface LateEntry extends Timed {
  op: 'late' | 'forgot' | 'unheard'
  worker: string
}

/** `worker` said that the handler of a task that had been lost before was about to be called: from then on a loss is charged to it. */
export interface BegunEntry extends Timed {
  op: 'begun'
  workflow: string
  node: string
  run: number
  worker: string
}

/** Redis came back without what it had answered since `since`. */
export interface RedisEntry extends Timed {
  op: 'redis'
  type: 'forgot'
  since: number
}

/** `invoke` begins; `ok` is over, and what it hit works again after `recoveryMs`; `fail` it does not; `info` it found nothing to hit. */
export interface FaultEntry extends Timed {
  op: 'fault'
  type: 'invoke' | 'ok' | 'fail' | 'info'
  id: number
  name: string
  recoveryMs?: number
  error?: string
}

/** What Redis holds of a workflow when nothing moves any more; `found` false: there is no such workflow. */
export interface DumpEntry extends Timed {
  op: 'dump'
  workflow: string
  found: boolean
  ended: boolean
  /** Tasks that the workflow itself says have not ended. */
  remaining: number
  /** How many it counted by how they ended: success, failure, revoked, skipped. */
  counts: { [state: string]: number }
  nodes: StoredNode[]
  /** Its runs, the first one first: number, state, whether it has ended. */
  runs: StoredRun[]
  /** Nobody had left it paused, and it was; then it was resumed and waited for. */
  paused?: true
}

/** Keys that are left when every workflow was forgotten and every worker has gone. */
export interface KeysEntry extends Timed {
  op: 'keys'
  left: string[]
}

export type Entry =
  | RunEntry
  | SubmitEntry
  | HandlerEntry
  | OutcomeEntry
  | ControlEntry
  | WorkerEntry
  | LostEntry
  | LateEntry
  | BegunEntry
  | RedisEntry
  | FaultEntry
  | DumpEntry
  | KeysEntry
  | BeatEntry

type WithoutTime<T> = T extends Entry ? Omit<T, 't'> : never
/** An entry before it is written down. */
export type Event = WithoutTime<Entry>

/** Milliseconds of the monotonic clock, comparable between processes of one machine. */
export const monotonicMs = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000

/** A clock that began at `origin`, to the microsecond. */
export const clockFrom =
  (origin: number): (() => number) =>
  () =>
    Math.round((monotonicMs() - origin) * 1_000) / 1_000

/** Writes events to a file, each before it returns. */
export function writerTo(file: string, now: () => number): (event: Event) => void {
  const fd = openSync(file, 'a')
  return (event) => void writeSync(fd, `${JSON.stringify({ t: now(), ...event })}\n`)
}

/** Reads what others have written to a file since the last look; a line that is being written waits for the next one. */
export class Tail {
  private readonly fd: number
  private position = 0
  private rest = ''

  constructor(file: string) {
    this.fd = openSync(file, 'a+')
  }

  read(): Entry[] {
    const lines = `${this.rest}${this.more()}`.split('\n')
    this.rest = lines.pop() ?? ''
    return lines.map((line) => JSON.parse(line) as Entry)
  }

  close(): void {
    closeSync(this.fd)
  }

  private more(): string {
    const parts: Buffer[] = []
    for (;;) {
      const buffer = Buffer.allocUnsafe(CHUNK)
      const bytes = readSync(this.fd, buffer, 0, CHUNK, this.position)
      if (bytes === 0) return Buffer.concat(parts).toString('utf8')
      this.position += bytes
      parts.push(buffer.subarray(0, bytes))
    }
  }
}

const CHUNK = 256 * 1024
