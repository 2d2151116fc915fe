/** Which events a subscriber wants. Pure. */
import { checkName } from '../../protocol/ids.js'
import type { LogFrame } from './frame.js'

/** Which events are wanted: all conditions hold together; none means all. */
export interface EventFilter {
  /** Of this workflow. */
  workflow?: string
  /** Of this queue, and of the tasks that wait in it or came from it. */
  queue?: string
  /** Of workflows of this tenant; `-`: of none. Events of queues and workers are of no workflow. */
  tenant?: string
}

/** @throws ChordisError `name-invalid` */
export function checkFilter(filter: EventFilter): void {
  for (const name of ['workflow', 'queue', 'tenant'] as const) if (filter[name] !== undefined) checkName(filter[name], name)
}

/** Subscribers with the same key want the same frames. Names have no spaces. */
export const filterKey = ({ workflow = '', queue = '', tenant = '' }: EventFilter): string => `${workflow} ${queue} ${tenant}`

/** What of a frame is wanted; null: nothing. */
export function wanted(frame: LogFrame, { workflow, queue, tenant }: EventFilter): LogFrame | null {
  if (workflow !== undefined && frame.workflow !== workflow) return null
  if (tenant !== undefined && (frame.workflow === null || frame.tenant !== tenant)) return null
  return queue === undefined ? frame : frame.only(queue)
}
