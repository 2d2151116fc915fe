/**
 * Where a run takes place: a real Redis, the crew, the load, and the few things that every fault is made of. Faults see only this.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../../src/engine/index.js'
import type { RedisProxy } from '../../support/proxy.js'
import type { SeededRandom } from '../../support/random.js'
import type { RedisCluster } from '../../support/redis-cluster.js'
import type { RedisSentinel } from '../../support/redis-sentinel.js'
import type { Crew, Slot } from './crew.js'
import { bounded, Ground, type GroundParts, PATIENCE_MS } from './ground.js'
import type { Load } from './load.js'
import { type Case, probeCase } from './workload.js'

/** Served by every worker, beside the default queue. */
export const PROBE_QUEUE = 'probe'

export interface ArenaParts extends GroundParts {
  topology: Topology
  namespace: string
  sentinel?: RedisSentinel
  cluster?: RedisCluster
  crew: Crew
  load: Load
  /** In front of Redis for the client of the load; none where Redis has more than one address. */
  clientProxy: RedisProxy | undefined
  /** Goes around every proxy: probes, dumps, what an operator would do. */
  control: Client
  /** How another client connects as the one of the load does. */
  connect: () => Promise<Client>
}

export type Topology = 'single' | 'sentinel' | 'cluster'

export class Arena extends Ground<ArenaParts> {
  private probes = 0

  /** A worker of the load, by chance. */
  victim(random: SeededRandom): Promise<Slot> {
    return this.parts.crew.victim((slots) => random.pick(slots))
  }

  /** Ms from `since` until a task that is submitted now has run, on a queue of its own: what is measured is the recovery and not the backlog. */
  async probe(since: number, queue = PROBE_QUEUE): Promise<number> {
    await this.finish(probeCase(this.name('probe'), queue))
    return this.now() - since
  }

  /** Ms from `since` until this slot's worker has run a task that is submitted now. */
  probeSlot(since: number, slot: Slot): Promise<number> {
    return this.probe(since, `slot-${slot.number}`)
  }

  /** Ms from `since` until the client of the load has submitted a task and heard its outcome. */
  async probeClient(since: number): Promise<number> {
    await this.finish(probeCase(this.name('probe'), PROBE_QUEUE), this.parts.load.clients[0])
    return this.now() - since
  }

  /** A workflow of its own, to its outcome; sent again when Redis has forgotten it. @throws Error when no outcome is heard in time */
  async finish(item: Case, client: Client = this.parts.control): Promise<void> {
    const from = this.now()
    for (;;) {
      const outcome = await bounded(this.parts.load.run(item, client))
      if (outcome !== null) return
      if (this.now() - from > PATIENCE_MS) throw new Error(`no outcome of ${item.id} was heard`)
      await sleep(50)
    }
  }

  /** An id that no other workflow of the run has. */
  name(what: string): string {
    return `${what}-${++this.probes}`
  }
}
