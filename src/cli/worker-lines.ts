/** Workers as text for people. Pure. */
import type {
  AttemptList,
  Gathered,
  HeldAttempt,
  Processed,
  RunningAttempt,
  WorkerName,
  WorkerSample,
  WorkerView,
} from '../engine/index.js'
import { type Cell, columns, cut, duration, number, type Paint, safe } from './terminal.js'

/** `name (id)`: names may be shared. */
export const label = ({ name, id }: Pick<WorkerName, 'name' | 'id'>): string => `${name} (${id})`

/** Columns, cut at the width of the screen. */
export function table(rows: readonly (readonly Cell[])[], width: number): string[] {
  return columns(rows).map((line) => {
    const hidden = line.length - line.replace(/\x1b\[\d+m/g, '').length
    return cut(line, width + hidden)
  })
}

const header = (style: Paint, ...names: string[]): Cell[] => names.map((text) => ({ text, colour: style.faint }))

function stateCell(state: WorkerView['state'], style: Paint): Cell {
  const colours = { running: style.good, quiet: style.warn, stopping: style.warn, dead: style.bad }
  return { text: state, colour: colours[state] }
}

/** `107 MB`. */
export const megabytes = (bytes: number): string => `${number(Math.round(bytes / 1e6))} MB`

/** Late by more than this, ms, is worth a look: timers and sockets of other tasks wait. */
const LATE_MS = 100

const lag = (ms: number, style: Paint): Cell => (ms > LATE_MS ? { text: duration(ms), colour: style.warn } : duration(ms))

/** What `workers list` shows. */
export function workerRows(workers: readonly WorkerView[], style: Paint): Cell[][] {
  const names = ['NAME', 'ID', 'HOST', 'PID', 'STATE', 'POOL', 'BUSY', 'AHEAD', 'LAG', 'CPU', 'MEMORY', 'HEARD', 'UP', 'QUEUES']
  const row = (worker: WorkerView): Cell[] => {
    const { heartbeatAgeMs, uptimeMs } = worker
    const said = worker.sampleAgeMs !== null
    return [
      safe(worker.name),
      worker.id,
      safe(worker.host),
      String(worker.pid),
      stateCell(worker.state, style),
      worker.pool,
      `${worker.running}/${worker.slots}`,
      String(worker.reserved),
      said ? lag(worker.loopLagMs, style) : '-',
      said ? `${worker.cpuPercent} %` : '-',
      said ? megabytes(worker.rssBytes) : '-',
      worker.alive ? duration(heartbeatAgeMs) : { text: duration(heartbeatAgeMs), colour: style.bad },
      duration(uptimeMs),
      worker.queues.join(' '),
    ]
  }
  return [header(style, ...names), ...workers.map(row)]
}

export type Answers<T> = readonly Gathered<T>['answers'][number][]

/** What `workers stats` shows: a few lines for each. */
export function statsLines(answers: Answers<WorkerSample>, style: Paint): string[] {
  return answers.flatMap(({ worker, value }, k) => [
    ...(k === 0 ? [] : ['']),
    `${style.strong(safe(worker.name))}  ${worker.id}  ${safe(worker.host)}, process ${worker.pid}`,
    ...columns(factsOf(value, style).map(([name, text]) => [{ text: name, colour: style.faint }, text])),
  ])
}

function factsOf(sample: WorkerSample, style: Paint): [string, Cell][] {
  const oldest = sample.oldest.map(({ task, id, runningMs }): [string, Cell] => ['oldest', `${safe(task)}  ${id}  ${duration(runningMs)}`])
  return [
    ['state', stateCell(sample.state, style)],
    ['queues', sample.queues.join(' ')],
    ['slots', `${sample.slots}, ${sample.running} busy, ${sample.reserved} reserved`],
    ...oldest,
    ['loop lag', lag(sample.loopLagMs, style)],
    ['cpu', `${sample.cpuPercent} %`],
    ['memory', `${megabytes(sample.rssBytes)}, heap ${megabytes(sample.heapUsedBytes)}`],
    ['up', duration(sample.uptimeMs)],
    ['attempts', processedText(sample.processed)],
  ]
}

function processedText({ succeeded, failed, retried, replaced, givenBack, lost }: Processed): string {
  const parts: [number, string][] = [
    [failed, 'failed'],
    [retried, 'retried'],
    [replaced, 'replaced'],
    [givenBack, 'given back'],
    [lost, 'lost'],
  ]
  return [`${number(succeeded)} succeeded`, ...parts.filter(([n]) => n > 0).map(([n, what]) => `${number(n)} ${what}`)].join('  ')
}

/** What `workers active` shows. */
export function activeRows(answers: Answers<AttemptList<RunningAttempt>>, style: Paint): Cell[][] {
  return heldRows(answers, style, ['FOR'], ({ runningMs }) => [duration(runningMs)])
}

/** What `workers reserved` shows. */
export function reservedRows(answers: Answers<AttemptList>, style: Paint): Cell[][] {
  return heldRows(answers, style, [], () => [])
}

function heldRows<A extends HeldAttempt>(
  answers: Answers<AttemptList<A>>,
  style: Paint,
  names: string[],
  more: (attempt: A) => Cell[],
): Cell[][] {
  const rows = answers.flatMap(({ worker, value: { total, attempts } }) => [
    ...attempts.map((attempt): Cell[] => [safe(label(worker)), safe(attempt.task), attempt.id, String(attempt.attempt), ...more(attempt)]),
    ...(total > attempts.length
      ? [[safe(label(worker)), { text: `… and ${number(total - attempts.length)} more`, colour: style.faint }]]
      : []),
  ])
  return [header(style, 'WORKER', 'TASK', 'NODE', 'TRY', ...names), ...rows]
}
