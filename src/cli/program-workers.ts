/** `chordis workers` and what can be said to it. */
import { type Command, Option } from 'commander'
import { SHUTDOWN_MODES, type ShutdownMode } from '../engine/index.js'
import type { WorkersArguments } from './commands/workers.js'
import type { Context } from './context.js'
import { collect, seconds, whole } from './parse.js'

type Run = (command: Command, work: (context: Context) => Promise<number>) => Promise<void>
type Commands = typeof import('./commands/workers.js')

/** Most slots of a worker. */
const SLOTS = 10_000

/** Adds `workers` with its commands. */
export function addWorkers(program: Command, run: Run, exits: string): void {
  const group = program
    .command('workers')
    .summary('look at workers and tell them what to do')
    .description('Looks at the workers of a namespace, on whatever machine they are, and tells them what to do.')
    .helpCommand(false)
  group
    .command('list')
    .summary('all workers: state, slots, lag, memory, queues')
    .description('Lists the workers: what runs in them, how they are, and the dead until they are swept.')
    .action((_options: object, command: Command) => run(command, async (context) => (await load()).list(context)))
  const told = (name: string, summary: string): Command =>
    group
      .command(name)
      .summary(summary)
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
      .option('-w, --worker <name>', 'only workers of this name or id; may be repeated (default: all)', collect)
      .option('--timeout <seconds>', 'how long answers are waited for', seconds, 3)
      .addHelpText('after', exits)
  const simple = (name: 'ping' | 'stats' | 'active' | 'reserved' | 'quiet' | 'resume', summary: string): void => {
    told(name, summary).action((options: WorkersArguments, command: Command) =>
      run(command, async (context) => (await load())[name](context, options)),
    )
  }
  simple('ping', 'whether they answer, and how fast')
  simple('stats', 'what they say of themselves now')
  simple('active', 'what runs in them, the oldest first')
  simple('reserved', 'what they were granted and have not started')
  addSlots(told, run)
  addConsumers(told, run)
  simple('quiet', 'fetch nothing more; what runs goes on, and they stay')
  simple('resume', 'fetch again, after quiet')
  addShutdown(told, run)
}

type Told = (name: string, summary: string) => Command

const load = (): Promise<Commands> => import('./commands/workers.js')

function addSlots(told: Told, run: Run): void {
  for (const [name, summary] of [
    ['grow', 'give them more slots'],
    ['shrink', 'take slots from them; what runs goes on'],
  ] as const) {
    told(name, summary)
      .argument('[n]', 'slots', whole(1, SLOTS), 1)
      .action((by: number, options: WorkersArguments, command: Command) =>
        run(command, async (context) => (await load()).slots(context, name, by, options)),
      )
  }
}

function addConsumers(told: Told, run: Run): void {
  for (const [name, summary] of [
    ['add-consumer', 'have them serve a queue too, until they end'],
    ['cancel-consumer', 'have them take nothing more from a queue, until they end'],
  ] as const) {
    told(name, summary)
      .argument('<queue>', 'name of the queue')
      .action((queue: string, options: WorkersArguments, command: Command) =>
        run(command, async (context) => (await load()).consumer(context, name, queue, options)),
      )
  }
}

function addShutdown(told: Told, run: Run): void {
  told('shutdown', 'stop them')
    .addOption(
      new Option('--mode <mode>', 'warm: what runs may end; cold: everything goes back at once; quiet: as the command quiet')
        .choices(SHUTDOWN_MODES)
        .default('warm'),
    )
    .option('--grace <seconds>', 'how long what runs may go on (default: what the worker was started with)', seconds)
    .action((options: WorkersArguments & { mode: ShutdownMode; grace?: number }, command: Command) =>
      run(command, async (context) => (await load()).shutdown(context, options)),
    )
}
