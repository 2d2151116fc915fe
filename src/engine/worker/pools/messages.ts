/** What a worker and the thread or process that runs one of its attempts say to each other. All of it is plain JSON. */
import type { Json } from '../../canvas/types.js'
import type { WireError } from '../../protocol/errors.js'

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
}

/** To the child while a call runs. */
export interface AbortMessage {
  type: 'abort'
  error: { name: string; message: string; code?: string }
}

/** The last message of a call. One of `record`, `replace` is there. */
export interface DoneMessage {
  type: 'done'
  /** A completion; see redis/lua/lib/finish.lua. */
  record?: string
  /** Canvases as JSON: what the attempt added to its chord, or is replaced by. */
  added?: string[]
  replace?: string
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
export type ChildMessage = { type: 'begun' } | { type: 'report'; text: string } | LogMessage | DoneMessage

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
