/** Holds the index of workflows against the workflows: entries that stand for none, and the one count that is kept. In bounded steps. */
import type { RedisConnection } from '../../redis/connection.js'
import type { Namespace } from '../../redis/namespace.js'
import { calls } from '../../redis/scripts.generated.js'
import { type Finding, finding } from './findings.js'

/** Where the index is, and whether to mend it. */
export interface ListingsOptions {
  connection: RedisConnection
  namespace: Namespace
  fix: boolean
}

/** Wrong entries that one finding names. */
const NAMED = 3

/** What is wrong with the index of a partition. `tenants`: those of whom it has lists. */
export async function checkListings(options: ListingsOptions, partition: number, tenants: readonly string[]): Promise<Finding[]> {
  const findings: Finding[] = []
  // One of another epoch is found as such, and its scripts refuse.
  const epoch = await options.connection.hget(options.namespace.keys(partition).meta, 'epoch')
  if (epoch !== options.namespace.epoch) return findings
  for (const tenant of tenants) findings.push(...(await ghosts(options, partition, 'listed', tenant)))
  for (const index of ['labels', 'ended'] as const) findings.push(...(await ghosts(options, partition, index, '')))
  return [...findings, ...(await recount(options, partition))]
}

/** Entries of workflows that are not there: one finding for all of one index. */
async function ghosts(
  { connection, namespace, fix }: ListingsOptions,
  partition: number,
  index: 'listed' | 'labels' | 'ended',
  tenant: string,
): Promise<Finding[]> {
  const found: string[] = []
  let count = 0
  for (let cursor = '0'; ; ) {
    const from = cursor
    const call = (epoch: string) => calls.mendghosts(epoch, index, tenant, from, fix ? 1 : 0)
    const [, next, entries] = (await namespace.runAtEpoch(connection, partition, call)) as [string, string, string[]]
    count += entries.length
    found.push(...entries.slice(0, NAMED - found.length))
    cursor = next
    if (cursor === '0') break
  }
  if (count === 0) return []
  const key = namespace.keys(partition).of(index, tenant)
  const detail = `${count}: ${found.join(' ')}${count > found.length ? ' …' : ''}`
  return [finding('listing-orphaned', fix ? 'repaired' : 'found', { subject: `key ${key}`, partition, detail })]
}

/** How many plain tasks have started, counted again while they come and go. */
async function recount({ connection, namespace, fix }: ListingsOptions, partition: number): Promise<Finding[]> {
  for (let begin = 1; ; begin = 0) {
    const call = (epoch: string) => calls.mendcount(epoch, begin, fix ? 1 : 0)
    const [answer, counted, stood] = await namespace.runAtEpoch(connection, partition, call)
    if (answer === 'more') continue
    if (answer === 'fine') return []
    const subject = `key ${namespace.keys(partition).of('counts')}`
    const detail = `${counted}, not ${stood}`
    return [finding('started-miscounted', answer === 'mended' ? 'repaired' : 'found', { subject, partition, detail })]
  }
}
