/**
 * What the workers of this process do: counted when Redis has confirmed it, so that the sum over all processes is what happened. A process that dies
 * between the two loses its last counts.
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { TaskEvent, WorkerListener } from '../../engine/index.js'
import type { ChordisConnection } from '../connections/connection.js'
import type { BoundedLabel, ConnectionLabel } from './labels.js'

/** Upper bounds of the classes of run and wait times, s: 1 ms to an hour. */
export const TIME_CLASSES_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600]

const MS_PER_S = 1_000
/** Running attempts that are told apart by task at a scrape. */
const MOST_RUNNING = 10_000
const STATES = ['succeeded', 'failed', 'revoked', 'replaced'] as const

/** The time series of one task of one connection, looked up once. */
interface TaskSeries {
  outcomes: { readonly [state in (typeof STATES)[number]]: Counter.Internal }
  retries: Counter.Internal
  losses: Counter.Internal
  ran: Histogram.Internal<string>
  waited: Histogram.Internal<string>
}

export class TaskMetrics {
  private readonly outcomes: Counter
  private readonly retries: Counter
  private readonly losses: Counter
  private readonly ran: Histogram
  private readonly waited: Histogram

  constructor(
    registry: Registry,
    prefix: string,
    private readonly tasks: BoundedLabel,
    private readonly label: ConnectionLabel,
    connections: readonly ChordisConnection[],
  ) {
    const registers = [registry]
    const labelNames = ['task', ...label.names]
    const times = { labelNames, registers, buckets: TIME_CLASSES_S }
    this.outcomes = new Counter({
      name: `${prefix}task_outcomes_total`,
      help: 'Tasks that ended in this process, by how: succeeded, failed with no attempt left, revoked, replaced by a canvas',
      labelNames: [...labelNames, 'state'],
      registers,
    })
    this.retries = new Counter({
      name: `${prefix}task_retries_total`,
      help: 'Attempts that failed or asked for another, and will have one',
      labelNames,
      registers,
    })
    this.losses = new Counter({
      name: `${prefix}task_lease_losses_total`,
      help: 'Attempts whose end counted for nothing: their lease was lost, or they were revoked in that moment',
      labelNames,
      registers,
    })
    this.ran = new Histogram({ name: `${prefix}task_run_seconds`, help: 'How long attempts ran, however they ended', ...times })
    this.waited = new Histogram({
      name: `${prefix}task_wait_seconds`,
      help: 'From submission to start, of tasks that waited for nothing but a worker: no other task, delay or earlier attempt',
      ...times,
    })
    new Gauge({
      name: `${prefix}task_running`,
      help: 'Attempts that run in this process now',
      labelNames,
      registers,
      collect: collectOf(connections, (gauge, connection) => this.showRunning(gauge, connection)),
    })
    new Gauge({
      name: `${prefix}worker_slots`,
      help: 'Attempts that the workers of this process run at the same time',
      labelNames: label.names,
      registers,
      collect: collectOf(connections, (gauge, { name, current }) => current && gauge.set(label.of(name), current.concurrency)),
    })
  }

  /** What the worker of this connection is given. Every task that it knows shows from the start, so that a first failure is an increase. */
  listenerOf({ name, tasks }: ChordisConnection): WorkerListener {
    const series = new Map<string, TaskSeries>()
    const seriesOf = (task: string): TaskSeries => {
      const known = series.get(task) ?? this.seriesOf(name, task)
      series.set(task, known)
      return known
    }
    for (const task of tasks.names()) seriesOf(task)
    return { task: (event) => count(event, seriesOf(event.task)) }
  }

  private seriesOf(connection: string, task: string): TaskSeries {
    const labels = { task: this.tasks.of(task), ...this.label.of(connection) }
    const outcome = (state: (typeof STATES)[number]) => zero(this.outcomes.labels({ ...labels, state }))
    return {
      outcomes: { succeeded: outcome('succeeded'), failed: outcome('failed'), revoked: outcome('revoked'), replaced: outcome('replaced') },
      retries: zero(this.retries.labels(labels)),
      losses: zero(this.losses.labels(labels)),
      ran: this.ran.labels(labels),
      waited: this.waited.labels(labels),
    }
  }

  private showRunning(gauge: Gauge, { name, current }: ChordisConnection): void {
    for (const { task } of current?.active(MOST_RUNNING).attempts ?? []) gauge.inc({ task: this.tasks.of(task), ...this.label.of(name) })
  }
}

/** Asks every connection at a scrape; what was said before is forgotten. */
function collectOf(connections: readonly ChordisConnection[], show: (gauge: Gauge, connection: ChordisConnection) => void) {
  return function collect(this: Gauge): void {
    this.reset()
    for (const connection of connections) show(this, connection)
  }
}

function zero(counter: Counter.Internal): Counter.Internal {
  counter.inc(0)
  return counter
}

function count(event: TaskEvent, { outcomes, retries, losses, ran, waited }: TaskSeries): void {
  switch (event.type) {
    case 'started':
      if (event.waitedMs !== null) waited.observe(event.waitedMs / MS_PER_S)
      return
    case 'progressed':
      return
    case 'retried':
      retries.inc()
      break
    case 'lost':
      losses.inc()
      break
    default:
      outcomes[event.type].inc()
  }
  if (event.ranMs !== null) ran.observe(event.ranMs / MS_PER_S)
}
