/**
 * What a worker tells those who listen: attempts of its own, and workflows whose outcome or end its own calls brought about.
 *
 * Told only after Redis confirmed the transition, and never of a completion that came to something else. Best effort: a process that dies between
 * its turn and the call never makes it. What must happen belongs into the workflow: `link`, `linkError`.
 */
import type { Json } from '../canvas/types.js'
import type { WireError } from '../protocol/errors.js'
import { parseControl, type WorkflowState, workflowState } from '../protocol/states.js'
import type { Attempt } from './attempt.js'
import type { Grant } from './grants.js'
import type { Logger } from './logger.js'

interface OfAttempt {
  /** The node: `<workflow>:<node>`. */
  readonly id: string
  readonly task: string
  readonly workflow: string
  /** 1 for the first attempt. */
  readonly attempt: number
}

/** The lease is held and the handler is about to be called. */
export interface TaskStarted extends OfAttempt {
  readonly type: 'started'
  /**
   * Since its workflow was submitted, ms. Null where that is not how long it waited for a worker: behind other tasks, a delay, or an earlier attempt.
   */
  readonly waitedMs: number | null
}

/** The task said how far it is, or gave itself a state. */
export interface TaskProgressed extends OfAttempt {
  readonly type: 'progressed'
  /** `PROGRESS` of `ctx.progress()`, or what the task calls it. */
  readonly state: string
  readonly info: Json
}

interface EndedAttempt extends OfAttempt {
  /** From the call of the handler until it was known how it ended, ms. Null where no handler was called: its inputs were damaged, or it waited for a child. */
  readonly ranMs: number | null
}

/** The handler returned, or ignored itself. */
export interface TaskSucceeded extends EndedAttempt {
  readonly type: 'succeeded'
  /** Parsed at every look. */
  readonly result: Json
  /** It ended by `ctx.ignore()`. */
  readonly ignored: boolean
}

/** The last attempt failed: the node's state is FAILURE. */
export interface TaskFailed extends EndedAttempt {
  readonly type: 'failed'
  readonly error: WireError
}

/** The attempt failed or asked for another, and there will be one. */
export interface TaskRetried extends EndedAttempt {
  readonly type: 'retried'
  readonly error: WireError | null
  /** Until the next attempt may start, ms. */
  readonly delayMs: number
}

/** No further attempt: it expired while this one ran. */
export interface TaskRevoked extends EndedAttempt {
  readonly type: 'revoked'
  readonly error: WireError
}

/** `ctx.replace()`: the node's place passed to a canvas. */
export interface TaskReplaced extends EndedAttempt {
  readonly type: 'replaced'
}

/** How the attempt ended counts for nothing: its lease was lost to another worker, or the task was revoked or its workflow damaged in that moment. */
export interface TaskLost extends EndedAttempt {
  readonly type: 'lost'
}

/** What happened to an attempt, as Redis confirmed it. */
export type TaskEvent = TaskStarted | TaskProgressed | TaskSucceeded | TaskFailed | TaskRetried | TaskRevoked | TaskReplaced | TaskLost
/** The name of a {@link TaskEvent}. */
export type TaskEventType = TaskEvent['type']
/** Names of what happens to an attempt. */
export const TASK_EVENTS: readonly TaskEventType[] = [
  'started',
  'progressed',
  'succeeded',
  'failed',
  'retried',
  'revoked',
  'replaced',
  'lost',
]

/** `succeeded`, `failed`, `revoked`: the outcome is known. `ended`: every node is terminal, callbacks included. */
export type WorkflowEventType = 'succeeded' | 'failed' | 'revoked' | 'ended'
/** Names of what happens to a workflow. */
export const WORKFLOW_EVENTS: readonly WorkflowEventType[] = ['succeeded', 'failed', 'revoked', 'ended']

/** What a call of this worker brought about in a workflow. */
export interface WorkflowEvent {
  readonly type: WorkflowEventType
  readonly workflow: string
  /** Of its outcome. */
  readonly state: WorkflowState
  /** Tasks that are terminal so far, by how they ended. */
  readonly counts: { readonly success: number; readonly failure: number; readonly revoked: number; readonly skipped: number }
}

/** Called inline: what takes long goes on by itself. What it throws, and a promise that rejects, is logged and changes nothing. */
export interface WorkerListener {
  /** Called for each event of an attempt of this worker. */
  task?(event: TaskEvent): unknown
  /** Called for each event of a workflow. */
  workflow?(event: WorkflowEvent): unknown
}

/** Completions that one turn carries, of one grant. */
export interface Carried {
  readonly grant: Grant
  readonly nodes: readonly (number | string)[]
  readonly records: readonly string[]
}

const OUTCOMES: { readonly [state in WorkflowState]?: WorkflowEventType } = { SUCCESS: 'succeeded', FAILURE: 'failed', REVOKED: 'revoked' }

/** Turns what a turn carried and what Redis answered into events. */
export class Announcer {
  /** Added to a turn's `look`: its answer tells what became of its completions, or of workflows too (redis/lua/turn.lua). */
  readonly asks: 3 | 6
  /** How long the attempts ran whose end travels to Redis, ms. */
  private readonly ran = new Map<string, number>()

  constructor(
    private readonly listener: WorkerListener,
    private readonly logger: Logger,
  ) {
    this.asks = listener.workflow === undefined ? 3 : 6
  }

  started(attempt: Attempt): void {
    const { id, task, workflowId: workflow, attempt: number, readyAt } = attempt
    // The executor's own clock stands still for some milliseconds.
    attempt.startedAt = performance.now()
    attempt.begun = true
    const waitedMs = readyAt === null ? null : Math.max(0, attempt.startedAt - readyAt)
    this.tell('task', { type: 'started', id, task, workflow, attempt: number, waitedMs })
  }

  /** It is known how it ended, and Redis will be told. */
  ended(attempt: Attempt): void {
    if (attempt.begun && this.listener.task !== undefined)
      this.ran.set(keyOf(attempt.id, attempt.attempt), performance.now() - attempt.startedAt)
  }

  /** A turn was answered. `news`: what it answered beside grants (redis/lua/lib/flush.lua). */
  turn(carried: readonly Carried[], news: string): void {
    const lines = news === '' ? [] : news.split('\n')
    const otherwise = new Map<string, string>()
    for (const line of lines) {
      if (!line.startsWith('n ')) continue
      const [, id = '', record = ''] = /^n (\S+) ?(.*)$/.exec(line) ?? []
      otherwise.set(id, record)
    }
    for (const { grant, nodes, records } of carried) {
      for (const [k, node] of nodes.entries()) this.completion(grant, node, records[k] as string, otherwise)
    }
    this.workflows(lines)
  }

  /** Lines of news about workflows. */
  workflows(lines: readonly string[]): void {
    for (const line of lines) {
      const [, letters = '', workflow = '', text = ''] = /^w(o?e?) (\S+) (.*)$/.exec(line) ?? []
      const control = parseControl(text)
      if (control === null) continue
      const { success, failure, revoked, skipped } = control
      const state = workflowState(control)
      const event = { workflow, state, counts: { success, failure, revoked, skipped } }
      const outcome = OUTCOMES[state]
      if (letters.includes('o') && outcome !== undefined) this.tell('workflow', { type: outcome, ...event })
      if (letters.includes('e')) this.tell('workflow', { type: 'ended', ...event })
    }
  }

  private completion(grant: Grant, node: number | string, said: string, otherwise: ReadonlyMap<string, string>): void {
    if (this.listener.task === undefined) return
    const workflow = grant.lone ? String(node) : grant.workflow
    const id = grant.lone ? `${workflow}:0` : `${workflow}:${grant.prefix}${node}`
    const attempt = grant.attemptNumber
    const of = { id, task: grant.spec.task, workflow, attempt }
    const other = otherwise.get(id)
    if (said[0] === '%') {
      if (other !== '') this.tell('task', { ...of, type: 'progressed', ...parseReport(said.slice(1)) })
      return
    }
    const key = keyOf(id, attempt)
    const ended = { ...of, ranMs: this.ran.get(key) ?? null }
    this.ran.delete(key)
    const event = other === '' ? lostBy(ended, said) : eventOf(ended, other ?? said)
    if (event !== undefined) this.tell('task', event)
  }

  private tell(kind: 'task', event: TaskEvent): void
  private tell(kind: 'workflow', event: WorkflowEvent): void
  private tell(kind: keyof WorkerListener, event: never): void {
    try {
      const answer: unknown = this.listener[kind]?.(event)
      if (answer instanceof Promise) answer.catch((error: unknown) => this.failed(error, event))
    } catch (error) {
      this.failed(error, event)
    }
  }

  private failed(error: unknown, event: object): void {
    this.logger.error({ err: error, event }, 'a listener failed')
  }
}

const keyOf = (id: string, attempt: number): string => `${id} ${attempt}`

/** Nothing came of a completion. What was given back is no loss. */
const lostBy = (of: EndedAttempt, said: string): TaskLost | undefined => (said[0] === 'b' ? undefined : { ...of, type: 'lost' })

/** `<state> <JSON>` of a report. */
function parseReport(text: string): { state: string; info: Json } {
  const space = text.indexOf(' ')
  return { state: text.slice(0, space), info: JSON.parse(text.slice(space + 1)) as Json }
}

/** The event that a completion's record stands for; see redis/lua/lib/finish.lua. What was given back is none. */
function eventOf(of: EndedAttempt, said: string): TaskEvent | undefined {
  const untraced = said.startsWith('~') ? said.slice(said.indexOf('\n') + 1) : said
  const record = untraced.startsWith('+') ? untraced.slice(untraced.indexOf('\n') + 1) : untraced
  const body = record.slice(record.indexOf('|') + 1)
  switch (record[0]) {
    case 'S':
      return {
        ...of,
        type: 'succeeded',
        ignored: false,
        get result() {
          return JSON.parse(body) as Json
        },
      }
    case 'I':
      return { ...of, type: 'succeeded', ignored: true, result: null }
    case 'F':
      return { ...of, type: 'failed', error: JSON.parse(body) as WireError }
    case 'R':
      return { ...of, type: 'revoked', error: JSON.parse(body) as WireError }
    case 'X':
      return { ...of, type: 'replaced' }
    case 'r': {
      const error = /^\d+\|\d*\|\d+\|(.*)$/s.exec(body)?.[1] ?? ''
      return { ...of, type: 'retried', delayMs: Number.parseInt(record.slice(1), 10), error: error === '' ? null : JSON.parse(error) }
    }
    default:
      return undefined
  }
}
