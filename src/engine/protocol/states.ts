/** States shown to users (Celery's, plus SKIPPED) and how the letters of records and control fields map to them. */
import { awaitedChild } from './children.js'

/** The states of a node: Celery's, and SKIPPED. */
export const NODE_STATES = ['PENDING', 'STARTED', 'RETRY', 'SUCCESS', 'FAILURE', 'REVOKED', 'SKIPPED'] as const
/** The state of a node, as users see it. */
export type NodeState = (typeof NODE_STATES)[number]
/** The state of a workflow: that of its output node. Never SKIPPED. */
export type WorkflowState = Exclude<NodeState, 'SKIPPED'>

const BY_LETTER: Record<string, NodeState> = {
  P: 'PENDING', // blocked: a join that waits for inputs
  Q: 'PENDING', // ready
  D: 'RETRY', // delayed after an attempt
  L: 'STARTED', // leased
  W: 'STARTED', // waiting for its replacement, or for a child workflow
  S: 'SUCCESS',
  I: 'SUCCESS',
  V: 'SUCCESS',
  F: 'FAILURE',
  C: 'FAILURE',
  R: 'REVOKED',
  K: 'SKIPPED',
}

/** What a task may call the state that it is in: `[A-Z][A-Z0-9_]{0,31}`, and none of ours but STARTED. */
const OWN_STATE = /^[A-Z][A-Z0-9_]{0,31}$/
export const isOwnState = (name: string): boolean =>
  OWN_STATE.test(name) && (name === 'STARTED' || !(NODE_STATES as readonly string[]).includes(name))

/** A state of ours, or one that the running task gave itself with `ctx.updateState()`. */
export type TaskState = NodeState | (string & {})

/** What a running task says of itself: its state and what belongs to it. */
export interface StateReport {
  state: string
  meta: string
}

/** A stored report (`<attempt> <state> <JSON>`), while the attempt that made it holds the node; else null. */
export function liveReport(record: string | null, report: string | null): StateReport | null {
  if (!record?.startsWith('L ') || report === null) return null
  const [, owner, state, meta] = /^(\S+) (\S+) ([\s\S]*)$/.exec(report) ?? []
  return state !== undefined && meta !== undefined && record.startsWith(`L ${owner} `) ? { state, meta } : null
}

/** State of a node from its record; no record means that it waits or is ready. */
export function nodeState(record: string | null): NodeState {
  if (!record) return 'PENDING'
  if (record[0] === 'A') return record.includes('|R') ? 'REVOKED' : 'FAILURE'
  // Its child has ended, and a worker is to read what came of it.
  if (record[0] === 'Q' && awaitedChild(record) !== undefined) return 'STARTED'
  if (record[0] === 'Q' && !record.startsWith('Q 1 ')) return 'RETRY'
  return BY_LETTER[record[0] as string] ?? 'PENDING'
}

/** The control field of a workflow: see redis/lua/lib/workflow.lua. */
export interface Control {
  state: 'g' | 'p' | 'r' | 'h' | 'k' | 'e' | 'x'
  run: number
  remaining: number
  outs: number
  worst: 'S' | 'R' | 'F'
  created: number
  started: number
  outcome: number
  ended: number
  success: number
  failure: number
  revoked: number
  skipped: number
  keepMs: number
}

export function parseControl(text: string): Control | null {
  const parts = text.split(' ')
  if (parts.length !== 15) return null
  const n = (k: number) => Number(parts[k])
  // 1 + the ms since the workflow was made; 0: not yet.
  const at = (k: number) => (n(k) === 0 ? 0 : n(5) + n(k) - 1)
  return {
    state: parts[0] as Control['state'],
    run: n(1),
    remaining: n(2),
    outs: n(3),
    worst: parts[4] as Control['worst'],
    created: n(5),
    started: at(6),
    outcome: at(7),
    ended: at(8),
    success: n(9),
    failure: n(10),
    revoked: n(11),
    skipped: n(12),
    keepMs: n(13),
  }
}

/** The text that {@link parseControl} reads. */
export function controlText(c: Control): string {
  const since = (instant: number): number => (instant === 0 ? 0 : instant - c.created + 1)
  const times = [c.created, since(c.started), since(c.outcome), since(c.ended)]
  return [c.state, c.run, c.remaining, c.outs, c.worst, ...times, c.success, c.failure, c.revoked, c.skipped, c.keepMs, '-'].join(' ')
}

/** The workflow's state as users see it (canvas-semantics 8.1). */
export function workflowState(control: Control): WorkflowState {
  if (control.outcome > 0) return control.worst === 'F' ? 'FAILURE' : control.worst === 'R' ? 'REVOKED' : 'SUCCESS'
  // What is left of it ends in steps; what it will have come to is known.
  if (control.state === 'k') return control.worst === 'F' ? 'FAILURE' : 'REVOKED'
  return control.started > 0 ? 'STARTED' : 'PENDING'
}
