/**
 * Decorators for methods that are told of tasks and workflows. They only write metadata.
 */
import 'reflect-metadata'
import type { TaskEventType, WorkflowEventType } from '../../engine/index.js'

/** Which attempts a hook hears of. */
export interface TaskHookOptions {
  /** Only of this task. Default: of every one. */
  task?: string
  /** Only of this connection. Default: of every one. */
  connection?: string
}

/** Of which connection's workflows a hook hears. */
export type WorkflowHookOptions = Omit<TaskHookOptions, 'task'>

export type Hook =
  | { kind: 'task'; type: TaskEventType; options: TaskHookOptions }
  | { kind: 'workflow'; type: WorkflowEventType; options: WorkflowHookOptions }

export const HOOK_METADATA = Symbol('chordis.hooks')

/**
 * Calls the method with a `TaskEvent` after an attempt of this process came to this, confirmed by Redis. Best effort: a process that dies in between
 * never calls it. What the method throws is logged and changes nothing.
 */
export function OnTask(type: TaskEventType, options: TaskHookOptions = {}): MethodDecorator {
  return hook({ kind: 'task', type, options })
}

/**
 * Calls the method with a `WorkflowEvent` in the process whose call to Redis made the outcome known (`succeeded`, `failed`, `revoked`) or ended the
 * workflow, callbacks included (`ended`). Best effort, as {@link OnTask}.
 */
export function OnWorkflow(type: WorkflowEventType, options: WorkflowHookOptions = {}): MethodDecorator {
  return hook({ kind: 'workflow', type, options })
}

function hook(one: Hook): MethodDecorator {
  return (_target, _key, descriptor: PropertyDescriptor) => {
    if (typeof descriptor.value !== 'function') throw new Error('Chordis: @OnTask() and @OnWorkflow() belong on a method')
    const before = (Reflect.getOwnMetadata(HOOK_METADATA, descriptor.value) as Hook[] | undefined) ?? []
    Reflect.defineMetadata(HOOK_METADATA, [...before, one], descriptor.value)
  }
}
