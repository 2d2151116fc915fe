/** `chordis audit`. */
import type { Command } from 'commander'
import type { AuditArguments } from './commands/audit.js'
import type { Context } from './context.js'
import { moment, whole } from './parse.js'

type Run = (command: Command, work: (context: Context) => Promise<number>) => Promise<void>

/** Adds the command. */
export function addAudit(program: Command, run: Run, exits: string): void {
  program
    .command('audit')
    .summary('who changed what through the service')
    .description('Lists what was asked for through the service that changes something, whether it was done or refused, the newest first.')
    .option('--principal <id>', 'only of this credential: key:<id>, static:<id>, jwt:<subject>, local')
    .option('--tenant <name>', 'only what was done for this tenant; *: for all')
    .option('--action <name>', 'only this: workflow.revoke; or all of a kind: queue.*')
    .option('--since <time>', 'then or later: ISO 8601, Unix ms, or how long ago: 30s, 15m, 2h, 7d', moment)
    .option('--until <time>', 'before that', moment)
    .option('--limit <n>', 'most to list', whole(1, 1_000), 50)
    .option('--cursor <cursor>', 'where the list before ended')
    .addHelpText('after', exits)
    .action(async (options: AuditArguments, command: Command) => {
      const { audit } = await import('./commands/audit.js')
      await run(command, (context) => audit(context, options))
    })
}
