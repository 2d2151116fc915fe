/** `chordis queues` and what can be done with them. */
import type { Command } from 'commander'
import type { ChangeArguments, DrainArguments, MoveArguments, PeekArguments } from './commands/queues.js'
import type { Context } from './context.js'
import { seconds, whole } from './parse.js'

type Run = (command: Command, work: (context: Context) => Promise<number>) => Promise<void>

const load = (): Promise<typeof import('./commands/queues.js')> => import('./commands/queues.js')

/** Adds `queues` with its commands. */
export function addQueues(program: Command, run: Run, exits: string): void {
  const group = program
    .command('queues')
    .summary('look at queues, pause, purge, move and drain them')
    .description('Looks at what waits for workers, queue by queue, and changes it.')
    .helpCommand(false)
  group
    .command('list', { isDefault: true })
    .summary('all queues: what waits in them, who serves them, which are paused')
    .description('Lists the queues in which something waits, which a worker serves, or which are paused.')
    .action((_options: object, command: Command) => run(command, async (context) => (await load()).list(context)))
  addPeek(group, run)
  addPause(group, run, exits)
  addPurge(group, run, exits)
  addMove(group, run, exits)
  addDrain(group, run, exits)
}

function addPeek(group: Command, run: Run): void {
  group
    .command('peek')
    .summary('what comes next in one')
    .description('Shows the tasks that come next in a queue, the most urgent first. Nothing is taken.')
    .argument('<queue>', 'name of the queue')
    .option('--limit <n>', 'most to show', whole(1, 1_000), 20)
    .option('--args', 'also what they are called with')
    .action((queue: string, options: PeekArguments, command: Command) =>
      run(command, async (context) => (await load()).peek(context, queue, options)),
    )
}

function addPause(group: Command, run: Run, exits: string): void {
  group
    .command('pause')
    .summary('give nothing of one to workers, until resume')
    .description('Gives nothing of a queue to workers any more. What runs goes on, and what comes in waits.')
    .argument('<queue>', 'name of the queue')
    .option('--reason <text>', 'why, for who lists queues')
    .addHelpText('after', exits)
    .action((queue: string, options: { reason?: string }, command: Command) =>
      run(command, async (context) => (await load()).pause(context, queue, options)),
    )
  group
    .command('resume')
    .summary('give what waits to workers again')
    .description('Gives what waits in a queue to workers again, after pause.')
    .argument('<queue>', 'name of the queue')
    .addHelpText('after', exits)
    .action((queue: string, _options: object, command: Command) => run(command, async (context) => (await load()).resume(context, queue)))
}

function addPurge(group: Command, run: Run, exits: string): void {
  group
    .command('purge')
    .summary('end what waits in one')
    .description('Ends what waits in a queue as REVOKED (purged). What runs, and what is delayed, is not touched.')
    .argument('<queue>', 'name of the queue')
    .option('--task <name>', 'only calls of this task')
    .option('--all', 'all of them')
    .option('--dry-run', 'only say how many')
    .addHelpText('after', exits)
    .action((queue: string, options: ChangeArguments, command: Command) =>
      run(command, async (context) => (await load()).purge(context, queue, options)),
    )
}

function addMove(group: Command, run: Run, exits: string): void {
  group
    .command('move')
    .summary('let what waits in one wait in another')
    .description('Lets what waits in a queue wait in another one, behind what waits there, in its order.')
    .argument('<from>', 'name of the queue')
    .argument('<to>', 'name of the other one')
    .option('--task <name>', 'only calls of this task')
    .option('--limit <n>', 'at most so many', whole(1, 999_999_999))
    .option('--dry-run', 'only say how many')
    .addHelpText('after', exits)
    .action((from: string, to: string, options: MoveArguments, command: Command) =>
      run(command, async (context) => (await load()).move(context, from, to, options)),
    )
}

function addDrain(group: Command, run: Run, exits: string): void {
  group
    .command('drain')
    .summary('wait until nothing of one is left')
    .description('Waits until nothing of a queue is ready, parked, delayed or held by a worker. Takes nothing away: that is purge.')
    .argument('<queue>', 'name of the queue')
    .option('--timeout <seconds>', 'stop waiting after this long, with exit code 4 (default: never)', seconds)
    .addHelpText('after', exits)
    .action((queue: string, options: DrainArguments, command: Command) =>
      run(command, async (context) => (await load()).drain(context, queue, options)),
    )
}
