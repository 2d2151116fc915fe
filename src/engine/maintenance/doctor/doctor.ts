/**
 * The doctor: looks at the servers, the keys of the namespace and every live workflow in it, says what is wrong and why it matters, and mends what
 * can be mended when asked. It may run at any time, beside any number of workers: what it says has been judged by a script in one step, and what a
 * script cannot judge in one step has been seen twice. Reads in bounded steps, a few at a time.
 *
 * Not examined, unless named: workflows that have ended. Not known from records, so not found: expiries (`expires`) that lost their timer.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ChordisError } from '../../protocol/errors.js'
import type { RedisConnection } from '../../redis/connection.js'
import type { Namespace } from '../../redis/namespace.js'
import { calls, type ScriptCall } from '../../redis/scripts.generated.js'
import { countKeys, readServers, scanNamespace } from '../../redis/servers.js'
import { severalAtOnce } from '../../several-at-once.js'
import { Examiner } from './examiner.js'
import { type Finding, type FindingCode, finding, type Place } from './findings.js'
import { type Key, Keyspace } from './keyspace.js'
import { checkListings } from './listings.js'
import { readRepairs } from './repairs.js'
import { checkServer } from './servers.js'
import type { Suspicion } from './suspicions.js'

/** What the doctor is to look at, and whether to repair. */
export interface DoctorOptions {
  /** Mend what can be mended. Default false: look only. */
  fix?: boolean
  /** Only this workflow, whether it has ended or not; no server, no keys. */
  workflow?: string
  /** Is told how far the doctor is. */
  progress?: (progress: DoctorProgress) => void
}

/** How far the doctor is. */
export interface DoctorProgress {
  /** What is being looked at. */
  step: 'servers' | 'keys' | 'workflows'
  done: number
  /** About; keys of other programs in the same Redis count. */
  total: number
}

/** What the doctor found and did. */
export interface DoctorReport {
  /** In the order in which they were found; none: nothing is wrong. */
  findings: Finding[]
  /** What was looked at. */
  checked: { servers: number; keys: number; workflows: number }
  /** How often each code was repaired since the namespace exists: by the upkeep of workers, and by doctors. */
  repairs: { [code: string]: number }
}

/** Calls on their way at a time. */
const AT_ONCE = 8
/** Workflows examined against one search of the lists: bounds what is kept in memory. */
const CHUNK = 5_000
/** Between two sights of what no script can judge in one step, ms: longer than any turn. */
const APART_MS = 2_000

export class Doctor {
  private readonly findings: Finding[] = []
  private readonly examiner: Examiner
  private readonly fix: boolean
  private readonly unsure: Suspicion[] = []
  /** Tenants of whom a partition has lists, by partition. */
  private readonly tenants = new Map<number, string[]>()
  private readonly checked = { servers: 0, keys: 0, workflows: 0 }

  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
    private readonly options: DoctorOptions,
  ) {
    this.fix = options.fix ?? false
    this.examiner = new Examiner({ connection, namespace, fix: this.fix })
  }

  async run(): Promise<DoctorReport> {
    const { workflow } = this.options
    if (workflow === undefined) {
      await this.checkServers()
      await this.checkWorkflows(await this.checkKeys())
      await this.checkListings()
    } else await this.checkNamed(workflow)
    if (this.unsure.length > 0) {
      await sleep(APART_MS)
      this.findings.push(...(await this.examiner.confirm(this.unsure)))
    }
    return { findings: this.findings, checked: this.checked, repairs: await readRepairs(this.connection, this.namespace) }
  }

  private async checkNamed(id: string): Promise<void> {
    const keys = this.namespace.keys(this.namespace.partitionOf(id))
    if ((await this.connection.exists(keys.of('workflow', id))) === 0)
      throw new ChordisError('not-found', `there is no workflow ${id}`, { workflow: id })
    await this.checkWorkflows([id])
  }

  private progress(step: DoctorProgress['step'], done: number, total: number): void {
    this.options.progress?.({ step, done, total })
  }

  private async checkServers(): Promise<void> {
    const servers = await readServers(this.connection)
    for (const server of servers) this.findings.push(...checkServer(server))
    this.checked.servers = servers.length
    this.progress('servers', servers.length, servers.length)
    for (let partition = 0; partition < this.namespace.partitions; partition++) {
      const epoch = await this.connection.hget(this.namespace.keys(partition).meta, 'epoch')
      if (epoch !== this.namespace.epoch) this.findings.push(finding('epoch-differs', 'manual', { partition, detail: `${epoch}` }))
    }
  }

  /** Walks over all keys; answers the workflows. */
  private async checkKeys(): Promise<string[]> {
    const keyspace = new Keyspace(this.namespace)
    const workflows = new Set<string>()
    const total = await countKeys(this.connection)
    for await (const keys of scanNamespace(this.connection, this.namespace.name)) {
      await severalAtOnce(keys, AT_ONCE, async (key) => this.checkKey(key, keyspace.classify(key), workflows))
      this.checked.keys += keys.length
      this.progress('keys', this.checked.keys, total)
    }
    return [...workflows]
  }

  private async checkListings(): Promise<void> {
    const { connection, namespace, fix } = this
    for (let partition = 0; partition < namespace.partitions; partition++)
      this.findings.push(...(await checkListings({ connection, namespace, fix }, partition, this.tenants.get(partition) ?? [])))
  }

  private async checkKey(key: string, { kind, partition, name }: Key, workflows: Set<string>): Promise<void> {
    const fix = this.fix ? 1 : 0
    if (kind === 'workflow') workflows.add(name)
    else if (kind === 'listed') this.tenants.set(partition, [...(this.tenants.get(partition) ?? []), name])
    else if (kind === 'unknown') this.findings.push(finding('key-unknown', 'manual', { subject: `key ${key}`, partition }))
    else if (kind === 'process')
      await this.judge('process-unknown', { subject: `process ${name}`, partition }, (epoch) => calls.mendprocess(epoch, name, fix))
    else if (kind === 'ready' || kind === 'parked')
      await this.judge('list-unlisted', { subject: `list ${name}`, partition }, (epoch) => calls.mendlist(epoch, kind, name, fix))
    else if (kind === 'damaged' && (await this.connection.exists(this.namespace.keys(partition).of('workflow', name))) === 0)
      await this.judge('damage-orphaned', { workflow: name, partition }, (epoch) =>
        calls.menddamage(epoch, name, '', -1, 'damage-orphaned', '', fix),
      )
  }

  private async judge(code: FindingCode, place: Place & { partition: number }, call: (epoch: string) => ScriptCall): Promise<void> {
    const [answer, said] = await this.namespace.runAtEpoch(this.connection, place.partition, call)
    if (answer === 'fine') return
    this.findings.push(finding((said as FindingCode | undefined) ?? code, answer === 'mended' ? 'repaired' : 'found', place))
  }

  private async checkWorkflows(ids: readonly string[]): Promise<void> {
    for (let from = 0; from < ids.length; from += CHUNK) {
      const suspicions: Suspicion[] = []
      await severalAtOnce(ids.slice(from, from + CHUNK), AT_ONCE, async (id) => {
        await this.checkIndex(id)
        for (const suspicion of await this.suspicions(id)) suspicions.push(suspicion)
        this.progress('workflows', ++this.checked.workflows, ids.length)
      })
      const { findings, unsure } = await this.examiner.examine(suspicions, Number.POSITIVE_INFINITY)
      this.findings.push(...findings)
      this.unsure.push(...unsure)
    }
  }

  /** Of one that has ended only what its control field says by itself, unless it was named. */
  private async suspicions(id: string): Promise<Suspicion[]> {
    if (this.options.workflow !== undefined) return this.examiner.suspicions(id)
    const key = this.namespace.keys(this.namespace.partitionOf(id)).of('workflow', id)
    const control = await this.connection.hget(key, 's').catch(() => null)
    return control !== null && /^e \d+ 0 0 |^x /.test(control) ? [] : this.examiner.suspicions(id)
  }

  private async checkIndex(id: string): Promise<void> {
    const partition = this.namespace.partitionOf(id)
    await this.judge('ended-unlisted', { workflow: id, partition }, (epoch) => calls.mendindex(epoch, id, this.fix ? 1 : 0))
  }
}
