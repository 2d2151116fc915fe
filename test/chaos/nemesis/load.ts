/**
 * The load: units of the workload, one after another in a few lanes. A submit that got no answer is sent again under its id until it is answered, as
 * a caller would who must not lose it; then the outcome is waited for.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ChordisError, type Client, type Outcome, plainValue, WorkflowHandle } from '../../../src/engine/index.js'
import type { Event, SubmitEntry } from './history.js'
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
  private ending = false
  private deadline = Number.POSITIVE_INFINITY
  private next = 0
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
    return handle === null ? null : this.outcome(item, handle)
  }

  /** Sends it until it is answered. Null when it was refused for good. */
  async submit(item: Case, client: Client): Promise<WorkflowHandle | null> {
    this.note('invoke', item)
    return this.answered(item, await attempt(() => client.submit(item.canvas, item.id === undefined ? {} : { id: item.id })), client)
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
      const { canvas, id } = item
      answer = await attempt(() => client.submit(canvas, id === undefined ? {} : { id }))
    }
  }

  private async outcome(item: Case, handle: WorkflowHandle): Promise<Outcome | null> {
    for (;;) {
      const outcome = await attempt(() => handle.outcome({ waitMs: Math.min(10_000, Math.max(1, this.deadline - performance.now())) }))
      if (outcome instanceof ChordisError && !outcome.retryable) return null
      if (outcome !== null && !(outcome instanceof ChordisError)) {
        this.heard(item, handle.id, outcome)
        return outcome
      }
      if (performance.now() > this.deadline) return null
      if (outcome !== null) await sleep(50)
    }
  }

  private heard(item: Case, workflow: string, outcome: Outcome): void {
    const result = plainValue(outcome)
    if (result !== undefined) this.write({ op: 'outcome', workflow, state: 'SUCCESS', result })
    else this.write({ op: 'outcome', workflow, state: outcome.state, ...('error' in outcome ? { error: outcome.error?.type ?? '' } : {}) })
    this.finished += item.tasks
    this.outcomes++
  }

  private note(type: SubmitEntry['type'], { id, shape, tasks, expected, joins }: Case, error?: ChordisError): void {
    if (id === undefined) return
    const why = error === undefined ? {} : { error: `${error.code}: ${error.message}` }
    this.write({ op: 'submit', type, workflow: id, shape, tasks, expected, joins, ...why })
  }
}

/** What was answered, or the error that says what is known. Other errors are bugs. */
export async function attempt<T>(call: () => Promise<T>): Promise<T | ChordisError> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof ChordisError) return error
    throw error
  }
}
