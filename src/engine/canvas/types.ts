/**
 * The canvas as data: what builders and JSON readers make and what the compiler takes.
 *
 * A canvas is a tree of plain, frozen-by-convention objects. It holds no class instances, so that it can be built by
 * anyone, compared and printed. Names, meanings and merge rules are Celery's (see canvas-semantics in `docs/`).
 */

/** Anything that JSON can carry. Objects made by our readers have a null prototype: `__proto__` is an ordinary key. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** When and how a failed attempt is tried again. Delays are in milliseconds. */
export interface RetryPolicy {
  /** Retries after the first attempt. Celery's default is 3; `null` means without end. */
  maxRetries?: number | null
  /** Retry by itself when the handler throws. Off unless asked for, as in Celery; on where `retryFor` names errors (Celery's autoretry_for). */
  auto?: boolean
  /** Delay after attempt n: `exponential` (default) factorMs * 2 ** (n - 1), `linear` factorMs * n, `fixed` factorMs; never above maxDelayMs. */
  backoff?: 'exponential' | 'linear' | 'fixed'
  /** The delays one by one, the last for all further retries. In place of `backoff` and `factorMs`. */
  delaysMs?: number[]
  /** Default 1,000. */
  factorMs?: number
  /** Default 600,000. */
  maxDelayMs?: number
  /**
   * `full` (or true): a random share of the delay, from 0 on. `equal`: half of the delay and a random share of the other half.
   * (Brooker, "Exponential Backoff and Jitter", 2015.)
   */
  jitter?: boolean | 'full' | 'equal'
  /** No retry that would begin later than this after the first attempt began, ms. Default: no limit. */
  maxElapsedMs?: number
  /** Retry by itself only for errors with one of these names or codes. */
  retryFor?: string[]
  /** Never for these; it wins over `retryFor`. */
  dontRetryFor?: string[]
}

/**
 * What a chord does when a member of its header does not succeed.
 * - `fail` (default): the other members run to their ends, then the body ends FAILURE with ChordError, as in Celery.
 * - `cancel`: the other members are ended: what runs or may run is revoked, what waits is skipped, callbacks excepted. Then as `fail`, and the
 *   cause of the ChordError is what failed first.
 * - `collect`: the body runs whatever the members ended as. It is given an outcome per member (`Settled`), as `Promise.allSettled` gives.
 */
export type FailurePolicy = 'fail' | 'cancel' | 'collect'

/** Options of a signature or of a compound. Durations and instants are in milliseconds; readers convert Celery's seconds. */
export interface CanvasOptions {
  /** Queue name, `[A-Za-z0-9._-]{1,128}`. */
  queue?: string
  /** 0 is the most urgent, 9 the least, as in Celery on Redis. */
  priority?: number
  /** Wait this long after the node became ready. */
  countdownMs?: number
  /** Not before this instant (Unix time, ms). */
  etaMs?: number
  /** Give up when it has not started this long after it became ready. */
  expiresInMs?: number
  /** Give up when it has not started by this instant (Unix time, ms). */
  expiresAtMs?: number
  retry?: RetryPolicy
  /** Do not keep the result for readers; a join still receives it. */
  ignoreResult?: boolean
  /** How long an attempt may run, ms; then it is stopped for good and ends TimeLimitExceeded. 0: no limit. Default: the task's, else the worker's. */
  timeLimitMs?: number
  /** When an attempt is asked to end, ms: its signal fires with SoftTimeLimitExceeded. It may clean up and still succeed. 0: never. */
  softTimeLimitMs?: number
  /** The node's own name for look-ups; on the outermost signature it is also the workflow's id when none is given. */
  taskId?: string
  /** What happens when a member of the header does not succeed. Of a chord only; it is not handed down. */
  onFailure?: FailurePolicy
  /** Called with the result prepended when it succeeds. */
  link?: Canvas[]
  /** Called with (request, error, traceback) prepended when it fails. */
  linkError?: Canvas[]
}

/** One call of a task that has not been made yet. */
export interface Signature {
  kind: 'task'
  task: string
  args: Json[]
  kwargs: { [name: string]: Json }
  options: CanvasOptions
  /** Immutable signatures take neither results nor call-time arguments. */
  immutable: boolean
  /** `map`: call the task once per item of `args[0]`; `starmap`: each item is an argument list. One node, one list as result. */
  each?: 'map' | 'starmap'
}

/** One step after another; each result is prepended to the arguments of the next step. */
export interface Chain {
  kind: 'chain'
  steps: Canvas[]
  options: CanvasOptions
}

/** Side by side; the value is the list of results in definition order. */
export interface Group {
  kind: 'group'
  members: Canvas[]
  options: CanvasOptions
}

/** A group and a body that is called once with the list of the group's results. */
export interface Chord {
  kind: 'chord'
  header: Canvas[]
  body: Canvas
  options: CanvasOptions
}

/** One part of a {@link Dag}: a canvas, and the names of the parts that it comes after. */
export interface DagNode {
  /** `[A-Za-z0-9._-]{1,128}`, once in its graph. */
  name: string
  canvas: Canvas
  /** Their results are prepended as one object, name by name. Empty: it starts with the graph and gets what the graph gets. */
  after: string[]
}

/**
 * A plain graph of named parts: each runs as soon as those that it comes after have succeeded. The value is an object with the results of the
 * parts that nothing comes after. Written `graph` in JSON and in builders.
 */
export interface Dag {
  kind: 'graph'
  nodes: DagNode[]
  options: CanvasOptions
}

/** `chunks(items, n)` is written as a {@link Group} of starmaps; there is no kind of its own for it. */
export type Canvas = Signature | Chain | Group | Chord | Dag
