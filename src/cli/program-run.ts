/** `chordis run`: a workflow that was submitted. */
import { type Command, InvalidArgumentError } from 'commander'
import { NODE_STATES, type NodeState } from '../engine/index.js'
import type { RerunArguments, RevokeArguments } from './commands/run-control.js'
import type { Context } from './context.js'
import { collect, list, seconds, whole } from './parse.js'

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

function addCourse(group: Command, run: Run, exits: string): void {
  group
    .command('revoke')
    .summary('end it: what has not started never will')
    .description('Ends a workflow, or tasks of it: what has not started never will, what runs is told.')
    .argument('<id>', 'id of the workflow')
    .option('--task <node>', 'only this task, and what depends on it; may be repeated', collect)
    .option('--reason <text>', 'why, for who looks at it')
    .option('--terminate', 'kill what runs at once, where it runs in a process or thread of its own')
    .addHelpText('after', exits)
    .action((id: string, options: RevokeArguments, command: Command) =>
      run(command, async (context) => (await load()).revoke(context, id, options)),
    )
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
