/** A connection whose canvases run in the test's own process: nothing connects, and its worker is the client itself. */
import { type Client, type Logger, TaskRegistry, type WorkerListener } from '../../engine/index.js'
import { InlineChordis, type InlineOptions } from '../../engine/testing/index.js'
import type { ChordisModuleOptions } from '../chordis.options.js'
import { ChordisConnection } from '../connections/connection.js'

/** As of {@link InlineChordis}; tasks are those of the application. */
export type InlineClientOptions = Omit<InlineOptions, 'tasks'>

export class InlineConnection extends ChordisConnection {
  private readonly inline: InlineChordis
  private running = false

  constructor(name: string, options: ChordisModuleOptions, logger: Logger, settings: InlineClientOptions) {
    const tasks = new TaskRegistry()
    const inline = new InlineChordis({ logger, ...settings, tasks })
    // Providers ask for a Client; what they may do with one, an InlineChordis does.
    super(name, options, inline as unknown as Client, logger, tasks)
    this.inline = inline
  }

  override get working(): boolean {
    return this.running
  }

  /** Every task has been found by now; what was submitted before then runs. */
  override async start(listener: WorkerListener | undefined): Promise<void> {
    if (!this.roles.includes('worker')) return
    this.running = true
    if (listener !== undefined) this.inline.listen(listener)
    this.inline.lookAgain()
  }

  override async stop(): Promise<void> {
    this.running = false
  }
}
