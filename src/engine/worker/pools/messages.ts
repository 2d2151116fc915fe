/** What a worker and the thread or process that runs one of its attempts say to each other. All of it is plain JSON. */
import type { Json } from '../../canvas/types.js'
import type { WireError } from '../../protocol/errors.js'
import type { TraceContext } from '../../tracing/trace-context.js'
import type { ChildOptions, StartedChild } from '../child-options.js'

/** The call, as the worker sends it. */
export interface CallMessage {
  type: 'call'
  workflow: string
  /** A workflow of one task. */
  lone: boolean
  run: string
  prefix: string
  index: number
  attempt: number
  /** TaskSpec as JSON. */
  spec: string
  definition: string
  prepended: string | null
  failure: readonly Json[] | null
  /** Its workflow carries a trace: a {@link TraceMessage} answers that the handler is about to be called. */
  traced: boolean
}

/** To the child, when it has begun a call that is traced: the span in which the handler is to run; null: nobody records it. */
export interface TraceMessage {
  type: 'trace'
  at: TraceContext | null
}

/** To the child while a call runs. */
export interface AbortMessage {
  type: 'abort'
  error: { name: string; message: string; code?: string }
}

/** To the child: what came of a {@link StartMessage}. */
export interface StartedMessage {
  type: 'started'
  number: number
  child?: StartedChild
  error?: WireError
}

/** To the thread or process while a call runs. */
export type MessageToRunning = AbortMessage | StartedMessage | TraceMessage

/** To the thread or process. */
export type MessageToChild = CallMessage | MessageToRunning

/** From the child: the handler wants a workflow started. */
export interface StartMessage {
  type: 'start'
  /** Which of its calls. */
  number: number
  /** As JSON. */
  canvas: string
  options: ChildOptions
}

/** The last message of a call. One of `record`, `replace`, `execute` is there. */
export interface DoneMessage {
  type: 'done'
  /** A completion; see redis/lua/lib/finish.lua. */
  record?: string
  /** Canvases as JSON: what the attempt added to its chord, or is replaced by. */
  added?: string[]
  replace?: string
  /** The child workflow that the node will wait for: its canvas as JSON, and its options. */
  execute?: { canvas: string; options: ChildOptions }
  /** The child ends after this call: it ran as many as it may, or takes too much memory. */
  retires: boolean
}

export interface LogMessage {
  type: 'log'
  level: 'debug' | 'info' | 'warn' | 'error'
  fields: Json
  message: string
}

/** From the child: the handler is about to be called; what it says of itself; what it logs; how it ended. */
export type ChildMessage = { type: 'begun' } | { type: 'report'; text: string } | LogMessage | StartMessage | DoneMessage

/** From a process that starts. */
export type BootMessage = { type: 'ready' } | { type: 'failed'; error: WireError }

/** What a child is started with. */
export interface ChildSettings {
  /** Files that export tasks; absolute paths. */
  modules: string[]
  /** Calls after which it ends; 0: any number. */
  maxTasks: number
  /** Memory beyond which it ends after a call, bytes; 0: any. A process: resident set; a thread: its heap. */
  maxMemory: number
  /** Longest result, bytes of JSON. */
  maxResultBytes: number
}
