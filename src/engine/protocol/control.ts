/**
 * Control of workers: what they can be told, and what they answer. Pure; both sides check a command by the same rules.
 *
 * A command lies at its worker's home until it is answered, or until nobody waits for the answer any more: then it is not executed.
 */
import type { Json } from '../canvas/types.js'
import { ChordisError } from './errors.js'
import { checkName, checkWhole } from './ids.js'

/** `quiet`: fetch nothing, what runs goes on. `warm`: what runs may end within the grace time. `cold`: everything goes back at once. */
export type ShutdownMode = 'quiet' | 'warm' | 'cold'

/** The ways to shut a worker down. */
export const SHUTDOWN_MODES: readonly ShutdownMode[] = ['quiet', 'warm', 'cold']

/** What a worker can be told. */
export type WorkerCommand =
  | { type: 'ping' | 'stats' | 'quiet' | 'resume' }
  | { type: 'active' | 'reserved' /** Most attempts to list. */; limit: number }
  | { type: 'grow' | 'shrink' /** Slots. */; by: number }
  | { type: 'add-consumer' | 'cancel-consumer'; queue: string }
  | { type: 'shutdown'; mode: 'warm' | 'cold' /** Ms; else the worker's own. */; graceMs?: number }

/** An attempt that a worker holds. */
export interface HeldAttempt {
  /** The node: `<workflow>:<node>`. */
  id: string
  task: string
  /** 1 for the first attempt. */
  attempt: number
}

/** An attempt whose handler runs. */
export interface RunningAttempt extends HeldAttempt {
  /** How long it runs, ms. */
  runningMs: number
}

/** Attempts that a worker holds, the oldest first. */
export interface AttemptList<A extends HeldAttempt = HeldAttempt> {
  /** All of them, listed or not. */
  total: number
  attempts: A[]
}

/** The least and most slots of a worker. */
export const SLOTS = { least: 1, most: 10_000 } as const
/** Most attempts that one answer lists. */
export const LISTED = 1_000

/** A number of slots that a worker can have. @throws ChordisError `request-invalid` */
export function checkSlots(slots: number, path: string): number {
  return checkWhole(slots, SLOTS.least, SLOTS.most, path)
}

/** Longest grace time, ms: a day. */
const MOST_GRACE_MS = 86_400_000

/** A command that keeps the rules, from whoever sent it. @throws ChordisError `request-invalid`, `name-invalid` */
export function checkCommand(given: { readonly [name: string]: unknown }): WorkerCommand {
  const { type } = given
  switch (type) {
    case 'ping':
    case 'stats':
    case 'quiet':
    case 'resume':
      return { type }
    case 'active':
    case 'reserved':
      return { type, limit: checkWhole(given.limit, 0, LISTED, 'limit') }
    case 'grow':
    case 'shrink':
      return { type, by: checkWhole(given.by, 1, SLOTS.most, 'by') }
    case 'add-consumer':
    case 'cancel-consumer':
      return { type, queue: checkName(given.queue as string, 'queue') }
    case 'shutdown':
      return { type, mode: modeOf(given.mode), ...graceOf(given.graceMs) }
    default:
      throw new ChordisError('request-invalid', `this worker knows no command ${JSON.stringify(type)}`, { path: 'type' })
  }
}

function modeOf(mode: unknown): 'warm' | 'cold' {
  if (mode === 'warm' || mode === 'cold') return mode
  throw new ChordisError('request-invalid', `must be one of ${SHUTDOWN_MODES.join(', ')}`, { path: 'mode' })
}

function graceOf(graceMs: unknown): { graceMs?: number } {
  return graceMs === undefined ? {} : { graceMs: checkWhole(graceMs, 0, MOST_GRACE_MS, 'graceMs') }
}

/** What a worker answers: a value, or why it refused. */
export type CommandAnswer = { value: Json } | { error: { code: string; message: string } }
