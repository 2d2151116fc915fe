/** What every command is given: where to write, in which form, and where it goes. */
import type { ChordisOptions } from '../engine/index.js'
import { CliError } from './failure.js'
import { DEFAULT_REDIS, type IsFlag, type Target, type TargetOptions, targetOf } from './target.js'
import { type Paint, paint, wantsColours } from './terminal.js'

/** The options that every command takes. */
export interface GlobalOptions extends TargetOptions {
  json?: boolean
  color: boolean
}

export interface Context extends Target {
  json: boolean
  /** Colours of standard output, and of standard error. */
  out: Paint
  err: Paint
  print(text: string): void
  /** To standard error. */
  note(text: string): void
}

/** @throws CliError `usage`, `file-unreadable` for a place that cannot be */
export function contextOf({ json = false, color, ...where }: GlobalOptions, isFlag: IsFlag): Context {
  const style = (stream: NodeJS.WriteStream) => paint(color && wantsColours(stream.isTTY === true, process.env.NO_COLOR))
  return {
    ...targetOf(where, isFlag),
    json,
    out: style(process.stdout),
    err: style(process.stderr),
    print: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
  }
}

/**
 * Where a command that has no application of its own finds Redis.
 * @param why it cannot do with a service
 * @throws CliError `needs-redis` where a service was named, and no Redis beside it
 */
export function redisOptions(context: Context, why: string): ChordisOptions {
  demandRedis(context, why)
  return { redis: DEFAULT_REDIS, ...context.connection }
}

/** As {@link redisOptions}. */
export function demandRedis({ service, connection }: Context, why: string): void {
  if (service === undefined || connection.redis !== undefined) return
  throw new CliError('needs-redis', `a service cannot do this: ${why}. Say --redis (CHORDIS_REDIS_URL)`)
}
