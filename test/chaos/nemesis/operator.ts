/**
 * Operates on one workflow as its plan says, and writes down every operation with its answer. One operator has a workflow for itself, and does one thing at
 * a time: so the run that an operation hits is known. An operation that gets no answer is sent again, as a new one, until it is answered.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ChordisError, type Outcome, type WorkflowHandle } from '../../../src/engine/index.js'
import { attempt } from './attempt.js'
import type { ControlPlan, Deed } from './deeds.js'
import type { ControlEntry, Event, OperationKind } from './history.js'

export interface OperatorHost {
  write: (event: Event) => void
  /** A number that no other operation has. */
  nextId(): number
  /** Waits for the outcome of this run, so long at most, and writes it down; null: it was not heard. */
  outcome(run: number, waitMs: number): Promise<Outcome | null>
  /** No further deeds: what is under way is to end. */
  isEnding(): boolean
  /** The time is up: what has not ended is stuck. */
  isLate(): boolean
}

type Answer = boolean | number | null

/** Between two tries or looks, ms. */
const AGAIN_MS = 50
/** An outcome that is not heard for so long is a reason to look, ms. */
const LOOK_MS = 5_000
/** Retries until it must have succeeded: each frail task fails in two runs at most, and has others behind it that do. */
const RETRIES = 10

export class Operator {
  private run = 1
  private isPaused = false

  constructor(
    private readonly host: OperatorHost,
    private readonly handle: WorkflowHandle,
    private readonly plan: ControlPlan,
  ) {}

  /** Does all of it. Answers the last outcome; null: none was heard in time. */
  async perform(): Promise<Outcome | null> {
    for (const deed of this.plan.deeds) {
      if (this.host.isEnding()) break
      await sleep(deed.afterMs)
      await this.does(deed)
    }
    await this.goesOn()
    for (let n = 0; ; n++) {
      const outcome = await this.ended()
      if (outcome === null || !this.plan.retries || n === RETRIES || stateOf(outcome) === 'SUCCESS') return outcome
      await this.retry()
    }
  }

  private async does({ kind, terminate, picks }: Deed): Promise<void> {
    if (kind === 'revoke') await this.ask({ kind, terminate }, () => this.handle.revoke({ terminate }))
    else if (kind === 'revoke-task') await this.revokeTasks(terminate, picks)
    else if (kind === 'pause') this.isPaused = (await this.ask({ kind }, () => this.handle.pause())) === true
    else if (kind === 'resume') await this.goesOn()
    else {
      await this.goesOn()
      if ((await this.ended()) === null) return
      if (kind === 'retry') await this.retry()
      else await this.rerun(picks)
    }
  }

  private async goesOn(): Promise<void> {
    if (!this.isPaused) return
    await this.ask({ kind: 'resume' }, () => this.handle.resume())
    this.isPaused = false
  }

  /** Tasks that are open as far as anybody can see. An error callback is none: nobody waits for it. */
  private async revokeTasks(terminate: boolean, picks: number[]): Promise<void> {
    const nodes = (await this.insist(() => this.handle.results())) ?? []
    const open = nodes.filter(({ state, task }) => OPEN.has(state) && task !== 'heard')
    for (const { id } of chosen(open, picks)) {
      await this.ask({ kind: 'revoke-task', node: id, terminate }, () => this.handle.task(id).revoke({ terminate }))
    }
  }

  private async retry(): Promise<void> {
    await this.ask({ kind: 'retry' }, () => this.handle.retry())
    await this.look()
  }

  private async rerun(picks: number[]): Promise<void> {
    const nodes = (await this.insist(() => this.handle.results())) ?? []
    const names = chosen(
      nodes.filter(({ state, task }) => state !== 'SKIPPED' && task !== 'heard'),
      picks,
    ).map(({ id }) => id)
    if (names.length === 0) return
    await this.ask({ kind: 'rerun' }, () => this.handle.rerun(names))
    await this.look()
  }

  /** Which run it is now: one whose answer was lost may have been opened. */
  private async look(): Promise<void> {
    const status = await this.insist(() => this.handle.status())
    if (status !== null) this.run = status.run
  }

  /** Its outcome is heard, and all of its tasks are over. Null: not in time, or there is no such workflow any more. */
  private async ended(): Promise<Outcome | null> {
    let outcome: Outcome | null = null
    for (;;) {
      outcome ??= await this.host.outcome(this.run, LOOK_MS)
      const status = await this.insist(() => this.handle.status())
      if (status === null || (outcome !== null && status.ended)) return outcome
      if (this.host.isLate()) return null
      // Redis has forgotten that it was resumed.
      if (status.paused !== undefined) await this.ask({ kind: 'resume' }, () => this.handle.resume())
      await sleep(AGAIN_MS)
    }
  }

  private async insist<T>(call: () => Promise<T>): Promise<T | null> {
    for (;;) {
      const answer = await attempt(call)
      if (!(answer instanceof ChordisError)) return answer
      if (!answer.retryable || this.host.isLate()) return null
      await sleep(AGAIN_MS)
    }
  }

  /** Null: it was refused. */
  private async ask(what: { kind: OperationKind; node?: string; terminate?: boolean }, call: () => Promise<Answer>): Promise<Answer> {
    for (;;) {
      const id = this.host.nextId()
      const note = (type: ControlEntry['type'], more: Partial<ControlEntry> = {}): void =>
        this.host.write({ op: 'control', type, id, workflow: this.handle.id, run: this.run, ...what, ...more })
      note('invoke')
      const answer = await attempt(call)
      if (!(answer instanceof ChordisError)) {
        note('ok', { answer })
        return answer
      }
      const refused = !answer.retryable || answer.code === 'not-ended'
      note(refused ? 'fail' : 'info', { error: `${answer.code}: ${answer.message}` })
      if (refused || this.host.isLate()) return null
      await sleep(AGAIN_MS)
    }
  }
}

const OPEN = new Set(['PENDING', 'STARTED', 'RETRY'])

/** Those that stand at these parts of the list, each once. */
function chosen<T>(list: readonly T[], picks: readonly number[]): T[] {
  return [...new Set(picks.map((part) => list[Math.floor(part * list.length)]))].filter((one) => one !== undefined)
}

/** One word for an outcome; a group is as bad as the worst of its members. */
export function stateOf(outcome: Outcome): string {
  if (outcome.state !== 'GROUP') return outcome.state
  const states = outcome.results.map(stateOf)
  return ['FAILURE', 'REVOKED', 'SKIPPED'].find((state) => states.includes(state)) ?? 'SUCCESS'
}
