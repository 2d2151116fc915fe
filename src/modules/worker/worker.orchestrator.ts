/**
 * Starts the workers of all connections that have that role, and takes the process down in order:
 * not ready -> HTTP stops accepting and drains -> the workers finish or give back, side by side -> what was left for the end is written ->
 * Redis is closed.
 *
 * Nest closes HTTP by itself only after `beforeApplicationShutdown`. It is closed here instead, because the workers have to stop after
 * it and before anybody's `onApplicationShutdown` closes what running tasks still use. (Closing it twice is harmless.)
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import type { DrainOptions } from '../chordis.options.js'
import { Connections } from '../connections/connections.js'
import { HookExplorer } from '../hooks/hook.explorer.js'
import { closeHttp } from '../http/close.js'
import { Drain } from './drain.js'
import { isForTasksOnly } from './tasks-of.js'

const DEFAULT_HTTP_MS = 10_000

@Injectable()
export class WorkerOrchestrator implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(Connections) private readonly connections: Connections,
    @Inject(HookExplorer) private readonly hooks: HookExplorer,
    @Inject(Drain) private readonly drain: Drain,
    @Inject(HttpAdapterHost) private readonly http: HttpAdapterHost,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (isForTasksOnly()) return
    for (const connection of this.connections.all) await connection.start(this.hooks.listenerOf(connection))
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.drain.begin()
    this.log('drain: not ready')
    await sleep(this.longest('readinessMs') ?? 0)
    await closeHttp(this.http.httpAdapter, this.longest('httpMs') ?? DEFAULT_HTTP_MS)
    this.log('drain: http closed')
    await Promise.all(this.connections.all.map((connection) => connection.stop()))
    this.log('drain: worker stopped')
    await this.drain.finish()
  }

  async onApplicationShutdown(): Promise<void> {
    for (const connection of this.connections.all) await connection.client.close()
    this.log('drain: redis closed')
  }

  private log(message: string): void {
    this.connections.all[0]?.logger.info({}, message)
  }

  private longest(time: keyof DrainOptions): number | undefined {
    const times = this.connections.all.map(({ options }) => options.drain?.[time]).filter((ms) => ms !== undefined)
    return times.length === 0 ? undefined : Math.max(...times)
  }
}
