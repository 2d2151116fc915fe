/**
 * A worker process of the nemesis: runs the tasks of the load, writes to its journal what it does before it does it, and raises a signal on itself at
 * a moment that nobody outside could hit. Started as `worker.js <WorkerSetup as JSON>`; prints `ready <incarnation>`; on SIGUSR2 it reads a
 * {@link Order} from its order file.
 */
import { readFileSync } from 'node:fs'
import {
  isTaskSignal,
  type Logger,
  type RedisOptions,
  type TaskContext,
  type TaskDefinition,
  TaskRegistry,
  Worker,
} from '../../../src/engine/index.js'
import { runOf, turnTimes } from '../../support/grant-times.js'
import { mutateScripts } from '../../support/scripts.js'
import { clockFrom, type Event, type HandlerEntry, writerTo } from './history.js'
import { HANDLERS } from './tasks.js'

export interface WorkerSetup {
  redis: string | RedisOptions
  namespace: string
  slot: number
  queues: string[]
  /** Where it writes what it does. */
  journal: string
  order: string
  /** When the run began, of the monotonic clock. */
  origin: number
  leaseMs: number
  concurrency: number
  /** A guard of the library that is broken on purpose, to see that the checker notices. */
  library?: { find: string; replacement: string }
}

/** Raise `signal` at the `nth` of these moments from now. */
export interface Order {
  moment: 'granted' | 'in a handler' | 'handlers ran'
  signal: NodeJS.Signals
  nth: number
}

interface Told {
  write: (event: Event) => void
  name: () => string
  reached: (moment: Order['moment']) => void
  /** When the turn that granted an attempt was first sent. */
  since: (ctx: TaskContext) => number | undefined
}

function tasksOf({ write, name, reached, since }: Told): TaskRegistry {
  const tasks = new TaskRegistry()
  for (const [task, handler] of Object.entries(HANDLERS)) tasks.register({ name: task, handler: told(task, handler) })
  const lookUp = tasks.get.bind(tasks)
  // The executor looks a task up when it starts an attempt: the lease is known, no handler of it has run.
  tasks.get = (task) => {
    reached('granted')
    return lookUp(task)
  }
  return tasks

  function told(task: string, handler: TaskDefinition['handler']): TaskDefinition['handler'] {
    return (ctx, args) => {
      // A map calls its handler once per item, in one attempt.
      if (seen.has(ctx)) return handler(ctx, args)
      seen.add(ctx)
      const end = (type: HandlerEntry['type']): void => {
        write({ ...entry, type })
        reached('handlers ran')
      }
      const { workflow, attempt } = ctx
      const node = ctx.id.slice(workflow.id.length + 1)
      const of = task === 'tick' ? { schedule: String(args[0]) } : {}
      const entry = { op: 'handler' as const, workflow: workflow.id, node, run: runOf(ctx), attempt, worker: name(), task, ...of }
      const sentAt = since(ctx)
      write({ ...entry, type: 'invoke', ...(sentAt === undefined ? {} : { since: sentAt }) })
      reached('in a handler')
      return around(() => handler(ctx, args), end)
    }
  }
}

const seen = new WeakSet<TaskContext>()

/** What `call` gives, after `end` has heard how it ended. Not async: most handlers return at once. */
function around(call: () => unknown, end: (type: HandlerEntry['type']) => void): unknown {
  const threw = (error: unknown): never => {
    end(isTaskSignal(error) ? 'info' : 'fail')
    throw error
  }
  let value: unknown
  try {
    value = call()
  } catch (error) {
    return threw(error)
  }
  if (value instanceof Promise) {
    return value.then((result: unknown) => {
      end('ok')
      return result
    }, threw)
  }
  end('ok')
  return value
}

/** Hears whom the sweep gave up, and what came too late. */
function listening(write: (event: Event) => void, name: () => string): Logger {
  const silent = (): void => undefined
  const warn = (fields: object, message = ''): void => {
    const { process: lost } = fields as { process?: string }
    if (/^a worker process was lost/.test(message) && lost !== undefined) write({ op: 'lost', worker: lost, by: name() })
    else if (/^leases were lost/.test(message)) write({ op: 'late', worker: name() })
    else if (/^Redis forgot/.test(message)) write({ op: 'forgot', worker: name() })
    else if (/^Redis did not answer before the worker left/.test(message)) write({ op: 'unheard', worker: name() })
  }
  // A handler may have returned whose outcome was still being stored.
  const debug = (_fields: object, message = ''): void => {
    if (/^the grace time is over/.test(message)) write({ op: 'unheard', worker: name() })
  }
  return { debug, info: silent, warn, error: (fields, message) => console.error(message, fields) }
}

async function main({ journal, order, origin, slot, library, ...options }: WorkerSetup): Promise<void> {
  if (library) mutateScripts(library.find, library.replacement)
  const now = clockFrom(origin)
  const write = writerTo(journal, now)
  let awaited: Order | undefined
  const reached = (moment: Order['moment']): void => {
    if (awaited?.moment !== moment || --awaited.nth > 0) return
    const { signal } = awaited
    awaited = undefined
    const raise = (): void => {
      write({ op: 'worker', type: 'phase', worker: name(), slot, signal })
      process.kill(process.pid, signal)
    }
    // Queued before the turn that would tell of this handler, behind the others of its slice.
    if (moment === 'handlers ran') queueMicrotask(raise)
    else raise()
  }
  const name = (): string => worker.process
  const tasks = tasksOf({ write, name, reached, since: turnTimes(now) })
  const worker: Worker = new Worker({ ...options, tasks, logger: listening(write, name), name: `slot-${slot}`, graceMs: 2_000 })
  process.on('SIGUSR2', () => {
    awaited = JSON.parse(readFileSync(order, 'utf8')) as Order
  })
  process.once('SIGTERM', () => {
    write({ op: 'worker', type: 'stop', worker: name(), slot })
    void worker.stop().then(() => process.exit(0))
  })
  await worker.start()
  write({ op: 'worker', type: 'ready', worker: name(), slot })
  process.stdout.write(`ready ${name()}\n`)
}

await main(JSON.parse(process.argv[2] ?? '{}') as WorkerSetup)
