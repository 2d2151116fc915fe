/** `chordis run`: a workflow that was submitted. */
import { type Command, InvalidArgumentError } from 'commander'
import { NODE_STATES, type NodeState } from '../engine/index.js'
import type { RevokeManyArguments } from './commands/revoke-many.js'
import type { PriorityArguments, RerunArguments, RevokeArguments } from './commands/run-control.js'
import type { Context } from './context.js'
import { CliError } from './failure.js'
import { collect, list, seconds, whole } from './parse.js'
import { addFilter, STATES, states as workflowStates } from './program-list.js'

type Run = (command: Command, work: (context: Context) => Promise<number>) => Promise<void>

/** Adds `run` with its commands. */
export function addRun(program: Command, run: Run, exits: string): void {
  const group = program
    .command('run')
    .summary('look at a workflow and change its course')
    .description('Looks at a workflow that was submitted, and changes its course.')
    .helpCommand(false)
  group
    .command('show')
    .summary('state, counts, times and tasks')
    .description('Shows a workflow: its state, counts, times, outcome and tasks.')
    .argument('<id>', 'id of the workflow')
    .option('--limit <n>', 'most tasks to list', whole(0, 1_000_000), 50)
    .option('--state <states>', `only tasks in these states, with commas: ${NODE_STATES.join(', ')}`, states)
    .action(async (id: string, options: { limit: number; state?: NodeState[] }, command: Command) => {
      const { show } = await import('./commands/run.js')
      await run(command, (context) => show(context, id, options))
    })
  group
    .command('result')
    .summary('its result')
    .description('Prints the result of a workflow as JSON. Exit code 4 when there is none yet.')
    .argument('<id>', 'id of the workflow')
    .option('--wait <seconds>', 'wait for it this long', seconds, 0)
    .addHelpText('after', exits)
    .action(async (id: string, options: { wait: number }, command: Command) => {
      const { result } = await import('./commands/run.js')
      await run(command, (context) => result(context, id, options))
    })
  addCourse(group, run, exits)
  addAgain(group, run, exits)
}

type Commands = typeof import('./commands/run-control.js')
const load = (): Promise<Commands> => import('./commands/run-control.js')

type RevokeOptions = RevokeArguments & Omit<RevokeManyArguments, 'task'>

function addRevoke(group: Command, run: Run, exits: string): void {
  const command = group
    .command('revoke')
    .summary('end it, or all that a filter means: what has not started never will')
    .description('Ends a workflow, tasks of it, or all workflows that a filter means: what has not started never will, what runs is told.')
    .argument('[id]', 'id of the workflow; without it the options say which')
    .option(
      '--task <task>',
      'with an id: only this task (a node), and what depends on it; may be repeated. Else: only those that call this task',
      collect,
    )
    .option('--state <states>', STATES, workflowStates)
  addFilter(command, 'only those of this tenant; -: of none')
    .option('--dry-run', 'only say how many a filter means')
    .option('--yes', 'do not ask before a filter is followed')
    .option('--reason <text>', 'why, for who looks at it')
    .option('--terminate', 'kill what runs at once, where it runs in a process or thread of its own')
    .addHelpText('after', exits)
    .action((id: string | undefined, options: RevokeOptions, command: Command) =>
      run(command, (context) => revokeSome(context, id, options)),
    )
}

/** One workflow by its id, or those that a filter means. */
async function revokeSome(context: Context, id: string | undefined, options: RevokeOptions): Promise<number> {
  const { task, reason, terminate, dryRun, yes, ...filter } = options
  const how = { ...(reason === undefined ? {} : { reason }), ...(terminate === undefined ? {} : { terminate }) }
  if (id === undefined) {
    if (task !== undefined && task.length > 1) throw new CliError('usage', '--task: one, where no id is given')
    const { revokeMany } = await import('./commands/revoke-many.js')
    const [only] = task ?? []
    const said = { ...(dryRun === undefined ? {} : { dryRun }), ...(yes === undefined ? {} : { yes }) }
    return revokeMany(context, { ...filter, ...how, ...said, ...(only === undefined ? {} : { task: only }) })
  }
  if (dryRun || Object.keys(filter).length > 0) throw new CliError('usage', 'an id, or a filter, not both')
  return (await load()).revoke(context, id, { ...how, ...(task === undefined ? {} : { task }) })
}

function addCourse(group: Command, run: Run, exits: string): void {
  addRevoke(group, run, exits)
  group
    .command('pause')
    .summary('start nothing new of it; what runs may end')
    .description('Starts nothing new of a workflow until it is resumed; what runs may end.')
    .argument('<id>', 'id of the workflow')
    .option('--reason <text>', 'why, for who looks at it')
    .addHelpText('after', exits)
    .action((id: string, options: { reason?: string }, command: Command) =>
      run(command, async (context) => (await load()).pause(context, id, options)),
    )
  simple(group, run, exits, 'resume', 'go on with it, after pause')
  group
    .command('priority')
    .summary('let what waits of it go before others, or behind them')
    .description('Gives what waits of a workflow another priority, and what will wait of it later. What runs is not touched.')
    .argument('<id>', 'id of the workflow')
    .argument('<n>', 'from 0, the most urgent, to 9', whole(0, 9))
    .option('--task <node>', 'only this task; may be repeated', collect)
    .addHelpText('after', exits)
    .action((id: string, priority: number, options: PriorityArguments, command: Command) =>
      run(command, async (context) => (await load()).priority(context, id, priority, options)),
    )
}

function addAgain(group: Command, run: Run, exits: string): void {
  simple(group, run, exits, 'retry', 'run it again from its failures, after its end')
  group
    .command('rerun')
    .summary('run tasks of it again, and what depends on them')
    .description('Runs tasks of a workflow again, after its end, and what depends on them; all other results stand.')
    .argument('<id>', 'id of the workflow')
    .argument('<tasks...>', 'nodes, or ids that their signatures were given')
    .option('--args <json>', 'other arguments for the task, when there is one')
    .option('--kwargs <json>', 'other keyword arguments')
    .addHelpText('after', exits)
    .action((id: string, tasks: string[], options: RerunArguments, command: Command) =>
      run(command, async (context) => (await load()).rerun(context, id, tasks, options)),
    )
  simple(group, run, exits, 'history', 'its runs: what opened them, how they ended')
  simple(group, run, exits, 'forget', 'remove it, after its end')
}

function simple(group: Command, run: Run, exits: string, name: 'resume' | 'retry' | 'history' | 'forget', summary: string): void {
  group
    .command(name)
    .summary(summary)
    .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
    .argument('<id>', 'id of the workflow')
    .addHelpText('after', exits)
    .action((id: string, _options: object, command: Command) => run(command, async (context) => (await load())[name](context, id)))
}

function states(text: string): NodeState[] {
  return list(text.toUpperCase()).map((item) => {
    const state = NODE_STATES.find((one) => one === item)
    if (state === undefined) throw new InvalidArgumentError(`"${item}" is none of ${NODE_STATES.join(', ')}`)
    return state
  })
}
