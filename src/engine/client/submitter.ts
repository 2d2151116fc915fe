/**
 * Sends submissions. Those of one event-loop tick that go to the same partition travel in one call; one that is too large is stored in pieces and
 * then activated. A call without an answer is sent again with the same ids, which makes no second workflow; when it stays without an
 * answer, the caller is told that the outcome is unknown, and the id.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ChordisError, type ErrorCode } from '../protocol/errors.js'
import { explain, type RedisConnection, redisFull } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { TRIES } from '../redis/pieces.js'
import { calls, type ScriptCall } from '../redis/scripts.generated.js'
import { storeInPieces, submitArguments } from '../redis/staging.js'
import { GraphBatch, LoneBatch, refusal, type SubmitListener, type Waiting } from './batches.js'
import { fitsOneCall, type GraphSubmission, isLone, type LoneSubmission, type Submission } from './submission.js'

const RESEND_MS = [50, 250]

export class Submitter {
  /** By partition. */
  private readonly graphs = new Map<number, GraphBatch>()
  private readonly lone = new Map<string, LoneBatch>()
  /** The batch that was added to last: mostly the next one's as well. */
  private last: LoneBatch | undefined
  private scheduled = false

  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
  ) {}

  submit(submission: Submission, listener: SubmitListener, index: number): void {
    if (isLone(submission)) this.addLone(submission, listener, index)
    else if (!fitsOneCall(submission)) void this.inPieces({ submission, listener, index })
    else this.addGraph({ submission, listener, index })
  }

  /** What is full leaves at once, so that Redis works while the next submissions are prepared; the rest at the end of the tick. */
  private addGraph(waiting: Waiting): void {
    const { partition } = waiting.submission
    let batch = this.graphs.get(partition)
    if (batch !== undefined && !batch.takes(waiting.submission)) {
      void this.send(partition, batch.waiting)
      batch = undefined
    }
    if (batch === undefined) {
      batch = new GraphBatch()
      this.graphs.set(partition, batch)
    }
    batch.add(waiting)
    this.schedule()
  }

  private schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    // Not a microtask: each request of an HTTP server is a callback of its own, and all that arrived together are one call.
    setImmediate(() => this.flush())
  }

  private flush(): void {
    this.scheduled = false
    const graphs = [...this.graphs]
    this.graphs.clear()
    for (const [partition, { waiting }] of graphs) void this.send(partition, waiting)
    const lone = [...this.lone.values()]
    this.lone.clear()
    this.last = undefined
    for (const batch of lone) void this.enqueue(batch)
  }

  private addLone(submission: LoneSubmission, listener: SubmitListener, index: number): void {
    let batch = this.last
    if (batch === undefined || !batch.takes(submission)) {
      const { partition, template, keepMs } = submission
      const key = `${partition} ${keepMs} ${template}`
      batch = this.lone.get(key) ?? new LoneBatch(key, partition, template, keepMs)
      this.lone.set(key, batch)
      this.last = batch
    }
    batch.add(submission, listener, index)
    if (batch.full) {
      this.lone.delete(batch.key)
      this.last = undefined
      void this.enqueue(batch)
    } else this.schedule()
  }

  private async enqueue(batch: LoneBatch): Promise<void> {
    try {
      const { answer } = await this.call(batch.partition, (epoch) => batch.call(epoch))
      if (answer[0] === 'full') throw redisFull('workflows')
      batch.submitted()
    } catch (error) {
      batch.refused(error)
    }
  }

  private async send(partition: number, batch: Waiting[]): Promise<void> {
    try {
      const args = batch.flatMap(({ submission }) => submitArguments(submission.head, submission.fields))
      const { answer, resent } = await this.call(partition, (epoch) => calls.submit(epoch, args))
      batch.forEach((waiting, k) => {
        settle(waiting, answer[k + 1] as [string, string], resent)
      })
    } catch (error) {
      for (const { submission, listener, index } of batch) listener.refused(index, refusal(error, submission.id))
    }
  }

  /** Calls, and calls again when no answer came: every script here may be repeated. */
  private async call(partition: number, call: (epoch: string) => ScriptCall): Promise<{ answer: [string, ...unknown[]]; resent: boolean }> {
    let doubtful = false
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await this.namespace.runAtEpoch(this.connection, partition, call)
        if (doubtful && isRefused(answer)) throw redisFull('workflows')
        return { answer, resent: attempt > 0 }
      } catch (error) {
        const why = explain(error)
        const delay = RESEND_MS[attempt]
        if (delay === undefined || (why.code !== 'outcome-unknown' && why.code !== 'redis-unavailable')) {
          // An earlier send may have run although this one surely did not.
          if (doubtful && NOT_RUN.includes(why.code)) throw new ChordisError('outcome-unknown', why.message, { cause: why })
          throw why
        }
        doubtful ||= why.code === 'outcome-unknown'
        await sleep(delay)
      }
    }
  }

  private async inPieces({ submission, listener, index }: Waiting): Promise<void> {
    try {
      const { id, duplicate } = await this.store(submission)
      listener.submitted(index, id, duplicate)
    } catch (error) {
      listener.refused(index, refusal(error, submission.id))
    }
  }

  private async store({ partition, id, head, fields }: GraphSubmission): Promise<{ id: string; duplicate: boolean }> {
    const send = async (call: (epoch: string) => ScriptCall) => (await this.call(partition, call)).answer
    for (let tries = 0; tries < TRIES; tries++) {
      const [what, where] = await storeInPieces(send, head, fields)
      if (what === 'full') throw redisFull('workflows')
      if (what === 'same') return { id: where, duplicate: true }
      if (what !== 'staging' && what !== 'gone') throw conflict(what, id)
      const activated = what === 'staging' && (await send((epoch) => calls.activate(epoch, where)))[0] === 'ok'
      if (activated) return { id: where, duplicate: false }
    }
    throw new ChordisError('workflow-corrupt', 'it vanished while it was being stored', { workflow: id })
  }
}

/** Codes of a call that surely did nothing. */
const NOT_RUN: readonly ErrorCode[] = ['redis-unavailable', 'redis-full']

/** Whether something of it was refused because Redis is full: see redis/lua/enqueue.lua, submit.lua. */
const isRefused = ([what, ...items]: [string, ...unknown[]]): boolean =>
  what === 'full' || items.some((item) => Array.isArray(item) && item[0] === 'full')

function conflict(what: string, id: string): ChordisError {
  if (what === 'idempotency-conflict')
    return new ChordisError('idempotency-conflict', 'the key was used with another canvas', { workflow: id })
  return new ChordisError('id-conflict', 'the id is taken by another workflow', { workflow: id })
}

function settle({ submission, listener, index }: Waiting, [what, id]: [string, string], resent: boolean): void {
  if (what === 'new') listener.submitted(index, id, false)
  else if (what === 'same') listener.submitted(index, id, !(resent && id === submission.id))
  else if (what === 'full') listener.refused(index, redisFull('workflows'))
  else listener.refused(index, conflict(what, id))
}
