/** `chordis keys` with its commands. */
import type { Command } from 'commander'
import type { CreateKeyArguments } from './commands/keys.js'
import type { Context } from './context.js'
import { list, span, whole } from './parse.js'

type Run = (command: Command, work: (context: Context) => Promise<number>) => Promise<void>

const load = (): Promise<typeof import('./commands/keys.js')> => import('./commands/keys.js')

/** Adds `keys` with its commands. */
export function addKeys(program: Command, run: Run, exits: string): void {
  const group = program
    .command('keys')
    .summary('make, list, rotate and revoke API keys of the service')
    .description(
      'API keys of the service: who has one may use the HTTP API as far as its scopes say. From the first key on, the API answers nobody without one.',
    )
    .helpCommand(false)
  addCreate(group, run, exits)
  group
    .command('list', { isDefault: true })
    .summary('all keys, without their secrets')
    .description('Lists all keys, the oldest first: what each may do, until when, and when it was used last.')
    .addHelpText('after', exits)
    .action((_options: object, command: Command) => run(command, async (context) => (await load()).list(context, Date.now())))
  group
    .command('rotate')
    .summary('give one another secret')
    .description('Gives a key another secret and prints the key, this once. The old one works for a while.')
    .argument('<id>', 'id of the key')
    .option('--grace <span>', 'the old secret works so long: 30m, 24h, 7d; 0s ends it at once (default: 24h)', span)
    .addHelpText('after', exits)
    .action((id: string, { grace }: { grace?: number }, command: Command) =>
      run(command, async (context) => (await load()).rotate(context, id, grace)),
    )
  group
    .command('revoke')
    .summary('remove one')
    .description('Removes a key. Every service refuses it within 5 seconds.')
    .argument('<id>', 'id of the key')
    .addHelpText('after', exits)
    .action((id: string, _options: object, command: Command) => run(command, async (context) => (await load()).revoke(context, id)))
}

function addCreate(group: Command, run: Run, exits: string): void {
  group
    .command('create')
    .summary('make one, and print it this once')
    .description('Makes a key and prints it on standard output. It is shown this once: the server keeps a hash of it.')
    .requiredOption('--scopes <scopes>', 'what it may do, with commas: workflows:read, workflows:*, * (all)', list)
    .option('--label <text>', 'what it is for')
    .option('--tenant <name>', 'the tenant that it is bound to (default: all)')
    .option('--queues <names>', 'queues that it may submit to, with commas: names, or prefixes that end in *', list)
    .option('--tasks <names>', 'tasks that it may call, likewise', list)
    .option('--expires <span>', 'it is good for so long: 12h, 90d (default: until it is revoked)', span)
    .option('--rate <n>', 'requests that the service answers it per 10 s (default: the service’s)', whole(1, 999_999_999))
    .addHelpText('after', exits)
    .action((options: CreateKeyArguments, command: Command) => run(command, async (context) => (await load()).create(context, options)))
}
