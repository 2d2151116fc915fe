/** The queues of a service. */
import type { ChordisApi } from '../../../api-client/index.js'
import type { QueueChangeOptions, QueuedTask, QueueView } from '../../../engine/index.js'
import type { Backend } from '../backend.js'
import { LONG_MS } from './api.js'
import { everyPage } from './pages.js'

export class ServiceQueues implements Pick<Backend['queues'], keyof Backend['queues']> {
  constructor(private readonly api: ChordisApi) {}

  list(): Promise<QueueView[]> {
    return everyPage(
      (page) => this.api.listQueues(page),
      ({ queues }) => queues as QueueView[],
    )
  }

  async peek(queue: string, options: { limit?: number; args?: boolean } = {}): Promise<QueuedTask[]> {
    return (await this.api.peekQueue(queue, options)).tasks as QueuedTask[]
  }

  /** Who pauses it is said by the credential. */
  pause(queue: string, { reason }: { reason?: string; by?: string } = {}): Promise<void> {
    return this.api.pauseQueue(queue, reason === undefined ? {} : { reason })
  }

  resume(queue: string): Promise<void> {
    return this.api.resumeQueue(queue)
  }

  purge(queue: string, { onProgress: _onProgress, ...options }: QueueChangeOptions = {}): Promise<{ tasks: number }> {
    return this.api.purgeQueue(queue, options, { timeoutMs: LONG_MS })
  }

  move(from: string, to: string, { onProgress: _onProgress, ...options }: QueueChangeOptions & { limit?: number } = {}) {
    return this.api.moveQueue(from, { to, ...options }, { timeoutMs: LONG_MS })
  }
}
