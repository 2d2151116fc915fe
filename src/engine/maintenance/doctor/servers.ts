/** What is wrong with the settings and the state of a Redis server. Pure. */
import type { ServerFacts } from '../../redis/servers.js'
import { type Finding, type FindingCode, finding, stateOf } from './findings.js'

/** Shares of maxmemory from which on submits, and then leases, are refused: as in lua/tend.lua. */
const NEARLY_FULL = 0.8
const FULL = 0.95
/** A replica that said nothing for so long, seconds. */
const BEHIND_S = 10
const LEAST_VERSION = 7

export function checkServer({ address, info, config, libraries }: ServerFacts): Finding[] {
  const out: Finding[] = []
  const found = (code: FindingCode, detail?: string) =>
    out.push(finding(code, stateOf(code), { subject: `server ${address}`, ...(detail === undefined ? {} : { detail }) }))
  if (info === null) found('check-refused', 'INFO')
  else checkInfo(info, found)
  if (config === null) found('check-refused', 'CONFIG GET')
  if (libraries === null) found('check-refused', 'FUNCTION LIST')
  else if (libraries.length > 0) found('library-foreign', libraries.join(' '))
  const policy = config?.get('maxmemory-policy') ?? info?.get('maxmemory_policy')
  if (policy !== undefined && policy !== 'noeviction') found('redis-evicts', policy)
  checkPersistence(info, config, found)
  return out
}

type Found = (code: FindingCode, detail?: string) => void

function checkInfo(info: Map<string, string>, found: Found): void {
  const version = info.get('redis_version') ?? ''
  // Valkey says 7.2.4 here, whatever its own version is.
  if (Number.parseInt(version, 10) < LEAST_VERSION) found('redis-version', version)
  const [used, most] = [Number(info.get('used_memory')), Number(info.get('maxmemory'))]
  const share = `${Math.round((100 * used) / most)} % of ${most} bytes`
  if (most > 0 && used > most * FULL) found('redis-full', share)
  else if (most > 0 && used > most * NEARLY_FULL) found('redis-nearly-full', share)
  if (info.get('role') === 'slave') found('redis-is-replica')
  if (info.get('rdb_last_bgsave_status') === 'err') found('redis-save-failed', 'rdb_last_bgsave_status:err')
  if (info.get('aof_last_write_status') === 'err') found('redis-save-failed', 'aof_last_write_status:err')
  for (const [name, value] of info) if (/^slave\d+$/.test(name)) checkReplica(value, found)
}

function checkReplica(text: string, found: Found): void {
  const fields = new Map(text.split(',').map((pair) => pair.split('=') as [string, string]))
  if (fields.get('state') !== 'online' || Number(fields.get('lag')) > BEHIND_S) found('redis-replica-behind', text)
}

function checkPersistence(info: ServerFacts['info'], config: ServerFacts['config'], found: Found): void {
  const appends = info?.get('aof_enabled') === '1' || config?.get('appendonly') === 'yes'
  if (appends) return
  const save = config?.get('save')
  if (save === undefined) {
    // Where CONFIG is refused the service keeps its own copies, or not: the INFO of many says nothing of it.
    return
  }
  if (save !== '') found('redis-snapshots-only', `save ${save}`)
  else {
    found('redis-not-persistent')
    if (Number(info?.get('connected_slaves')) > 0) found('redis-replicas-unsafe')
  }
}
