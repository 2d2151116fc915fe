/** Where a list goes on behind one of its members: the same cursors that its parts end with. Pure. */
import { scheduleName } from '../protocol/schedules.js'
import { type DeadLetter, cursorOf as deadCursor } from './dead-letter.js'
import { cursorOf as workflowCursor } from './workflow-filter.js'
import type { WorkflowRow } from './workflows.js'

/** `cursor` of a list of workflows that goes on behind this one. */
export const behindWorkflow = ({ createdAt, id }: Pick<WorkflowRow, 'createdAt' | 'id'>): string => workflowCursor({ time: createdAt, id })

/** `cursor` of a list of schedules that goes on behind this one. */
export const behindSchedule = ({ tenant, id }: { tenant: string; id: string }): string => scheduleName(tenant, id)

/** `cursor` of a list of dead letters that goes on behind this one. */
export const behindDeadLetter = ({ failedAt, id }: Pick<DeadLetter, 'failedAt' | 'id'>): string =>
  deadCursor({ time: failedAt ?? 0, name: id })
