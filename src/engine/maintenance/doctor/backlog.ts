/**
 * The entries of some workflows in ready lists, parked lists, timers and spread items. Lists are read from their tail to their head: what stays in a
 * list while it is read is met, whatever comes in behind or goes away in front. What moves on while they are read was ready before and is not any
 * more, or is in front: the script that judges looks at both ends once more.
 */
import type { RedisConnection } from '../../redis/connection.js'
import type { Namespace } from '../../redis/namespace.js'
import type { Standing, Suspicion } from './suspicions.js'

const PAGE = 1_000

export interface Entry {
  kind: 'ready' | 'parked' | 'timer' | 'spread'
  /** `<queue>:<priority>` of a ready one. */
  list: string
  text: string
  run: string
  prefix: string
  first: number
  count: number
  stride: number
}

/** Of one workflow: entries of single nodes, of which there may be 100,000, by node; and those of several. */
interface OfWorkflow {
  single: Map<string, Entry[]>
  ranges: Entry[]
}

const ENTRY = /^([^:]+):(\d+):\d+:([^:]*):(\d+):(\d+):(\d+)/

export class Backlog {
  private readonly entries = new Map<string, OfWorkflow>()
  /** Names of lists that have more entries than were to be read. */
  private readonly tooLong = new Set<string>()

  private constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
    private readonly workflows: ReadonlySet<string>,
    private readonly most: number,
  ) {}

  /**
   * Reads what there is of the workflows of these suspicions.
   * @param most a list with more entries is not read; {@link knows} then says so
   */
  static async read(
    connection: RedisConnection,
    namespace: Namespace,
    suspicions: readonly Suspicion[],
    most = Number.POSITIVE_INFINITY,
  ): Promise<Backlog> {
    const standing = suspicions.filter(({ stands, moving }) => stands !== undefined || moving)
    const backlog = new Backlog(connection, namespace, new Set(standing.map(({ workflow }) => workflow)), most)
    const partitions = new Map<number, Set<string>>()
    for (const { workflow, stands } of standing) {
      const partition = namespace.partitionOf(workflow)
      const lists = partitions.get(partition) ?? new Set()
      partitions.set(partition, lists)
      if (stands?.list) for (const list of [stands.list, ...stands.moved]) lists.add(`${list} ${stands.task}`)
    }
    for (const [partition, lists] of partitions) await backlog.readPartition(partition, [...lists])
    return backlog
  }

  /** In the order in which entries move: from spread items and timers to ready lists, from there to parked ones. */
  private async readPartition(partition: number, lists: readonly string[]): Promise<void> {
    const keys = this.namespace.keys(partition)
    await this.readList(keys.of('spread'), (text) => this.add('spread', '', text, text.slice(2)))
    await this.readTimers(keys.of('timers'))
    for (const list of new Set(lists.map((pair) => pair.split(' ')[0] as string)))
      await this.readList(keys.of('ready', list), (text) => this.add('ready', list, text, text))
    for (const pair of lists) await this.readList(keys.of('parked', pair.replace(' ', ':')), (text) => this.add('parked', '', text, text))
  }

  private async readList(key: string, add: (text: string) => void): Promise<void> {
    if ((await this.connection.llen(key)) > this.most) {
      this.tooLong.add(key)
      return
    }
    for (let behind = 0; ; behind += PAGE) {
      const page = await this.connection.lrange(key, -behind - PAGE, -behind - 1)
      for (const text of page) add(text)
      if (page.length < PAGE) return
    }
  }

  private async readTimers(key: string): Promise<void> {
    if ((await this.connection.zcard(key)) > this.most) {
      this.tooLong.add(key)
      return
    }
    let cursor = '0'
    do {
      const [next, members] = await this.connection.zscan(key, cursor, 'COUNT', PAGE)
      for (let k = 0; k < members.length; k += 2) {
        const text = members[k] as string
        if (text.startsWith('d:')) this.add('timer', '', text, text.slice(text.indexOf(':', text.indexOf(':', 2) + 1) + 1))
      }
      cursor = next
    } while (cursor !== '0')
  }

  private add(kind: Entry['kind'], list: string, text: string, entry: string): void {
    const [, workflow = '', run = '', prefix = '', first, count, stride] = ENTRY.exec(entry) ?? []
    if (!this.workflows.has(workflow)) return
    const known: OfWorkflow = this.entries.get(workflow) ?? { single: new Map(), ranges: [] }
    this.entries.set(workflow, known)
    const found = { kind, list, text, run, prefix, first: Number(first), count: Number(count), stride: Number(stride) }
    if (count !== '1') known.ranges.push(found)
    else known.single.set(`${prefix}${first}`, [...(known.single.get(`${prefix}${first}`) ?? []), found])
  }

  /** Entries of the node; a virtual node's is a spread item. */
  of(workflow: string, { run, prefix, index, list }: Standing): Entry[] {
    const known = this.entries.get(workflow)
    if (!known) return []
    return [...(known.single.get(`${prefix}${index}`) ?? []), ...known.ranges].filter(
      (entry) => entry.run === run && entry.prefix === prefix && names(entry, index) && (list !== '' || entry.kind === 'spread'),
    )
  }

  /** Whether a spread item of the workflow is in the list, or may be. */
  moves(workflow: string): boolean {
    const known = this.entries.get(workflow)
    const all = known ? [...known.ranges, ...[...known.single.values()].flat()] : []
    return (
      this.tooLong.has(this.namespace.keys(this.namespace.partitionOf(workflow)).of('spread')) || all.some(({ kind }) => kind === 'spread')
    )
  }

  /** False when a list in which the node may stand was too long to be read. */
  knows(workflow: string, { list, moved, task }: Standing): boolean {
    const keys = this.namespace.keys(this.namespace.partitionOf(workflow))
    const lists = [...(list ? [list] : []), ...moved]
    const timers = list ? [keys.of('timers')] : []
    const places = [keys.of('spread'), ...timers, ...lists.flatMap((one) => [keys.of('ready', one), keys.of('parked', `${one}:${task}`)])]
    return !places.some((key) => this.tooLong.has(key))
  }
}

function names({ first, count, stride }: Entry, index: number): boolean {
  const k = (index - first) / (stride || 1)
  return Number.isInteger(k) && k >= 0 && k < count
}
