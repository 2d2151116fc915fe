/**
 * Finds every `@Task()` method of every provider and puts it into the engine's TaskRegistry, before a worker starts.
 *
 * It runs in every role: a web pod refuses the same mistakes at boot as a worker does.
 */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common'
import { DiscoveryService, MetadataScanner } from '@nestjs/core'
import { type Json, type TaskContext, type TaskDefinition, type TaskOptions, TaskRegistry } from '../../engine/index.js'
import { CHORDIS_OPTIONS, type ChordisModuleOptions } from '../chordis.options.js'
import { TaskAccessor, type TaskMethod } from './task.accessor.js'

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number]
type Provider = Record<string, (...args: unknown[]) => unknown>

@Injectable()
export class TaskExplorer implements OnModuleInit {
  /** Task name -> where it is written, to name both places when a name is taken twice. */
  private readonly origins = new Map<string, string>()

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(TaskAccessor) private readonly accessor: TaskAccessor,
    @Inject(TaskRegistry) private readonly registry: TaskRegistry,
    @Inject(CHORDIS_OPTIONS) private readonly options: ChordisModuleOptions,
  ) {}

  onModuleInit(): void {
    for (const definition of this.options.tasks ?? []) this.add(definition, 'the `tasks` option')
    const seen = new Set<unknown>()
    for (const wrapper of this.discovery.getProviders()) {
      if (wrapper.isAlias || !isObject(wrapper.instance) || seen.has(wrapper.instance)) continue
      seen.add(wrapper.instance)
      this.explore(wrapper)
    }
  }

  private explore(wrapper: Wrapper): void {
    const instance = wrapper.instance as Provider
    const prototype = Object.getPrototypeOf(instance) as object | null
    if (prototype === null) return
    for (const key of this.scanner.getAllMethodNames(prototype)) {
      const method = this.accessor.read(prototype, key)
      if (method === undefined) continue
      const origin = `${prototype.constructor.name}.${key}`
      if (!wrapper.isDependencyTreeStatic())
        throw new Error(`Chordis: the provider of task "${method.name}" (${origin}) is not a singleton`)
      this.add(define(instance, key, method), origin)
    }
  }

  private add(definition: TaskDefinition, origin: string): void {
    const taken = this.origins.get(definition.name)
    if (taken !== undefined) {
      const hint = taken === origin ? '; is the provider listed in two modules?' : ''
      throw new Error(`Chordis: the task "${definition.name}" is defined twice: ${taken} and ${origin}${hint}`)
    }
    this.origins.set(definition.name, origin)
    try {
      this.registry.register(definition)
    } catch (error) {
      throw new Error(`Chordis: the task "${definition.name}" of ${origin}: ${(error as Error).message}`, { cause: error })
    }
  }
}

function define(instance: Provider, key: string, method: TaskMethod): TaskDefinition {
  const { name: _name, bind: _bind, ...rest } = method.options
  const options: TaskOptions = { ...rest, ...(method.queue === undefined ? {} : { queue: method.queue }) }
  return { name: method.name, options, handler: (ctx, args) => instance[key]?.(...withContext(ctx, args, method.context)) }
}

/** The parameters of a call: the arguments in order, the context at its positions. */
export function withContext(ctx: TaskContext, args: readonly Json[], positions: readonly number[]): unknown[] {
  const parameters: unknown[] = [...args]
  for (const position of positions) {
    while (parameters.length < position) parameters.push(undefined)
    parameters.splice(position, 0, ctx)
  }
  return parameters
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
