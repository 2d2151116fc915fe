/** The commands, their options and their help. What they do is in commands/, which is loaded when a command is run. */
import { Command, InvalidArgumentError, Option } from 'commander'
import { POOL_KINDS, VERSION } from '../engine/index.js'
import type { ChangeArguments, ListArguments } from './commands/dead.js'
import type { DoctorArguments } from './commands/doctor.js'
import type { SubmitArguments } from './commands/submit.js'
import type { WorkerArguments } from './commands/worker.js'
import { type Context, contextOf, type GlobalOptions } from './context.js'
import { EXIT_CODES } from './failure.js'
import { LEVELS } from './log.js'
import { collect, instant, list, seconds, whole } from './parse.js'
import { addAudit } from './program-audit.js'
import { addKeys } from './program-keys.js'
import { addList } from './program-list.js'
import { addQueues } from './program-queues.js'
import { addRun } from './program-run.js'
import { addBeat, addSchedules } from './program-schedules.js'
import { addWorkers } from './program-workers.js'
import { DEFAULT_REDIS, type IsFlag } from './target.js'
import { columns } from './terminal.js'

const exits = `\nExit codes:\n${columns(EXIT_CODES.map(([code, meaning]) => [String(code).padStart(3), meaning])).join('\n')}\n`

/** The whole command line. `done` is told the exit code of the command that ran. */
export function createProgram(done: (exit: number) => void): Command {
  const program = new Command('chordis')
  const run = async (command: Command, work: (context: Context) => Promise<number>): Promise<void> => {
    const isFlag: IsFlag = (option) => command.getOptionValueSourceWithGlobals(option) === 'cli'
    done(await work(contextOf(command.optsWithGlobals<GlobalOptions>(), isFlag)))
  }
  program
    .description('Chains, groups and chords on Redis: run workers and beats, submit canvases, look at workflows, make API keys.')
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .configureHelp({ showGlobalOptions: true })
    .addOption(
      new Option(
        '--redis <url>',
        `redis://, rediss:// or unix:///path; a Cluster: several, with commas; sentinel://host:port,host:port/name (default: ${DEFAULT_REDIS})`,
      ).env('CHORDIS_REDIS_URL'),
    )
    .addOption(new Option('--namespace <name>', 'prefix of every key (default: chordis)').env('CHORDIS_NAMESPACE'))
    .addOption(new Option('--url <url>', 'https://host of a service, instead of Redis').env('CHORDIS_URL'))
    .option('--key-file <file>', 'file with the API key or token for --url (default: what CHORDIS_API_KEY holds)')
    .option('--json', 'print JSON, also for errors')
    .option('--no-color', 'no colours; they are off where NO_COLOR is set and where no terminal is')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .addHelpText('after', exits)
  addWorker(program, run)
  addBeat(program, run, exits)
  addSubmit(program, run)
  addRun(program, run, exits)
  addList(program, run, exits)
  addWorkers(program, run, exits)
  addQueues(program, run, exits)
  addSchedules(program, run, exits)
  addDead(program, run)
  addKeys(program, run, exits)
  addAudit(program, run, exits)
  addDoctor(program, run)
  return program
}

type Run = (command: Command, work: (context: Context) => Promise<number>) => Promise<void>

function addWorker(program: Command, run: Run): void {
  program
    .command('worker')
    .summary('run the tasks that modules export')
    .description('Runs the tasks that modules export until a signal ends it.')
    .addHelpText(
      'after',
      `\nSignals (SIGTERM, SIGINT):\n${columns([
        ['first', 'running tasks get the grace time, what has not started goes back at once; exit 0'],
        ['second', 'what runs goes back as well; exit 143 or 130'],
        ['third', 'exit at once; others run what it held after its lease of 6 s'],
      ]).join('\n')}\n\nA worker process that dies, or had to be killed, is started again.\n${exits}`,
    )
    .requiredOption('-m, --module <file>', 'module with tasks, .ts or .js; may be repeated', collect)
    .option('-Q, --queues <names>', 'queues to serve, with commas (default: default and every queue that a task names)', list)
    .option('-c, --concurrency <n>', 'attempts at once (default: 100; in threads and processes one per processor)', whole(1, 10_000))
    .addOption(new Option('-P, --pool <kind>', 'where tasks run that name no pool of their own').choices(POOL_KINDS).default('inline'))
    .option('--autoscale <max,min>', 'threads or processes between these numbers, as work comes and goes', autoscale)
    .option('--max-tasks-per-child <n>', 'attempts after which a thread or process is replaced', whole(1, 1_000_000_000))
    .option('--max-memory-per-child <MB>', 'memory beyond which it is replaced after its attempt', whole(1, 1_000_000))
    .option('--time-limit <seconds>', 'hard limit of tasks that have none of their own (default: 1 h; 0: none)', seconds)
    .option('--soft-time-limit <seconds>', 'soft limit of tasks that have none of their own (default: none)', seconds)
    .option('-n, --name <name>', 'name of this worker (default: the host’s)')
    .option('-B, --beat', 'fire schedules, too')
    .option('--grace <seconds>', 'how long running tasks may go on after a signal', seconds, 10)
    .addOption(new Option('--log-level <level>', 'least level to log').choices(LEVELS).default('info'))
    .action(async (options: WorkerArguments, command: Command) => {
      const { worker } = await import('./commands/worker.js')
      await run(command, (context) => worker(context, options))
    })
}

function addSubmit(program: Command, run: Run): void {
  program
    .command('submit')
    .summary('submit a canvas')
    .description(
      'Submits the canvas in a JSON file (- for standard input), in Chordis’s form or Celery’s, and prints the id of its workflow.',
    )
    .argument('<file>', 'canvas as JSON, or -')
    .option('--id <id>', 'id of the workflow; the same id with the same canvas is the same workflow')
    .option('--name <text>', 'name of the workflow')
    .option('--tag <tag>', 'tag; may be repeated', collect)
    .option('--tenant <name>', 'whose workflow it is')
    .option('--key <text>', 'idempotency key, kept for 24 h')
    .option('--retention <seconds>', 'how long it is kept after its end (default: 24 h)', seconds)
    .option('-f, --follow', 'show how far it is, then print its result')
    .option('--timeout <seconds>', 'with --follow: stop waiting after this long, with exit code 4; the workflow goes on', seconds)
    .addHelpText('after', exits)
    .action(async (file: string, options: SubmitArguments, command: Command) => {
      const { submit } = await import('./commands/submit.js')
      await run(command, (context) => submit(context, file, options))
    })
}

function addDead(program: Command, run: Run): void {
  const group = program
    .command('dead')
    .summary('list, requeue and drop dead letters')
    .description('Dead letters: tasks that failed by themselves with no attempt left.')
    .helpCommand(false)
  filtered(group.command('list'))
    .summary('the newest first')
    .description('Lists dead letters, the newest first.')
    .option('--limit <n>', 'most to list', whole(1, 1_000), 50)
    .option('--cursor <cursor>', 'where the list before ended')
    .action(async (options: ListArguments, command: Command) => {
      const { list } = await import('./commands/dead.js')
      await run(command, (context) => list(context, options))
    })
  group
    .command('show')
    .summary('one, with arguments and errors')
    .description('Shows a dead letter: what it was called with, and what each of its attempts ended with.')
    .argument('<id>', '<workflow>:<node>')
    .addHelpText('after', exits)
    .action(async (id: string, _options: object, command: Command) => {
      const { show } = await import('./commands/dead.js')
      await run(command, (context) => show(context, id))
    })
  changing(group.command('requeue'))
    .summary('run again as part of their workflows')
    .description(
      'Lets tasks run again as part of their workflows: what was skipped because of them waits for them, what had succeeded stays.',
    )
    .action(async (id: string | undefined, options: ChangeArguments, command: Command) => {
      const { requeue } = await import('./commands/dead.js')
      await run(command, (context) => requeue(context, id, options))
    })
  changing(group.command('drop'))
    .summary('take out of the list')
    .description('Takes dead letters out of the list; their tasks stay failed.')
    .action(async (id: string | undefined, options: ChangeArguments, command: Command) => {
      const { drop } = await import('./commands/dead.js')
      await run(command, (context) => drop(context, id, options))
    })
}

function filtered(command: Command): Command {
  return command
    .option('--task <name>', 'only of this task')
    .option('--error <text>', 'only with this type or code of error, or this text in its message')
    .option('--tenant <name>', 'only of this tenant')
    .option('--workflow <id>', 'only of this workflow')
    .option('--before <time>', 'failed before: ISO 8601 or Unix ms', instant)
    .option('--after <time>', 'failed then or later', instant)
}

function changing(command: Command): Command {
  return filtered(command)
    .argument('[id]', '<workflow>:<node>; or filters')
    .option('--all', 'all of them')
    .option('--dry-run', 'only say which')
    .addHelpText('after', exits)
}

function addDoctor(program: Command, run: Run): void {
  program
    .command('doctor')
    .summary('look for what is wrong, and repair it')
    .description(
      'Looks for what is wrong with the Redis servers, the keys of the namespace and its live workflows, and says why it matters. May run beside workers.',
    )
    .option('--fix', 'repair what can be repaired')
    .option('--workflow <id>', 'look at this workflow only, also when it has ended')
    .addHelpText(
      'after',
      `\nExit codes:\n${columns([
        ['  0', 'nothing is wrong, or all of it was repaired'],
        ['  1', 'something is wrong'],
        ['  3', 'Redis cannot be reached, or has a namespace of another version'],
      ]).join('\n')}\n`,
    )
    .action(async (options: DoctorArguments, command: Command) => {
      const { doctor } = await import('./commands/doctor.js')
      await run(command, (context) => doctor(context, options))
    })
}

/** As Celery writes it: the greatest number first. */
function autoscale(text: string): { min: number; max: number } {
  const [, max, min] = /^(\d{1,4}),(\d{1,4})$/.exec(text) ?? []
  const range = { min: Number(min), max: Number(max) }
  if (max === undefined || range.min > range.max || range.max < 1) throw new InvalidArgumentError('must be <max>,<min>: 10,3')
  return range
}
