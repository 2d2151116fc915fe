/**
 * Tells attempts that they must not go on: others run them since their lease was lost, they were revoked, or their workflow is paused and they have not
 * started. Redis says which: what is heard is only a reason to ask. A revocation or pause is published to all processes (lib/flush.lua); a message that
 * is lost shows in the count of signals, which every round of the upkeep brings.
 */
import { TaskRevokedError } from '../protocol/revoked.js'
import { connect, listenOn, type RedisConnection, type RedisOptions } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { untilAnswered } from './answers.js'
import type { Attempt } from './attempt.js'
import { LeaseLost } from './lease-lost.js'
import type { Logger } from './logger.js'
import type { Fenced, RedisStore } from './store.js'

export interface FencesOptions {
  redis: string | RedisOptions
  namespace: Namespace
  logger: Logger
  /** The attempts that the process holds. */
  held: ReadonlySet<Attempt>
  store(): RedisStore
  /** It has not started and never will: its slot is free. */
  withdraw(attempt: Attempt): void
  /** Fires when the worker stops. */
  leaving: AbortSignal
}

export class Fences {
  private connection: RedisConnection | null = null
  private stopped = false
  /** Signals that had been given, by partition, as the upkeep saw last. */
  private readonly signals = new Map<number, string>()
  /** Revoked nodes whose attempts have ended and whose completion will be answered as lost. */
  private readonly expected = new Set<string>()

  constructor(private readonly options: FencesOptions) {}

  /** Listens from now on, as soon as Redis lets it. */
  start(): void {
    this.listen().catch((err: unknown) => this.options.logger.debug({ err }, 'listening for signals'))
  }

  private async listen(): Promise<void> {
    const { redis, namespace, logger, leaving } = this.options
    const onError = (err: Error) => logger.debug({ err }, 'redis connection')
    const connection = await connect(redis, 'subscriber', onError, undefined, leaving)
    if (this.stopped) return connection.disconnect()
    this.connection = connection
    const channels = new Map(Array.from({ length: namespace.partitions }, (_, p) => [namespace.keys(p).of('signals'), p]))
    connection.on('message', (channel: string, text: string) => {
      const partition = channels.get(channel)
      if (partition !== undefined) this.heard(partition, text)
    })
    // What was said before it listened.
    const listening = () => {
      for (const partition of channels.values()) this.doubt(partition)
    }
    await untilAnswered(
      connection,
      () => listenOn(connection, [...channels.keys()], listening),
      () => this.stopped,
    )
  }

  stop(): void {
    this.stopped = true
    this.connection?.disconnect()
  }

  /** A message: `<what> <workflow>`, a line each. */
  private heard(partition: number, text: string): void {
    const workflows = new Set(text.split('\n').map((line) => line.slice(line.indexOf(' ') + 1)))
    this.ask(
      partition,
      this.heldIn(partition).filter(({ workflowId }) => workflows.has(workflowId)),
    )
  }

  /** The upkeep has seen this count of signals. */
  seen(partition: number, signals: string): void {
    const before = this.signals.get(partition)
    this.signals.set(partition, signals)
    if (before !== signals) this.doubt(partition)
  }

  /** Any attempt of the partition may have been lost or revoked. */
  doubt(partition: number): void {
    this.ask(partition, this.heldIn(partition))
  }

  private heldIn(partition: number): Attempt[] {
    return [...this.options.held].filter(({ grant }) => grant.partition.number === partition)
  }

  private ask(partition: number, attempts: Attempt[]): void {
    if (attempts.length === 0) return
    this.options
      .store()
      .fencedOf(partition, attempts)
      .then(
        (fenced) => {
          for (const one of fenced) this.tell(one)
        },
        (err: unknown) => this.options.logger.debug({ err }, 'asking which attempts may go on'),
      )
  }

  private tell({ attempt, why }: Fenced): void {
    if (attempt.over || attempt.revoked) return
    if (why === 'lost') {
      attempt.abort(new LeaseLost(attempt))
      return
    }
    if (why !== 'paused') {
      attempt.revoked = true
      if (attempt.started) attempt.abort(new TaskRevokedError(attempt, why === 'terminated'))
    }
    if (!attempt.started) this.options.withdraw(attempt)
  }

  /** A revoked attempt has ended: that its completion changes nothing is no news. */
  ended(attempt: Attempt): void {
    if (attempt.revoked) this.expected.add(attempt.id)
  }

  /** Those of these lost nodes that were not revoked. */
  unexpected(nodes: string[]): string[] {
    return nodes.filter((node) => !this.expected.delete(node))
  }
}
