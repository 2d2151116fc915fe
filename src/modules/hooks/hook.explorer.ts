/**
 * Finds every `@OnTask()` and `@OnWorkflow()` method and makes one listener per connection of them; none where there is no hook, so that a worker
 * gathers nothing.
 */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common'
import { DiscoveryService, MetadataScanner } from '@nestjs/core'
import { TASK_EVENTS, type TaskEvent, WORKFLOW_EVENTS, type WorkerListener, type WorkflowEvent } from '../../engine/index.js'
import type { ChordisConnection } from '../connections/connection.js'
import { Connections } from '../connections/connections.js'
import { methodsOf, type Wrapper } from '../tasks/methods.js'
import { HOOK_METADATA, type Hook } from './hook.decorator.js'

interface Found {
  hook: Hook
  /** `Class.method` */
  origin: string
  call(event: TaskEvent | WorkflowEvent): unknown
}

@Injectable()
export class HookExplorer implements OnModuleInit {
  private readonly found: Found[] = []

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(Connections) private readonly connections: Connections,
  ) {}

  onModuleInit(): void {
    for (const { wrapper, instance, prototype, key, origin } of methodsOf(this.discovery, this.scanner)) {
      const method = Reflect.get(prototype, key) as (event: unknown) => unknown
      const hooks = (Reflect.getMetadata(HOOK_METADATA, method) as Hook[] | undefined) ?? []
      for (const hook of hooks) {
        this.check(hook, wrapper, origin)
        this.found.push({ hook, origin, call: (event) => method.call(instance, event) })
      }
    }
  }

  /** What the worker of this connection is given; `undefined` when there is no hook for it. */
  listenerOf(connection: ChordisConnection): WorkerListener | undefined {
    const mine = this.found.filter(({ hook }) => (hook.options.connection ?? connection.name) === connection.name)
    if (mine.length === 0) return undefined
    const tasks = byType(mine, 'task')
    const workflows = byType(mine, 'workflow')
    const call = ({ origin, call }: Found, event: TaskEvent | WorkflowEvent) => {
      const failed = (error: unknown) => connection.logger.error({ err: error, hook: origin, type: event.type }, 'a hook failed')
      try {
        const answer = call(event)
        if (answer instanceof Promise) answer.catch(failed)
      } catch (error) {
        failed(error)
      }
    }
    const task = (event: TaskEvent) => {
      for (const one of tasks.get(event.type) ?? []) if (wants(one.hook, event.task)) call(one, event)
    }
    const workflow = (event: WorkflowEvent) => {
      for (const one of workflows.get(event.type) ?? []) call(one, event)
    }
    // What nobody is told of is not gathered.
    return { ...(tasks.size === 0 ? {} : { task }), ...(workflows.size === 0 ? {} : { workflow }) }
  }

  private check({ kind, type, options }: Hook, wrapper: Wrapper, origin: string): void {
    const known: readonly string[] = kind === 'task' ? TASK_EVENTS : WORKFLOW_EVENTS
    if (!known.includes(type)) throw new Error(`Chordis: ${origin}: "${type}" does not happen to a ${kind}; there is ${known.join(', ')}`)
    if (options.connection !== undefined) this.connections.get(options.connection)
    if (!wrapper.isDependencyTreeStatic() || wrapper.isTransient) {
      throw new Error(`Chordis: ${origin} is a hook of a provider that is not a singleton; which instance would be told?`)
    }
  }
}

const wants = ({ options }: Hook, task: string): boolean => {
  const { task: only } = options as { task?: string }
  return only === undefined || only === task
}

function byType(found: readonly Found[], kind: Hook['kind']): Map<string, Found[]> {
  const map = new Map<string, Found[]>()
  for (const one of found) {
    if (one.hook.kind === kind) map.set(one.hook.type, [...(map.get(one.hook.type) ?? []), one])
  }
  return map
}
