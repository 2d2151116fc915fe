/** One task call of a workflow, by its id: Celery's AsyncResult. */
import type { Json } from '../canvas/types.js'
import type { RevokeOptions } from '../control/workflow-control.js'
import { ChordisError, type WireError } from '../protocol/errors.js'
import type { NodeResult } from '../protocol/reader.js'
import type { TaskState } from '../protocol/states.js'
import type { Outcome } from '../protocol/values.js'
import { plainValue, TaskFailedError } from './failures.js'
import { type Look, Pace } from './look.js'
import { TaskGroup } from './task-group.js'

/** What can be asked of a workflow and of a task call alike, under Celery's names. */
export interface AsyncResult<R = Json> {
  readonly id: string
  /**
   * The value; waits up to `timeoutMs` (default 60,000 ms).
   * @throws WorkflowFailedError (of a task call: TaskFailedError) when it ended otherwise, ChordisError `timeout`
   */
  get(options?: { timeoutMs?: number }): Promise<R>
  /** Its outcome is known. */
  ready(): Promise<boolean>
  /** Its state is SUCCESS. */
  successful(): Promise<boolean>
  /** Its state is FAILURE. */
  failed(): Promise<boolean>
  /** The state that users see, or the one that a running task gives itself. Throws `not-found`. */
  state(): Promise<TaskState>
  /** The value, the error, or what the running task says of itself; null when there is none of them. */
  info(): Promise<Json | WireError | null>
  /** The task calls that come after it, and those that it added; of a workflow, those that it begins with. */
  children(): Promise<TaskHandle[]>
  /** What stands before it: one task call, several (a join's), or null. */
  parent(): Promise<TaskHandle | TaskGroup | null>
  /** Ends it. True: it is revoked; false: it was over. */
  revoke(options?: RevokeOptions): Promise<boolean>
  /** Removes a workflow that has ended. True: it is gone; false: there was none. */
  forget(): Promise<boolean>
}

/** What an attempt that was tried again ended with. */
export interface AttemptError {
  /** From 1. */
  attempt: number
  /** Unix ms, by Redis's clock. */
  at: number
  /** Null: it asked for another attempt without an error (`ctx.retry()`). */
  error: WireError | null
}

function parseAttempt(line: string): AttemptError {
  const [, attempt, at, error = 'null'] = /^(\d+) (\d+) (.*)$/s.exec(line) ?? []
  return { attempt: Number(attempt), at: Number(at), error: JSON.parse(error) as WireError | null }
}

const TERMINAL = new Set<TaskState>(['SUCCESS', 'FAILURE', 'REVOKED', 'SKIPPED'])

export class TaskHandle<R = Json> implements AsyncResult<R> {
  private node: string | undefined

  constructor(
    private readonly look: Look,
    /** As it was asked for: a node (`17`) or the id that the signature was given. */
    private readonly name: string,
  ) {}

  /** `<workflow>:<node or task id>`, as it was asked for. */
  get id(): string {
    return `${this.look.id}:${this.name}`
  }

  /** Task, state, attempts and what it came to. Throws `not-found`. */
  async status(): Promise<NodeResult> {
    const found = await this.look.task(this.node ?? this.name)
    this.node = found.id
    return found
  }

  private async nodeId(): Promise<string> {
    this.node ??= (await this.status()).id
    return this.node
  }

  async get(options: { timeoutMs?: number } = {}): Promise<R> {
    const timeoutMs = options.timeoutMs ?? 60_000
    const deadline = performance.now() + timeoutMs
    const node = await this.nodeId()
    const pace = new Pace(this.look)
    for (;;) {
      pace.begin()
      const outcome = await this.look.nodeOutcome(node)
      if (outcome !== null) return this.valueFrom(node, outcome)
      if (performance.now() >= deadline) throw new ChordisError('timeout', `no outcome within ${timeoutMs} ms`, { workflow: this.look.id })
      await pace.pause(deadline)
    }
  }

  private valueFrom(node: string, outcome: Outcome): R {
    const value = plainValue(outcome)
    if (value === undefined) throw new TaskFailedError(this.look.id, `${this.look.id}:${node}`, outcome)
    return value as R
  }

  async ready(): Promise<boolean> {
    return TERMINAL.has(await this.state())
  }

  async successful(): Promise<boolean> {
    return (await this.state()) === 'SUCCESS'
  }

  async failed(): Promise<boolean> {
    return (await this.state()) === 'FAILURE'
  }

  /** The state that users see, or the one that a running task gives itself. Throws `not-found`. */
  async state(): Promise<TaskState> {
    return (await this.status()).state
  }

  async info(): Promise<Json | WireError | null> {
    const { state, result, error, info } = await this.status()
    if (state === 'SUCCESS') return result ?? null
    return error ?? info ?? null
  }

  /**
   * The errors of attempts that were tried again, oldest first: the first one and the last four. The last attempt's is `status().error`.
   * Celery keeps the last one only.
   */
  async errors(): Promise<AttemptError[]> {
    const node = await this.nodeId()
    const [text = null] = await this.look.explained(() => this.look.reader.read([`e${node}`]))
    return (text ?? '').split('\n').slice(1).map(parseAttempt)
  }

  /**
   * Ends this task call, and what it replaced itself by: REVOKED, whatever it waits for. What depends on it ends SKIPPED; a chord that it belongs to goes by
   * its failure policy. What runs is told within 100 ms.
   * @returns true: it is revoked; false: it was over
   * @throws ChordisError as {@link WorkflowHandle.revoke}
   */
  async revoke(options: RevokeOptions = {}): Promise<boolean> {
    const node = await this.nodeId()
    return this.look.controlled((control) => control.revoke(this.look.id, options, [node]))
  }

  async children(): Promise<TaskHandle[]> {
    const node = await this.nodeId()
    return (await this.look.around((neighbours) => neighbours.after(node))).map((id) => new TaskHandle(this.look, id))
  }

  async parent(): Promise<TaskHandle | TaskGroup | null> {
    const before = await this.before()
    if (before.length > 1) return new TaskGroup(this.look, async () => before)
    return before[0] === undefined ? null : new TaskHandle(this.look, before[0])
  }

  /** What stands before it, as a group of any number: the header of a chord, when this is its body. */
  header(): TaskGroup {
    return new TaskGroup(this.look, () => this.before())
  }

  private async before(): Promise<string[]> {
    const node = await this.nodeId()
    return this.look.around((neighbours) => neighbours.before(node))
  }

  /** Refused: a result goes with its workflow, because what comes after it may still need it. */
  forget(): Promise<boolean> {
    const message = `a task's result goes with its workflow: forget ${this.look.id}`
    return Promise.reject(new ChordisError('request-invalid', message, { workflow: this.look.id }))
  }
}

/** A workflow, or one of its task calls, by what `ctx.id` says: `<workflow>:<node>`. */
export function resultOf<R>(client: { workflow(id: string): WorkflowLike }, id: string): AsyncResult<R> {
  const colon = id.indexOf(':')
  const workflow = client.workflow(colon < 0 ? id : id.slice(0, colon))
  return (colon < 0 ? workflow : workflow.task(id.slice(colon + 1))) as AsyncResult<R>
}

/** A handle on a workflow. */
interface WorkflowLike extends AsyncResult<unknown> {
  task(id: string): AsyncResult<unknown>
}
