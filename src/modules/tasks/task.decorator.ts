/**
 * Decorators for task methods. They only write metadata; the accessor reads it, the explorer registers it.
 */
import 'reflect-metadata'
import type { InjectionToken, PipeTransform, Type } from '@nestjs/common'
import { ENTRY_PROVIDER_WATERMARK, ROUTE_ARGS_METADATA } from '@nestjs/common/internal'
import type { TaskOptions } from '../../engine/index.js'
import type { Checkable } from './dto.js'

/** Options of a task; those of `useFactory` win. */
export interface TaskSettings extends Omit<TaskOptions, 'args'> {
  /** Checks of positional arguments, by position, the context and custom parameters not counted: a class-validator DTO, a Standard Schema, or none. */
  args?: readonly (Checkable | null | undefined)[]
}

/** What `@Task()` takes. */
export interface TaskDecoratorOptions extends TaskSettings {
  /** `[A-Za-z0-9._-]{1,128}`. Default: the method's name, after the prefix of `@Tasks` where there is one. */
  name?: string
  /** The context becomes the first parameter, as Celery's `bind=True` does. `@Ctx()` puts it anywhere else. */
  bind?: boolean
  /** The connection whose worker runs it. Default: that of `@Tasks`, else that of `forFeature`, else the default one. */
  connection?: string
  /** Options that are known at boot only, made of what `inject` names. Called once per connection. */
  useFactory?: (...injected: never[]) => TaskSettings | Promise<TaskSettings>
  /** What `useFactory` is given: providers of the task's module or of the application. */
  inject?: readonly InjectionToken[]
}

/** What the tasks of a class have in common. */
export interface TasksOptions {
  /** Queue of every method that names none. */
  queue?: string
  /** Put before the name of every method that has no name of its own: `prefix.method`. */
  prefix?: string
  /** Connection of every method that names none. */
  connection?: string
}

export const TASK_METADATA = Symbol('chordis.task')
export const TASKS_METADATA = Symbol('chordis.tasks')
export const CTX_METADATA = Symbol('chordis.ctx')

/** What `@Task()` leaves on its method. */
export interface TaskMetadata {
  options: TaskDecoratorOptions
  /** Where it was written. */
  prototype: object
  key: string
}

/** Makes a method a task. Its parameters are the positional arguments; keyword arguments are on the context. */
export function Task(options: string | TaskDecoratorOptions = {}): MethodDecorator {
  const given = typeof options === 'string' ? { name: options } : options
  return (prototype, key, descriptor: PropertyDescriptor) => {
    if (typeof descriptor.value !== 'function') throw new Error('Chordis: @Task() belongs on a method')
    const metadata: TaskMetadata = { options: given, prototype, key: String(key) }
    Reflect.defineMetadata(TASK_METADATA, metadata, descriptor.value)
    // Nest ties request-scoped global guards, interceptors, pipes and filters to what it knows as an entry.
    Reflect.defineMetadata(ENTRY_PROVIDER_WATERMARK, true, prototype.constructor)
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

/** Kind of a positional argument among Nest's parameters: that of `@Body()`, so that pipes treat it as one. */
export const ARGUMENT = 3

/** Pipes for one positional argument, as those of `@Body(…)` or `@Param('id', …)`. */
export function Arg(...pipes: (Type<PipeTransform> | PipeTransform)[]): ParameterDecorator {
  return (target, key, index) => {
    if (key === undefined) throw new Error('Chordis: @Arg() belongs on a parameter of a task method')
    const before = (Reflect.getMetadata(ROUTE_ARGS_METADATA, target.constructor, key) as object | undefined) ?? {}
    const mine = { [`${ARGUMENT}:${index}`]: { index, data: undefined, pipes } }
    Reflect.defineMetadata(ROUTE_ARGS_METADATA, { ...before, ...mine }, target.constructor, key)
  }
}
