/** What the metrics module is told. */

/** Options of `MetricsModule.forRoot`, which also takes a `path`, `/metrics` by default. */
export interface MetricsModuleOptions {
  /** In front of the name of every metric but those of Node itself. Default `chordis_`. */
  prefix?: string
  /** Tasks with a label of their own; the others stand under `other`. Default: the first 200 that run here. */
  tasks?: readonly string[]
  /** Queues with a label of their own; the others stand under `other`. Default: the first 200 that are seen. */
  queues?: readonly string[]
  /**
   * Whether queues, workflows, workers and dead letters of the namespace are shown, which every process sees alike: where there are hundreds, some are enough.
   * Default true.
   */
  namespace?: boolean
  /** Whether what prom-client knows of any Node process is shown: event-loop lag, heap, garbage collection, CPU. Default true. */
  defaultMetrics?: boolean
}

/** Token of the module's options. */
export const METRICS_OPTIONS = Symbol('chordis.metrics-options')

export const DEFAULT_PATH = '/metrics'
export const DEFAULT_PREFIX = 'chordis_'
