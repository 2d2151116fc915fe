/**
 * What a contestant and a workload are to the harness.
 *
 * A measurement is one child process: it opens a contestant's session on an empty Redis, runs one workload on it, and reports its figures. So no
 * contestant warms up, fills or slows another's process.
 */

/** What a workload asks of a contestant. What is left out, the contestant cannot do, and it stands beside. */
export interface Session {
  /** Starts a worker in this process (or, for other languages, one worker process). Resolves when it takes work. */
  startWorker(options: WorkerChoice): Promise<void>
  stopWorker(): Promise<void>
  /** Chords of `width` additions with a sum as body. Resolves when all are stored; `ended` when every sum is known and right. */
  chords?(count: number, width: number): Promise<Running>
  /** As one chord, with 40 distinct bytes as each member's argument, never to be run. */
  chordOfTexts?(width: number): Promise<void>
  /** One chain of increments from 0. Resolves when all are stored; `ended` when every end is known and right. */
  chains?(count: number, length: number): Promise<Running>
  close(): Promise<void>
}

export interface Running {
  ended: Promise<void>
}

export interface WorkerChoice {
  concurrency: number
}

/** Where a session works. */
export interface Place {
  url: string
  /** Prefix of every key: nothing else in this Redis begins so. */
  prefix: string
}

export interface Contestant {
  name: string
  /** Why it cannot take part, and what to type; null when it can. */
  missing?(): Promise<string | null>
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
  rounds: Record<Size, number>
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
  better: 'more' | 'less'
}

/** What a running workload may ask of the harness, in the child process. */
export interface Context {
  size: Size
  redis: Probe
}

/** The server as an observer sees it. */
export interface Probe {
  /** Bytes that Redis uses now. */
  usedMemory(): Promise<number>
  /** One round trip of a bare command, ms. */
  roundTripMs(): Promise<number>
}
