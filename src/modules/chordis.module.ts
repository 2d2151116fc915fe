/**
 * `ChordisModule`: the engine inside a Nest application.
 *
 * `forRoot` once per connection, at the root: the client to inject, the task registry and, by role, a worker. `forFeature` per feature: providers
 * with `@Task()` methods. Providers are ready (`onModuleInit` has run everywhere) before the first task runs.
 */
import {
  ConfigurableModuleBuilder,
  type DynamicModule,
  type FactoryProvider,
  forwardRef,
  Module,
  type ModuleMetadata,
  type Provider,
} from '@nestjs/common'
import { checkName, type Logger } from '../engine/index.js'
import { ChordisCoreModule } from './chordis.core.js'
import { CHORDIS_OPTIONS, type ChordisModuleOptions, OPTIONS } from './chordis.options.js'
import { ChordisConnection } from './connections/connection.js'
import { FEATURE_CONNECTION } from './connections/feature.js'
import { DEFAULT_CONNECTION, loggerTokenOf, tokenOf } from './connections/tokens.js'
import { nestEngineLogger } from './logging/nest-logger.js'
import { callableTasks } from './tasks/callable-task.js'

interface Extras {
  /** Name of the connection. Default: the one that is injected by class. */
  name?: string
  /** Whether what the connection exports is there in every module. Default true. */
  isGlobal?: boolean
}

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<ChordisModuleOptions>({ optionsInjectionToken: OPTIONS })
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createChordisOptions')
  .setExtras<Extras>({ name: DEFAULT_CONNECTION, isGlobal: true }, withConnection)
  .build()

function withConnection(definition: DynamicModule, { name = DEFAULT_CONNECTION, isGlobal = true }: Extras): DynamicModule {
  checkName(name, 'Chordis: the name of a connection')
  const isDefault = name === DEFAULT_CONNECTION
  // No token stands for two connections: who asks the application for one, whatever the module, gets what belongs to the name.
  const logger = loggerTokenOf(name)
  const connection = tokenOf('connection', name)
  const parts: FactoryProvider[] = [
    { provide: logger, inject: [OPTIONS], useFactory: (options: ChordisModuleOptions) => options.logger ?? nestEngineLogger() },
    {
      provide: connection,
      inject: [OPTIONS, logger],
      useFactory: (options: ChordisModuleOptions, log: Logger) => ChordisConnection.open(name, options, log),
    },
    { provide: tokenOf('client', name), inject: [connection], useFactory: ({ client }: ChordisConnection) => client },
    { provide: tokenOf('tasks', name), inject: [connection], useFactory: ({ tasks }: ChordisConnection) => tasks },
    ...(isDefault ? [{ provide: CHORDIS_OPTIONS, inject: [connection], useFactory: ({ options }: ChordisConnection) => options }] : []),
  ]
  // When the application is put together, all classes that want tasks are known.
  let calls: DynamicModule | undefined
  const callsModule = () => {
    const providers = callableTasks(name)
    calls ??= { module: ChordisCallsModule, global: isGlobal, providers, exports: providers }
    return calls
  }
  return {
    ...definition,
    global: isGlobal,
    imports: [...(definition.imports ?? []), ChordisCoreModule, forwardRef(callsModule)],
    providers: [...(definition.providers ?? []), ...parts],
    exports: parts.map(({ provide }) => provide),
  }
}

/** What `forFeature` takes beside the providers. */
export interface FeatureOptions {
  /** Modules that the providers need. */
  imports?: NonNullable<ModuleMetadata['imports']>
  /** The connection of tasks whose decorators name none. */
  connection?: string
}

/** One connection in a Nest application: `forRoot` once per connection, `forFeature` per feature. */
@Module({})
export class ChordisModule extends ConfigurableModuleClass {
  /** Providers with `@Task()` methods, and the modules they need. */
  static forFeature(providers: Provider[], options: FeatureOptions | NonNullable<ModuleMetadata['imports']> = {}): DynamicModule {
    const { imports = [], connection } = Array.isArray(options) ? { imports: options } : options
    const belongs = connection === undefined ? [] : [{ provide: FEATURE_CONNECTION, useValue: connection }]
    return { module: ChordisFeatureModule, imports, providers: [...providers, ...belongs], exports: providers }
  }
}

@Module({})
export class ChordisFeatureModule {}

@Module({})
export class ChordisCallsModule {}
