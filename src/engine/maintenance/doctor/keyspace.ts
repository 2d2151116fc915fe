/** The keys of a namespace by what they are: workflows to be examined, lists and processes to be held against their indexes, and what is none of ours. */
import { namespaceKey, SUFFIX } from '../../redis/keys.js'
import type { Namespace } from '../../redis/namespace.js'

export type KeyKind = 'workflow' | 'damaged' | 'process' | 'ready' | 'parked' | 'listed' | 'known' | 'unknown'

export interface Key {
  kind: KeyKind
  /** Of what is ours. */
  partition: number
  /** The id or name behind the suffix. */
  name: string
}

const EXAMINED = ['workflow', 'damaged', 'process', 'ready', 'parked', 'listed'] as const
const KNOWN = (Object.keys(SUFFIX) as (keyof typeof SUFFIX)[]).filter((name) => !(EXAMINED as readonly string[]).includes(name))

export class Keyspace {
  private readonly partitions = new Map<string, number>()
  private readonly own: string

  constructor(namespace: Namespace) {
    for (let partition = 0; partition < namespace.partitions; partition++) this.partitions.set(namespace.keys(partition).base, partition)
    this.own = namespaceKey(namespace.name)
  }

  classify(key: string): Key {
    if (key === this.own) return { kind: 'known', partition: 0, name: '' }
    const base = key.slice(0, key.indexOf('}:') + 2)
    const partition = this.partitions.get(base)
    if (partition === undefined) return { kind: 'unknown', partition: 0, name: key }
    const rest = key.slice(base.length)
    for (const kind of EXAMINED) if (rest.startsWith(SUFFIX[kind])) return { kind, partition, name: rest.slice(SUFFIX[kind].length) }
    const known = KNOWN.some((name) => (SUFFIX[name].endsWith(':') ? rest.startsWith(SUFFIX[name]) : rest === SUFFIX[name]))
    return { kind: known ? 'known' : 'unknown', partition, name: rest }
  }
}
