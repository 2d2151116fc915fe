/**
 * The Redis of a run: an empty server of our own per workload, or the one of CHORDIS_REDIS_URL, in which only keys with our prefix are touched.
 *
 * Settings are the same for every contestant: append-only file, fsync every second, TCP, and no rewrite of the file in the middle of a measurement.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Redis } from 'ioredis'
import type { Place } from '../contract.js'
import { ROOT, STATE } from './paths.js'

export interface Server {
  /** Where a contestant works; empty. */
  place: Place
  /** Version and settings that matter, for the report. */
  about(): Promise<string>
  /** Empty again. */
  clean(): Promise<void>
  /** CPU seconds that it has used. */
  cpuSeconds(): Promise<number>
  /** The longest call of a script since the last clean(), ms of wall time: what else wanted the core counts too. 0: under a millisecond. */
  slowestScriptMs(): Promise<number>
  stop(): Promise<void>
}

interface Embedded {
  url: string
  how: 'started' | 'adopted' | 'shared'
  stop(): Promise<boolean>
}
type StartEmbedded = (options: {
  binary: string
  folder: string
  settings: Record<string, string | number>
  port: boolean
}) => Promise<Embedded>

export const SETTINGS = { 'auto-aof-rewrite-percentage': 0, 'slowlog-log-slower-than': 1_000, 'slowlog-max-len': 100_000 }
const SCRIPTS = new Set(['fcall', 'evalsha', 'eval'])
const PREFIX = `bench-${process.pid}`

/** The program to start servers with; null when the run was given a server. */
export function redisBinary(): string | null {
  if (process.env.CHORDIS_REDIS_URL) return null
  const binary = process.env.CHORDIS_BENCH_REDIS
  if (!binary) throw new Error('start the benchmark with `npm run bench`, or set CHORDIS_REDIS_URL')
  return binary
}

export async function startServer(): Promise<Server> {
  const binary = redisBinary()
  if (binary === null) return serverAt(process.env.CHORDIS_REDIS_URL as string, false, async () => {})
  const module = pathToFileURL(join(ROOT, 'scripts/lib/embedded-redis.mjs')).href
  const { embeddedRedis } = (await import(module)) as { embeddedRedis: StartEmbedded }
  const folder = join(STATE, 'redis')
  const embedded = await embeddedRedis({ binary, folder, settings: SETTINGS, port: true })
  if (embedded.how === 'shared') {
    await embedded.stop()
    throw new Error('another benchmark runs in this folder')
  }
  const server = serverAt(embedded.url, true, async () => {
    await embedded.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  await server.clean()
  return server
}

function serverAt(url: string, ours: boolean, end: () => Promise<void>): Server {
  const redis = new Redis(url)
  return {
    place: { url, prefix: PREFIX },
    about: () => describe(redis),
    clean: async () => {
      if (ours) await redis.flushall('SYNC')
      else await removeKeys(redis)
      await redis.slowlog('RESET')
    },
    cpuSeconds: () => cpuSeconds(redis),
    slowestScriptMs: () => slowestScriptMs(redis),
    stop: async () => {
      redis.disconnect()
      await end()
    },
  }
}

export function field(info: string, name: string): string {
  return new RegExp(`^${name}:([^\r\n]*)`, 'm').exec(info)?.[1] ?? ''
}

export async function cpuSeconds(redis: Redis): Promise<number> {
  const info = await redis.info('cpu')
  return Number(field(info, 'used_cpu_user')) + Number(field(info, 'used_cpu_sys'))
}

export async function slowestScriptMs(redis: Redis): Promise<number> {
  const entries = (await redis.slowlog('GET', -1)) as [id: number, at: number, microseconds: number, command: string[]][]
  const scripts = entries.filter(([, , , [command = '']]) => SCRIPTS.has(command.toLowerCase()))
  return Math.max(0, ...scripts.map(([, , microseconds]) => microseconds / 1_000))
}

async function describe(redis: Redis): Promise<string> {
  const get = async (name: string): Promise<string> => ((await redis.config('GET', name)) as string[])[1] ?? '?'
  const version = field(await redis.info('server'), 'redis_version')
  return `Redis ${version}, appendonly ${await get('appendonly')}, appendfsync ${await get('appendfsync')}`
}

async function removeKeys(redis: Redis): Promise<void> {
  for await (const keys of redis.scanStream({ match: `*${PREFIX}*`, count: 1_000 })) {
    if ((keys as string[]).length > 0) await redis.unlink(...(keys as string[]))
  }
}
