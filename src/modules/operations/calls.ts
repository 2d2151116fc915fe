/**
 * Whether a credential may make every call of a canvas: tasks and queues of all nodes, callbacks and bodies included. (Temporal checked the outer operation
 * only: CVE-2025-14986, CVE-2025-14987.) What a running task adds is its worker's matter.
 */
import { ChordisError, canvasCalls, type SubmitOptions, type WorkflowHandle } from '../../engine/index.js'
import type { Principal } from '../access/principal.js'

/** Refuses a canvas with a call that is not allowed. @throws ChordisError `forbidden` with the path of the first one; `canvas-invalid`, `limit-exceeded` */
export function demandCalls(principal: Principal, canvas: unknown, limits?: SubmitOptions['limits']): void {
  if (principal.callsAll) return
  for (const call of canvasCalls(canvas, limits)) demandCall(principal, call)
}

/** The same of a workflow that is there, before it runs again. @throws ChordisError `forbidden`, `not-found` */
export async function demandStoredCalls(principal: Principal, workflow: WorkflowHandle): Promise<void> {
  if (principal.callsAll) return
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await workflow.graph({ collapse: 1, limit: 5_000, cursor })
    for (const { id, task, queue } of page.nodes) {
      if (task !== null) demandCall(principal, { task, queue: queue ?? 'default', path: `tasks[${JSON.stringify(id)}]` })
    }
    cursor = page.cursor
  }
}

function demandCall(principal: Principal, { task, queue, path }: { task: string; queue: string; path: string }): void {
  if (!principal.mayCall(task)) throw new ChordisError('forbidden', `this credential may not call ${task}`, { path: `${path}.task` })
  if (!principal.mayUse(queue))
    throw new ChordisError('forbidden', `this credential may not use the queue ${queue}`, { path: `${path}.options.queue` })
}
