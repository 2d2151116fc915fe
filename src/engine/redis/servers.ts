/** What the servers behind a connection say of themselves: settings and sections of INFO, where they are not refused. Reads only. */
import type { Redis } from 'ioredis'
import { mastersOf, type RedisConnection } from './connection.js'
import { namespacePattern } from './keys.js'
import { library } from './scripts.generated.js'

/** One server. What it refused to tell is null. */
export interface ServerFacts {
  /** `host:port` */
  address: string
  /** Fields of INFO by name. */
  info: Map<string, string> | null
  /** Settings by name. */
  config: Map<string, string> | null
  /** Libraries of scripts that are loaded, as `chordis_<version>`, without ours. */
  libraries: string[] | null
}

const SETTINGS = ['maxmemory', 'maxmemory-policy', 'appendonly', 'save'] as const

/** Facts of the server, or of every master of a Cluster. */
export function readServers(connection: RedisConnection): Promise<ServerFacts[]> {
  return Promise.all(mastersOf(connection).map(readServer))
}

async function readServer(server: Redis): Promise<ServerFacts> {
  const { host, port, path } = server.options
  const [info, config, libraries] = await Promise.all([
    answered(readInfo(server)),
    answered(readConfig(server)),
    answered(readLibraries(server)),
  ])
  return { address: path ?? `${host}:${port}`, info, config, libraries }
}

/** Null for what the server refuses; a connection that is lost is thrown. */
async function answered<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call
  } catch (error) {
    // The reply of a server; ioredis's own errors have other names.
    if (error instanceof Error && error.name === 'ReplyError') return null
    throw error
  }
}

async function readInfo(server: Redis): Promise<Map<string, string>> {
  return new Map([...(await server.info()).matchAll(/^([^#:\r\n]+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]))
}

async function readConfig(server: Redis): Promise<Map<string, string>> {
  const settings = new Map<string, string>()
  // One by one: Redis before 7.0 takes one name only.
  for (const name of SETTINGS) {
    const [, value] = (await server.config('GET', name)) as string[]
    if (value !== undefined) settings.set(name, value)
  }
  return settings
}

async function readLibraries(server: Redis): Promise<string[]> {
  const listed = (await server.call('FUNCTION', 'LIST', 'LIBRARYNAME', 'chordis_*')) as unknown[][]
  const names = listed.map((one) => String(one[one.indexOf('library_name') + 1]))
  return names.filter((name) => name !== `chordis_${library.version}`)
}

/** Keys per step of a SCAN: some 0.3 ms of Redis. */
const SCAN_COUNT = 1_000

/** Every key of the namespace, page by page; a key may come twice. */
export async function* scanNamespace(connection: RedisConnection, namespace: string): AsyncGenerator<string[]> {
  for (const server of mastersOf(connection)) {
    let cursor = '0'
    do {
      const [next, keys] = await server.scan(cursor, 'MATCH', namespacePattern(namespace), 'COUNT', SCAN_COUNT)
      yield keys
      cursor = next
    } while (cursor !== '0')
  }
}

/** Keys of all databases' servers, about: for who shows how far a scan is. */
export async function countKeys(connection: RedisConnection): Promise<number> {
  return (await Promise.all(mastersOf(connection).map((server) => server.dbsize()))).reduce((sum, n) => sum + n, 0)
}
