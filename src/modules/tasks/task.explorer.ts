/**
 * Finds every `@Task()` method of every provider and puts it into the TaskRegistry of its connection, before a worker starts.
 *
 * It runs in every role: a web pod refuses the same mistakes at boot as a worker does.
 */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common'
import { DiscoveryService, MetadataScanner, ModuleRef } from '@nestjs/core'
import type { TaskDefinition, TaskOptions } from '../../engine/index.js'
import type { ChordisConnection } from '../connections/connection.js'
import { Connections } from '../connections/connections.js'
import { featureOf } from '../connections/feature.js'
import { schemaOf } from './dto.js'
import { methodsOf, type ProviderMethod, type Wrapper } from './methods.js'
import { TaskAccessor, type TaskMethod } from './task.accessor.js'
import type { TaskDecoratorOptions, TaskSettings } from './task.decorator.js'
import { TaskRunner } from './task.runner.js'

@Injectable()
export class TaskExplorer implements OnModuleInit {
  /** Connection and task name -> where it is written, to name both places when a name is taken twice. */
  private readonly origins = new Map<string, string>()

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(TaskAccessor) private readonly accessor: TaskAccessor,
    @Inject(TaskRunner) private readonly runner: TaskRunner,
    @Inject(Connections) private readonly connections: Connections,
  ) {}

  async onModuleInit(): Promise<void> {
    for (const connection of this.connections.all) {
      for (const definition of connection.options.tasks ?? []) this.add(connection, definition, 'the `tasks` option')
    }
    for (const found of methodsOf(this.discovery, this.scanner)) {
      const method = this.accessor.read(found.prototype, found.key)
      if (method === undefined) continue
      try {
        const connection = this.connections.get(method.connection ?? featureOf(found.wrapper))
        this.add(connection, await this.define(found, method), found.origin)
      } catch (error) {
        const { message } = error as Error
        throw message.startsWith('Chordis: ') && message.includes(found.origin) ? error : told(method.name, found.origin, error)
      }
    }
  }

  private async define(found: ProviderMethod, method: TaskMethod): Promise<TaskDefinition> {
    const settings = { ...settingsOf(method), ...(await computed(method.options, found.wrapper)) }
    const { args, ...rest } = settings
    const options: TaskOptions = {
      ...rest,
      ...(args === undefined ? {} : { args: args.map((given) => (given == null ? null : schemaOf(given))) }),
    }
    return { name: method.name, options, handler: this.runner.handlerOf(found, method) }
  }

  private add(connection: ChordisConnection, definition: TaskDefinition, origin: string): void {
    const place = `${connection.name}\n${definition.name}`
    const taken = this.origins.get(place)
    if (taken !== undefined) {
      const hint = taken === origin ? '; is the provider listed in two modules?' : ''
      throw new Error(`Chordis: the task "${definition.name}" is defined twice: ${taken} and ${origin}${hint}`)
    }
    this.origins.set(place, origin)
    try {
      connection.tasks.register(definition)
    } catch (error) {
      throw told(definition.name, origin, error)
    }
  }
}

function told(task: string, origin: string, error: unknown): Error {
  const { message } = error as Error
  return new Error(`Chordis: the task "${task}" of ${origin}: ${message.replace(/^Chordis: /, '')}`, { cause: error })
}

/** Options as they stand in the decorators. */
function settingsOf({ options, queue }: TaskMethod): TaskSettings {
  const { name: _name, bind: _bind, connection: _connection, useFactory: _useFactory, inject: _inject, ...settings } = options
  return { ...settings, ...(queue === undefined ? {} : { queue }) }
}

/** Options that a factory makes at boot, of providers of the task's module or of the application. */
async function computed({ useFactory, inject = [] }: TaskDecoratorOptions, { host }: Wrapper): Promise<TaskSettings> {
  if (useFactory === undefined) return {}
  const modules = host?.providers.get(ModuleRef)?.instance as ModuleRef
  const injected = inject.map((token): unknown => modules.get(token as string, { strict: false }))
  return useFactory(...(injected as never[]))
}
