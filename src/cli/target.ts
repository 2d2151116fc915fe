/**
 * Where a command goes: Redis, or a service over HTTP. A flag goes before the environment; of two variables `CHORDIS_URL` is taken, and
 * `CHORDIS_REDIS_URL` by what only Redis itself can do.
 */
import { readFileSync } from 'node:fs'
import type { ChordisOptions } from '../engine/index.js'
import { CliError } from './failure.js'

export const DEFAULT_REDIS = 'redis://127.0.0.1:6379'

/** The options that say where a command goes. */
export interface TargetOptions {
  redis?: string
  namespace?: string
  url?: string
  keyFile?: string
}

/** A service that was named. */
export interface Service {
  /** Without a slash at the end. */
  url: string
  /** API key or token. Never shown. */
  key?: string
  /** By `--url`: then nothing goes to Redis. */
  byFlag: boolean
}

/** What was said about Redis, and the service where one was named; nothing said: nothing here. */
export interface Target {
  connection: { redis?: ChordisOptions['redis']; namespace?: string }
  service?: Service
}

/** Whether an option stood on the command line. */
export type IsFlag = (option: keyof TargetOptions) => boolean

/** @throws CliError `usage`, `file-unreadable` */
export function targetOf({ redis, namespace, url, keyFile }: TargetOptions, isFlag: IsFlag): Target {
  const connection = { ...(redis ? { redis: redisFrom(redis) } : {}), ...(namespace ? { namespace } : {}) }
  if (isFlag('url') && isFlag('redis')) throw new CliError('usage', '--url or --redis, not both')
  if (isFlag('url') && isFlag('namespace')) throw new CliError('usage', '--namespace is of --redis: a service has its own')
  if (!url || isFlag('redis')) {
    if (isFlag('keyFile')) throw new CliError('usage', '--key-file is of --url')
    return { connection }
  }
  const key = keyOf(keyFile)
  const service = { url: serviceUrl(url), byFlag: isFlag('url'), ...(key === undefined ? {} : { key }) }
  return { connection: isFlag('url') ? {} : connection, service }
}

/** `redis://…`, several with commas for a Cluster, `unix:///path`, or `sentinel://host:port,host:port/name`. */
export function redisFrom(text: string): ChordisOptions['redis'] {
  const sentinel = /^sentinel:\/\/([^/@]+)\/([^/@]+)$/.exec(text)
  if (sentinel) return { sentinel: { hosts: (sentinel[1] as string).split(','), name: sentinel[2] as string } }
  const urls = text.split(/,(?=rediss?:\/\/)/)
  if (urls.length > 1) return { cluster: urls }
  if (/^(rediss?|unix):\/\/./.test(text)) return text
  throw new CliError(
    'usage',
    `--redis (CHORDIS_REDIS_URL): must be redis://, rediss://, unix:///path or sentinel://, not "${shownUrl(text)}"`,
  )
}

/** A Redis URL as it may be shown: without its password. */
export function shownUrl(redis: ChordisOptions['redis']): string {
  if (typeof redis !== 'string') {
    if (redis.cluster) return `cluster ${redis.cluster.map(shownUrl).join(' ')}`
    return redis.sentinel ? `sentinel ${redis.sentinel.name} at ${redis.sentinel.hosts.join(' ')}` : shownUrl(redis.url ?? DEFAULT_REDIS)
  }
  return redis.replace(/^(\w+:\/\/[^:@/]*):.*@/, '$1:***@')
}

/** `https://host`, perhaps with a path before `/v1`. What may hold a secret is not shown. */
function serviceUrl(text: string): string {
  const refused = (rule: string): CliError => new CliError('usage', `--url (CHORDIS_URL): ${rule}`)
  if (!/^https?:\/\/./.test(text) || !URL.canParse(text)) throw refused('must be https://host or http://host')
  const { username, password, search, hash, origin, pathname } = new URL(text)
  if (username !== '' || password !== '') throw refused('must not hold a credential: use --key-file or CHORDIS_API_KEY')
  if (search !== '' || hash !== '') throw refused('must end with its path')
  return `${origin}${pathname.replace(/\/+$/, '')}`
}

/** Of a file, which goes before the environment: what stands on a command line, everybody on the machine can read. */
function keyOf(file: string | undefined): string | undefined {
  const [name, text] = file === undefined ? ['CHORDIS_API_KEY', process.env.CHORDIS_API_KEY] : ['--key-file', fileText(file)]
  const key = text?.trim()
  if (file === undefined && !key) return undefined
  if (!key || !/^[\x21-\x7e]+$/.test(key)) throw new CliError('usage', `${name}: must be an API key or a token, alone`)
  return key
}

function fileText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CliError('file-unreadable', `--key-file: ${(error as Error).message}`)
  }
}
