/** A workflow seen from outside: its state, its outcome, its nodes. A handle is only an id; making one costs nothing. */
import type { Json } from '../canvas/types.js'
import { type ChangedCall, rerunOf } from '../control/rerun.js'
import { type RunView, runsOf } from '../control/runs.js'
import type { RevokeOptions } from '../control/workflow-control.js'
import type { Lineage } from '../protocol/children.js'
import { ChordisError, type WireError } from '../protocol/errors.js'
import { type Head, headOf, type NodeResult, type TaskPage } from '../protocol/reader.js'
import { type WorkflowState, workflowState } from '../protocol/states.js'
import { nodeOutcome, type Outcome, outcomeOf, type RecordSource } from '../protocol/values.js'
import { type GraphView, type GraphViewOptions, graphView } from '../protocol/view.js'
import { corrupt, explainRead, falseIfGone, infoOf, plainValue, WorkflowFailedError } from './failures.js'
import { type HandleDependencies, isWrongType, Look, NOT_A_HASH } from './look.js'
import { DAMAGED, statusOf, type WorkflowStatus } from './status.js'
import { membersOf, TaskGroup } from './task-group.js'
import { type AsyncResult, TaskHandle } from './task-handle.js'
import type { WaitAnswer } from './waiter.js'

/** `R`: its result, as the canvas's types say; they are not checked at run time. */
export class WorkflowHandle<R = Json> implements AsyncResult<R> {
  private made: Look | undefined

  constructor(
    private readonly dependencies: HandleDependencies,
    readonly id: string,
    /** Submitting found it already there, by id or by idempotency key. */
    readonly duplicate = false,
  ) {}

  private get look(): Look {
    this.made ??= new Look(this.dependencies, this.id)
    return this.made
  }

  /** State, counts and times. Throws `not-found` when there is no such workflow (any more). */
  async status(): Promise<WorkflowStatus> {
    const [head, { origin, children, schedule }] = await Promise.all([this.look.head(), this.lineage()])
    return {
      ...statusOf(this.id, this.look.reader.partition, head),
      ...(origin === null ? {} : { parentId: origin.parentId }),
      rootId: origin?.rootId ?? this.id,
      children: children.length,
      ...(schedule === undefined ? {} : { schedule }),
      ...(head.control?.state === 'h' ? { paused: await this.paused() } : {}),
    }
  }

  private async paused(): Promise<{ since: number; reason: string | null }> {
    const [text = null] = await this.look.explained(() => this.look.reader.read(['h']))
    const [, since = '0', reason = 'null'] = /^(\d+) (.*)$/s.exec(text ?? '') ?? []
    return { since: Number(since), reason: JSON.parse(reason) as string | null }
  }

  /** The outcome, or null when it is not known within `waitMs` (default 0: do not wait). */
  async outcome(options: { waitMs?: number } = {}): Promise<Outcome | null> {
    const waitMs = options.waitMs ?? 0
    if (waitMs <= 0) {
      const head = await this.look.head()
      return known(head) ? this.read(head) : null
    }
    const answer = await this.waitFor(waitMs)
    if (answer === null) return null
    if (answer[0] === 'pushed') {
      const [, node, record] = answer
      return this.look.outcome(() => nodeOutcome(withFirst(this.look.reader, node, record), node, record))
    }
    if (answer[0] !== 'outcome') throw this.look.notFound()
    const [, control, meta, damage, record] = answer
    return this.read(headOf(control, meta, damage), record)
  }

  private async waitFor(waitMs: number): Promise<WaitAnswer | null> {
    try {
      return await this.dependencies.wait(this.id, waitMs)
    } catch (error) {
      if (isWrongType(error)) return ['outcome', '', null, NOT_A_HASH, null]
      throw explainRead(error, this.id)
    }
  }

  /**
   * The value: waits up to `timeoutMs` (default 60,000 ms).
   * @throws WorkflowFailedError when it ended otherwise, ChordisError `timeout` when it did not end in time
   */
  async result(options: { timeoutMs?: number } = {}): Promise<R> {
    const timeoutMs = options.timeoutMs ?? 60_000
    const outcome = await this.outcome({ waitMs: timeoutMs })
    if (outcome === null) {
      const why = this.dependencies.why?.(this.id) ?? `no outcome within ${timeoutMs} ms`
      throw new ChordisError('timeout', why, { workflow: this.id })
    }
    const value = plainValue(outcome)
    if (value === undefined) throw new WorkflowFailedError(this.id, outcome)
    return value as R
  }

  /** As {@link result}, under Celery's name. */
  get(options: { timeoutMs?: number } = {}): Promise<R> {
    return this.result(options)
  }

  /** Its outcome is known; callbacks may still run. */
  async ready(): Promise<boolean> {
    return known(await this.look.head())
  }

  async successful(): Promise<boolean> {
    const head = await this.look.head()
    return known(head) && stateOf(head) === 'SUCCESS'
  }

  async failed(): Promise<boolean> {
    return stateOf(await this.look.head()) === 'FAILURE'
  }

  /** The state that users see. Throws `not-found`. */
  async state(): Promise<WorkflowState> {
    return stateOf(await this.look.head())
  }

  /** Whose it is; `-`: nobody's. Throws `not-found`. */
  async tenant(): Promise<string> {
    return (await this.look.head()).meta.tenant ?? '-'
  }

  /** The value, or the error (of a group: of the member that stands first); null while there is no outcome. */
  async info(): Promise<Json | WireError | null> {
    return infoOf(await this.outcome())
  }

  /** The task calls that it begins with. */
  async children(): Promise<TaskHandle[]> {
    return (await this.look.around((neighbours) => neighbours.roots())).map((id) => new TaskHandle(this.look, id))
  }

  /**
   * The workflows that its tasks started (`ctx.startChild`, `ctx.executeChild`), in the order in which they did, also those that are gone by now.
   * @throws ChordisError `not-found`
   */
  async childWorkflows(): Promise<WorkflowHandle[]> {
    await this.look.head()
    return (await this.lineage()).children.map(({ id }) => new WorkflowHandle(this.dependencies, id))
  }

  /** Of a hash that cannot be read: nobody. */
  private lineage(): Promise<Lineage> {
    return this.look.explained(async () => {
      try {
        return await this.look.reader.lineage()
      } catch (error) {
        if (isWrongType(error)) return { origin: null, children: [] }
        throw error
      }
    })
  }

  /** Nothing comes before a workflow. */
  parent(): Promise<null> {
    return Promise.resolve(null)
  }

  /**
   * Ends it: nothing of it starts any more, on any worker, when this has answered. What runs is told within 100 ms by its signal; what it returns counts for
   * nothing. Tasks that could have run end REVOKED, what would have come after them SKIPPED. Repeating it changes nothing.
   * @returns true: it is revoked; false: it had ended before
   * @throws ChordisError `not-found`, `request-invalid`, `redis-unavailable`, `outcome-unknown`
   */
  revoke(options: RevokeOptions = {}): Promise<boolean> {
    return this.look.controlled((control) => control.revoke(this.id, options))
  }

  /**
   * Nothing new of it starts until {@link resume}; what runs may end. Delays, `expires` and the timeout go on: what comes due meanwhile is ready then, what
   * expires is revoked.
   * @param options.reason why, for who looks at it
   * @returns true: it is paused; false: it had ended, or was revoked
   * @throws ChordisError `not-found`, `request-invalid`, `redis-unavailable`, `outcome-unknown`
   */
  pause(options: { reason?: string } = {}): Promise<boolean> {
    return this.look.controlled((control) => control.pause(this.id, options.reason))
  }

  /** It goes on after {@link pause}. True: it does, or was not paused; false: it had ended, or was revoked. Throws as {@link pause}. */
  resume(): Promise<boolean> {
    return this.look.controlled((control) => control.resume(this.id))
  }

  /**
   * Gives what waits of it (ready, delayed, or held while it is paused) another priority, and what will wait later: also in later runs. What runs is not
   * touched, nor are workflows that its tasks started. When this has answered, what was in less urgent lists is looked for in steps of 500 entries.
   * @param priority 0, the most urgent, to 9
   * @param options `tasks`: only these, nodes (`17`) or ids that their signatures were given, up to 1,000 of a workflow; without it all, also those that had
   *   got one of their own. What such a task replaces itself by, or adds, has the workflow's
   * @returns true: it has it; false: it had ended, or was revoked, or none of these tasks was open
   * @throws ChordisError `not-found`, `request-invalid`, `redis-unavailable`, `outcome-unknown`
   */
  async setPriority(priority: number, { tasks }: { tasks?: string | readonly string[] } = {}): Promise<boolean> {
    const names = typeof tasks === 'string' ? [tasks] : tasks
    const nodes: string[] = []
    for (const name of names ?? []) nodes.push((await this.look.task(name)).id)
    return this.look.controlled((control) => control.setPriority(this.id, priority, names && nodes))
  }

  /**
   * Runs it again from its failures, after its end: every task that failed or was revoked, and what depends on them; all other results stand. A new run,
   * visible at once; who waits for the outcome waits for the new one.
   * @returns the number of the new run; null: nothing had failed
   * @throws ChordisError `not-found`; `not-ended` while a task of it is not over; `already-rerun` when somebody else was faster
   */
  async retry(): Promise<number | null> {
    const run = await this.run()
    return this.look.controlled((control) => control.rerun(this.id, run, [], []))
  }

  /**
   * Runs tasks again, after its end, and what depends on them, whatever they came to; all other results stand. A new run, as with {@link retry}.
   * @param tasks nodes (`17`) or ids that their signatures were given, 1 to 500 of them
   * @param changes other arguments for the task, when there is one
   * @returns the number of the new run
   * @throws ChordisError as {@link retry}; `not-rerunnable` for a task that was skipped or failed only because of others; `request-invalid`
   */
  async rerun(tasks: string | readonly string[], changes: ChangedCall = {}): Promise<number> {
    const run = await this.run()
    const names = typeof tasks === 'string' ? [tasks] : tasks
    const { nodes, definitions } = await rerunOf(this.look, names, changes)
    const opened = await this.look.controlled((control) => control.rerun(this.id, run, nodes, definitions))
    return opened ?? run
  }

  private async run(): Promise<number> {
    return ((await this.look.head()).control ?? DAMAGED).run
  }

  /** Its runs, the first one first: the last 21 of them. */
  async runs(): Promise<RunView[]> {
    const { text } = await this.look.head()
    const [lines = null] = await this.look.explained(() => this.look.reader.read(['H']))
    return runsOf(text, lines ?? '')
  }

  /**
   * Removes it with all that is stored of it, now and not after its retention. A key that it was submitted under goes on naming it for its 24 hours.
   * @returns true: it is gone; false: there was none. May be repeated
   * @throws ChordisError `not-ended` while a task of it is not over, callbacks included
   */
  forget(): Promise<boolean> {
    return this.look.controlled((control) => control.forget(this.id))
  }

  /**
   * Removes it whatever it does: revoked first when it has not ended, in as many calls as that takes, then forgotten. What runs of it is told as with
   * {@link revoke}.
   * @returns true: it is gone; false: there was none
   */
  async delete(options: RevokeOptions = {}): Promise<boolean> {
    // Each call ends some 500 nodes and more.
    for (let calls = 0; calls < MOST_CALLS && (await this.revoke(options).catch(falseIfGone)); calls++);
    return this.forget()
  }

  /**
   * A task call of this workflow; whether it exists shows when it is asked.
   * @param id the node as {@link results} shows it (`17`), as `ctx.id` does (`<workflow>:17`), or the id that its signature was given
   */
  task<T = Json>(id: string): TaskHandle<T> {
    return new TaskHandle<T>(this.look, id.startsWith(`${this.id}:`) ? id.slice(this.id.length + 1) : id)
  }

  /**
   * The members of the group that the canvas ends in, or, given a chord's body (as in {@link task}), of its header. What they are asked throws
   * `request-invalid` when the canvas ends in no group.
   */
  group(): TaskGroup<R extends readonly unknown[] ? R : Json[]>
  group(body: string): TaskGroup
  group(body?: string): unknown {
    if (body !== undefined) return this.task(body).header()
    return new TaskGroup(this.look, async () => membersOf((await this.look.head()).meta.o, this.id))
  }

  /**
   * Task calls in definition order, without results, part by part.
   * `cursor`: what the part before answered; `limit`: at most so many, 1 to 1,000, default 100.
   */
  async tasks({ cursor = '', limit = 100 }: { cursor?: string; limit?: number } = {}): Promise<TaskPage> {
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LISTED) {
      throw new ChordisError('request-invalid', `must be an integer from 1 to ${MAX_LISTED}`, { path: 'limit' })
    }
    const { meta } = await this.look.head()
    const page = await this.look.explained(() => this.look.reader.list(meta, cursor, limit))
    if (page === null) throw new ChordisError('request-invalid', 'must be one that was answered', { path: 'cursor' })
    return page
  }

  /** Every task of the workflow with its state and result, in definition order. */
  async results(): Promise<NodeResult[]> {
    const out: NodeResult[] = []
    for await (const node of this.nodes()) out.push(node)
    return out
  }

  /** As {@link results}, page by page. */
  async *nodes(): AsyncGenerator<NodeResult> {
    const head = await this.look.head()
    try {
      yield* this.look.reader.nodes(head.meta)
    } catch (error) {
      throw explainRead(error, this.id)
    }
  }

  /**
   * The graph as people look at it: tasks, what comes after them, their states. More than `collapse` (20) calls that are alike stand as one,
   * which can be asked for with `of`. In pages of `limit` (500) parts.
   * @throws ChordisError `not-found`, `request-invalid`
   */
  async graph(options: GraphViewOptions = {}): Promise<GraphView> {
    const { look } = this
    const { meta } = await look.head()
    return graphView(await look.explained(() => this.dependencies.outline(look.reader, meta)), options)
  }

  /** `record`: that of the output node, where it came along. */
  private async read(head: Head, record: string | null = null): Promise<Outcome | null> {
    if (head.control?.state === 'x' || head.control === null) return corrupt(head.damage ?? 'control field')
    const { o } = head.meta
    return this.look.outcome(() => outcomeOf(record === null ? this.look.reader : withFirst(this.look.reader, String(o), record), o))
  }
}

/** Calls that it takes to revoke the largest workflow, and many more. */
const MOST_CALLS = 10_000

/** Tasks that one part of a list holds at most. */
const MAX_LISTED = 1_000

/** A source that knows one record already. */
function withFirst(source: RecordSource, id: string, record: string): RecordSource {
  return { read: async (ids) => (ids.length === 1 && ids[0] === id ? [record] : source.read(ids)) }
}

const stateOf = (head: Head): WorkflowState => workflowState(head.control ?? DAMAGED)

const known = (head: Head): boolean => head.control === null || head.control.outcome > 0
