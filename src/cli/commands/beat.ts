/** `chordis beat`: fires schedules until a signal ends it. */
import { type Beat, Chordis, VERSION } from '../../engine/index.js'
import { type Context, redisOptions } from '../context.js'
import { createLogger, type Level } from '../log.js'
import { onSignals } from '../signals.js'
import { shownUrl } from '../target.js'
import { columns } from '../terminal.js'

export interface BeatArguments {
  /** Ms. */
  look?: number
  logLevel: Level
}

/** Answers the exit code: 0 after a first signal. */
export async function beat(context: Context, { look, logLevel }: BeatArguments): Promise<number> {
  const logger = createLogger({ level: logLevel, json: context.json, style: context.out, write: context.print, now: () => new Date() })
  const app = new Chordis({ ...redisOptions(context, 'a beat reads the clock and the schedules of Redis'), logger })
  try {
    // It waits for a Redis that goes away; one that was never there is a mistake in the settings, said at once.
    await app.client()
    const beat = app.beat(look === undefined ? {} : { lookMs: look })
    if (!context.json) for (const line of banner(context, app)) context.print(line)
    const stopped = new Promise<void>((resolve, reject) => {
      onSignals((count, exit) => {
        if (count > 1) process.exit(exit)
        logger.info({}, 'stopping after the look that is under way; a second signal does not wait for it')
        beat.stop().then(resolve, reject)
      })
    })
    await beat.start()
    logger.info(context.json ? { pid: process.pid } : {}, 'ready')
    await stopped
    logger.info(summary(beat), 'stopped')
    return 0
  } finally {
    await app.close()
  }
}

function banner({ out }: Context, { options }: Chordis): string[] {
  const where = `${shownUrl(options.redis)}, namespace ${options.namespace ?? 'chordis'}`
  return [`${out.strong(`chordis ${VERSION}`)}  beat, process ${process.pid}`, ...columns([[{ text: 'redis', colour: out.faint }, where]])]
}

/** What a beat has done, for its last line. */
function summary(beat: Beat): object {
  const { fired, skipped, latenessMs } = beat.statistics()
  return { fired, skipped: skipped.overlap, missed: skipped.missed, latenessP99Ms: latenessMs.p99 }
}
