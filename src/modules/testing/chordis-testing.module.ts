/**
 * `ChordisTestingModule`: in place of `ChordisModule` in a test of some modules. The client that providers inject runs canvases in the test's own
 * process, with the `@Task()` methods of the test's providers. For a whole application see override.ts.
 */
import { type DynamicModule, Module, type Provider } from '@nestjs/common'
import { DiscoveryModule, MetadataScanner } from '@nestjs/core'
import { Client, TaskRegistry } from '../../engine/index.js'
import { InlineChordis, type InlineOptions } from '../../engine/testing/index.js'
import { CHORDIS_LOGGER, CHORDIS_OPTIONS, type ChordisModuleOptions } from '../chordis.options.js'
import { nestEngineLogger } from '../logging/nest-logger.js'
import { TaskAccessor } from '../tasks/task.accessor.js'
import { TaskExplorer } from '../tasks/task.explorer.js'
import { Drain } from '../worker/drain.js'
import { WorkerOrchestrator } from '../worker/worker.orchestrator.js'
import { InlineOrchestrator } from './inline-worker.js'

/** As of {@link InlineChordis}; `tasks` are those written without Nest (`task('name', fn).definition`). */
export interface ChordisTestingOptions extends Omit<InlineOptions, 'tasks'> {
  tasks?: ChordisModuleOptions['tasks']
}

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a dynamic module of Nest is a static method of a class
export class ChordisTestingModule {
  /** Global, as `ChordisModule.forRoot` is. */
  static forRoot(options: ChordisTestingOptions = {}): DynamicModule {
    return {
      module: ChordisTestingModule,
      global: true,
      imports: [DiscoveryModule],
      providers: providersFor(options),
      exports: [InlineChordis, Client, TaskRegistry, Drain, WorkerOrchestrator, CHORDIS_OPTIONS, CHORDIS_LOGGER],
    }
  }
}

function providersFor({ tasks, ...inline }: ChordisTestingOptions): Provider[] {
  // Nothing connects: the address is what the type asks for.
  const options: ChordisModuleOptions = { redis: 'redis://inline.invalid', ...(tasks === undefined ? {} : { tasks }) }
  return [
    { provide: CHORDIS_OPTIONS, useValue: options },
    { provide: CHORDIS_LOGGER, useFactory: () => inline.logger ?? nestEngineLogger() },
    { provide: TaskRegistry, useFactory: () => new TaskRegistry() },
    {
      provide: InlineChordis,
      inject: [TaskRegistry, CHORDIS_LOGGER],
      useFactory: (registry: TaskRegistry, logger: NonNullable<InlineOptions['logger']>) =>
        new InlineChordis({ ...inline, tasks: registry, logger }),
    },
    { provide: Client, useExisting: InlineChordis },
    {
      provide: WorkerOrchestrator,
      inject: [InlineChordis],
      useFactory: (chordis: InlineChordis) => new InlineOrchestrator(chordis),
    },
    MetadataScanner,
    TaskAccessor,
    TaskExplorer,
    Drain,
  ]
}
