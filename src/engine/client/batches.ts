/** What travels to one partition in one call. */
import { ChordisError } from '../protocol/errors.js'
import { SEPARATOR } from '../protocol/stored.js'
import { explain } from '../redis/connection.js'
import { CALL_BYTES, CALL_FIELDS } from '../redis/pieces.js'
import { calls, type ScriptCall } from '../redis/scripts.generated.js'
import type { GraphSubmission, LoneSubmission } from './submission.js'

/** Hears what became of submissions, each by the number that it was handed over with. */
export interface SubmitListener {
  /** `duplicate`: it had been there before. */
  submitted(index: number, id: string, duplicate: boolean): void
  refused(index: number, error: ChordisError): void
}

const CALL_WORKFLOWS = 128
/** Workflows of one task in one call: less than a millisecond of Redis. A full call leaves at once, and Redis works while the next one is filled. */
const LONE_TASKS = 200

export interface Waiting {
  submission: GraphSubmission
  listener: SubmitListener
  index: number
}

/** Other workflows that go to one partition in one call. */
export class GraphBatch {
  readonly waiting: Waiting[] = []
  private bytes = 0
  private fields = 0

  /** Whether there is room for one more. */
  takes({ bytes, fields }: GraphSubmission): boolean {
    if (this.waiting.length === 0) return true
    return this.bytes + bytes <= CALL_BYTES && this.fields + fields.length <= CALL_FIELDS && this.waiting.length < CALL_WORKFLOWS
  }

  add(waiting: Waiting): void {
    this.waiting.push(waiting)
    this.bytes += waiting.submission.bytes
    this.fields += waiting.submission.fields.length
  }
}

/** Workflows of one task that share template and retention, to be stored in one call. Lists, so that a task costs no object of its own. */
export class LoneBatch {
  readonly ids: string[] = []
  readonly definitions: string[] = []
  readonly listeners: SubmitListener[] = []
  readonly indexes: number[] = []
  private bytes = 0

  constructor(
    readonly key: string,
    readonly partition: number,
    readonly template: string,
    readonly keepMs: number,
  ) {}

  takes({ partition, template, keepMs }: LoneSubmission): boolean {
    return this.template === template && this.partition === partition && this.keepMs === keepMs
  }

  add({ id, definition }: LoneSubmission, listener: SubmitListener, index: number): void {
    this.ids.push(id)
    this.definitions.push(definition)
    this.listeners.push(listener)
    this.indexes.push(index)
    this.bytes += definition.length + 64
  }

  get full(): boolean {
    return this.ids.length >= LONE_TASKS || this.bytes > CALL_BYTES
  }

  call(epoch: string): ScriptCall {
    return calls.enqueue(epoch, String(this.keepMs), this.template, this.ids.join(','), this.definitions.join(SEPARATOR))
  }

  submitted(): void {
    this.listeners.forEach((listener, k) => {
      listener.submitted(this.indexes[k] as number, this.ids[k] as string, false)
    })
  }

  refused(error: unknown): void {
    this.listeners.forEach((listener, k) => {
      listener.refused(this.indexes[k] as number, refusal(error, this.ids[k] as string))
    })
  }
}

/** Why a submission was refused. Where nobody knows whether it ran, the error names the id under which it may be sent again. */
export function refusal(error: unknown, id: string): ChordisError {
  const why = explain(error, id)
  if (why.code !== 'outcome-unknown' || why.workflow !== undefined) return why
  return new ChordisError(why.code, why.message, { cause: why.cause, workflow: id })
}
