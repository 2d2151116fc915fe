/**
 * One attempt in a thread or process, from the worker's side: its time limits, what it says of itself, and its end. The first of four things ends it:
 * it is done, its hard limit, its child dies, or nobody waits for it any more. Used by both pools.
 */
import type { Canvas } from '../../canvas/types.js'
import { TaskRevokedError } from '../../protocol/revoked.js'
import type { Attempt } from '../attempt.js'
import type { Inputs } from '../call.js'
import { LimitTimers } from '../limits.js'
import { ChildSignal } from '../signals.js'
import { toWireError } from '../wire-error.js'
import type { ChildMessage, DoneMessage, MessageToChild, StartMessage } from './messages.js'
import type { PoolCall, PoolEnd } from './pool.js'

/** How long a handler may go on after its signal fired because its lease is gone, it was revoked, or its worker stops, ms. */
const AFTER_ABORT_MS = 5_000

/** The thread or process that runs the attempt. */
export interface Vehicle {
  send(message: MessageToChild): void
  /** Ends it at once, whatever it does. */
  kill(): void
}

export class Conversation {
  readonly end: Promise<PoolEnd>
  private resolve!: (end: PoolEnd) => void
  private timers: LimitTimers | null = null
  private killer: NodeJS.Timeout | null = null
  /** The handler was called. */
  private begun = false

  constructor(
    private readonly attempt: Attempt,
    private readonly call: PoolCall,
    private readonly vehicle: Vehicle,
  ) {
    this.end = new Promise((resolve) => {
      this.resolve = resolve
    })
  }

  /** Sends the call. */
  open({ prepended, failure }: Inputs): void {
    const { attempt } = this
    const { grant, workflowId: workflow, index, definition } = attempt
    const { lone, run, prefix, attemptNumber, spec } = grant
    this.vehicle.send({
      type: 'call',
      workflow,
      lone,
      run,
      prefix,
      index,
      attempt: attemptNumber,
      spec: JSON.stringify(spec),
      definition,
      prepended,
      failure,
      traced: grant.trace !== '',
    })
  }

  receive(message: ChildMessage): void {
    if (message.type === 'begun') this.begin()
    else if (message.type === 'start') void this.start(message)
    else if (message.type === 'report') this.attempt.report(message.text)
    else if (message.type === 'log') this.attempt.logger[message.level]((message.fields ?? {}) as object, message.message)
    else this.over(endOf(this.attempt, message))
  }

  /** Messages come in the order of the handler's calls, by which children are told apart. */
  private async start({ number, canvas, options }: StartMessage): Promise<void> {
    try {
      const child = await this.attempt.startChild(JSON.parse(canvas) as Canvas, options)
      this.vehicle.send({ type: 'started', number, child })
    } catch (error) {
      this.vehicle.send({ type: 'started', number, error: toWireError(error) })
    }
  }

  private begin(): void {
    const { attempt, call, vehicle } = this
    this.begun = true
    attempt.startedAt = performance.now()
    call.begun()
    // Its span begins now, not when it was queued: the child waits for it, if it knows what to do with one.
    if (attempt.grant.trace !== '') vehicle.send({ type: 'trace', at: attempt.traceContext ?? null })
    this.timers = new LimitTimers(attempt, call.limits, (thrown) => {
      this.over({ thrown })
      vehicle.kill()
    })
    attempt.signal.addEventListener('abort', () => this.aborted())
    if (attempt.signal.aborted) this.aborted()
  }

  private aborted(): void {
    const { reason } = this.attempt.signal
    const { name = 'Error', message = '', code } = (reason ?? {}) as Partial<Error> & { code?: string }
    this.vehicle.send({ type: 'abort', error: { name, message, ...(code === undefined ? {} : { code }) } })
    if (name === 'SoftTimeLimitExceeded') return
    const graceMs = reason instanceof TaskRevokedError && reason.terminate ? 0 : AFTER_ABORT_MS
    this.killer = setTimeout(() => {
      this.over({ lost: message })
      this.vehicle.kill()
    }, graceMs)
  }

  /** It was revoked and is not to begin. */
  get isRevoked(): boolean {
    return this.attempt.revoked && !this.begun
  }

  /** The child died. What had not begun is not to blame. */
  gone(reason: string): void {
    this.over(this.begun ? { lost: reason } : { back: reason })
  }

  private over(end: PoolEnd): void {
    this.timers?.clear()
    if (this.killer) clearTimeout(this.killer)
    this.resolve(end)
  }
}

function endOf(attempt: Attempt, { record = '', replace, execute, added = [] }: DoneMessage): PoolEnd {
  if (replace !== undefined) return { replace: JSON.parse(replace) as Canvas }
  if (execute !== undefined) return { child: new ChildSignal(JSON.parse(execute.canvas) as Canvas, execute.options) }
  for (const canvas of added) attempt.added.push(JSON.parse(canvas) as Canvas)
  return { record }
}
