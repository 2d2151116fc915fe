/**
 * Which queues are paused stands in every partition. Who pauses one tells them all; where that client died half-way, or a partition lost its last second, the
 * next round of upkeep brings the copies together: the newest counts. Caller: the tender, a new one of these for every round.
 */
import type { RedisConnection } from '../redis/connection.js'
import { HOME, type Namespace } from '../redis/namespace.js'
import { copyPauses, pauseVersion } from '../redis/queues.js'

/** Copies that one round has met. */
export class PauseCopies {
  private newest = ''

  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
  ) {}

  /** A partition has this copy: an older one is replaced, a newer one goes home, from where the next round takes it to the others. */
  async heard(partition: number, paused: string): Promise<void> {
    const ahead = pauseVersion(paused) - pauseVersion(this.newest)
    if (ahead < 0) await copyPauses(this.connection, this.namespace, partition, this.newest)
    if (ahead <= 0) return
    this.newest = paused
    if (partition !== HOME) await copyPauses(this.connection, this.namespace, HOME, paused)
  }
}
