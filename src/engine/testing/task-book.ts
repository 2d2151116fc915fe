/** The tasks that inline workers run: the real ones, stubs in their places, and a record of every call. */
import type { Json } from '../canvas/types.js'
import { checkName } from '../protocol/ids.js'
import { type TaskContext, type TaskDefinition, TaskRegistry } from '../worker/registry.js'

/** One call of a handler. `map` and `starmap` call theirs once per item. */
export interface TaskCall {
  task: string
  /** As the handler got them: JSON, results of earlier steps in front. */
  args: Json[]
  kwargs: { [name: string]: Json }
  /** 1 for the first attempt. */
  attempt: number
  workflow: string
  /** `<workflow>:<node>` */
  id: string
  /** Unix ms by the clock of the test. */
  at: number
  /** A stub answered it. */
  stubbed: boolean
}

type Handler = TaskDefinition['handler']

/** Tasks by name, as a list, or as a worker's registry. */
export type TaskSource = TaskRegistry | Iterable<TaskDefinition | { readonly definition: TaskDefinition }>

export class TaskBook extends TaskRegistry {
  readonly calls: TaskCall[] = []
  private readonly stubs = new Map<string, Handler>()
  private readonly watched = new WeakMap<Handler, TaskDefinition>()

  constructor(
    private readonly source: TaskRegistry,
    private readonly now: () => number,
  ) {
    super()
  }

  override register(definition: TaskDefinition): this {
    this.source.register(definition)
    return this
  }

  override get(name: string): TaskDefinition | undefined {
    const real = this.source.get(name)
    const stub = this.stubs.get(name)
    const handler = stub ?? real?.handler
    if (handler === undefined) return undefined
    const known = this.watched.get(handler)
    if (known?.name === name) return known
    const watched = {
      ...(real?.options === undefined ? {} : { options: real.options }),
      name,
      handler: this.watch(handler, stub !== undefined),
    }
    this.watched.set(handler, watched)
    return watched
  }

  override names(): string[] {
    return [...new Set([...this.source.names(), ...this.stubs.keys()])].sort()
  }

  stub(name: string, handler: Handler): void {
    this.stubs.set(checkName(name, 'task'), handler)
  }

  /** Takes the stub away; of all tasks when none is named. */
  restore(name?: string): void {
    if (name === undefined) this.stubs.clear()
    else this.stubs.delete(name)
  }

  private watch(handler: Handler, stubbed: boolean): Handler {
    return (ctx: TaskContext, args) => {
      const { task, attempt, workflow, id } = ctx
      const kwargs = structuredClone(ctx.kwargs)
      this.calls.push({ task, args: structuredClone(args), kwargs, attempt, workflow: workflow.id, id, at: this.now(), stubbed })
      return handler(ctx, args)
    }
  }
}

/** A registry as it is; a new one of definitions and of what `task()` gave. */
export function registryOf(source: TaskSource): TaskRegistry {
  if (source instanceof TaskRegistry) return source
  const registry = new TaskRegistry()
  for (const item of source) registry.register('definition' in item ? item.definition : item)
  return registry
}
