/**
 * Reads what the task decorators wrote. No other file knows how it is stored.
 */
import { Injectable } from '@nestjs/common'
import {
  CTX_METADATA,
  TASK_METADATA,
  TASKS_METADATA,
  type TaskDecoratorOptions,
  type TaskMetadata,
  type TasksOptions,
} from './task.decorator.js'

export interface TaskMethod {
  /** Name of the task. */
  name: string
  queue?: string
  /** The connection that a decorator names. */
  connection?: string
  options: TaskDecoratorOptions
  /** Positions of the parameters that get the context, ascending. */
  context: number[]
}

/** The task that a method of this prototype is, if it is one. */
export function readTask(prototype: object, key: string): TaskMethod | undefined {
  const method: unknown = Reflect.get(prototype, key)
  const metadata = typeof method === 'function' ? metadataOf(method) : undefined
  if (metadata === undefined) return undefined
  const { options } = metadata
  const defaults = (Reflect.getMetadata(TASKS_METADATA, prototype.constructor) as TasksOptions | undefined) ?? {}
  const queue = options.queue ?? defaults.queue
  const connection = options.connection ?? defaults.connection
  return {
    name: options.name ?? (defaults.prefix === undefined ? key : `${defaults.prefix}.${key}`),
    ...(queue === undefined ? {} : { queue }),
    ...(connection === undefined ? {} : { connection }),
    options,
    context: contextOf(prototype, key, options),
  }
}

/** The task that a method is where it was written, if it is one. */
export function readMethod(method: (...args: never[]) => unknown): TaskMethod | undefined {
  const metadata = metadataOf(method)
  return metadata === undefined ? undefined : readTask(metadata.prototype, metadata.key)
}

@Injectable()
export class TaskAccessor {
  readonly read = readTask
}

function metadataOf(method: object): TaskMetadata | undefined {
  return Reflect.getMetadata(TASK_METADATA, method) as TaskMetadata | undefined
}

function contextOf(prototype: object, key: string, options: TaskDecoratorOptions): number[] {
  const marked = (Reflect.getMetadata(CTX_METADATA, prototype, key) as number[] | undefined) ?? []
  return marked.length === 0 && options.bind === true ? [0] : marked
}
