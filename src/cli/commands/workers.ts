/** `chordis workers`: looks at workers, and tells them what to do. */
import {
  type ControlOptions,
  ERROR_RULES,
  type ErrorCode,
  type Gathered,
  type ShutdownMode,
  type WorkerControl,
  type WorkerName,
} from '../../engine/index.js'
import { withBackend } from '../backend/open.js'
import type { Context } from '../context.js'
import { CliError } from '../failure.js'
import { type Cell, safe } from '../terminal.js'
import { activeRows, label, reservedRows, statsLines, table, workerRows } from '../worker-lines.js'

export interface WorkersArguments {
  worker?: string[]
  /** Seconds. */
  timeout: number
}

/** `chordis workers list`. */
export function list(context: Context): Promise<number> {
  return withBackend(context, async (backend) => {
    const workers = await backend.workers()
    if (context.json) context.print(JSON.stringify({ workers }))
    else if (workers.length === 0) context.print('no worker')
    else for (const line of table(workerRows(workers, context.out), width())) context.print(line)
    return 0
  })
}

const width = (): number => process.stdout.columns || 160

type Answer<T> = Gathered<T>['answers'][number]

/** Tells workers, prints what they answered with `lines`, and names those that did not. */
function tell<T>(
  context: Context,
  { worker, timeout }: WorkersArguments,
  send: (control: WorkerControl, options: ControlOptions) => Promise<Gathered<T>>,
  lines: (answers: readonly Answer<T>[]) => string[],
): Promise<number> {
  return withBackend(context, async (backend) => {
    const options = { timeoutMs: timeout * 1_000, ...(worker === undefined ? {} : { workers: worker }) }
    const gathered = await send(backend.control, options)
    if (context.json) context.print(JSON.stringify(gathered))
    else {
      for (const line of lines(gathered.answers)) context.print(line)
      for (const line of complaints(gathered, timeout)) context.note(`${context.err.bad('chordis:')} ${line}`)
    }
    return exitOf(gathered)
  })
}

function complaints({ refused, unanswered }: Gathered<unknown>, timeout: number): string[] {
  const named = (worker: WorkerName): string => safe(label(worker))
  return [
    ...refused.map(({ worker, error }) => `${named(worker)} refused: ${safe(error.message)} (${error.code})`),
    ...unanswered.map((worker) => `${named(worker)} ${worker.alive ? `did not answer within ${timeout} s` : 'is dead'} (timeout)`),
  ]
}

/** 0 when all did it; the exit code of the first refusal; 4 when some said nothing. */
function exitOf({ answers, refused, unanswered }: Gathered<unknown>): number {
  const [first] = refused
  if (first !== undefined) return first.error.code in ERROR_RULES ? ERROR_RULES[first.error.code as ErrorCode].exit : 1
  if (unanswered.length > 0) return ERROR_RULES.timeout.exit
  if (answers.length === 0) throw new CliError('no-worker', 'there is no worker')
  return 0
}

/** A row per worker: who it is and what it said. */
const rows =
  <T>(said: (value: T, answer: Answer<T>) => Cell) =>
  (answers: readonly Answer<T>[]): string[] =>
    table(
      answers.map((answer) => [safe(label(answer.worker)), said(answer.value, answer)]),
      width(),
    )

/** `chordis workers ping`. */
export function ping(context: Context, options: WorkersArguments): Promise<number> {
  return tell(
    context,
    options,
    (control, to) => control.ping(to),
    rows((value, { ms }) => `${value}  ${ms} ms`),
  )
}

/** `chordis workers stats`. */
export function stats(context: Context, options: WorkersArguments): Promise<number> {
  return tell(
    context,
    options,
    (control, to) => control.stats(to),
    (answers) => statsLines(answers, context.out),
  )
}

/** `chordis workers active`. */
export function active(context: Context, options: WorkersArguments): Promise<number> {
  return tell(
    context,
    options,
    (control, to) => control.active(to),
    (answers) => table(activeRows(answers, context.out), width()),
  )
}

/** `chordis workers reserved`. */
export function reserved(context: Context, options: WorkersArguments): Promise<number> {
  return tell(
    context,
    options,
    (control, to) => control.reserved(to),
    (answers) => table(reservedRows(answers, context.out), width()),
  )
}

/** `chordis workers grow` and `shrink`. */
export function slots(context: Context, name: 'grow' | 'shrink', by: number, options: WorkersArguments): Promise<number> {
  return tell(
    context,
    options,
    (control, to) => control[name](by, to),
    rows((value) => `${value.slots} slots`),
  )
}

/** `chordis workers add-consumer` and `cancel-consumer`. */
export function consumer(
  context: Context,
  name: 'add-consumer' | 'cancel-consumer',
  queue: string,
  options: WorkersArguments,
): Promise<number> {
  const send = (control: WorkerControl, to: ControlOptions) =>
    name === 'add-consumer' ? control.addConsumer(queue, to) : control.cancelConsumer(queue, to)
  return tell(
    context,
    options,
    send,
    rows(({ queues }) => (queues.length === 0 ? 'serves no queue' : `serves ${queues.join(' ')}`)),
  )
}

const state = rows(({ state }: { state: string }) => state)

/** `chordis workers quiet`. */
export function quiet(context: Context, options: WorkersArguments): Promise<number> {
  return tell(context, options, (control, to) => control.quiet(to), state)
}

/** `chordis workers resume`. */
export function resume(context: Context, options: WorkersArguments): Promise<number> {
  return tell(context, options, (control, to) => control.resume(to), state)
}

/** `chordis workers shutdown`. */
export function shutdown(context: Context, options: WorkersArguments & { mode: ShutdownMode; grace?: number }): Promise<number> {
  const { mode, grace } = options
  const how = { mode, ...(grace === undefined ? {} : { graceMs: Math.round(grace * 1_000) }) }
  return tell(context, options, (control, to) => control.shutdown({ ...to, ...how }), state)
}
