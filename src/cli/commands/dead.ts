/** `chordis dead`: tasks that failed with no attempt left. */
import type { DeadLetter, DeadLetterDetails, DeadLetterFilter } from '../../engine/index.js'
import { type Backend, HIDDEN, isHidden } from '../backend/backend.js'
import { withBackend } from '../backend/open.js'
import type { Context } from '../context.js'
import { CliError } from '../failure.js'
import { type Cell, columns, cut, type Paint, safe } from '../terminal.js'

export interface ListArguments extends DeadLetterFilter {
  limit: number
  cursor?: string
}

export interface ChangeArguments extends DeadLetterFilter {
  all?: boolean
  dryRun?: boolean
}

function withLetters(context: Context, ask: (letters: Backend['deadLetters']) => Promise<void>): Promise<number> {
  return withBackend(context, async ({ deadLetters }) => {
    await ask(deadLetters)
    return 0
  })
}

/** `chordis dead list`. */
export function list(context: Context, options: ListArguments): Promise<number> {
  return withLetters(context, async (dead) => {
    const [page, total] = await Promise.all([dead.list(options), dead.count()])
    if (context.json) context.print(JSON.stringify({ total, ...page }))
    else for (const line of listLines(page.letters, page.cursor, total, context.out)) context.print(line)
  })
}

function listLines(letters: readonly DeadLetter[], cursor: string | null, total: number, style: Paint): string[] {
  const lines = [`${style.strong(String(total))} dead letters`]
  const head: Cell[] = ['ID', 'TASK', 'FAILED', 'TRIES', 'ERROR'].map((text) => ({ text, colour: style.faint }))
  if (letters.length > 0) lines.push('', ...columns([head, ...letters.map(row)]))
  if (cursor !== null) lines.push(`  ${style.faint(`… and perhaps more; --cursor ${cursor} goes on`)}`)
  return lines
}

const WIDEST = 200
const errorText = ({ type, message }: DeadLetter['error']): string => cut(safe(`${type}: ${message}`), WIDEST)

function row(letter: DeadLetter): Cell[] {
  return [letter.id, safe(letter.task), timeText(letter.failedAt), String(letter.attempts), errorText(letter.error)]
}

const timeText = (ms: number | null): string => (ms === null ? '-' : new Date(ms).toISOString())

/** `chordis dead show ID`. */
export function show(context: Context, id: string): Promise<number> {
  return withLetters(context, async (dead) => {
    const letter = await dead.get(id)
    if (context.json) context.print(JSON.stringify(letter))
    else for (const line of showLines(letter, context.out)) context.print(line)
  })
}

function showLines(letter: DeadLetterDetails, style: Paint): string[] {
  const { id, task, queue, tenant, args, kwargs, attempts, failedAt, error, errors } = letter
  const facts: [string, string][] = [['queue', queue]]
  if (tenant !== '-') facts.push(['tenant', tenant])
  facts.push(['args', isHidden(letter) ? HIDDEN : cut(safe(JSON.stringify(args)), WIDEST)])
  if (Object.keys(kwargs).length > 0) facts.push(['kwargs', cut(safe(JSON.stringify(kwargs)), WIDEST)])
  for (const past of errors) {
    const said = past.error === null ? 'asked for a retry' : errorText(past.error)
    facts.push([`try ${past.attempt}`, `${timeText(past.at)}  ${said}`])
  }
  facts.push([`try ${attempts}`, `${timeText(failedAt)}  ${errorText(error)}`])
  return [`${style.strong(id)}  ${safe(task)}`, ...columns(facts.map(([name, text]) => [{ text: name, colour: style.faint }, text]))]
}

/** `chordis dead requeue [ID]`. */
export function requeue(context: Context, id: string | undefined, options: ChangeArguments): Promise<number> {
  return change(context, id, options, 'requeued')
}

/** `chordis dead drop [ID]`. */
export function drop(context: Context, id: string | undefined, options: ChangeArguments): Promise<number> {
  return change(context, id, options, 'dropped')
}

function change(context: Context, id: string | undefined, options: ChangeArguments, done: 'requeued' | 'dropped'): Promise<number> {
  const { all = false, dryRun = false, ...filter } = options
  const which = id ?? meant(filter, all)
  if (id !== undefined && (all || Object.keys(filter).length > 0)) throw new CliError('usage', 'an id or filters, not both')
  return withLetters(context, async (dead) => {
    const answer = done === 'requeued' ? await dead.requeue(which, { dryRun }) : await dead.drop(which, { dryRun })
    if (context.json) {
      context.print(JSON.stringify({ ...answer, dryRun }))
      return
    }
    if (dryRun) for (const one of answer.ids) context.print(one)
    context.print(dryRun ? `${answer.matched} would be ${done}` : `${answer.changed} of ${answer.matched} ${done}`)
  })
}

/** All of them only when that is what was asked for. */
function meant(filter: DeadLetterFilter, all: boolean): DeadLetterFilter {
  if (all || Object.keys(filter).length > 0) return filter
  throw new CliError('usage', 'name a dead letter, filters, or --all')
}
