/** A whole application with an inline client: its `ChordisModule` stays as it is, and what would call Redis is replaced. */
import { Client, TaskRegistry } from '../../engine/index.js'
import { InlineChordis, type InlineOptions } from '../../engine/testing/index.js'
import { WorkerOrchestrator } from '../worker/worker.orchestrator.js'
import { InlineOrchestrator } from './inline-worker.js'

interface Override<B> {
  useFactory(options: { factory: (...args: never[]) => unknown; inject?: unknown[] }): B
}

/** The part of `TestingModuleBuilder` (of @nestjs/testing) that is needed. */
export interface OverridableModule<B> {
  overrideProvider(token: unknown): Override<B>
}

/**
 * The application's providers run their tasks inline; `module.get(ChordisClient)` is an {@link InlineChordis}.
 * @example const module = await withInlineChordis(Test.createTestingModule({ imports: [AppModule] })).compile()
 */
export function withInlineChordis<B extends OverridableModule<B>>(builder: B, options: Omit<InlineOptions, 'tasks'> = {}): B {
  return builder
    .overrideProvider(Client)
    .useFactory({ inject: [TaskRegistry], factory: (tasks: TaskRegistry) => new InlineChordis({ ...options, tasks }) })
    .overrideProvider(WorkerOrchestrator)
    .useFactory({ inject: [Client], factory: (chordis: InlineChordis) => new InlineOrchestrator(chordis) })
}
