/**
 * The load: units of the workload, one after another in a few lanes. A submit that got no answer is sent again under its id until it is answered, as
 * a caller would who must not lose it; then the outcome is waited for.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ChordisError, type Client, type Outcome, plainValue, type SubmitOptions, WorkflowHandle } from '../../../src/engine/index.js'
import { attempt } from './attempt.js'
import type { ControlPlan } from './deeds.js'
import type { Event, SubmitEntry } from './history.js'
import { Operator, type OperatorHost, stateOf } from './operator.js'
import type { Case } from './workload.js'

export class Load {
  /** Tasks of workflows that were accepted. */
  accepted = 0
  /** Tasks of workflows whose outcome was heard. */
  finished = 0
  /** Workflows whose outcome was heard. */
  outcomes = 0
  /** Ids of everything that was accepted. */
  readonly workflows: string[] = []
  /** No new workflows, and no further operations on those that there are. */
  ending = false
  private deadline = Number.POSITIVE_INFINITY
  private next = 0
  private operations = 0
  private lanes: Promise<void>[] = []

  constructor(
    /** Faults hit the first one; the others go on meanwhile. */
    readonly clients: readonly [Client, ...Client[]],
    private readonly write: (event: Event) => void,
    private readonly unit: (n: number) => Case[],
    /** Longest time from the end of the faults to the end of a workflow, ms. What takes longer is stuck. */
    private readonly settleMs: number,
  ) {}

  start(lanes: number): void {
    this.lanes = Array.from({ length: lanes }, (_, k) => this.lane(this.clients[k % this.clients.length] as Client))
  }

  /** No new workflows; waits for those under way. */
  async end(): Promise<void> {
    this.ending = true
    this.deadline = performance.now() + this.settleMs
    await Promise.all(this.lanes)
  }

  /** One workflow more, beside the lanes; `end()` waits for it. */
  background(item: Case): void {
    this.lanes.push(this.run(item).then(() => undefined))
  }

  /** One workflow, to its outcome. */
  async run(item: Case, client: Client = this.clients[0]): Promise<Outcome | null> {
    const handle = await this.submit(item, client)
    if (handle === null) return null
    return item.plan === undefined ? this.outcome(item, handle) : this.operated({ ...item, plan: item.plan }, handle)
  }

  private operated(item: Case & { plan: ControlPlan }, handle: WorkflowHandle): Promise<Outcome | null> {
    const host: OperatorHost = {
      write: this.write,
      nextId: () => this.operations++,
      outcome: (run, waitMs) => this.outcome(item, handle, { run, waitMs }),
      isEnding: () => this.ending,
      isLate: () => performance.now() > this.deadline,
    }
    return new Operator(host, handle, item.plan).perform()
  }

  /** Sends it until it is answered. Null when it was refused for good. */
  async submit(item: Case, client: Client): Promise<WorkflowHandle | null> {
    this.note('invoke', item)
    return this.answered(item, await attempt(() => client.submit(item.canvas, submitOptions(item))), client)
  }

  private async lane(client: Client): Promise<void> {
    while (!this.ending) {
      const unit = this.unit(this.next++)
      if (unit.length === 1) await this.run(unit[0] as Case, client)
      else await this.together(unit, client)
    }
  }

  private async together(unit: Case[], client: Client): Promise<void> {
    const answers = await client.submitMany(unit.map(({ canvas }) => ({ canvas })))
    await Promise.all(
      answers.map(async (answer, k) => {
        const item = unit[k] as Case
        const handle = await this.answered(item, answer, client)
        if (handle !== null) await this.outcome(item, handle)
      }),
    )
  }

  private async answered(given: Case, first: WorkflowHandle | ChordisError, client: Client): Promise<WorkflowHandle | null> {
    let item = given
    for (let answer = first; ; ) {
      if (answer instanceof WorkflowHandle) {
        this.note('ok', { ...item, id: answer.id })
        this.accepted += item.tasks
        this.workflows.push(answer.id)
        return answer
      }
      // The client had made an id before it sent: under this one it may be sent again.
      if (answer.workflow !== undefined) item = { ...item, id: answer.workflow }
      if (!answer.retryable || performance.now() > this.deadline) {
        this.note('fail', item, answer)
        return null
      }
      this.note('info', item, answer)
      await sleep(50)
      const again = item
      answer = await attempt(() => client.submit(again.canvas, submitOptions(again)))
    }
  }

  /** Waits for it until the time is up, or for `waitMs`. */
  private async outcome(item: Case, handle: WorkflowHandle, of: { run?: number; waitMs?: number } = {}): Promise<Outcome | null> {
    const until = performance.now() + (of.waitMs ?? Number.POSITIVE_INFINITY)
    const left = (): number => Math.min(this.deadline, until) - performance.now()
    for (;;) {
      const outcome = await attempt(() => handle.outcome({ waitMs: Math.min(10_000, Math.max(1, left())) }))
      if (outcome instanceof ChordisError && !outcome.retryable) return null
      if (outcome !== null && !(outcome instanceof ChordisError)) {
        this.heard(item, handle.id, outcome, of.run)
        return outcome
      }
      if (left() < 0) return null
      if (outcome !== null) await sleep(50)
    }
  }

  private heard(item: Case, workflow: string, outcome: Outcome, run?: number): void {
    const result = plainValue(outcome)
    const of = run === undefined ? {} : { run }
    const state = run === undefined ? outcome.state : stateOf(outcome)
    if (result !== undefined) this.write({ op: 'outcome', workflow, state: 'SUCCESS', result, ...of })
    else this.write({ op: 'outcome', workflow, state, ...errorOf(outcome), ...of })
    if ((run ?? 1) === 1) this.finished += item.tasks
    this.outcomes++
  }

  private note(type: SubmitEntry['type'], { id, shape, tasks, expected, joins, plan }: Case, error?: ChordisError): void {
    if (id === undefined) return
    const why = error === undefined ? {} : { error: `${error.code}: ${error.message}` }
    const control = plan === undefined ? {} : { controlled: true as const, ...timeoutOf(plan) }
    this.write({ op: 'submit', type, workflow: id, shape, tasks, expected, joins, ...control, ...why })
  }
}

function errorOf(outcome: Outcome): { error?: string; message?: string } {
  return 'error' in outcome ? { error: outcome.error?.type ?? '', message: outcome.error?.message ?? '' } : {}
}

const timeoutOf = ({ timeoutMs }: ControlPlan): { timeoutMs?: number } => (timeoutMs === undefined ? {} : { timeoutMs })

const submitOptions = ({ id, plan }: Case): SubmitOptions => ({ ...(id === undefined ? {} : { id }), ...(plan ? timeoutOf(plan) : {}) })
