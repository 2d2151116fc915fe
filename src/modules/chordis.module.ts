/**
 * `ChordisModule`: the engine inside a Nest application.
 *
 * `forRoot` once, at the root: the client to inject, the task registry and, by role, a worker. `forFeature` per feature: providers
 * with `@Task()` methods. Providers are ready (`onModuleInit` has run everywhere) before the first task runs.
 */
import { type DynamicModule, Module, type ModuleMetadata, type Provider } from '@nestjs/common'
import { DiscoveryModule, MetadataScanner } from '@nestjs/core'
import { Client, TaskRegistry } from '../engine/index.js'
import { CHORDIS_LOGGER, CHORDIS_OPTIONS, type ChordisModuleOptions, ConfigurableModuleClass } from './chordis.options.js'
import { nestEngineLogger } from './logging/nest-logger.js'
import { TaskAccessor } from './tasks/task.accessor.js'
import { TaskExplorer } from './tasks/task.explorer.js'
import { Drain } from './worker/drain.js'
import { WorkerOrchestrator } from './worker/worker.orchestrator.js'

const PROVIDERS: Provider[] = [
  { provide: Client, inject: [CHORDIS_OPTIONS], useFactory: connect },
  {
    provide: CHORDIS_LOGGER,
    inject: [CHORDIS_OPTIONS],
    useFactory: (options: ChordisModuleOptions) => options.logger ?? nestEngineLogger(),
  },
  { provide: TaskRegistry, useFactory: () => new TaskRegistry() },
  MetadataScanner,
  TaskAccessor,
  TaskExplorer,
  Drain,
  WorkerOrchestrator,
]

/** The client, the registry of tasks and, by role, a worker, in a Nest application: `forRoot` once, `forFeature` per feature. */
@Module({
  imports: [DiscoveryModule],
  providers: PROVIDERS,
  exports: [Client, TaskRegistry, Drain, WorkerOrchestrator, CHORDIS_OPTIONS, CHORDIS_LOGGER],
})
export class ChordisModule extends ConfigurableModuleClass {
  /** Providers with `@Task()` methods, and the modules they need. */
  static forFeature(providers: Provider[], imports: NonNullable<ModuleMetadata['imports']> = []): DynamicModule {
    return { module: ChordisFeatureModule, imports, providers, exports: providers }
  }
}

@Module({})
export class ChordisFeatureModule {}

function connect(options: ChordisModuleOptions): Promise<Client> {
  const { redis, namespace, partitions, commandTimeoutMs } = options
  return Client.connect({
    redis,
    ...(namespace === undefined ? {} : { namespace }),
    ...(partitions === undefined ? {} : { partitions }),
    ...(commandTimeoutMs === undefined ? {} : { commandTimeoutMs }),
  })
}
