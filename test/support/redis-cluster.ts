/**
 * A real Redis Cluster of masters without replicas, and slots that move under traffic.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, type ClusterOptions } from 'ioredis'
import { RedisServer, type RedisServerOptions } from '../../src/engine/testing/redis-server.js'
import { freePort } from './children.js'
import { until } from './wait.js'

const SLOTS = 16_384

export interface MoveSlotOptions {
  /** Called when both nodes know that the slot moves and no key has moved yet; the move waits for it. */
  onMigrating?: () => void | Promise<void>
  /** Called when all keys have moved and nobody knows the new owner yet; the move waits for it. */
  onMigrated?: () => void | Promise<void>
  /** Keys per MIGRATE; default 1. */
  batch?: number
  /** Pause between batches, ms; default 20. Traffic meets ASK and TRYAGAIN for about keys / batch times this. */
  batchDelayMs?: number
  /** Called after each batch with the number of keys moved so far. */
  onBatch?: (moved: number) => void | Promise<void>
}

export class RedisCluster {
  private readonly clients: Cluster[] = []

  private constructor(readonly nodes: readonly RedisServer[]) {}

  /** Ends when every master says cluster_state:ok and sees all slots. Slots are shared evenly, in the order of `nodes`. */
  static async start(options: RedisServerOptions & { masters?: number } = {}): Promise<RedisCluster> {
    const nodes = await Promise.all(Array.from({ length: options.masters ?? 3 }, () => startNode(options)))
    const cluster = new RedisCluster(nodes)
    try {
      await cluster.assignSlots()
      await cluster.meet()
      await cluster.healthy()
      return cluster
    } catch (error) {
      await cluster.stop()
      throw error
    }
  }

  /** For `cluster: [...]` of connection options. */
  get urls(): string[] {
    return this.nodes.map((node) => node.url)
  }

  /** A client for this cluster, closed with it. */
  connect(options: ClusterOptions = {}): Cluster {
    const client = new Cluster(
      this.nodes.map(({ host, port }) => ({ host, port })),
      { maxRedirections: 200, retryDelayOnTryAgain: 20, ...options },
    )
    client.on('error', () => undefined)
    this.clients.push(client)
    return client
  }

  /** CLUSTER KEYSLOT. */
  async slotOf(key: string): Promise<number> {
    return Number(await this.node(0).call('CLUSTER', 'KEYSLOT', key))
  }

  /** Index of the master that serves a slot, as node 0 sees it. */
  async ownerOf(slot: number): Promise<number> {
    const ranges = (await this.node(0).call('CLUSTER', 'SLOTS')) as [number, number, [string, number, string]][]
    const range = ranges.find(([first, last]) => first <= slot && slot <= last)
    return this.nodes.findIndex((node) => node.port === range?.[2][1])
  }

  /** Moves a slot key by key. Ends when every node knows the new owner; tells how many keys moved. */
  async moveSlot(slot: number, from: number, to: number, options: MoveSlotOptions = {}): Promise<number> {
    const [source, target] = [this.node(from), this.node(to)]
    const [sourceId, targetId] = await Promise.all([idOf(source), idOf(target)])
    await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', sourceId)
    await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', targetId)
    await options.onMigrating?.()
    const moved = await migrateKeys(slot, source, target, options)
    await options.onMigrated?.()
    // The new owner first: so there is no moment at which nobody serves the slot.
    const others = this.nodes.filter((node) => node !== target && node !== source)
    for (const node of [target, source, ...others]) await node.call('CLUSTER', 'SETSLOT', slot, 'NODE', targetId)
    return moved
  }

  /** Waits until all masters agree that the cluster works. */
  async healthy(): Promise<void> {
    const agrees = async (node: RedisServer) => {
      const info = String(await node.call('CLUSTER', 'INFO'))
      return (
        info.includes('cluster_state:ok') &&
        info.includes(`cluster_slots_ok:${SLOTS}`) &&
        info.includes(`cluster_size:${this.nodes.length}`)
      )
    }
    for (const node of this.nodes) await until(() => agrees(node), { timeoutMs: 30_000, what: `cluster_state:ok on port ${node.port}` })
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.disconnect()
    await Promise.all(this.nodes.map((node) => node.stop()))
  }

  private node(index: number): RedisServer {
    const node = this.nodes[index]
    if (node === undefined) throw new Error(`this cluster has no node ${index}`)
    return node
  }

  private async assignSlots(): Promise<void> {
    for (const [i, node] of this.nodes.entries()) {
      const [first, end] = [i, i + 1].map((n) => Math.floor((n * SLOTS) / this.nodes.length)) as [number, number]
      // Distinct epochs from the start spare the nodes a round of conflict resolution.
      await node.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1)
      await node.call('CLUSTER', 'ADDSLOTSRANGE', first, end - 1)
    }
  }

  private async meet(): Promise<void> {
    for (const node of this.nodes.slice(1)) {
      const busPort = (await this.node(0).call('CONFIG', 'GET', 'cluster-port')) as string[]
      await node.call('CLUSTER', 'MEET', this.node(0).host, this.node(0).port, busPort[1] ?? '')
    }
  }
}

async function startNode(options: RedisServerOptions): Promise<RedisServer> {
  const config = {
    'cluster-enabled': 'yes',
    'cluster-config-file': 'nodes.conf',
    'cluster-node-timeout': 3_000,
    'cluster-port': await freePort(),
    ...options.config,
  }
  return RedisServer.start({ ...options, config })
}

async function idOf(node: RedisServer): Promise<string> {
  return String(await node.call('CLUSTER', 'MYID'))
}

async function migrateKeys(slot: number, source: RedisServer, target: RedisServer, options: MoveSlotOptions): Promise<number> {
  for (let moved = 0; ; ) {
    const keys = (await source.call('CLUSTER', 'GETKEYSINSLOT', slot, options.batch ?? 1)) as string[]
    if (keys.length === 0) return moved
    await source.call('MIGRATE', target.host, target.port, '', 0, 10_000, 'KEYS', ...keys)
    moved += keys.length
    await options.onBatch?.(moved)
    await sleep(options.batchDelayMs ?? 20)
  }
}
