/** `@Scheduled()`: a task that is submitted by the clock. It only writes metadata; the explorer makes the schedule. */
import 'reflect-metadata'
import type { ScheduleDefinition, TimingRule } from '../../engine/index.js'
import { TASK_METADATA, Task } from '../tasks/task.decorator.js'

/** What `@Scheduled()` takes beside its times: everything of a schedule but what it submits. */
export interface ScheduledOptions extends Omit<Partial<ScheduleDefinition>, 'rules' | 'canvas'> {
  /** Positional arguments of the task. Default: none. */
  args?: unknown[]
  /** Keyword arguments of the task. */
  kwargs?: { [name: string]: unknown }
}

/** One `@Scheduled()` of a method. */
export interface ScheduledMetadata {
  rules: TimingRule | readonly TimingRule[]
  options: ScheduledOptions
}

export const SCHEDULED_METADATA = Symbol('chordis.scheduled')

/**
 * Submits a method as a task whenever it is due, once for all replicas. The method becomes a task by itself, named `Class.method`; with a `@Task()` of its
 * own it is that task. Several of these on one method are several schedules: all but one need an `id`, which is the task's name by default.
 * @example
 * \@Scheduled('0 3 * * *', { timeZone: 'Europe/Berlin' })
 * nightly() {}
 */
export function Scheduled(rules: TimingRule | readonly TimingRule[], options: ScheduledOptions = {}): MethodDecorator {
  return (prototype, key, descriptor: PropertyDescriptor) => {
    if (typeof descriptor.value !== 'function') throw new Error('Chordis: @Scheduled() belongs on a method')
    const method = descriptor.value as object
    // Where @Task() stands above, it comes later and has the last word.
    if (!Reflect.hasOwnMetadata(TASK_METADATA, method))
      Task({ name: `${prototype.constructor.name}.${String(key)}` })(prototype, key, descriptor)
    const others = scheduledOf(method)
    Reflect.defineMetadata(SCHEDULED_METADATA, [{ rules, options }, ...others], method)
  }
}

/** What stands on a method, in the order in which it was written. */
export function scheduledOf(method: unknown): ScheduledMetadata[] {
  if (typeof method !== 'function') return []
  return (Reflect.getOwnMetadata(SCHEDULED_METADATA, method) as ScheduledMetadata[] | undefined) ?? []
}
