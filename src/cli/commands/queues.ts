/** `chordis queues`: what waits for workers, and what is done with it. */
import { hostname } from 'node:os'
import type { QueuedTask, QueueLeft, QueueView } from '../../engine/index.js'
import type { Backend } from '../backend/backend.js'
import { withBackend, withRedis } from '../backend/open.js'
import type { Context } from '../context.js'
import { CliError } from '../failure.js'
import { progressOf } from '../progress.js'
import { type Cell, columns, cut, duration, number, type Paint, safe } from '../terminal.js'

type Queues = Backend['queues']

export interface PeekArguments {
  limit: number
  args?: boolean
}

export interface ChangeArguments {
  task?: string
  all?: boolean
  dryRun?: boolean
}

export interface MoveArguments extends Omit<ChangeArguments, 'all'> {
  limit?: number
}

export interface DrainArguments {
  /** Seconds. */
  timeout?: number
}

function withQueues(context: Context, ask: (queues: Queues) => Promise<void>): Promise<number> {
  return withBackend(context, async ({ queues }) => {
    await ask(queues)
    return 0
  })
}

/** `chordis queues list`. */
export function list(context: Context): Promise<number> {
  return withQueues(context, async (queues) => {
    const views = await queues.list()
    if (context.json) context.print(JSON.stringify({ queues: views }))
    else if (views.length === 0) context.print('no queue')
    else for (const line of listLines(views, Date.now(), context.out)) context.print(line)
  })
}

const WIDEST = 200

function listLines(views: readonly QueueView[], now: number, style: Paint): string[] {
  const head: Cell[] = ['QUEUE', 'READY', 'PARKED', 'WORKERS', ''].map((text) => ({ text, colour: style.faint }))
  return columns([head, ...views.map((view) => row(view, now, style))])
}

function row({ name, ready, exact, parked, workers, paused, byPriority }: QueueView, now: number, style: Paint): Cell[] {
  const priorities = Object.entries(byPriority)
  const by = priorities.some(([priority]) => priority !== '0')
    ? priorities.map(([priority, n]) => `p${priority}: ${number(n)}`).join('  ')
    : ''
  const last: Cell = paused === null ? by : { text: [pauseText(paused, now), by].filter(Boolean).join('  '), colour: style.warn }
  return [name, `${number(ready)}${exact ? '' : '+'}`, number(parked), number(workers), last]
}

function pauseText({ since, by, reason }: NonNullable<QueueView['paused']>, now: number): string {
  const when = since === null ? '' : ` for ${duration(Math.max(0, now - since))}`
  return `paused${when}${by === null ? '' : ` by ${safe(by)}`}${reason === null ? '' : `: ${cut(safe(reason), WIDEST)}`}`
}

/** `chordis queues peek QUEUE`. */
export function peek(context: Context, queue: string, options: PeekArguments): Promise<number> {
  return withQueues(context, async (queues) => {
    const tasks = await queues.peek(queue, options)
    if (context.json) context.print(JSON.stringify({ tasks }))
    else if (tasks.length === 0) context.print('nothing waits')
    else for (const line of peekLines(tasks, context.out)) context.print(line)
  })
}

function peekLines(tasks: readonly QueuedTask[], style: Paint): string[] {
  const head: Cell[] = ['ID', 'TASK', 'PRIORITY', 'SUBMITTED', ''].map((text) => ({ text, colour: style.faint }))
  const rows = tasks.map(({ id, task, priority, submittedAt, args, kwargs }): Cell[] => {
    const called =
      args === undefined ? '' : `${JSON.stringify(args)}${Object.keys(kwargs ?? {}).length > 0 ? ` ${JSON.stringify(kwargs)}` : ''}`
    return [id, safe(task), String(priority), new Date(submittedAt).toISOString(), cut(safe(called), WIDEST)]
  })
  return columns([head, ...rows])
}

/** `chordis queues pause QUEUE`. */
export function pause(context: Context, queue: string, options: { reason?: string }): Promise<number> {
  const by = `${process.env.USER ?? process.env.USERNAME ?? 'somebody'}@${hostname()}`
  return said(context, { queue, paused: true }, `${queue} is paused`, (queues) => queues.pause(queue, { ...options, by }))
}

/** `chordis queues resume QUEUE`. */
export function resume(context: Context, queue: string): Promise<number> {
  return said(context, { queue, paused: false }, `${queue} is not paused`, (queues) => queues.resume(queue))
}

function said(context: Context, answer: object, line: string, work: (queues: Queues) => Promise<void>): Promise<number> {
  return withQueues(context, async (queues) => {
    await work(queues)
    context.print(context.json ? JSON.stringify(answer) : line)
  })
}

/** `chordis queues purge QUEUE`. */
export function purge(context: Context, queue: string, { all = false, ...options }: ChangeArguments): Promise<number> {
  if (!all && options.task === undefined && !options.dryRun) throw new CliError('usage', 'name a --task, or --all')
  if (all && options.task !== undefined) throw new CliError('usage', '--task or --all, not both')
  return change(context, queue, options, 'ended', (queues, onProgress) => queues.purge(queue, { ...options, onProgress }))
}

/** `chordis queues move FROM TO`. */
export function move(context: Context, from: string, to: string, options: MoveArguments): Promise<number> {
  return change(context, from, options, `moved to ${to}`, (queues, onProgress) => queues.move(from, to, { ...options, onProgress }))
}

function change(
  context: Context,
  queue: string,
  { dryRun = false, limit = Number.POSITIVE_INFINITY }: MoveArguments,
  done: string,
  work: (queues: Queues, onProgress: (tasks: number) => void) => Promise<{ tasks: number }>,
): Promise<number> {
  const bar = progressOf(context)
  return withQueues(context, async (queues) => {
    const view = (await queues.list()).find(({ name }) => name === queue)
    const total = Math.min(limit, (view?.ready ?? 0) + (view?.parked ?? 0))
    const { tasks } = await work(queues, (count) => bar.show(count, total, 'tasks')).finally(bar.end)
    if (context.json) context.print(JSON.stringify({ queue, tasks, dryRun }))
    else context.print(`${number(tasks)} ${tasks === 1 ? 'task' : 'tasks'} ${dryRun ? 'would be ' : ''}${done}`)
  })
}

/** `chordis queues drain QUEUE`. */
export function drain(context: Context, queue: string, { timeout }: DrainArguments): Promise<number> {
  const bar = progressOf(context)
  let most = 0
  const onProgress = ({ ready, parked, leased, delayed }: QueueLeft): void => {
    const left = ready + parked + leased + (delayed ?? 0)
    most = Math.max(most, left)
    bar.show(most - left, most, 'done')
  }
  const until = timeout === undefined ? {} : { timeoutMs: timeout * 1_000 }
  return withRedis(context, 'it does not say what workers hold of a queue', async (app) => {
    const { queues } = await app.client()
    await queues.drain(queue, { ...until, onProgress }).finally(bar.end)
    context.print(context.json ? JSON.stringify({ queue, drained: true }) : `${queue} is drained`)
    return 0
  })
}
