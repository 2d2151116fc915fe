/** What a workflow's control field and meta say of it. Pure. */
import type { Head } from '../protocol/reader.js'
import type { ScheduledBy } from '../protocol/schedules.js'
import { type Control, type WorkflowState, workflowState } from '../protocol/states.js'

/** State, counts and times of a workflow. Times are Unix ms by Redis's clock. */
export interface WorkflowSummary {
  id: string
  name?: string
  tags: string[]
  tenant: string
  partition: number
  state: WorkflowState
  /** 1 at first; a retry or rerun opens the next one. */
  run: number
  /** Every node is terminal, callbacks included. */
  ended: boolean
  /** Nodes by how they ended, callbacks included; `remaining` have not. */
  counts: { total: number; success: number; failure: number; revoked: number; skipped: number; remaining: number }
  /** When it was accepted, Unix ms, by Redis's clock. */
  createdAt: number
  /** When its first attempt started, Unix ms; null before. */
  startedAt: number | null
  /** When its outcome was there, Unix ms; null before. */
  outcomeAt: number | null
  /** When its last node ended, Unix ms; null before. */
  endedAt: number | null
}

/** The same with what it takes another look to know. */
export interface WorkflowStatus extends WorkflowSummary {
  /** The workflow whose task started it. */
  parentId?: string
  /** The first ancestor; its own id when no workflow started it. */
  rootId: string
  /** Workflows that its tasks started. */
  children: number
  /** The schedule that submitted it, for what time, and how late. */
  schedule?: ScheduledBy
  /** Since when nothing new of it starts, and why; absent unless it is paused. */
  paused?: { since: number; reason: string | null }
}

/** The status of a workflow that was read; one that cannot be read has failed. */
export function statusOf(id: string, partition: number, head: Head): WorkflowSummary {
  const control = head.control ?? DAMAGED
  return {
    id,
    ...(head.meta.name === undefined ? {} : { name: head.meta.name }),
    tags: head.meta.tags ?? [],
    tenant: head.meta.tenant ?? '-',
    partition,
    state: workflowState(control),
    run: control.run,
    ended: control.ended > 0,
    counts: countsOf(control),
    createdAt: control.created,
    startedAt: control.started || null,
    outcomeAt: control.outcome || null,
    endedAt: control.ended || null,
  }
}

/** Stands for a control field that cannot be read. */
export const DAMAGED: Control = {
  state: 'x',
  run: 1,
  remaining: 0,
  outs: 0,
  worst: 'F',
  created: 0,
  started: 0,
  outcome: 1,
  ended: 1,
  success: 0,
  failure: 0,
  revoked: 0,
  skipped: 0,
  keepMs: 0,
}

function countsOf(c: Control): WorkflowSummary['counts'] {
  const total = c.success + c.failure + c.revoked + c.skipped + c.remaining
  return { total, success: c.success, failure: c.failure, revoked: c.revoked, skipped: c.skipped, remaining: c.remaining }
}
