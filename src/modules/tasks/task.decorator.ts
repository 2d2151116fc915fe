/**
 * Decorators for task methods. They only write metadata; the accessor reads it, the explorer registers it.
 */
import 'reflect-metadata'
import type { TaskOptions } from '../../engine/index.js'

/** What `@Task()` takes. */
export interface TaskDecoratorOptions extends TaskOptions {
  /** `[A-Za-z0-9._-]{1,128}`. Default: the method's name, after the prefix of `@Tasks` where there is one. */
  name?: string
  /** The context becomes the first parameter, as Celery's `bind=True` does. `@Ctx()` puts it anywhere else. */
  bind?: boolean
}

/** What the tasks of a class have in common. */
export interface TasksOptions {
  /** Queue of every method that names none. */
  queue?: string
  /** Put before the name of every method that has no name of its own: `prefix.method`. */
  prefix?: string
}

export const TASK_METADATA = Symbol('chordis.task')
export const TASKS_METADATA = Symbol('chordis.tasks')
export const CTX_METADATA = Symbol('chordis.ctx')

/** Makes a method a task. Its parameters are the positional arguments; keyword arguments are on the context. */
export function Task(options: string | TaskDecoratorOptions = {}): MethodDecorator {
  const given = typeof options === 'string' ? { name: options } : options
  return (_target, _key, descriptor: PropertyDescriptor) => {
    if (typeof descriptor.value !== 'function') throw new Error('Chordis: @Task() belongs on a method')
    Reflect.defineMetadata(TASK_METADATA, given, descriptor.value)
  }
}

/** Defaults for all task methods of a class. */
export function Tasks(options: TasksOptions): ClassDecorator {
  return (target) => Reflect.defineMetadata(TASKS_METADATA, options, target)
}

/** The parameter that receives the `TaskContext`; the arguments fill the others in order. */
export function Ctx(): ParameterDecorator {
  return (target, key, index) => {
    if (key === undefined) throw new Error('Chordis: @Ctx() belongs on a parameter of a task method')
    const before = (Reflect.getOwnMetadata(CTX_METADATA, target, key) as number[] | undefined) ?? []
    Reflect.defineMetadata(
      CTX_METADATA,
      [...before, index].sort((a, b) => a - b),
      target,
      key,
    )
  }
}
