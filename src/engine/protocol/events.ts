/**
 * What the log of events says: each entry is the text that one script wrote (redis/lua/lib/events.lua), and is cut here into what happened to whom. Pure.
 *
 * An entry may tell of hundreds of workflows of which nobody asks after most: the events of one are made when they are first looked at.
 */

/** What happened to a task. */
export type LoggedTaskEventType =
  | 'task-started'
  | 'task-succeeded'
  | 'task-failed'
  | 'task-revoked'
  | 'task-skipped'
  | 'task-retried'
  | 'task-requeued'
  | 'task-progressed'

/** Something happened to a task of a workflow. */
export interface LoggedTaskEvent {
  readonly type: LoggedTaskEventType
  /** `<workflow>:<node>`, as `ctx.id` gives it. */
  readonly id: string
  /** The node in its workflow. */
  readonly node: string
  /** The name of the task. */
  readonly task: string
  readonly queue: string
  /** Of `task-started` the attempt that begins, of `task-retried` the next one; 1 is the first. */
  readonly attempt?: number
  /** Of `task-failed`: the type of the error, where it is a plain word. */
  readonly error?: string
  /** Of `task-progressed`: the state that the task gave itself; what it said with it is read from the task. */
  readonly state?: string
}

/** What happened to a workflow. `succeeded`, `failed`, `revoked`: its outcome is known; `ended`: every node is terminal. */
export type LoggedWorkflowEventType =
  | 'workflow-submitted'
  | 'workflow-started'
  | 'workflow-succeeded'
  | 'workflow-failed'
  | 'workflow-revoked'
  | 'workflow-ended'
  | 'workflow-paused'
  | 'workflow-resumed'
  | 'workflow-rerun'
  | 'workflow-retried'
  | 'workflow-removed'

/** Something happened to a workflow as a whole. */
export interface LoggedWorkflowEvent {
  readonly type: LoggedWorkflowEventType
  /** Of `workflow-rerun` and `workflow-retried`: the run that has begun. */
  readonly run?: number
}

/** Something happened to a queue. */
export interface LoggedQueueEvent {
  readonly type: 'queue-paused' | 'queue-resumed' | 'queue-purged'
  readonly queue: string
  /** Of `queue-purged`: tasks that one step took out. */
  readonly tasks?: number
}

/** Something happened to a worker process. `lost`: it was silent for its lease, and what it held was given back. */
export interface LoggedWorkerEvent {
  readonly type: 'worker-online' | 'worker-offline' | 'worker-lost'
  /** The process: new at every start. */
  readonly process: string
  /** Its name; null where it is not a plain one. */
  readonly worker: string | null
}

/** One thing that happened. */
export type LoggedEvent = LoggedTaskEvent | LoggedWorkflowEvent | LoggedQueueEvent | LoggedWorkerEvent
/** The name of a {@link LoggedEvent}. */
export type LoggedEventType = LoggedEvent['type']

/** How much the log tells: nothing, all but tasks, everything. */
export const EVENT_LEVELS = ['off', 'workflows', 'tasks'] as const
/** See {@link EVENT_LEVELS}. */
export type EventLevel = (typeof EVENT_LEVELS)[number]

const TASK_WORDS: { readonly [letter: string]: LoggedTaskEventType } = {
  L: 'task-started',
  S: 'task-succeeded',
  F: 'task-failed',
  R: 'task-revoked',
  K: 'task-skipped',
  Y: 'task-retried',
  U: 'task-requeued',
  G: 'task-progressed',
}
const WORKFLOW_WORDS: { readonly [letter: string]: LoggedWorkflowEventType } = {
  n: 'workflow-submitted',
  b: 'workflow-started',
  oS: 'workflow-succeeded',
  oF: 'workflow-failed',
  oR: 'workflow-revoked',
  e: 'workflow-ended',
  p: 'workflow-paused',
  c: 'workflow-resumed',
  r: 'workflow-rerun',
  t: 'workflow-retried',
  x: 'workflow-removed',
}
/** Workflows of one task: the words that stand for a letter of a line about many of them. */
const LONE_WORDS: { readonly [letter: string]: (of: string) => string } = {
  n: () => '=n',
  b: () => '=b',
  B: (of) => `=b L${of} 0`,
  e: () => '=oS =e',
  E: (of) => `S${of} 0 =oS =e`,
  x: () => '=x',
}
const QUEUE_WORDS: { readonly [letter: string]: LoggedQueueEvent['type'] } = { p: 'queue-paused', c: 'queue-resumed', x: 'queue-purged' }
const WORKER_WORDS: { readonly [letter: string]: LoggedWorkerEvent['type'] } = {
  o: 'worker-online',
  f: 'worker-offline',
  l: 'worker-lost',
}

/** What an entry says of one workflow, or of a queue or a worker (`workflow` null). */
export class Told {
  private made: readonly LoggedEvent[] | null = null

  constructor(
    readonly workflow: string | null,
    /** `-`: none. */
    readonly tenant: string,
    private readonly make: () => LoggedEvent[],
  ) {}

  /** In the order in which they happened. */
  get events(): readonly LoggedEvent[] {
    this.made ??= this.make()
    return this.made
  }
}

/** An entry that was read. `gap`: why something before it may be missing; null: nothing is. */
export interface ParsedEntry {
  gap: string | null
  told: Told[]
}

/** Cuts an entry. Of worker processes each partition is told, and the one that is their home counts. What no script writes is left out. */
export function parseEntry(text: string, partition: number): ParsedEntry {
  const told: Told[] = []
  let gap: string | null = null
  for (const line of text.split('\n')) {
    if (line.startsWith('!')) gap = line.slice(1)
    else if (line.startsWith('*')) loneWorkflows(line, told)
    else if (line.startsWith('%')) worker(line, partition, told)
    else if (line.startsWith('~')) queue(line, told)
    else workflow(line, told)
  }
  return { gap, told }
}

function workflow(line: string, told: Told[]): void {
  const [, id, tenant = '-', words] = /^([^ ]+)(?: @([^ ]+))? (.+)$/.exec(line) ?? []
  if (id !== undefined && words !== undefined) told.push(new Told(id, tenant, () => eventsOf(id, words)))
}

function loneWorkflows(line: string, told: Told[]): void {
  const [, letter = '', of = '', ids = ''] = /^\*([a-zA-Z])([^ ]*) (.+)$/.exec(line) ?? []
  const words = LONE_WORDS[letter]?.(of)
  if (words === undefined) return
  for (const id of ids.split(',')) told.push(new Told(id, '-', () => eventsOf(id, words)))
}

function worker(line: string, partition: number, told: Told[]): void {
  const [, letter = '', process, home, name] = /^%(\w) ([^ ]+) (\d+) ([^ ]+)$/.exec(line) ?? []
  const type = WORKER_WORDS[letter]
  if (type === undefined || process === undefined || Number(home) !== partition) return
  told.push(new Told(null, '-', () => [{ type, process, worker: name === undefined || name === '-' ? null : name }]))
}

function queue(line: string, told: Told[]): void {
  const [, letter = '', name, tasks] = /^~(\w) ([^ ]+)(?: (\d+))?$/.exec(line) ?? []
  const type = QUEUE_WORDS[letter]
  if (type === undefined || name === undefined) return
  told.push(new Told(null, '-', () => [{ type, queue: name, ...(tasks === undefined ? {} : { tasks: Number(tasks) }) }]))
}

/** Which tasks the nodes that follow are of, and what happened to them. */
interface Heading {
  type: LoggedTaskEventType
  queue: string
  task: string
}

function eventsOf(workflow: string, words: string): LoggedEvent[] {
  const events: LoggedEvent[] = []
  let heading: Heading | null = null
  for (const word of words.split(' ')) {
    const code = word.charCodeAt(0)
    if (word.startsWith('=')) workflowEvent(word, events)
    else if (code >= 65 && code <= 90) heading = headingOf(word)
    else if (heading !== null) taskEvents(workflow, word, heading, events)
  }
  return events
}

function workflowEvent(word: string, events: LoggedEvent[]): void {
  const [, letters = '', run] = /^=(o?[a-zA-Z])(\d*)$/.exec(word) ?? []
  const type = WORKFLOW_WORDS[letters]
  if (type !== undefined) events.push(run ? { type, run: Number(run) } : { type })
}

function headingOf(word: string): Heading | null {
  const type = TASK_WORDS[word.charAt(0)]
  const slash = word.indexOf('/')
  return type === undefined || slash < 0 ? null : { type, queue: word.slice(1, slash), task: word.slice(slash + 1) }
}

function taskEvents(workflow: string, word: string, { type, queue, task }: Heading, events: LoggedEvent[]): void {
  const [name = '', detail] = cutAt(word, '=')
  const [, prefix, first, count, stride] = /^(.*?)(\d+):(\d+):(\d+)$/.exec(name) ?? []
  const nodes =
    count === undefined ? [name] : Array.from({ length: Number(count) }, (_, k) => `${prefix}${Number(first) + k * Number(stride)}`)
  for (const node of nodes) events.push({ type, id: `${workflow}:${node}`, node, task, queue, ...detailOf(type, detail) })
}

function cutAt(word: string, mark: string): [string, string?] {
  const at = word.indexOf(mark)
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)]
}

function detailOf(type: LoggedTaskEventType, detail: string | undefined): Partial<LoggedTaskEvent> {
  switch (type) {
    case 'task-started':
      return { attempt: Number(detail ?? 1) }
    case 'task-retried':
      return { attempt: Number(detail) }
    case 'task-failed':
      return detail === undefined ? {} : { error: detail }
    case 'task-progressed':
      return detail === undefined ? {} : { state: detail }
    default:
      return {}
  }
}
