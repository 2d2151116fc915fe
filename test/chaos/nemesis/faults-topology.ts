/** Faults of Redis that is more than one server: failovers by Sentinels, slots that move in a Cluster, masters that die. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { RedisServer } from '../../../src/engine/testing/index.js'
import { partitionTag } from '../../support/partition-tags.js'
import type { SeededRandom } from '../../support/random.js'
import type { RedisSentinel } from '../../support/redis-sentinel.js'
import type { Arena } from './arena.js'
import type { Fault } from './fault.js'

/** Not of the namespace: a failover may keep it. */
const MARKER = 'replicated'
/** Longer is no replica. */
const REPLICATED_MS = 20_000

/** Whether only the Sentinels, and we, have a connection to a former master. What it answers to others it forgets when it is made a replica. */
async function isDeserted(server: RedisServer): Promise<boolean> {
  const self = `id=${await server.call('CLIENT', 'ID')} `
  const lines = String(await server.call('CLIENT', 'LIST', 'TYPE', 'normal')).split('\n')
  return lines.every((line) => line === '' || line.startsWith(self) || line.includes(' name=sentinel-'))
}

/**
 * A time before which nothing can be forgotten: all that the master had answered by then has reached the replica, however far that was behind on a busy
 * machine. WAIT counts what its own connection wrote.
 */
async function replicatedUntil(arena: Arena, master: RedisServer): Promise<number> {
  const since = arena.now()
  await master.call('SET', MARKER, since)
  const replicas = await master.call('WAIT', 1, REPLICATED_MS)
  if (replicas !== 1) throw new Error(`the replica was more than ${REPLICATED_MS} ms behind`)
  return since
}

/**
 * A replica takes over while replication is asynchronous: what the master had answered last may be forgotten. Over when there is a replica again: the next
 * failover would promote one that does not know what was written since.
 */
async function failedOver(arena: Arena, sentinel: RedisSentinel, change: () => Promise<unknown>): Promise<number> {
  const since = await replicatedUntil(arena, await sentinel.master())
  await change()
  arena.parts.write({ op: 'redis', type: 'forgot', since })
  const recoveryMs = await arena.probe(arena.now())
  await arena.fact('the former master follows the new one', () => sentinel.inSync(), 50)
  return recoveryMs
}

async function sentinelFailover(arena: Arena): Promise<number | null> {
  const { sentinel } = arena.parts
  if (sentinel === undefined) return null
  return failedOver(arena, sentinel, async () => {
    const before = await sentinel.master()
    await sentinel.failover()
    await arena.fact('everybody has left the former master', () => isDeserted(before))
  })
}

async function masterKilled(arena: Arena): Promise<number | null> {
  const { sentinel } = arena.parts
  if (sentinel === undefined) return null
  return failedOver(arena, sentinel, async () => {
    const before = await sentinel.killMaster()
    await sentinel.promoted(before)
    await sentinel.linked()
    await before.restart()
  })
}

/** SIGSTOP of the master: the Sentinels promote the replica, and then there are two for a while. */
async function masterFrozen(arena: Arena): Promise<number | null> {
  const { sentinel } = arena.parts
  if (sentinel === undefined) return null
  return failedOver(arena, sentinel, async () => {
    const before = await sentinel.master()
    before.pause()
    await sentinel.promoted(before).finally(() => before.resume())
    // Until the Sentinels make it a replica it is a second master, and forgets what it answers.
    await arena.fact('the former master is a replica', async () => (await before.info('replication')).get('role') === 'slave', 50)
  })
}

/** The slot of a partition that is in use moves to another master, key by key. */
async function slotMoved(arena: Arena, random: SeededRandom): Promise<number | null> {
  const { cluster, control } = arena.parts
  if (cluster === undefined) return null
  const slot = await cluster.slotOf(`{${partitionTag(random.int(0, control.partitions - 1))}}`)
  const from = await cluster.ownerOf(slot)
  const to = (from + 1) % cluster.nodes.length
  const since = arena.now()
  await cluster.moveSlot(slot, from, to, { batch: 20, batchDelayMs: 2 })
  return arena.probe(since)
}

/** There are no replicas: its partitions wait until it is back. */
async function clusterMasterKilled(arena: Arena, random: SeededRandom): Promise<number | null> {
  const { cluster } = arena.parts
  if (cluster === undefined) return null
  const node = random.pick(cluster.nodes)
  await node.kill9()
  await sleep(random.pick([0, arena.leaseMs * 1.2]))
  await node.restart()
  await cluster.healthy()
  const since = arena.now()
  await Promise.all(Array.from({ length: 4 }, () => arena.probe(since)))
  return arena.now() - since
}

export const topologyFaults: Fault[] = [
  {
    name: 'sentinel-failover',
    lane: 'redis',
    doc: 'SENTINEL FAILOVER: master and replica change places',
    topologies: ['sentinel'],
    inject: sentinelFailover,
  },
  {
    name: 'sentinel-master-killed',
    lane: 'redis',
    doc: 'kill -9 of the master; it comes back as a replica',
    topologies: ['sentinel'],
    inject: masterKilled,
  },
  {
    name: 'sentinel-master-frozen',
    lane: 'redis',
    doc: 'SIGSTOP of the master until the replica is promoted',
    topologies: ['sentinel'],
    inject: masterFrozen,
  },
  {
    name: 'cluster-slot-moved',
    lane: 'redis',
    doc: 'the slot of a partition moves to another master under load',
    topologies: ['cluster'],
    inject: slotMoved,
  },
  {
    name: 'cluster-master-killed',
    lane: 'redis',
    doc: 'kill -9 of a master without replicas, and a restart',
    topologies: ['cluster'],
    inject: clusterMasterKilled,
  },
]
