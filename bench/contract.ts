/**
 * What a contestant and a workload are to the harness.
 *
 * A measurement is one child process: it opens a contestant's session on an empty Redis, runs one workload on it, and reports its figures. So no
 * contestant warms up, fills or slows another's process.
 */

/** What a workload asks of a contestant. What is left out, the contestant cannot do, and it stands beside. */
export interface Session {
  /** Starts workers. Resolves when they take work. */
  startWorkers(choice: WorkerChoice): Promise<void>
  /** Plain tasks, stored as fast as the contestant can. Resolves when all are. */
  tasks?(count: number, task: PlainTask): Promise<void>
  /** What the workers of {@link tasks} report. */
  readonly tally: Tally
  /** Chords of `width` additions with a sum as body. Resolves when all are stored; `ended` when every sum is known and right. */
  chords?(count: number, width: number): Promise<Running>
  /** A chord with 40 distinct bytes as each member's argument; members answer their length, the body the sum. As {@link chords}. */
  chordOfTexts?(width: number): Promise<Running>
  /** Chains of increments from 0. As {@link chords}. */
  chains?(count: number, length: number): Promise<Running>
  /** Canvases of 1,000 tasks, see workloads/nested.ts. As {@link chords}. */
  nested?(count: number): Promise<Running>
  /** One group of `width` tasks, whatever limits there are raised. As {@link chords}. */
  group?(width: number): Promise<Running>
  /** A group of `width` tasks that wait for their signal, revoked while 100 of them run in this process. Workers are started by it. */
  revoked?(width: number): Promise<Revoked>
  /** Makes schedules: due once a day, or all at the same instant, so long after now. Answers that instant, Unix ms; 0: none. */
  schedules?(count: number, inMs?: number): Promise<number>
  /** Starts a beat in this process; answers a function that waits until it has fired so many and answers when that was, Unix ms. */
  beat?(): Promise<(count: number) => Promise<number>>
  /** Starts an empty NestJS route (`POST /empty`) or the service, in a process of its own; answers its URL. */
  http?(kind: 'empty' | 'service'): Promise<string>
  close(): Promise<void>
}

/** How long it took, ms: until the revocation was answered, until each of the running tasks was told, until the last task had ended. */
export interface Revoked {
  answeredMs: number
  toldMs: readonly number[]
  endedMs: number
}

export interface Running {
  ended: Promise<void>
}

/** Plain tasks. `noop` answers null; `late` reports how long after `stamp` it started; `sleep` waits 20 ms. */
export interface PlainTask {
  kind: 'noop' | 'late' | 'sleep'
  /** Unix ms, fractions allowed. */
  stamp?: number
  /** Not before this instant, Unix ms. */
  dueMs?: number
  /** Length of a text that travels as argument. */
  bytes?: number
}

/** What has been run so far. */
export interface Tally {
  readonly count: number
  /** One number per `late` task, ms. */
  readonly lateness: readonly number[]
  /** Resolves when `count` tasks have run. */
  until(count: number): Promise<void>
}

export interface WorkerChoice {
  /** Tasks at the same time in one process. */
  concurrency: number
  /** Worker processes of their own. Left out: this process works itself, where the contestant can. */
  processes?: number
}

/** Where a session works. */
export interface Place {
  url: string
  /** Prefix of every key: nothing else in this Redis begins so. */
  prefix: string
  /** Chordis alone: partitions, on as many masters of a Cluster. */
  partitions?: number
  cluster?: string[]
}

export interface Contestant {
  name: string
  /** Work that it is given, compared to ours: slow ones would take minutes. Rates stay comparable. */
  share: number
  /** The only workloads of `--quick` that it takes part in, for one round. Left out: all. */
  quick?: string[]
  /** Why it cannot take part, and what to type; null when it can. Installs what the benchmark itself can install. */
  missing?(): Promise<string | null>
  /** What is measured, for the report. Asked after {@link missing}. */
  version?(): Promise<string>
  /** In the child process. */
  open?(place: Place): Promise<Session>
  /** In the harness, for one that is a program of its own. Null: not this workload. */
  measure?(workload: Workload, place: Place, size: Size): Promise<Figures> | null
}

/** Figures of one measurement by row name: `chord-500` -> 61,000. */
export type Figures = Record<string, number>

export type Size = 'full' | 'quick'

export interface Workload {
  name: string
  /** Rows that it fills: their names and units. */
  rows: Record<string, Row>
  /** Rounds by size; 0: not part of it. */
  rounds: Record<Size, number>
  /** How long one measurement may take, ms. Default 120,000. */
  limitMs?: number
  /** The only contestants; left out: all that can. */
  only?: string[]
  /** Masters of a Cluster that it needs instead of one server. */
  masters?: number
  /** Runs on a session that can do it; null when this one cannot. */
  run(session: Session, context: Context): Promise<Figures> | null
}

type Able<K extends keyof Session> = Session & Required<Pick<Session, K>>

/** A workload for the sessions that have all of `needs`. */
export function workload<K extends keyof Session>(
  definition: Omit<Workload, 'run'> & { needs: K[]; run(session: Able<K>, context: Context): Promise<Figures> },
): Workload {
  const able = (session: Session): session is Able<K> => definition.needs.every((part) => session[part] !== undefined)
  return { ...definition, run: (session, context) => (able(session) ? definition.run(session, context) : null) }
}

export interface Row {
  unit: string
  /** `neither`: no figure of the contestant's, shown to read the others by. */
  better: 'more' | 'less' | 'neither'
}

/** What a running workload may ask of the harness, in the child process. */
export interface Context {
  size: Size
  /** A count scaled to the size of the run and to the contestant; at least `least`. */
  scaled(count: number, least?: number): number
  redis: Probe
  /** CPU seconds so far of all Redis servers of this run. */
  redisCpuSeconds(): Promise<number>
  /** CPU seconds so far of all worker processes that were started. */
  workersCpuSeconds(): number
}

/** The server as an observer sees it. */
export interface Probe {
  /** CPU seconds that this server has used. */
  cpuSeconds(): Promise<number>
  /** Bytes that Redis uses now. */
  usedMemory(): Promise<number>
  /** Requests that clients have sent, and commands executed, those of scripts among them. */
  served(): Promise<{ requests: number; commands: number }>
  /** One round trip of a bare command, ms. */
  roundTripMs(): Promise<number>
  /** Runs `work` and answers the most memory that Redis used meanwhile, bytes. */
  peakMemory(work: () => Promise<void>): Promise<number>
}
