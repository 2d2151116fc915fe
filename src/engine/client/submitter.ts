/**
 * Sends submissions. Those of one event-loop tick that go to the same partition travel in one call; one that is too large is stored in pieces and
 * then activated. A call without an answer is sent again with the same ids, which makes no second workflow; when it stays without an
 * answer, the caller is told that the outcome is unknown, and the id.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ChordisError } from '../protocol/errors.js'
import { explain, type RedisConnection } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { CALL_BYTES, CALL_FIELDS, pieces } from '../redis/pieces.js'
import { type Argument, calls, type ScriptCall } from '../redis/scripts.generated.js'
import type { LoneTask, Submission } from './submission.js'

/** What became of a submission: its id, and whether it had been there before. */
export interface Submitted {
  id: string
  duplicate: boolean
}

const CALL_WORKFLOWS = 128
/** Workflows of one task in one call: some 2 ms of Redis. */
const LONE_TASKS = 500
const RESEND_MS = [50, 250]

interface Waiting {
  submission: Submission
  resolve(value: Submitted): void
  reject(error: Error): void
}

export class Submitter {
  private readonly queues = new Map<number, Waiting[]>()
  private scheduled = false

  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
  ) {}

  submit(submission: Submission): Promise<Submitted> {
    if (submission.bytes > CALL_BYTES || submission.fields.length > CALL_FIELDS) return this.inPieces(submission)
    return new Promise((resolve, reject) => {
      const queue = this.queues.get(submission.partition)
      if (queue) queue.push({ submission, resolve, reject })
      else this.queues.set(submission.partition, [{ submission, resolve, reject }])
      if (!this.scheduled) {
        this.scheduled = true
        queueMicrotask(() => this.flush())
      }
    })
  }

  private flush(): void {
    this.scheduled = false
    const queues = [...this.queues]
    this.queues.clear()
    for (const [partition, waiting] of queues) {
      for (const batch of batches(waiting.filter(({ submission }) => !submission.lone))) void this.send(partition, batch)
      for (const batch of loneBatches(waiting)) void this.enqueue(partition, batch)
    }
  }

  /** Workflows of one task that share a template. */
  private async enqueue(partition: number, batch: Waiting[]): Promise<void> {
    try {
      const { template, keepMs } = (batch[0] as Waiting).submission.lone as LoneTask
      const args = batch.flatMap(({ submission }) => [submission.id, (submission.lone as LoneTask).definition])
      const { answer } = await this.call(partition, (epoch, again) =>
        calls.enqueue(epoch, again ? '1' : '0', String(keepMs), template, args),
      )
      if (answer[0] === 'full') throw full()
      for (const { submission, resolve } of batch) resolve({ id: submission.id, duplicate: false })
    } catch (error) {
      for (const waiting of batch) waiting.reject(explain(unwrap(error), waiting.submission.id))
    }
  }

  private async send(partition: number, batch: Waiting[]): Promise<void> {
    try {
      const args = batch.flatMap(({ submission }) => wire(submission.head, submission.fields))
      const { answer, resent } = await this.call(partition, (epoch) => calls.submit(epoch, args))
      if (answer[0] === 'full') throw full()
      batch.forEach((waiting, k) => {
        settle(waiting, answer[k + 1] as [string, string], resent)
      })
    } catch (error) {
      for (const waiting of batch) waiting.reject(explain(unwrap(error), waiting.submission.id))
    }
  }

  /** Calls, and calls again when no answer came: every script here may be repeated. */
  private async call(
    partition: number,
    call: (epoch: string, again: boolean) => ScriptCall,
  ): Promise<{ answer: [string, ...unknown[]]; resent: boolean }> {
    for (let attempt = 0; ; attempt++) {
      try {
        return {
          answer: await this.namespace.runAtEpoch(this.connection, partition, (epoch) => call(epoch, attempt > 0)),
          resent: attempt > 0,
        }
      } catch (error) {
        const why = explain(error)
        const delay = RESEND_MS[attempt]
        if (delay === undefined || (why.code !== 'outcome-unknown' && why.code !== 'redis-unavailable')) {
          // An earlier send may have run although this one surely did not.
          if (attempt > 0 && why.code === 'redis-unavailable') throw new ChordisError('outcome-unknown', why.message, { cause: why })
          throw why
        }
        await sleep(delay)
      }
    }
  }

  private async inPieces(submission: Submission): Promise<Submitted> {
    const { partition, id } = submission
    try {
      const head = submission.head.slice()
      head[2] = '0'
      const { answer } = await this.call(partition, (epoch) => calls.submit(epoch, wire(head, submission.fields.slice(0, 1))))
      if (answer[0] === 'full') throw full()
      const [what, where] = answer[1] as [string, string]
      if (what === 'same') return { id: where, duplicate: true }
      if (what !== 'staging') throw conflict(what, id)
      for (const piece of pieces(submission.fields.slice(1))) {
        await this.call(partition, (epoch) => calls.stage(epoch, where, '', '', piece))
      }
      const { answer: activated } = await this.call(partition, (epoch) => calls.activate(epoch, where))
      if (activated[0] !== 'ok') throw new ChordisError('workflow-corrupt', 'it vanished while it was being stored', { workflow: id })
      return { id: where, duplicate: false }
    } catch (error) {
      throw explain(unwrap(error), id)
    }
  }
}

const full = (): ChordisError => new ChordisError('redis-full', 'Redis is above 80 % of its memory; new workflows are refused')

/** An error that was explained before it knew its workflow is explained again, with the id. */
function unwrap(error: unknown): unknown {
  if (!(error instanceof ChordisError) || error.workflow !== undefined || !error.retryable) return error
  return error.code === 'outcome-unknown' ? (error.cause ?? error) : error
}

function wire(head: readonly Argument[], fields: readonly [string, Argument][]): Argument[] {
  return [...head, fields.length, ...fields.flat()]
}

/** By template and retention, in calls of at most LONE_TASKS. */
function* loneBatches(waiting: Waiting[]): Generator<Waiting[]> {
  const open = new Map<string, { batch: Waiting[]; bytes: number }>()
  for (const item of waiting) {
    const { lone, bytes } = item.submission
    if (!lone) continue
    const key = `${lone.keepMs} ${lone.template}`
    let at = open.get(key)
    if (at && (at.batch.length >= LONE_TASKS || at.bytes + bytes > CALL_BYTES)) {
      yield at.batch
      at = undefined
    }
    if (!at) {
      at = { batch: [], bytes: 0 }
      open.set(key, at)
    }
    at.batch.push(item)
    at.bytes += bytes
  }
  for (const { batch } of open.values()) yield batch
}

function* batches(waiting: Waiting[]): Generator<Waiting[]> {
  let batch: Waiting[] = []
  let bytes = 0
  let fields = 0
  for (const item of waiting) {
    const { submission } = item
    const full = bytes + submission.bytes > CALL_BYTES || fields + submission.fields.length > CALL_FIELDS || batch.length >= CALL_WORKFLOWS
    if (full && batch.length > 0) {
      yield batch
      batch = []
      bytes = 0
      fields = 0
    }
    batch.push(item)
    bytes += submission.bytes
    fields += submission.fields.length
  }
  if (batch.length > 0) yield batch
}

function conflict(what: string, id: string): ChordisError {
  if (what === 'idempotency-conflict')
    return new ChordisError('idempotency-conflict', 'the key was used with another canvas', { workflow: id })
  return new ChordisError('id-conflict', 'the id is taken by another workflow', { workflow: id })
}

function settle(waiting: Waiting, answer: [string, string], resent: boolean): void {
  const [what, id] = answer
  if (what === 'new') waiting.resolve({ id, duplicate: false })
  else if (what === 'same') waiting.resolve({ id, duplicate: !(resent && id === waiting.submission.id) })
  else waiting.reject(conflict(what, id))
}
