/** `chordis run revoke --state … --tag …`: all workflows that a filter means. */
import type { RevokeManyOptions } from '../../engine/index.js'
import { withBackend } from '../backend/open.js'
import { canAsk, confirm } from '../confirm.js'
import type { Context } from '../context.js'
import { CliError } from '../failure.js'
import { progressOf } from '../progress.js'
import { number } from '../terminal.js'
import { type FilterArguments, filterOf } from './list.js'

export interface RevokeManyArguments extends FilterArguments {
  reason?: string
  terminate?: boolean
  dryRun?: boolean
  yes?: boolean
}

/** Counts what is meant, asks where nobody has said `--yes`, and revokes it page by page. */
export function revokeMany(
  context: Context,
  { reason, terminate, dryRun = false, yes = false, ...which }: RevokeManyArguments,
): Promise<number> {
  const filter = filterOf(which)
  const asks = !dryRun && !yes
  if (asks && (context.json || !canAsk())) throw new CliError('usage', 'say --yes, where nobody can be asked, or --dry-run')
  const options: RevokeManyOptions = { ...(reason === undefined ? {} : { reason }), ...(terminate === undefined ? {} : { terminate }) }
  const progress = progressOf(context)
  return withBackend(context, async ({ workflows }) => {
    const { matched } = await workflows.revoke(filter, { dryRun: true })
    if (asks && matched > 0 && !(await confirm(`Revoke ${count(matched)}?`))) {
      context.note('nothing is revoked')
      return 0
    }
    const onProgress = ({ revoked }: { revoked: number }): void => progress.show(revoked, matched, 'workflows')
    const done =
      dryRun || matched === 0 ? { matched, revoked: 0 } : await workflows.revoke(filter, { ...options, onProgress }).finally(progress.end)
    if (context.json) context.print(JSON.stringify({ ...done, dryRun }))
    else context.print(dryRun ? `${count(matched)} would be revoked` : `${count(done.revoked)} revoked`)
    return 0
  })
}

const count = (workflows: number): string => `${number(workflows)} ${workflows === 1 ? 'workflow' : 'workflows'}`
