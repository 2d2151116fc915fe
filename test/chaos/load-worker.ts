/**
 * A worker process for the chaos tests: a few tasks, every start of which is counted in Redis on the side. Warnings and errors go to standard
 * error as JSON lines, where {@link complaintsOf} finds them. Started as `load-worker.js <LoadWorkerSetup as JSON>`; prints `ready`.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Json, type RedisOptions, type TaskContext, type TaskDefinition, TaskRegistry, Worker } from '../../src/engine/index.js'
import { mutateScripts } from '../support/scripts.js'

export interface LoadWorkerSetup {
  redis: string | RedisOptions
  namespace: string
  concurrency?: number
  /** Tests that let time pass for longer than a lease take a short one; all others take the default. */
  leaseMs?: number
  /** A change of the library, for tests of what happens when a script fails. */
  library?: { find: string; replacement: string }
}

const pause = async (ctx: TaskContext): Promise<void> => {
  if (ctx.kwargs.ms) await sleep(Number(ctx.kwargs.ms))
}

const TASKS: { [name: string]: TaskDefinition['handler'] } = {
  /** Its first argument, after keyword `ms`. */
  work: async (ctx, [value = null]) => {
    await pause(ctx)
    return value
  },
  /** Count and sum of a list. */
  total: (_ctx, [list]) => {
    const numbers = (list as Json[]).flat(9) as number[]
    return { count: numbers.length, sum: numbers.reduce((sum, n) => sum + n, 0) }
  },
  add: (_ctx, args) => (args.flat(9) as number[]).reduce((sum, n) => sum + n, 0),
  /** Blocks the event loop for so many ms. */
  block: (_ctx, [ms]) => {
    for (const until = performance.now() + Number(ms); performance.now() < until; );
    return ms ?? null
  },
  /** Tries again at once until the third attempt. */
  stumble: (ctx, [value = null]) => (ctx.attempt < 3 ? ctx.retry({ countdownMs: 20, maxRetries: null }) : value),
  /** Waits for a child: `work` of the same value, and one task behind it. */
  parent: (ctx, [value = null]) => {
    const work = (args: Json[]) => ({ kind: 'task', task: 'work', args, kwargs: ctx.kwargs, options: {}, immutable: false }) as const
    return ctx.executeChild({ kind: 'chain', steps: [work([value]), work([])], options: {} })
  },
  /** Becomes `work` of the same value. */
  become: (ctx, [value = null]) =>
    ctx.replace({ kind: 'task', task: 'work', args: [value], kwargs: ctx.kwargs, options: {}, immutable: true }),
}

async function main({ library, ...setup }: LoadWorkerSetup): Promise<void> {
  if (library) mutateScripts(library.find, library.replacement)
  const tasks = new TaskRegistry()
  for (const [name, handler] of Object.entries(TASKS)) tasks.register({ name, handler })
  const worker = new Worker({ ...setup, tasks })
  process.once('SIGTERM', () => void worker.stop().then(() => process.exit(0)))
  await worker.start()
  process.stdout.write('ready\n')
}

await main(JSON.parse(process.argv[2] ?? '{}') as LoadWorkerSetup)
