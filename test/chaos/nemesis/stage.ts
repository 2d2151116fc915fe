/** Sets the stage of a run: servers of a topology, proxies, clients, workers, the load. */
import { Client, type RedisOptions } from '../../../src/engine/index.js'
import { RedisServer, type RedisServerOptions } from '../../../src/engine/testing/index.js'
import { RedisProxy } from '../../support/proxy.js'
import { RedisCluster } from '../../support/redis-cluster.js'
import { RedisSentinel } from '../../support/redis-sentinel.js'
import { mutateScripts } from '../../support/scripts.js'
import { Arena, type ArenaParts, PROBE_QUEUE, type Topology } from './arena.js'
import { Crew } from './crew.js'
import type { Event } from './history.js'
import { Load } from './load.js'
import type { WorkerSetup } from './worker.js'
import { type Case, unitOf } from './workload.js'
import { controlUnitOf } from './workload-control.js'

/** What the load is: `canvas` workflows that are left alone, `control` also some that are operated on. */
export type Workload = 'canvas' | 'control'

const UNITS: { [name in Workload]: (seed: number, n: number) => Case[] } = { canvas: unitOf, control: controlUnitOf }

export interface StageOptions {
  seed: number
  workload: Workload
  topology: Topology
  workers: number
  leaseMs: number
  concurrency: number
  /** The machine's monotonic clock when the run began. */
  origin: number
  now: () => number
  write: (event: Event) => void
  /** How long what is under way at the end may take, ms. */
  settleMs: number
  library?: WorkerSetup['library'] | undefined
}

interface Servers {
  redis: string | RedisOptions
  servers: RedisServer[]
  sentinel?: RedisSentinel
  cluster?: RedisCluster
  partitions: number
  stop(): Promise<void>
}

/** A call that Redis does not answer is in doubt after this long, ms: shorter than the default, so that a cut-off client costs the load little. */
const COMMAND_TIMEOUT_MS = 2_000
const NAMESPACE = 'nemesis'
/** Sentinels on a busy machine are late themselves: with less, they call a master down that is well, and it forgets what it was told since the last failover. */
const DOWN_AFTER_MS = 3_000
const DURABLE: RedisServerOptions = { appendonly: true, appendfsync: 'always', config: { 'enable-debug-command': 'yes' } }

async function serversOf(topology: Topology): Promise<Servers> {
  if (topology === 'sentinel') {
    const sentinel = await RedisSentinel.start({ ...DURABLE, downAfterMs: DOWN_AFTER_MS })
    const redis = { sentinel: { hosts: sentinel.hosts, name: sentinel.name } }
    return { redis, servers: [...sentinel.servers], sentinel, partitions: 2, stop: () => sentinel.stop() }
  }
  if (topology === 'cluster') {
    const cluster = await RedisCluster.start(DURABLE)
    return { redis: { cluster: cluster.urls }, servers: [...cluster.nodes], cluster, partitions: 8, stop: () => cluster.stop() }
  }
  const server = await RedisServer.start(DURABLE)
  return { redis: server.url, servers: [server], partitions: 2, stop: () => server.stop() }
}

/** All of it, ready to run; `stop` takes it down again. */
export async function setStage(options: StageOptions): Promise<{ arena: Arena; stop: () => Promise<void> }> {
  const { topology, origin, leaseMs, concurrency, write, now, workers, seed, workload } = options
  const restore = options.library && mutateScripts(options.library.find, options.library.replacement)
  const { redis, partitions, stop, ...servers } = await serversOf(topology)
  const target = topology === 'single' ? (servers.servers[0] as RedisServer) : null
  const connection = { namespace: NAMESPACE, partitions, commandTimeoutMs: COMMAND_TIMEOUT_MS }
  const control = await Client.connect({ ...connection, redis })
  const clientProxy = target === null ? undefined : await RedisProxy.start(target)
  const connect = (): Promise<Client> => Client.connect({ ...connection, redis: clientProxy?.url ?? redis })
  const clients: [Client, Client] = [await connect(), await Client.connect({ ...connection, redis })]
  const crew = new Crew({ redis, target, namespace: NAMESPACE, origin, leaseMs, concurrency, write, library: options.library })
  await crew.start(workers, ['default', PROBE_QUEUE])
  const load = new Load(clients, write, (n) => UNITS[workload](seed, n), options.settleMs)
  const parts: ArenaParts = { ...servers, topology, namespace: NAMESPACE, leaseMs, crew, load, clientProxy, control, connect, write, now }
  const close = async (): Promise<void> => {
    await crew.stop()
    await Promise.all([control, ...clients].map((client) => client.close()))
    await Promise.all([crew.close(), clientProxy?.close()])
    await stop()
    restore?.()
  }
  return { arena: new Arena(parts), stop: close }
}
