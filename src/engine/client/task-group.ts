/** Task calls that stand side by side: the members of the group that a canvas ends in, or of a chord's header. Celery's GroupResult. */
import type { Json } from '../canvas/types.js'
import type { RevokeOptions } from '../control/workflow-control.js'
import { ChordisError } from '../protocol/errors.js'
import type { StoredOutput } from '../protocol/stored.js'
import { expand, type Outcome, outcomeOf } from '../protocol/values.js'
import { plainValue, TaskFailedError } from './failures.js'
import { type Look, Pace } from './look.js'

/** Outcome of a member whose value is `M`. */
export type MemberOutcome<M> = { state: 'SUCCESS'; result: M; ignored?: true } | Exclude<Outcome, { state: 'SUCCESS' }>

/** A member that is over. */
export interface Arrival<M> {
  /** Its place in definition order, from 0. */
  index: number
  outcome: MemberOutcome<M>
}

/** A node by its id, or a group within the group. */
export type Member = string | number | Exclude<StoredOutput, string | number>

/** The members of an output; throws when it is no group. */
export function membersOf(output: StoredOutput, workflow: string): Member[] {
  if (!Array.isArray(output)) throw new ChordisError('request-invalid', 'the canvas does not end in a group', { workflow })
  const [, , ...members] = output
  return members.flatMap(expand) as Member[]
}

/** The nodes of a member. */
function nodesOf(member: Member): string[] {
  if (!Array.isArray(member)) return [String(member)]
  const [, , ...members] = member
  return (members.flatMap(expand) as Member[]).flatMap(nodesOf)
}

/** Members whose records are read in one go. */
const PAGE = 2_000

/** `L`: the list of its members' values. Nothing is read before it is asked, and only members that are still open are read again. */
export class TaskGroup<L extends readonly unknown[] = Json[]> implements AsyncIterable<Arrival<L[number]>> {
  private made: Promise<Member[]> | undefined

  constructor(
    private readonly look: Look,
    private readonly find: () => Promise<Member[]>,
  ) {}

  private members(): Promise<Member[]> {
    this.made ??= this.find().catch((error: unknown) => {
      this.made = undefined
      throw error
    })
    return this.made
  }

  /**
   * Revokes every member that is open, as {@link TaskHandle.revoke}: of a group within the group, its members.
   * @returns true: one at least is revoked; false: all were over
   */
  async revoke(options: RevokeOptions = {}): Promise<boolean> {
    const nodes = (await this.members()).flatMap(nodesOf)
    return this.look.controlled((control) => control.revoke(this.look.id, options, nodes))
  }

  /** How many members there are. */
  async size(): Promise<number> {
    return (await this.members()).length
  }

  /** How many members succeeded. */
  async completedCount(): Promise<number> {
    return (await this.counts()).successful
  }

  /** Every member is over. */
  async ready(): Promise<boolean> {
    return (await this.counts()).open === 0
  }

  /** Some member is not over. */
  async waiting(): Promise<boolean> {
    return (await this.counts()).open > 0
  }

  /** Every member succeeded. */
  async successful(): Promise<boolean> {
    const { open, other } = await this.counts()
    return open + other === 0
  }

  /** Some member failed, was revoked or skipped. */
  async failed(): Promise<boolean> {
    return (await this.counts()).other > 0
  }

  /** Outcomes in definition order; null where the member is not over. */
  async results(): Promise<(MemberOutcome<L[number]> | null)[]> {
    const members = await this.members()
    const out = new Array<MemberOutcome<L[number]> | null>(members.length)
    for await (const { index, outcome } of this.outcomes(members, allOf(members))) out[index] = outcome as MemberOutcome<L[number]> | null
    return out
  }

  /**
   * The values of all members in definition order; waits up to `timeoutMs` (default 60,000 ms).
   * @throws TaskFailedError as soon as a member is seen that did not succeed, ChordisError `timeout`
   */
  async get(options: { timeoutMs?: number } = {}): Promise<L> {
    const timeoutMs = options.timeoutMs ?? 60_000
    const members = await this.members()
    const values = new Array<unknown>(members.length)
    for await (const { index, outcome } of this.arrivals(performance.now() + timeoutMs)) {
      const value = plainValue(outcome as Outcome)
      if (value === undefined) throw new TaskFailedError(this.look.id, nameOf(this.look.id, members[index]), outcome as Outcome)
      values[index] = value
    }
    return values as unknown as L
  }

  /** Members as they end, in no order but that of the looks; ends with the last one. A look is every 20 ms to 1 s: see `Pace`. */
  [Symbol.asyncIterator](): AsyncGenerator<Arrival<L[number]>> {
    return this.arrivals(Number.POSITIVE_INFINITY)
  }

  private async *arrivals(deadline: number): AsyncGenerator<Arrival<L[number]>> {
    const members = await this.members()
    const pace = new Pace(this.look)
    let open = allOf(members)
    let seen = ''
    while (open.length > 0) {
      pace.begin()
      // Every end of a task changes the control field: while it stays as it is, no member has ended.
      const { text } = await this.look.head()
      if (text !== seen || text === '') {
        const still: number[] = []
        for await (const { index, outcome } of this.outcomes(members, open)) {
          if (outcome === null) still.push(index)
          else yield { index, outcome: outcome as MemberOutcome<L[number]> }
        }
        if (still.length < open.length) pace.reset()
        open = still
        seen = text
      }
      if (open.length === 0) return
      if (performance.now() >= deadline)
        throw new ChordisError('timeout', `${open.length} members are not over`, { workflow: this.look.id })
      await pace.pause(deadline)
    }
  }

  private async counts(): Promise<{ open: number; successful: number; other: number }> {
    const members = await this.members()
    const counts = { open: 0, successful: 0, other: 0 }
    for await (const { outcome } of this.outcomes(members, allOf(members), true)) {
      if (outcome === null) counts.open++
      else if (outcome.state === 'SUCCESS' || (outcome.state === 'GROUP' && outcome.results.every(({ state }) => state === 'SUCCESS'))) {
        counts.successful++
      } else counts.other++
    }
    return counts
  }

  /** Outcomes of the members at these places. `brief`: values may be left out. */
  private async *outcomes(
    members: readonly Member[],
    places: readonly number[],
    brief = false,
  ): AsyncGenerator<{ index: number; outcome: Outcome | null }> {
    const { look } = this
    for (let from = 0; from < places.length; from += PAGE) {
      const page = places.slice(from, from + PAGE)
      const plain = page.filter((index) => !Array.isArray(members[index]))
      const records = await look.explained(() => look.reader.read(plain.map((index) => String(members[index]))))
      let k = 0
      for (const index of page) {
        const member = members[index] as Member
        if (Array.isArray(member)) yield { index, outcome: await look.outcome(() => outcomeOf(look.reader, member)) }
        else {
          const record = records[k++] ?? null
          if (brief && record !== null && /^[SIV]/.test(record)) yield { index, outcome: SUCCESS }
          else yield { index, outcome: record === null ? null : await look.nodeOutcome(String(member), record) }
        }
      }
    }
  }
}

const SUCCESS: Outcome = { state: 'SUCCESS', result: null }

const allOf = (members: readonly Member[]): number[] => Array.from(members, (_, index) => index)

const nameOf = (workflow: string, member: Member | undefined): string => (Array.isArray(member) ? workflow : `${workflow}:${member}`)
