/** Child workflows as they are stored with parent and child (redis/lua/lib/child.lua), and what ends a node that waited for one. Pure. */
import type { WireError } from './errors.js'
import { parseScheduledBy, type ScheduledBy } from './schedules.js'
import type { StoredOutput } from './stored.js'

/** What becomes of a child when its parent is revoked: `cancel` revokes it too, `abandon` leaves it alone. */
export const CANCEL_POLICIES = ['cancel', 'abandon'] as const
/** One of {@link CANCEL_POLICIES}. */
export type CancelPolicy = (typeof CANCEL_POLICIES)[number]

/** Children that one workflow may start in all. */
export const MOST_CHILDREN = 1_000
/** Generations of workflows below one that nobody started. */
export const MOST_DEPTH = 100

/** Who started a workflow. */
export interface Origin {
  /** The parent's id. */
  parentId: string
  /** The parent's task call that did: `17`, or `17/0`. */
  parentTask: string
  /** The first ancestor: it was started by no workflow. */
  rootId: string
  cancelPolicy: CancelPolicy
}

/** A workflow that another one started. */
export interface ChildEntry {
  id: string
  cancelPolicy: CancelPolicy
}

/** Where a workflow stands among those that started each other. */
export interface Lineage {
  /** Null: no workflow started it. */
  origin: Origin | null
  /** In the order in which they were started. */
  children: ChildEntry[]
  /** The schedule that submitted it, if one did. */
  schedule?: ScheduledBy
}

const policyOf = (letter: string | undefined): CancelPolicy => (letter === 'a' ? 'abandon' : 'cancel')

/** The letter that stands for a policy where it is stored. */
export const policyLetter = (policy: CancelPolicy): string => policy[0] as string

/** Reads the fields `P`, `C` and `B` of a workflow; what is not there, or cannot be read, is nobody. */
export function parseLineage(place: string | null, children: string | null, by: string | null = null): Lineage {
  const [, parentId, parentTask, rootId, policy] = /^(\S+) (\S+) (\S+) ([ac]) /.exec(place ?? '') ?? []
  const schedule = parseScheduledBy(by)
  const started = parentId !== undefined && parentTask !== undefined && rootId !== undefined
  return {
    origin: started ? { parentId, parentTask, rootId, cancelPolicy: policyOf(policy) } : null,
    children: [...(children ?? '').matchAll(/^(\S+) ([ac])$/gm)].map(([, id = '', letter]) => ({ id, cancelPolicy: policyOf(letter) })),
    ...(schedule === undefined ? {} : { schedule }),
  }
}

/** The child that a node waits for, by its record (`W <attempt>[i] <child>`), or whose value a worker is to read (`Q` and `L` with cause `W<child>`). */
export function awaitedChild(record: string | null): string | undefined {
  if (record === null) return undefined
  return /^W \d+i? (\S+)$/.exec(record)?.[1] ?? /^(?:[QD]|L \S+) \d+ \d+ \d+ W(\S+) \S+$/.exec(record)?.[1]
}

/** The output of a workflow as an expression over its nodes (protocol/values.ts). */
export function outputText(output: StoredOutput): string {
  if (!Array.isArray(output)) return String(output)
  const [, , ...members] = output
  return `[${members.map(outputText).join(',')}]`
}

/** Causes that are kept below the error of a child. */
const MOST_CAUSES = 20

/** The error of a node whose child failed; the same as redis/lua/lib/child.lua writes. */
export function childFailure(id: string, cause: WireError | undefined): WireError {
  const error: WireError = { type: 'ChildWorkflowError', message: `the child workflow ${id} failed`, code: 'child-failed', workflow: id }
  return cause === undefined ? error : { ...error, cause: bounded(cause, MOST_CAUSES) }
}

/** The error of a node whose child is not there any more. */
export const childGone = (id: string): WireError => ({
  type: 'ChildWorkflowError',
  message: `the child workflow ${id} is gone: it was removed before its outcome was taken`,
  code: 'not-found',
  workflow: id,
})

/** The error of a node whose child was revoked. */
export const childRevoked = (id: string): WireError => ({
  type: 'TaskRevokedError',
  message: `the child workflow ${id} was revoked`,
  code: 'child-revoked',
  workflow: id,
})

function bounded(error: WireError, depth: number): WireError {
  const { cause, ...own } = error
  return cause === undefined || depth === 0 ? own : { ...own, cause: bounded(cause, depth - 1) }
}
