/** Stands in for the orchestrator of a worker: tasks run in the test's own process, so nothing is started, and Redis is never called. */
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common'
import type { InlineChordis } from '../../engine/testing/index.js'

export class InlineOrchestrator implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly working = true

  constructor(private readonly chordis: InlineChordis) {}

  /** Every task has been found by now; what was submitted before then runs. */
  onApplicationBootstrap(): void {
    this.chordis.lookAgain()
  }

  async onApplicationShutdown(): Promise<void> {
    await this.chordis.close()
  }
}
