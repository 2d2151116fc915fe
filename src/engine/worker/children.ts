/**
 * Workflows that running tasks start, as their worker stores them (redis/lua/spawn.lua), and what came of one that its task waited for, where the script
 * could not copy it. A child counts only while the attempt that starts it holds its node, and is found again by the next one.
 */
import { compile } from '../canvas/compile.js'
import { readCanvas } from '../canvas/read.js'
import type { Canvas } from '../canvas/types.js'
import { labelsOf, metaText } from '../client/submission.js'
import { childFailure, childGone, childRevoked, MOST_CHILDREN, MOST_DEPTH, outputText, policyLetter } from '../protocol/children.js'
import { ChordisError, type WireError } from '../protocol/errors.js'
import { layoutGraph } from '../protocol/layout.js'
import type { WorkflowReader } from '../protocol/reader.js'
import { workflowState } from '../protocol/states.js'
import { type Outcome, outcomeOf, valueText } from '../protocol/values.js'
import { type RedisConnection, redisFull } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { CALL_BYTES, CALL_FIELDS, sendParts, sizeOf, TRIES } from '../redis/pieces.js'
import { type Argument, calls } from '../redis/scripts.generated.js'
import { originText } from '../tracing/trace-context.js'
import { untilAnswered } from './answers.js'
import type { Attempt } from './attempt.js'
import { type ChildOptions, checkChildOptions, type StartedChild } from './child-options.js'

/** What a task that waited for a child ends with: a value as JSON, or an error. */
export type ChildOutcome = { value: string } | { error: WireError }

/** The first call that a task waits for; those of `ctx.startChild` follow in their order. */
const AWAITED = 0

interface Call {
  attempt: Attempt
  partition: number
  /** Arguments of `spawn` from the parent to `awaited`. */
  head: [string, string, string, string, string, string, string, string, number]
}

export class Children {
  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
    private readonly process: string,
  ) {}

  /**
   * Starts a child, or finds the one that this call of the task has started before.
   * @param ordinal which of the task's calls it is, from 1; 0: the node will wait for it
   * @throws ChordisError `canvas-invalid`, `request-invalid`, `limit-exceeded`, `redis-full`, `lease-lost`
   */
  async start(attempt: Attempt, canvas: Canvas, options: ChildOptions, ordinal = AWAITED): Promise<StartedChild> {
    const { cancelPolicy, keepMs, ...given } = checkChildOptions(options)
    const limits = given.limits ? { limits: given.limits } : {}
    const stored = layoutGraph(compile(readCanvas(canvas, limits), limits))
    const { retries } = given.limits ?? {}
    const labels = labelsOf(given, `p:${attempt.workflowId}`)
    const fields: [string, Argument][] = [['m', metaText(stored, given)], ...labels, ...stored.fields]
    const { traceContext } = attempt
    if (traceContext !== undefined) fields.push(['O', originText(traceContext)])
    if (retries !== undefined) fields.push(['y', String(retries)])
    if (given.timeoutMs !== undefined) fields.push(['T', String(Math.ceil(given.timeoutMs))])
    const numbers: [number, number, number, string] = [stored.total, stored.outs, keepMs, stored.roots]
    const call = this.call(attempt, policyLetter(cancelPolicy), ordinal)
    const bytes = fields.reduce((sum, [name, value]) => sum + name.length + sizeOf(value), 0)
    if (bytes <= CALL_BYTES && fields.length <= CALL_FIELDS) return this.spawn(call, 1, numbers, fields.flat())
    return this.inPieces(call, numbers, fields)
  }

  private call(attempt: Attempt, policy: string, ordinal: number): Call {
    const { grant, workflowId, node } = attempt
    const partition = this.namespace.partitionOf(workflowId)
    const digits = partition.toString(16).padStart(2, '0')
    const owner = `${this.process}:${grant.batch.name}`
    const which = `${grant.before}.${ordinal}`
    const head: Call['head'] = [workflowId, grant.run, node, owner, grant.template, which, digits, policy, ordinal === AWAITED ? 1 : 0]
    return { attempt, partition, head }
  }

  /** The first piece says whether an earlier attempt was here; the last call makes it count. */
  private async inPieces(call: Call, numbers: [number, number, number, string], fields: [string, Argument][]): Promise<StartedChild> {
    for (let tries = 0; tries < TRIES; tries++) {
      const first = await this.spawn(call, 0, numbers, fields.slice(0, 2).flat())
      if (first.duplicate) return first
      const whole = await sendParts(fields.slice(2), (part, parts, pairs) =>
        this.run(call, (epoch) => calls.stage(epoch, first.id, '', '', '', part, parts, pairs)),
      )
      if (whole !== 'ok') continue
      const child = startedOf(await this.begin(call, 2, numbers, []))
      if (child) return child
    }
    throw refusal('gap', call.attempt.workflowId)
  }

  private async spawn(call: Call, begin: 0 | 1, numbers: [number, number, number, string], pairs: Argument[]): Promise<StartedChild> {
    const answer = await this.begin(call, begin, numbers, pairs)
    const child = startedOf(answer)
    if (child) return child
    throw refusal(answer[0], call.attempt.workflowId)
  }

  private begin(
    call: Call,
    begin: 0 | 1 | 2,
    numbers: [number, number, number, string],
    pairs: Argument[],
  ): Promise<[string, ...unknown[]]> {
    return this.run(call, (epoch) => calls.spawn(epoch, ...call.head, begin, ...numbers, pairs))
  }

  private run(call: Call, script: (epoch: string) => ReturnType<typeof calls.spawn>): Promise<[string, ...unknown[]]> {
    const { connection, namespace } = this
    return untilAnswered(connection, () => namespace.runAtEpoch(connection, call.partition, script))
  }
}

const startedOf = ([what, id]: [string, ...unknown[]]): StartedChild | null =>
  typeof id === 'string' ? { id, duplicate: what === 'known' } : null

function refusal(what: string, workflow: string): ChordisError {
  if (what === 'many') return new ChordisError('limit-exceeded', `a workflow starts ${MOST_CHILDREN} children at most`, { workflow })
  if (what === 'deep') return new ChordisError('limit-exceeded', `workflows start each other ${MOST_DEPTH} deep at most`, { workflow })
  if (what === 'full') return redisFull('workflows', workflow)
  return new ChordisError('lease-lost', 'the attempt no longer holds the node', { workflow })
}

/** What a child has come to whose outcome is known: for the task that waited for it. */
export async function childOutcome(reader: WorkflowReader): Promise<ChildOutcome> {
  const { id } = reader
  const head = await reader.head()
  if (head === null) return { error: childGone(id) }
  const state = head.control === null ? 'FAILURE' : workflowState(head.control)
  if (state === 'REVOKED') return { error: childRevoked(id) }
  if (state === 'SUCCESS') return { value: await valueText(reader, { prefix: '', index: 0, expr: outputText(head.meta.o) }) }
  const outcome = head.control === null || head.control.state === 'x' ? null : await outcomeOf(reader, head.meta.o)
  return { error: childFailure(id, causeIn(outcome)) }
}

/** Of a group, the error of the member that stands first. */
function causeIn(outcome: Outcome | null): WireError | undefined {
  if (outcome === null || outcome.state === 'SUCCESS' || outcome.state === 'SKIPPED') return undefined
  return outcome.state === 'GROUP' ? outcome.results.map(causeIn).find((error) => error !== undefined) : outcome.error
}
