/**
 * A master, a replica and three Sentinels. All are real processes on this machine.
 * Times seen on two cores: start 2-3 s, failover 0.5 s, promotion after a kill 2 s. The former master is made a replica by the
 * Sentinels some 10 s later (their INFO period), so a second failover within that time waits for it.
 */
import { RedisServer, type RedisServerOptions } from '../../src/engine/testing/redis-server.js'
import { until } from './wait.js'

export interface RedisSentinelOptions extends RedisServerOptions {
  /** Sentinels call the master down after this silence, ms; default 1,000. */
  downAfterMs?: number
}

export class RedisSentinel {
  /** The name the Sentinels know the master by. */
  readonly name = 'main'

  private constructor(
    /** Data servers: the first master, then its replica. */
    readonly servers: readonly [RedisServer, RedisServer],
    readonly sentinels: readonly RedisServer[],
  ) {}

  /** Ends when the replica is in sync and the Sentinels know it and one another. */
  static async start(options: RedisSentinelOptions = {}): Promise<RedisSentinel> {
    const data = { 'repl-diskless-sync-delay': 0, ...options.config }
    const master = await RedisServer.start({ ...options, config: data })
    const replica = await RedisServer.start({ ...options, config: { ...data, replicaof: `${master.host} ${master.port}` } })
    const config = { sentinel: sentinelConfig(master, options.downAfterMs ?? 1_000) }
    const sentinels = await Promise.all([1, 2, 3].map(() => RedisServer.start({ sentinel: true, config })))
    const group = new RedisSentinel([master, replica], sentinels)
    try {
      await group.settled()
      return group
    } catch (error) {
      await group.stop()
      throw error
    }
  }

  /** 'host:port' of each Sentinel, for `sentinel: { hosts, name }` of connection options. */
  get hosts(): string[] {
    return this.sentinels.map(({ host, port }) => `${host}:${port}`)
  }

  /** The data server that the Sentinels call master now. */
  async master(): Promise<RedisServer> {
    const port = await this.masterPort(this.sentinel)
    const found = this.servers.find((server) => server.port === port)
    if (found === undefined) throw new Error(`no server on port ${port}`)
    return found
  }

  /** Swaps the roles in good order (SENTINEL FAILOVER); ends when all Sentinels and the new master agree. */
  async failover(): Promise<RedisServer> {
    const before = await this.master()
    // Refused with NOGOODSLAVE for a moment after a start or a failover; the fact waited for is its acceptance.
    await until(async () => (await this.sentinel.call('SENTINEL', 'FAILOVER', this.name)) === 'OK', {
      timeoutMs: 30_000,
      intervalMs: 200,
      what: 'the Sentinels accept a failover',
    })
    return this.promoted(before)
  }

  /** kill -9 of the master; ends when it is gone. See `promoted` for what follows. */
  async killMaster(): Promise<RedisServer> {
    const master = await this.master()
    await master.kill9()
    return master
  }

  /** Waits until every Sentinel has a connection to the master. Until then each may call it down for its silence, and fail over once more. */
  async linked(): Promise<void> {
    const fine = async (sentinel: RedisServer) => pairs(await sentinel.call('SENTINEL', 'MASTER', this.name)).get('flags') === 'master'
    const all = async () => (await Promise.all(this.sentinels.map(fine))).every(Boolean)
    await until(all, { timeoutMs: 30_000, intervalMs: 50, what: 'all Sentinels have a connection to the master' })
  }

  /** Waits until another server than `before` is master, for all Sentinels and for itself. */
  async promoted(before: RedisServer): Promise<RedisServer> {
    const changed = async () => {
      const ports = await Promise.all(this.sentinels.map((sentinel) => this.masterPort(sentinel)))
      if (ports.some((port) => port === before.port || port !== ports[0])) return false
      return ((await (await this.master()).info('replication')).get('role') ?? '') === 'master'
    }
    await until(changed, { timeoutMs: 60_000, intervalMs: 50, what: `another master than port ${before.port}` })
    return this.master()
  }

  /** Whether the server that is no master follows the one that is. Until then a failover forgets what was written since it did. */
  async inSync(): Promise<boolean> {
    const master = await this.master()
    const replica = await this.servers.find((server) => server !== master)?.info('replication')
    return (
      replica?.get('role') === 'slave' && replica.get('master_port') === String(master.port) && replica.get('master_link_status') === 'up'
    )
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sentinels, ...this.servers].map((server) => server.stop()))
  }

  /** Waits until the replica follows the master and each Sentinel knows the replica and the two others. */
  private async settled(): Promise<void> {
    const linked = async () => (await this.servers[1].info('replication')).get('master_link_status') === 'up'
    await until(linked, { timeoutMs: 30_000, what: 'the replica is in sync' })
    const knows = async (sentinel: RedisServer) => {
      const facts = pairs(await sentinel.call('SENTINEL', 'MASTER', this.name))
      return facts.get('num-slaves') === '1' && facts.get('num-other-sentinels') === '2'
    }
    for (const sentinel of this.sentinels) {
      await until(() => knows(sentinel), { timeoutMs: 30_000, intervalMs: 50, what: 'the Sentinels know the replica and one another' })
    }
  }

  private get sentinel(): RedisServer {
    return this.sentinels[0] as RedisServer
  }

  private async masterPort(sentinel: RedisServer): Promise<number> {
    const address = (await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', this.name)) as [string, string]
    return Number(address[1])
  }
}

function sentinelConfig(master: RedisServer, downAfterMs: number): string[] {
  return [
    `monitor main ${master.host} ${master.port} 2`,
    `down-after-milliseconds main ${downAfterMs}`,
    'failover-timeout main 3000',
    'parallel-syncs main 1',
  ]
}

/** A flat list of names and values, or (RESP3) a map. */
function pairs(reply: unknown): Map<string, string> {
  if (!Array.isArray(reply)) return new Map(reply instanceof Map ? (reply as Map<string, string>) : Object.entries(reply as object))
  return new Map(Array.from({ length: reply.length / 2 }, (_, i) => [String(reply[2 * i]), String(reply[2 * i + 1])]))
}
