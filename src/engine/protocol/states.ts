/** States shown to users (Celery's, plus SKIPPED): records and control fields read by the table of state-machine.ts. */
import { awaitedChild } from './children.js'
import { NODE_STATES, type NodeState, RECORDS, type RecordKind, type WorkflowLetter } from './state-machine.js'

export { NODE_STATES, type NodeState }
/** The state of a workflow: that of its output node. Never SKIPPED. */
export type WorkflowState = Exclude<NodeState, 'SKIPPED'>

const BY_LETTER = new Map<string, RecordKind>(Object.entries(RECORDS))

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
  const kind = BY_LETTER.get(record[0] as string)
  if (kind === undefined) return 'PENDING'
  if (kind.ends === 'A') return record.includes('|R') ? 'REVOKED' : kind.shown
  // Its child has ended, and a worker is to read what came of it.
  if (record[0] === 'Q' && awaitedChild(record) !== undefined) return 'STARTED'
  return kind.retried !== undefined && record.split(' ', 2)[1] !== '1' ? kind.retried : kind.shown
}

/** The control field of a workflow: see redis/lua/lib/workflow.lua. */
export interface Control {
  state: WorkflowLetter
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
