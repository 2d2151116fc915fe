/**
 * `MetricsModule`: what Prometheus asks. Beside `ChordisModule.forRoot`, once per application, in processes of every role: `MetricsModule.forRoot({})`.
 */
import { ConfigurableModuleBuilder, Module } from '@nestjs/common'
import { MetricsCollector } from './metrics.collector.js'
import { metricsController } from './metrics.controller.js'
import { DEFAULT_PATH, METRICS_OPTIONS, type MetricsModuleOptions } from './metrics.options.js'
import { MetricsRegistry } from './metrics.registry.js'

interface Extras {
  /** Where Prometheus finds them. Default `/metrics`. */
  path?: string
}

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<MetricsModuleOptions>({ optionsInjectionToken: METRICS_OPTIONS })
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createMetricsOptions')
  // Routes are known before options can be asked for.
  .setExtras<Extras>({ path: DEFAULT_PATH }, (definition, { path = DEFAULT_PATH }) => ({
    ...definition,
    controllers: [metricsController(path)],
  }))
  .build()

/** Metrics of tasks, queues, workflows, workers, beats and Redis for Prometheus, from `GET /metrics`. {@link MetricsRegistry} can be injected. */
@Module({ providers: [MetricsRegistry, MetricsCollector], exports: [MetricsRegistry] })
export class MetricsModule extends ConfigurableModuleClass {}
