/** `chordis worker`: runs the tasks of a user's modules until a signal ends it. */
import os from 'node:os'
import {
  type Beat,
  Chordis,
  type ChordisOptions,
  defaultConcurrency,
  type LoadedTasks,
  type Logger,
  loadTasks,
  ModuleInvalidError,
  type PoolKind,
  type PoolOptions,
  type TaskEvent,
  VERSION,
  type Worker,
} from '../../engine/index.js'
import { type Context, demandRedis, redisOptions } from '../context.js'
import { createLogger, type Level } from '../log.js'
import { onSignals } from '../signals.js'
import { EXIT_AGAIN, isSupervised, onAbandoned, supervise, tellReady } from '../supervisor.js'
import { shownUrl } from '../target.js'
import { columns } from '../terminal.js'

export interface WorkerArguments {
  module: string[]
  queues?: string[]
  concurrency?: number
  pool?: PoolKind
  autoscale?: { min: number; max: number }
  maxTasksPerChild?: number
  /** MB. */
  maxMemoryPerChild?: number
  /** Seconds. */
  timeLimit?: number
  softTimeLimit?: number
  name?: string
  /** Fires schedules, too. */
  beat?: boolean
  /** Seconds. */
  grace: number
  logLevel: Level
}

/** Why it does not work through a service. */
const WHY = 'a worker takes its tasks from Redis'

/** Runs the worker, under a supervisor that starts it again when it has to be killed. */
export async function worker(context: Context, options: WorkerArguments): Promise<number> {
  if (context.service?.byFlag) demandRedis(context, WHY)
  const logger = createLogger({
    level: options.logLevel,
    json: context.json,
    style: context.out,
    write: context.print,
    now: () => new Date(),
  })
  return isSupervised() ? work(context, options, logger) : supervise(logger)
}

async function work(context: Context, options: WorkerArguments, logger: Logger): Promise<number> {
  const loaded = await loadTasks(options.module)
  const app = new Chordis({ ...connectionOf(context, loaded), logger }).register(...loaded.tasks)
  try {
    // A worker waits for a Redis that goes away; one that was never there is a mistake in the settings, said at once.
    const { partitions } = await app.client()
    const { name = os.hostname(), queues, grace } = options
    const pooled = poolOptionsOf(options)
    const concurrency = options.concurrency ?? defaultConcurrency(pooled)
    const worker = app.worker({
      ...pooled,
      ...(options.timeLimit === undefined ? {} : { timeLimitMs: options.timeLimit * 1_000 }),
      ...(options.softTimeLimit === undefined ? {} : { softTimeLimitMs: options.softTimeLimit * 1_000 }),
      onOverrun: 'stop',
      ...(queues === undefined ? {} : { queues }),
      // A line per attempt is for looking closely: telling of each costs about a third of the speed of tasks that do nothing.
      ...(options.logLevel === 'debug' ? { listener: { task: (event: TaskEvent) => logEvent(logger, event) } } : {}),
      concurrency,
      name,
      graceMs: grace * 1_000,
    })
    if (!context.json)
      for (const line of banner(context, app, worker, {
        name,
        concurrency,
        pool: options.pool ?? 'inline',
        partitions,
        beat: options.beat ?? false,
      }))
        context.print(line)
    const beat = options.beat ? app.beat() : undefined
    const ended = untilSignals(worker, beat, logger, grace)
    await worker.start()
    await beat?.start()
    tellReady()
    logger.info(context.json ? { name, pid: process.pid, queues: worker.queues, tasks: worker.tasks, concurrency } : {}, 'ready')
    return await ended
  } finally {
    await app.close()
    for (const one of loaded.apps) await one.close()
    await loaded.close()
  }
}

function poolOptionsOf({ pool, module, autoscale, maxTasksPerChild, maxMemoryPerChild }: WorkerArguments): PoolOptions {
  return {
    modules: module,
    ...(pool === undefined ? {} : { pool }),
    ...(autoscale === undefined ? {} : { autoscale }),
    ...(maxTasksPerChild === undefined ? {} : { maxTasksPerChild }),
    ...(maxMemoryPerChild === undefined ? {} : { maxMemoryPerChild }),
  }
}

/** One event of an attempt as a line: `fetch succeeded  id=…`. */
function logEvent(logger: Logger, event: TaskEvent): void {
  const { type, task, id, attempt } = event
  const error = 'error' in event && event.error ? { error: `${event.error.type}: ${event.error.message}` } : {}
  const delay = event.type === 'retried' ? { delayMs: event.delayMs } : {}
  const state = event.type === 'progressed' ? { state: event.state } : {}
  logger.debug({ id, attempt, ...state, ...delay, ...error }, `${task} ${type}`)
}

/** What was said on the command line, else what the modules' application says, else the default. */
function connectionOf(context: Context, { apps }: LoadedTasks): ChordisOptions {
  const [app, other] = apps
  if (app === undefined || (context.connection.redis && context.connection.namespace)) return redisOptions(context, WHY)
  const { redis, namespace, partitions, commandTimeoutMs } = app.options
  if (other !== undefined && (shownUrl(other.options.redis) !== shownUrl(redis) || other.options.namespace !== namespace)) {
    throw new ModuleInvalidError('the modules have two applications with different settings; say --redis and --namespace')
  }
  return { redis, namespace, partitions, commandTimeoutMs, ...context.connection }
}

function banner(
  { out }: Context,
  { options }: Chordis,
  { queues, tasks }: Worker,
  { name, concurrency, pool, partitions, beat }: { name: string; concurrency: number; pool: PoolKind; partitions: number; beat: boolean },
): string[] {
  const where = `${shownUrl(options.redis)}, namespace ${options.namespace ?? 'chordis'}${partitions === 1 ? '' : `, ${partitions} partitions`}`
  const facts: [string, string][] = [
    ['redis', where],
    ['queues', queues.join(' ')],
    ['concurrency', pool === 'inline' ? String(concurrency) : `${concurrency} (pool: ${pool})`],
    ['tasks', tasks.join(' ')],
  ]
  return [
    `${out.strong(`chordis ${VERSION}`)}  worker ${name}${beat ? ' and beat' : ''}, process ${process.pid}`,
    ...columns(facts.map(([key, text]) => [{ text: key, colour: out.faint }, text])),
  ]
}

/**
 * The first signal lets running tasks end within the grace time and gives back what has not started; a second one gives everything back now;
 * a third one waits for nothing. A beat ends with the first one. Answers the exit code when the worker has stopped, by a signal or by remote control.
 */
function untilSignals(worker: Worker, beat: Beat | undefined, logger: Logger, graceS: number): Promise<number> {
  let abandoned = false
  let code = 0
  return new Promise((resolve, reject) => {
    // By a signal, because another process said so, or because a handler cannot be stopped.
    worker.ended.then((why) => {
      if (why === 'overrun') return resolve(EXIT_AGAIN)
      logger.info({}, 'stopped')
      resolve(abandoned ? 1 : code)
    }, reject)
    onAbandoned(() => {
      logger.warn({}, 'the process above is gone: stopping')
      abandoned = true
      worker.stop().catch(reject)
    })
    onSignals((count, exit) => {
      if (count === 1) {
        logger.info({}, `stopping: running tasks have ${graceS} s to end; a second signal gives them back at once`)
        beat?.stop().catch(reject)
        worker.stop().catch(reject)
      } else if (count === 2) {
        logger.warn({}, 'giving running tasks back')
        code = exit
        void worker.stop({ graceMs: 0 })
      } else process.exit(exit)
    })
  })
}
