/** Puts the metrics of this process together: after all providers are there, before the first worker and the first beat start. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common'
import { ModuleRef } from '@nestjs/core'
import { collectDefaultMetrics } from 'prom-client'
import { Client } from '../../engine/index.js'
import { BeatRunner } from '../beat/beat.runner.js'
import { Connections } from '../connections/connections.js'
import { foundIn } from '../connections/found-in.js'
import { WebhookRunner } from '../webhooks/webhooks.runner.js'
import { isForTasksOnly } from '../worker/tasks-of.js'
import { BeatMetrics } from './beat-metrics.js'
import { BoundedLabel, ConnectionLabel } from './labels.js'
import { DEFAULT_PREFIX, METRICS_OPTIONS, type MetricsModuleOptions } from './metrics.options.js'
import { MetricsRegistry } from './metrics.registry.js'
import { NamespaceMetrics } from './namespace-metrics.js'
import { TaskMetrics } from './task-metrics.js'
import { WebhookMetrics } from './webhook-metrics.js'

@Injectable()
export class MetricsCollector implements OnModuleInit {
  constructor(
    @Inject(METRICS_OPTIONS) private readonly options: MetricsModuleOptions,
    @Inject(MetricsRegistry) private readonly registry: MetricsRegistry,
    @Inject(Connections) private readonly connections: Connections,
    @Inject(ModuleRef) private readonly modules: ModuleRef,
  ) {}

  onModuleInit(): void {
    if (isForTasksOnly()) return
    const { registry } = this
    const { prefix = DEFAULT_PREFIX, defaultMetrics = true, namespace = true, queues } = this.options
    const { all } = this.connections
    const label = new ConnectionLabel(all.length)
    if (defaultMetrics) collectDefaultMetrics({ register: registry })
    if (namespace) new NamespaceMetrics(registry, prefix, new BoundedLabel(queues), label, all).register()
    if (all.some(({ roles }) => roles.includes('worker'))) this.watchTasks(prefix, label)
    this.watchBeats(prefix)
    this.watchWebhooks(prefix)
  }

  private watchTasks(prefix: string, label: ConnectionLabel): void {
    const { all } = this.connections
    const metrics = new TaskMetrics(this.registry, prefix, new BoundedLabel(this.options.tasks), label, all)
    for (const connection of all) connection.listeners.push(() => metrics.listenerOf(connection))
  }

  /** An application without `WebhooksModule` tells nobody. */
  private watchWebhooks(prefix: string): void {
    const runner = foundIn(this.modules, WebhookRunner)
    if (runner !== undefined && runner.client instanceof Client)
      runner.listeners.push(new WebhookMetrics(this.registry, prefix, runner.client).listener)
  }

  /** An application without `BeatModule` fires nothing. */
  private watchBeats(prefix: string): void {
    const beats = foundIn(this.modules, BeatRunner)
    if (beats !== undefined) beats.listeners.push(new BeatMetrics(this.registry, prefix).count)
  }
}
