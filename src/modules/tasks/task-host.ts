/**
 * What a guard, an interceptor, a filter or a custom parameter decorator sees of a task: `host.getType()` is `'chordis'`, and the arguments of the
 * host are the task's positional arguments and its context, which `switchToRpc()` calls data and context.
 */
import type { ArgumentsHost } from '@nestjs/common'
import type { Json, TaskContext } from '../../engine/index.js'

export const CHORDIS_CONTEXT = 'chordis'

/** Whether this is about a task, and not about a request of HTTP or anything else. */
export const isTaskHost = (host: ArgumentsHost): boolean => host.getType<string>() === CHORDIS_CONTEXT

/** The context of the attempt. @throws Error when this is not about a task */
export function getTaskContext(host: ArgumentsHost): TaskContext {
  mustBeTask(host)
  return host.getArgByIndex<TaskContext>(1)
}

/** The positional arguments, as the schemas of the task left them. @throws Error when this is not about a task */
export function getTaskArguments(host: ArgumentsHost): Json[] {
  mustBeTask(host)
  return host.getArgByIndex<Json[]>(0)
}

function mustBeTask(host: ArgumentsHost): void {
  if (!isTaskHost(host)) throw new Error(`Chordis: this is about ${host.getType<string>()}, not about a task; ask isTaskHost() first`)
}
