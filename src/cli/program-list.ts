/** Options and help of `chordis list`. */
import { type Command, InvalidArgumentError } from 'commander'
import { WORKFLOW_STATES } from '../engine/index.js'
import type { ListWorkflowsArguments } from './commands/list.js'
import type { Context } from './context.js'
import { list, moment, whole } from './parse.js'

type Run = (command: Command, work: (context: Context) => Promise<number>) => Promise<void>
type State = (typeof WORKFLOW_STATES)[number]

/** What `--state` says of itself. */
export const STATES = `only in these states, with commas: ${WORKFLOW_STATES.join(', ')}`

/** Options that say which workflows are meant, but `--state` and `--task`. `tenant`: what `--tenant` says of itself. */
export function addFilter(command: Command, tenant: string): Command {
  return command
    .option('--tag <tag>', 'only those with this tag')
    .option('--name <text>', 'only those of this name')
    .option('--tenant <name>', tenant)
    .option('--parent <id>', 'only children of this workflow')
    .option('--schedule <id>', 'only those that this schedule submitted')
    .option('--since <time>', 'submitted then or later: ISO 8601, Unix ms, or how long ago: 30s, 15m, 2h, 7d', moment)
    .option('--until <time>', 'submitted before that', moment)
}

/** Adds the command. */
export function addList(program: Command, run: Run, exits: string): void {
  const command = program
    .command('list')
    .summary('list and count workflows')
    .description('Counts workflows by state, and lists them, the newest first.')
    .option('--state <states>', STATES, states)
    .option('--task <name>', 'only those that call this task')
  addFilter(command, 'only those of this tenant, also in the counts; -: of none')
    .option('--limit <n>', 'most to list', whole(1, 1_000), 50)
    .option('--cursor <cursor>', 'where the list before ended')
    .addHelpText('after', exits)
    .action(async (options: ListWorkflowsArguments, command: Command) => {
      const { listWorkflows } = await import('./commands/list.js')
      await run(command, (context) => listWorkflows(context, options, Date.now()))
    })
}

/** States of workflows, with commas. */
export function states(text: string): State[] {
  return list(text.toUpperCase()).map((item) => {
    const state = WORKFLOW_STATES.find((one) => one === item)
    if (state === undefined) throw new InvalidArgumentError(`"${item}" is none of ${WORKFLOW_STATES.join(', ')}`)
    return state
  })
}
