/**
 * Starts the engine's worker where this process has that role, and takes the process down in order:
 * not ready -> HTTP stops accepting and drains -> the worker finishes or gives back -> Redis is closed.
 *
 * Nest closes HTTP by itself only after `beforeApplicationShutdown`. It is closed here instead, because the worker has to stop after
 * it and before anybody's `onApplicationShutdown` closes what running tasks still use. (Closing it twice is harmless.)
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import { Client, type Logger, TaskRegistry, Worker } from '../../engine/index.js'
import { CHORDIS_LOGGER, CHORDIS_OPTIONS, type ChordisModuleOptions, rolesOf } from '../chordis.options.js'
import { closeHttp } from '../http/close.js'
import { Drain } from './drain.js'

const DEFAULT_HTTP_MS = 10_000

@Injectable()
export class WorkerOrchestrator implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private worker: Worker | undefined

  constructor(
    @Inject(CHORDIS_OPTIONS) private readonly options: ChordisModuleOptions,
    @Inject(CHORDIS_LOGGER) private readonly logger: Logger,
    @Inject(TaskRegistry) private readonly tasks: TaskRegistry,
    @Inject(Client) private readonly client: Client,
    @Inject(Drain) private readonly drain: Drain,
    @Inject(HttpAdapterHost) private readonly http: HttpAdapterHost,
  ) {}

  /** Whether a worker of this process takes tasks. */
  get working(): boolean {
    return this.worker !== undefined && !this.drain.isDraining
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!rolesOf(this.options).includes('worker')) return
    const worker = new Worker({
      ...connectionOf(this.options),
      ...this.options.worker,
      queues: this.options.worker?.queues ?? this.tasks.queues(),
      tasks: this.tasks,
      logger: this.logger,
    })
    await worker.start()
    this.worker = worker
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.drain.begin()
    this.logger.info({}, 'drain: not ready')
    await sleep(this.options.drain?.readinessMs ?? 0)
    await closeHttp(this.http.httpAdapter, this.options.drain?.httpMs ?? DEFAULT_HTTP_MS)
    this.logger.info({}, 'drain: http closed')
    await this.worker?.stop()
    this.logger.info({}, 'drain: worker stopped')
  }

  async onApplicationShutdown(): Promise<void> {
    await this.client.close()
    this.logger.info({}, 'drain: redis closed')
  }
}

function connectionOf({ redis, namespace, partitions }: ChordisModuleOptions) {
  return { redis, ...(namespace === undefined ? {} : { namespace }), ...(partitions === undefined ? {} : { partitions }) }
}
