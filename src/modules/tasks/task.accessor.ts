/**
 * Reads what the task decorators wrote. No other file knows how it is stored.
 */
import { Injectable } from '@nestjs/common'
import { CTX_METADATA, TASK_METADATA, TASKS_METADATA, type TaskDecoratorOptions, type TasksOptions } from './task.decorator.js'

export interface TaskMethod {
  /** Name of the task. */
  name: string
  queue?: string
  options: TaskDecoratorOptions
  /** Positions of the parameters that get the context, ascending. */
  context: number[]
}

type Method = (...args: unknown[]) => unknown

@Injectable()
export class TaskAccessor {
  /** The task that a method of this prototype is, if it is one. */
  read(prototype: object, key: string): TaskMethod | undefined {
    const options = this.metadata(prototype, key)
    if (options === undefined) return undefined
    const defaults = this.defaults(prototype)
    const queue = options.queue ?? defaults.queue
    return {
      name: options.name ?? (defaults.prefix === undefined ? key : `${defaults.prefix}.${key}`),
      ...(queue === undefined ? {} : { queue }),
      options,
      context: this.context(prototype, key, options),
    }
  }

  private metadata(prototype: object, key: string): TaskDecoratorOptions | undefined {
    const method = (prototype as Record<string, Method | undefined>)[key]
    return typeof method === 'function' ? (Reflect.getMetadata(TASK_METADATA, method) as TaskDecoratorOptions | undefined) : undefined
  }

  private defaults(prototype: object): TasksOptions {
    return (Reflect.getMetadata(TASKS_METADATA, prototype.constructor) as TasksOptions | undefined) ?? {}
  }

  private context(prototype: object, key: string, options: TaskDecoratorOptions): number[] {
    const marked = (Reflect.getMetadata(CTX_METADATA, prototype, key) as number[] | undefined) ?? []
    return marked.length === 0 && options.bind === true ? [0] : marked
  }
}
