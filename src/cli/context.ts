/** What every command is given: where to write, in which form, and where Redis is. */
import { Chordis, ChordisError, type ChordisOptions } from '../engine/index.js'
import { CliError } from './failure.js'
import { type Paint, paint, wantsColours } from './terminal.js'

export const DEFAULT_REDIS = 'redis://127.0.0.1:6379'

/** The options that every command takes. */
export interface GlobalOptions {
  redis?: string
  namespace?: string
  json?: boolean
  color: boolean
}

export interface Context {
  json: boolean
  /** Colours of standard output, and of standard error. */
  out: Paint
  err: Paint
  /** What was said about Redis; nothing said: nothing here. */
  connection: { redis?: ChordisOptions['redis']; namespace?: string }
  print(text: string): void
  /** To standard error. */
  note(text: string): void
}

export function contextOf({ redis, namespace, json = false, color }: GlobalOptions): Context {
  const style = (stream: NodeJS.WriteStream) => paint(color && wantsColours(stream.isTTY === true, process.env.NO_COLOR))
  return {
    json,
    out: style(process.stdout),
    err: style(process.stderr),
    connection: { ...(redis ? { redis: redisFrom(redis) } : {}), ...(namespace ? { namespace } : {}) },
    print: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
  }
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

/** Where a command that has no application of its own finds Redis. */
export function clientOptions({ connection }: Context): ChordisOptions {
  return { redis: DEFAULT_REDIS, ...connection }
}

/** Asks something of an application without tasks, and lets go of Redis. */
export async function withApp<T>(context: Context, ask: (app: Chordis) => Promise<T>): Promise<T> {
  const app = new Chordis(clientOptions(context))
  try {
    return await ask(app)
  } finally {
    await app.close()
  }
}

/** A Redis URL as it may be shown: without its password. */
export function shownUrl(redis: ChordisOptions['redis']): string {
  if (typeof redis !== 'string') {
    if (redis.cluster) return `cluster ${redis.cluster.map(shownUrl).join(' ')}`
    return redis.sentinel ? `sentinel ${redis.sentinel.name} at ${redis.sentinel.hosts.join(' ')}` : shownUrl(redis.url ?? DEFAULT_REDIS)
  }
  return redis.replace(/^(\w+:\/\/[^:@/]*):.*@/, '$1:***@')
}

/** Whether the same may succeed later: Redis is away, or did not answer. */
export const isPassing = (error: unknown): boolean => error instanceof ChordisError && error.retryable
