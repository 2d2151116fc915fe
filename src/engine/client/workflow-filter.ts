/** Which workflows are meant, and where a list of them goes on. Pure. */
import { ChordisError } from '../protocol/errors.js'
import { checkName, checkWhole } from '../protocol/ids.js'
import type { WorkflowState } from '../protocol/states.js'
import { LAST_MS, type ListPlace } from '../redis/listing.js'
import type { WorkflowSummary } from './status.js'

/** States that a workflow can have. */
export const WORKFLOW_STATES = ['PENDING', 'STARTED', 'SUCCESS', 'FAILURE', 'REVOKED'] as const satisfies readonly WorkflowState[]

/** Which workflows are meant: all conditions hold together; none means all. */
export interface WorkflowFilter {
  /** In this state, or in one of these. */
  state?: WorkflowState | readonly WorkflowState[]
  /** Whose submitted canvas calls this task (of very wide ones, the first 1,000 kinds of calls are looked at). */
  task?: string
  /** With this tag. */
  tag?: string
  /** Of exactly this name. */
  name?: string
  /** Of this tenant; `-`: of none. */
  tenant?: string
  /** Children of this workflow. */
  parent?: string
  /** Submitted by this schedule. */
  schedule?: string
  /** Created before this instant, Unix ms. */
  before?: number
  /** Created at this instant or after it, Unix ms. */
  after?: number
}

const CURSOR = /^(\d{1,13}):([A-Za-z0-9._-]{1,128})$/

/** States that are asked for. @throws ChordisError `request-invalid` */
export function statesOf(state: WorkflowFilter['state']): readonly WorkflowState[] {
  if (state === undefined) return WORKFLOW_STATES
  const states = typeof state === 'string' ? [state] : state
  for (const one of states) {
    if (!(WORKFLOW_STATES as readonly string[]).includes(one))
      throw new ChordisError('request-invalid', `must be one of ${WORKFLOW_STATES.join(', ')}`, { path: 'state' })
  }
  return states
}

/** @throws ChordisError `request-invalid`, `name-invalid` */
export function checkFilter({ task, tag, name, tenant, parent, schedule, before, after }: WorkflowFilter): void {
  for (const [path, value] of Object.entries({ tag, tenant, parent, schedule })) if (value !== undefined) checkName(value, path)
  for (const [path, value] of Object.entries({ task, name })) {
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw new ChordisError('request-invalid', 'must be a text', { path })
  }
  if (parent !== undefined && schedule !== undefined)
    throw new ChordisError('request-invalid', 'cannot stand beside parent: what a workflow starts belongs to no schedule', {
      path: 'schedule',
    })
  if (before !== undefined) checkWhole(before, 0, LAST_MS, 'before')
  if (after !== undefined) checkWhole(after, 0, LAST_MS, 'after')
}

/** Where a list begins: behind the cursor of the part before, or before `before`. @throws ChordisError `request-invalid` */
export function placeOf(cursor: string | undefined, before = LAST_MS): ListPlace {
  if (cursor === undefined) return { time: before, id: '' }
  const [, time, id] = CURSOR.exec(cursor) ?? []
  if (time === undefined || id === undefined) throw new ChordisError('request-invalid', 'must be one that was answered', { path: 'cursor' })
  return { time: Number(time), id }
}

export const cursorOf = ({ time, id }: ListPlace): string => `${time}:${id}`

/** The index of labels that finds them best: few have a parent, more a schedule or a tag. */
export function labelOf({ parent, schedule, tag }: WorkflowFilter): string | undefined {
  if (parent !== undefined) return `p:${parent}`
  if (schedule !== undefined) return `s:${schedule}`
  return tag === undefined ? undefined : `t:${tag}`
}

/** What the stored meta must hold as it stands; may hold it elsewhere too, so that {@link isMeant} looks again. */
export function wordsOf({ name, tag, tenant }: WorkflowFilter): string[] {
  const words = tag === undefined ? [] : [JSON.stringify(tag)]
  if (name !== undefined) words.push(`"name":${JSON.stringify(name)}`)
  if (tenant !== undefined && tenant !== '-') words.push(`"tenant":${JSON.stringify(tenant)}`)
  return words
}

/** Whether a workflow that was answered is meant. */
export function isMeant({ name, tags, tenant }: WorkflowSummary, filter: WorkflowFilter): boolean {
  if (filter.name !== undefined && name !== filter.name) return false
  if (filter.tag !== undefined && !tags.includes(filter.tag)) return false
  return filter.tenant === undefined || tenant === filter.tenant
}
