/**
 * What the engine tells who traces it. Without a tracer nothing of this is called. `chordis/opentelemetry` is one. What a tracer throws reaches the caller of
 * `submit`, or fails the attempt: it must not throw.
 */
import type { TraceContext } from './trace-context.js'

/** A submit under way. */
export interface SubmitSpan {
  /** What the workflow carries; undefined where nobody records it. */
  readonly context: TraceContext | undefined
  /** It is over. @param workflow its id, where one is known */
  end(workflow: string | undefined, error?: unknown): void
}

/** What is submitted. */
export interface SubmitOf {
  /** Of the workflow, or of the schedule that is due. */
  name: string | undefined
  /** How many workflows. */
  count: number
  /** Where the caller stands in a trace, where the tracer does not know better. */
  parent: TraceContext | undefined
}

/** How an attempt ended. */
export interface RunEnd {
  outcome: 'succeeded' | 'failed' | 'retried' | 'replaced' | 'waits' | 'givenBack'
  /** Of a failure, and of most retries. */
  error?: { type: string; message: string }
}

/** An attempt whose handler runs. */
export interface RunSpan {
  /** What its children carry. */
  readonly context: TraceContext | undefined
  /** Calls the handler with the span as the current one. */
  within<T>(call: () => T): T
  /** It is over. */
  end(how: RunEnd): void
}

/** What runs. */
export interface RunOf {
  task: string
  workflow: string
  /** `<workflow>:<node>` */
  id: string
  attempt: number
  /** What its workflow carries. */
  parent: TraceContext
  /** Of a join: the runs of its inputs, the first 32. */
  links: readonly TraceContext[]
}

/** Makes spans of submits and runs. */
export interface Tracer {
  /** Something is about to be submitted. */
  submit(of: SubmitOf): SubmitSpan
  /** A handler is about to be called. Only for workflows that carry a trace. */
  run(of: RunOf): RunSpan
  /**
   * Calls a handler within a span of another process: in a thread or process of a pool, whose worker has the span of the run. Missing: handlers there run
   * without one.
   */
  within?<T>(at: TraceContext, call: () => T): T
}

const ENDS: { readonly [letter: string]: RunEnd['outcome'] } = {
  S: 'succeeded',
  I: 'succeeded',
  '+': 'succeeded',
  F: 'failed',
  r: 'retried',
  X: 'replaced',
  Y: 'waits',
}

/** How an attempt ended, from the text of its completion (redis/lua/lib/finish.lua). */
export function runEnd(record: string): RunEnd {
  const outcome = ENDS[record[0] ?? ''] ?? 'givenBack'
  if (outcome !== 'failed' && outcome !== 'retried') return { outcome }
  const json = record.indexOf('{')
  if (json < 0) return { outcome }
  const { type, message } = JSON.parse(record.slice(json)) as { type: string; message: string }
  return { outcome, error: { type, message } }
}
