/** What all processes of a namespace see alike: queues, workflows, workers, dead letters, and how Redis answers. */
import { Gauge, type Registry } from 'prom-client'
import { Client } from '../../engine/index.js'
import type { ChordisConnection } from '../connections/connection.js'
import { type BoundedLabel, type ConnectionLabel, OTHER } from './labels.js'
import { NamespaceSnapshot, type Seen } from './namespace-snapshot.js'

const MS_PER_S = 1_000
const WORKER_STATES = ['running', 'quiet', 'stopping', 'dead'] as const
const WORKFLOW_STATES = ['PENDING', 'STARTED', 'SUCCESS', 'FAILURE', 'REVOKED'] as const

/** A connection and what is seen of its namespace. */
interface Source {
  labels: { connection?: string }
  snapshot: NamespaceSnapshot
}

/** Sets the values of one connection, behind its labels. */
type Show = (seen: Seen, set: (labels: { [name: string]: string }, value: number) => void) => void

export class NamespaceMetrics {
  private readonly sources: readonly Source[]

  constructor(
    private readonly registry: Registry,
    private readonly prefix: string,
    private readonly queues: BoundedLabel,
    private readonly label: ConnectionLabel,
    connections: readonly ChordisConnection[],
  ) {
    // In a test that runs its workflows inline there is no Redis.
    this.sources = connections.flatMap(({ name, client }) =>
      client instanceof Client ? [{ labels: label.of(name), snapshot: new NamespaceSnapshot(client) }] : [],
    )
  }

  register(): void {
    this.redis()
    this.backlog('ready', 'Tasks that wait for a worker')
    this.backlog('parked', 'Tasks that no worker knows which met them')
    this.backlog('delayed', 'Tasks that wait for their time; behind the first 2,000 timers of a partition all stand under other')
    this.gauge('queue_oldest_seconds', 'Since the workflow of the task that is next was submitted', ['queue'], (seen, set) => {
      for (const [queue, { oldestMs }] of this.byLabel(seen)) if (oldestMs !== null) set({ queue }, oldestMs / MS_PER_S)
    })
    this.gauge('workers', 'Workers of the namespace', ['state'], ({ workers }, set) => {
      for (const state of WORKER_STATES) set({ state }, workers.filter((worker) => worker.state === state).length)
    })
    this.gauge('workflows', 'Workflows that Redis holds', ['state'], ({ workflows }, set) => {
      for (const state of WORKFLOW_STATES) set({ state }, workflows[state])
    })
    this.gauge('dead_letters', 'Tasks that failed with no attempt left', [], ({ deadLetters }, set) => set({}, deadLetters))
  }

  private redis(): void {
    const { sources } = this
    new Gauge({
      name: `${this.prefix}redis_up`,
      help: 'Whether Redis answered within 2 s; while it does not, nothing else that is asked of it is shown',
      labelNames: this.label.names,
      registers: [this.registry],
      async collect() {
        for (const { labels, snapshot } of sources) this.set(labels, (await snapshot.read()) === null ? 0 : 1)
      },
    })
    this.gauge('redis_ping_seconds', 'One round trip', [], ({ pingMs }, set) => set({}, pingMs / MS_PER_S))
  }

  private backlog(kind: 'ready' | 'parked' | 'delayed', help: string): void {
    this.gauge(`queue_${kind}`, help, ['queue'], (seen, set) => {
      for (const [queue, depth] of this.byLabel(seen)) set({ queue }, depth[kind])
    })
  }

  /** Depths by label: several queues may stand under `other`. */
  private byLabel({ depths }: Seen): Map<string, { ready: number; parked: number; delayed: number; oldestMs: number | null }> {
    const by = new Map<string, { ready: number; parked: number; delayed: number; oldestMs: number | null }>()
    const of = (label: string) => {
      const known = by.get(label) ?? { ready: 0, parked: 0, delayed: 0, oldestMs: null }
      by.set(label, known)
      return known
    }
    for (const [queue, { ready, parked, delayed, oldestMs }] of depths.queues) {
      const sum = of(this.queues.of(queue))
      sum.ready += ready
      sum.parked += parked
      sum.delayed += delayed
      if (oldestMs !== null) sum.oldestMs = Math.max(sum.oldestMs ?? 0, oldestMs)
    }
    if (depths.timersBehind > 0) of(OTHER).delayed += depths.timersBehind
    return by
  }

  /** A gauge that is asked for at a scrape, and shows nothing of a namespace that did not answer. */
  private gauge(name: string, help: string, labelNames: readonly string[], show: Show): void {
    const { sources } = this
    const all = [...labelNames, ...this.label.names]
    const unlabelled = all.length === 0
    new Gauge({
      name: `${this.prefix}${name}`,
      help,
      labelNames: all,
      registers: [this.registry],
      async collect() {
        const found = await Promise.all(sources.map(async ({ labels, snapshot }) => ({ labels, seen: await snapshot.read() })))
        this.reset()
        // prom-client keeps a gauge without labels at 0.
        if (unlabelled) this.remove()
        for (const { labels, seen } of found) if (seen !== null) show(seen, (more, value) => this.set({ ...more, ...labels }, value))
      },
    })
  }
}
