/** `chordis beat`, and `chordis schedules` with its commands. */
import { type Command, Option } from 'commander'
import { OVERLAP_POLICIES, type ScheduleOf } from '../engine/index.js'
import type { BeatArguments } from './commands/beat.js'
import type { ListSchedulesArguments, TriggerArguments } from './commands/schedules.js'
import type { BackfillArguments, PreviewArguments } from './commands/schedules-times.js'
import type { Context } from './context.js'
import { LEVELS } from './log.js'
import { placedMoment, whole } from './parse.js'
import { columns } from './terminal.js'

type Run = (command: Command, work: (context: Context) => Promise<number>) => Promise<void>

/** Runs of a backfill, times of a preview. */
const MOST = 10_000

/** Adds `beat`. */
export function addBeat(program: Command, run: Run, exits: string): void {
  program
    .command('beat')
    .summary('fire schedules when they are due')
    .description(
      'Fires the schedules of the namespace until a signal ends it. Any number may run: none is the leader, and nothing fires twice.',
    )
    .option('--look <ms>', 'look this often when nothing is due, 10 to 1000 ms (default: 250)', whole(10, 1_000))
    .addOption(new Option('--log-level <level>', 'least level to log; debug has a line per run').choices(LEVELS).default('info'))
    .addHelpText(
      'after',
      `\nSignals (SIGTERM, SIGINT):\n${columns([
        ['first', 'ends after the look that is under way; exit 0'],
        ['second', 'ends at once; exit 143 or 130'],
      ]).join('\n')}\n${exits}`,
    )
    .action(async (options: BeatArguments, command: Command) => {
      const { beat } = await import('./commands/beat.js')
      await run(command, (context) => beat(context, options))
    })
}

/** Adds `schedules` with its commands. */
export function addSchedules(program: Command, run: Run, exits: string): void {
  const group = program
    .command('schedules')
    .summary('make schedules, look at them, pause, trigger and backfill them')
    .description('Makes schedules, looks at them and tells them what to do. What fires them is chordis beat, or chordis worker --beat.')
    .helpCommand(false)
  addLooks(group, run, exits)
  addUpsert(group, run, exits)
  addPause(group, run, exits)
  addRuns(group, run, exits)
  addPreview(group, run, exits)
  named(group, 'delete', 'remove one', exits)
    .description('Removes a schedule. Its workflows go on.')
    .action((id: string, of: ScheduleOf, command: Command) => run(command, async (context) => (await load()).remove(context, id, of)))
}

const load = (): Promise<typeof import('./commands/schedules.js')> => import('./commands/schedules.js')
const TENANT = ['--tenant <name>', 'whose schedule it is (default: of none)'] as const

/** A command about one schedule. */
function named(group: Command, name: string, summary: string, exits: string): Command {
  return group
    .command(name)
    .summary(summary)
    .argument('<id>', 'id of the schedule')
    .option(...TENANT)
    .addHelpText('after', exits)
}

const overlap = (): Option =>
  new Option('--overlap <policy>', 'what becomes of a run while an earlier one goes on').choices(OVERLAP_POLICIES)

function addLooks(group: Command, run: Run, exits: string): void {
  group
    .command('list', { isDefault: true })
    .summary('all schedules: what comes next, how the last run ended')
    .description('Lists schedules by their ids: when each is due next, on the clock of its zone, and what became of its runs.')
    .option('--tenant <name>', 'only those of this tenant; -: of none')
    .option('--limit <n>', 'most to list', whole(1, 1_000), 100)
    .option('--cursor <cursor>', 'where the list before ended')
    .addHelpText('after', exits)
    .action((options: ListSchedulesArguments, command: Command) => run(command, async (context) => (await load()).list(context, options)))
  named(group, 'show', 'one: its policies, what comes next, its last runs', exits)
    .description('Shows a schedule: its policies, what it submits, what comes next, and its last 10 runs.')
    .action((id: string, of: ScheduleOf, command: Command) => run(command, async (context) => (await load()).show(context, id, of)))
}

function addUpsert(group: Command, run: Run, exits: string): void {
  group
    .command('upsert')
    .summary('make or change schedules from a file')
    .description(
      'Makes the schedules of a JSON file (- for standard input) so: new ones are made, others are changed, what is as given is left alone, and what is paused stays so. ' +
        'The file has a schedule, a list of them, one a line, or Celery’s beat_schedule. All are checked before the first one is written.',
    )
    .argument('<file>', 'schedules as JSON, or -')
    .option('--dry-run', 'only say what would change')
    .addHelpText('after', exits)
    .action(async (file: string, options: { dryRun?: boolean }, command: Command) => {
      const { upsert } = await import('./commands/schedules-upsert.js')
      await run(command, async (context) => upsert(context, file, options))
    })
}

function addPause(group: Command, run: Run, exits: string): void {
  named(group, 'pause', 'start nothing of one, until resume', exits)
    .description('Starts nothing of a schedule until it is resumed. What runs goes on; what it misses is not caught up.')
    .option('--reason <text>', 'why, for who looks at it')
    .action((id: string, options: ScheduleOf & { reason?: string }, command: Command) =>
      run(command, async (context) => (await load()).pause(context, id, options)),
    )
  named(group, 'resume', 'go on with one, after pause', exits)
    .description('Goes on with the next time of a schedule after now.')
    .action((id: string, of: ScheduleOf, command: Command) => run(command, async (context) => (await load()).resume(context, id, of)))
}

function addRuns(group: Command, run: Run, exits: string): void {
  named(group, 'trigger', 'run one now', exits)
    .description('Submits what a schedule submits now, paused or not, and prints the id of the workflow. Its times stay as they are.')
    .addOption(overlap())
    .option('--request-id <id>', 'the same one submits once, however often the command is repeated')
    .action((id: string, options: TriggerArguments, command: Command) =>
      run(command, async (context) => (await load()).trigger(context, id, options)),
    )
  named(group, 'backfill', 'run the times of one that have passed', exits)
    .description(
      'Submits the runs of times that have passed, the oldest first. A time that was fired before is not fired again. May be interrupted and repeated.',
    )
    .requiredOption(
      '--from <time>',
      'first time: ISO 8601 with an offset, a day (UTC), Unix ms, or how long ago: 15m, 2h, 7d',
      placedMoment,
    )
    .requiredOption('--to <time>', 'times before that', placedMoment)
    .addOption(overlap().default('bufferAll', 'bufferAll: one after another'))
    .option('--limit <n>', 'runs at most, the oldest', whole(1, MOST), 1_000)
    .option('--dry-run', 'only say which')
    .action(async (id: string, options: BackfillArguments, command: Command) => {
      const { backfill } = await import('./commands/schedules-times.js')
      await run(command, (context) => backfill(context, id, options))
    })
}

function addPreview(group: Command, run: Run, exits: string): void {
  group
    .command('preview')
    .summary('the times that come next')
    .description('Prints the times that come next, of a schedule or of a cron line, in its zone and in UTC. A cron line needs no Redis.')
    .argument('[id]', 'id of a schedule; or --cron')
    .option(...TENANT)
    .option('--cron <line>', 'a cron line of 5 or 6 fields')
    .option('--tz <zone>', 'its time zone: Europe/Berlin (default: UTC)')
    .option('-n, --count <n>', 'how many', whole(1, MOST), 10)
    .addHelpText('after', exits)
    .action(async (id: string | undefined, options: PreviewArguments, command: Command) => {
      const { preview } = await import('./commands/schedules-times.js')
      await run(command, (context) => preview(context, id, options))
    })
}
