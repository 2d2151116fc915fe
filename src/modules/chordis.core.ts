/**
 * What a process has once, however many connections it has: the explorers, the drain, the start and the stop of workers.
 */
import { Global, Module } from '@nestjs/common'
import { DiscoveryModule, MetadataScanner } from '@nestjs/core'
import { Connections } from './connections/connections.js'
import { ChordisHealthIndicator } from './health/health.indicator.js'
import { HookExplorer } from './hooks/hook.explorer.js'
import { TaskAccessor } from './tasks/task.accessor.js'
import { TaskExplorer } from './tasks/task.explorer.js'
import { TaskRunner } from './tasks/task.runner.js'
import { Drain } from './worker/drain.js'
import { WorkerOrchestrator } from './worker/worker.orchestrator.js'

@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    ChordisHealthIndicator,
    Connections,
    Drain,
    HookExplorer,
    MetadataScanner,
    TaskAccessor,
    TaskExplorer,
    TaskRunner,
    WorkerOrchestrator,
  ],
  exports: [ChordisHealthIndicator, Connections, Drain],
})
export class ChordisCoreModule {}
