/**
 * The namespace: its version, epoch, partitions and bucket table, made by the first who connects and read by everyone else.
 *
 * Every script is told the epoch and refuses another one; whoever is refused reads the namespace again.
 */
import { LAYOUT_VERSION, REDIS_MIGRATIONS } from '../../../migrations/redis/index.js'
import { ChordisError } from '../protocol/errors.js'
import { checkName, partitionOf } from '../protocol/ids.js'
import { type RedisConnection, runScript } from './connection.js'
import { MAX_PARTITIONS, namespaceKey, PartitionKeys } from './keys.js'
import { calls, type ScriptCall } from './scripts.generated.js'

export interface NamespaceOptions {
  /** Prefix of every key, `[A-Za-z0-9._-]{1,128}`. Default `chordis`. */
  namespace?: string
  /** Partitions when the namespace is made (1 to 256). Default 1; an existing namespace keeps its own number. */
  partitions?: number
}

/**
 * The partition of what a namespace has once, whatever the number of its partitions: what is paused (the others have copies), API keys, the windows of
 * rate limits, the audit log. The first, because there always is one and what is there never moves: partitions are added, never taken away.
 */
export const HOME = 0

export class Namespace {
  readonly name: string
  readonly wanted: number
  partitions = 0
  epoch = ''
  private buckets = new Uint8Array(256)
  private readonly keysOf: PartitionKeys[] = []

  constructor(options: NamespaceOptions) {
    this.name = checkName(options.namespace ?? 'chordis', 'namespace')
    this.wanted = options.partitions ?? 1
    if (!Number.isInteger(this.wanted) || this.wanted < 1 || this.wanted > MAX_PARTITIONS) {
      throw new ChordisError('request-invalid', `must be an integer from 1 to ${MAX_PARTITIONS}`, { path: 'partitions' })
    }
  }

  /** Reads the namespace, and makes it when there is none. Safe to call from any number of processes at once. */
  async load(connection: RedisConnection): Promise<void> {
    let meta = await connection.hgetall(namespaceKey(this.name))
    if (meta.version === undefined) {
      await this.migrate(connection)
      meta = await connection.hgetall(namespaceKey(this.name))
    }
    const version = Number(meta.version)
    if (version !== LAYOUT_VERSION) {
      throw new ChordisError('namespace-version', `namespace ${this.name} has layout ${meta.version}, this is layout ${LAYOUT_VERSION}`)
    }
    this.partitions = Number(meta.partitions)
    this.epoch = meta.epoch as string
    this.buckets = Uint8Array.from(Buffer.from(meta.buckets as string, 'hex'))
    await this.spreadEpoch(connection)
    if (meta.events !== undefined) await this.spreadEvents(connection, meta.events)
  }

  private async migrate(connection: RedisConnection): Promise<void> {
    for (const migration of REDIS_MIGRATIONS) {
      await migration.up({ create: (meta) => this.create(connection, meta) }, this.wanted)
    }
  }

  private async create(connection: RedisConnection, meta: { partitions: number; buckets: string }): Promise<void> {
    const key = namespaceKey(this.name)
    // One field decides who made it: the numbers that everyone reads come from one process only.
    await connection.hsetnx(key, 'made', JSON.stringify(meta))
    const made = JSON.parse((await connection.hget(key, 'made')) as string) as typeof meta
    await connection.hset(key, { version: LAYOUT_VERSION, epoch: 1, partitions: made.partitions, buckets: made.buckets })
  }

  /** Every partition's meta carries the epoch; a partition that lost it (or is new) gets it back. */
  private async spreadEpoch(connection: RedisConnection): Promise<void> {
    await this.each((partition) => connection.hsetnx(this.keys(partition).meta, 'epoch', this.epoch))
  }

  /** What the log of events is to tell: who changed it may have died before every partition had heard of it, or a partition may be new. */
  private async spreadEvents(connection: RedisConnection, setting: string): Promise<void> {
    await this.each((partition) => this.run(connection, partition, calls.setevents(this.epoch, setting)))
  }

  keys(partition: number): PartitionKeys {
    this.keysOf[partition] ??= new PartitionKeys(this.name, partition)
    return this.keysOf[partition] as PartitionKeys
  }

  /** Numbers of all partitions. */
  get numbers(): number[] {
    return Array.from({ length: this.partitions }, (_, partition) => partition)
  }

  /** Asks every partition at the same time; answers in their order. */
  each<T>(ask: (partition: number) => Promise<T>): Promise<T[]> {
    return Promise.all(this.numbers.map(ask))
  }

  partitionOf(id: string): number {
    return partitionOf(id, this.buckets, this.partitions)
  }

  run(connection: RedisConnection, partition: number, call: ScriptCall): Promise<unknown> {
    return runScript(connection, this.keys(partition), call)
  }

  /** Runs a script that answers `{'epoch'}` when it was told an old epoch: then the namespace is read again and the call repeated once. */
  async runAtEpoch(connection: RedisConnection, partition: number, call: (epoch: string) => ScriptCall): Promise<[string, ...unknown[]]> {
    const answer = (await this.run(connection, partition, call(this.epoch))) as [string, ...unknown[]]
    if (answer[0] !== 'epoch') return answer
    await this.load(connection)
    const second = (await this.run(connection, partition, call(this.epoch))) as [string, ...unknown[]]
    if (second[0] === 'epoch')
      throw new ChordisError('namespace-version', `namespace ${this.name} changes its epoch faster than it can be read`)
    return second
  }
}
