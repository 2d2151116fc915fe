/**
 * What may be done with a workflow that was submitted: revoke it or tasks of it, pause and resume it, give it another priority, forget it. Each is one durable transition in
 * Redis, whatever the size of the workflow; what is wide is done in steps by whoever works there. Every call may be repeated.
 */
import { ChordisError } from '../protocol/errors.js'
import { checkWhole } from '../protocol/ids.js'
import { revocation } from '../protocol/revoked.js'
import { explain, type RedisConnection } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { calls, type ScriptCall } from '../redis/scripts.generated.js'

/** How a workflow or a task is revoked. */
export interface RevokeOptions {
  /** Why, for who reads the outcome: 1 to 1,000 characters. Default `revoked`. */
  reason?: string
  /**
   * Kill what runs at once, where a pool can (processes, threads). Default false: its signal fires, and only what then goes on for 5,000 ms in a process or
   * thread is killed. A handler on the main loop cannot be killed; what it returns counts for nothing.
   */
  terminate?: boolean
}

/** What a handle needs for it: see {@link WorkflowControl}. */
export interface ControlsWorkflows {
  /** True: it is revoked (or one of these nodes was open); false: there was nothing left to revoke. */
  revoke(id: string, options: RevokeOptions, nodes?: readonly string[]): Promise<boolean>
  /** True: nothing new of it starts; false: it had ended. */
  pause(id: string, reason?: string): Promise<boolean>
  /** True: it goes on; false: it had ended. */
  resume(id: string): Promise<boolean>
  /** What waits of it, or of these nodes, and what will wait, has this priority, 0 to 9. True: it does; false: it had ended (none of these nodes was open). */
  setPriority(id: string, priority: number, nodes?: readonly string[]): Promise<boolean>
  /** Opens the next run behind `run`: of these nodes, with other definitions for them, or of what failed. Answers its number; null: nothing failed. */
  rerun(
    id: string,
    run: number,
    nodes: readonly string[],
    definitions: readonly [name: string, value: string | Buffer][],
  ): Promise<number | null>
  /** Removes one that has ended; false: there was none. */
  forget(id: string): Promise<boolean>
}

const MAX_REASON = 1_000
/** Calls in which a rerun is opened, of some 1,000 nodes each. */
const MAX_STEPS = 1_000
/** Nodes per call. */
const NODES_AT_ONCE = 500
const LEAST_URGENT = 9
/** Tasks of a workflow with a priority that they got after it was submitted (lua/prioritize.lua). */
const MOST_OWN = 1_000

/** Why, as it is given: a text, or nothing. @throws ChordisError `request-invalid` */
export function checkReason(reason: string | undefined): string | undefined {
  if (reason === undefined || (typeof reason === 'string' && reason.length > 0 && reason.length <= MAX_REASON)) return reason
  throw new ChordisError('request-invalid', `must be a text of 1 to ${MAX_REASON} characters`, { path: 'reason' })
}

/** A priority, 0 the most urgent to 9. @throws ChordisError `request-invalid` */
export const checkUrgency = (priority: number): number => checkWhole(priority, 0, LEAST_URGENT, 'priority')

export class WorkflowControl implements ControlsWorkflows {
  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
  ) {}

  async revoke(id: string, { reason, terminate = false }: RevokeOptions, nodes?: readonly string[]): Promise<boolean> {
    const why = JSON.stringify(revocation(checkReason(reason), terminate))
    if (nodes === undefined) return (await this.call(id, (epoch) => calls.revoke(epoch, id, why, []))) !== 'ended'
    let named = 0
    for (let from = 0; from < nodes.length; from += NODES_AT_ONCE) {
      named += await this.revokeNodes(id, why, nodes.slice(from, from + NODES_AT_ONCE))
    }
    return named > 0
  }

  /** How many of them were open. Steps of a new run, or of a requeue, come first. */
  private async revokeNodes(id: string, why: string, nodes: readonly string[]): Promise<number> {
    for (;;) {
      const [answer, count] = await this.send(id, (epoch) => calls.revoke(epoch, id, why, nodes))
      if (answer === 'none') throw notFound(id)
      if (answer !== 'busy') return Number(count)
    }
  }

  async pause(id: string, reason?: string): Promise<boolean> {
    const why = JSON.stringify(checkReason(reason) ?? null)
    return (await this.call(id, (epoch) => calls.pause(epoch, id, why))) === 'ok'
  }

  async resume(id: string): Promise<boolean> {
    return (await this.call(id, (epoch) => calls.resume(epoch, id))) === 'ok'
  }

  async setPriority(id: string, priority: number, nodes?: readonly string[]): Promise<boolean> {
    checkUrgency(priority)
    let open = 0
    for (let from = 0; from < (nodes?.length ?? 1); from += NODES_AT_ONCE) {
      const some = nodes?.slice(from, from + NODES_AT_ONCE) ?? []
      const [answer, count] = await this.send(id, (epoch) => calls.prioritize(epoch, id, priority, some))
      if (answer === 'none') throw notFound(id)
      if (answer === 'many')
        throw new ChordisError('request-invalid', `at most ${MOST_OWN} tasks may have one of their own`, { path: 'tasks', workflow: id })
      if (answer === 'ended') return false
      open += Number(count)
    }
    return nodes === undefined || open > 0
  }

  async rerun(
    id: string,
    run: number,
    nodes: readonly string[],
    definitions: readonly [name: string, value: string | Buffer][],
  ): Promise<number | null> {
    const rest = [...definitions.flat(), ...nodes]
    const send = () => this.send(id, (epoch) => calls.rerun(epoch, id, String(run), definitions.length, rest))
    let [answer, what] = await send()
    // It is opened. When this returns, what runs again is open, too, unless that is very much: then workers go on with it.
    for (let steps = 0; answer === 'more' && steps < MAX_STEPS; steps++) [answer, what] = await send()
    if (answer === 'ok' || answer === 'more') return Number(what)
    if (answer === 'sound') return null
    if (answer === 'none') throw notFound(id)
    if (answer === 'live') throw new ChordisError('not-ended', 'a workflow can run again when all its tasks are over', { workflow: id })
    if (answer === 'other') throw new ChordisError('already-rerun', `run ${what} was opened meanwhile`, { workflow: id })
    const message = `task ${what} has not run and cannot run again: it does not exist, was skipped, or is an error callback that was not called`
    throw new ChordisError('not-rerunnable', message, { workflow: id })
  }

  /** In as many calls as its timers want. */
  async forget(id: string): Promise<boolean> {
    for (let cursor = '0'; ; ) {
      const from = cursor
      const [answer, next] = await this.send(id, (epoch) => calls.forget(epoch, id, from))
      if (answer === 'live')
        throw new ChordisError('not-ended', 'a workflow can be forgotten when all its tasks are over', { workflow: id })
      if (answer !== 'more') return answer === 'ok'
      cursor = String(next)
    }
  }

  /** The first word of the answer; throws `not-found` when it is `none`. */
  private async call(id: string, make: (epoch: string) => ScriptCall): Promise<string> {
    const [answer] = await this.send(id, make)
    if (answer === 'none') throw notFound(id)
    return String(answer)
  }

  private async send(id: string, make: (epoch: string) => ScriptCall): Promise<unknown[]> {
    try {
      return (await this.namespace.runAtEpoch(this.connection, this.namespace.partitionOf(id), make)) as unknown[]
    } catch (error) {
      throw explain(error, id)
    }
  }
}

const notFound = (id: string): ChordisError => new ChordisError('not-found', `there is no workflow ${id}`, { workflow: id })
