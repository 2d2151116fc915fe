/**
 * Processes of our own, one attempt at a time each: the only pool whose tasks can always be stopped, and whose crashes take nothing else along.
 *
 * Child:  starting -> idle -> runs a call -> idle -> … -> gone. It is replaced after `maxTasksPerChild` calls, when it takes too much memory, at a hard
 *         limit, and when it dies. There are `min` to `max` of them: more come when calls wait, those idle for IDLE_MS go.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WireError } from '../../protocol/errors.js'
import type { Attempt } from '../attempt.js'
import type { Inputs } from '../call.js'
import type { Logger } from '../logger.js'
import { Conversation } from './conversation.js'
import type { BootMessage, ChildMessage, MessageToChild } from './messages.js'
import { entryOf, IDLE_MS, type Pool, type PoolCall, type PoolEnd, type PoolSize } from './pool.js'

export interface ProcessPoolOptions extends PoolSize {
  logger: Logger
}

/** A child that does not start is tried again after this long, ms, doubled each time up to 32 times. */
const RESTART_MS = 500
const ENTRY = entryOf('child-process')

interface Waiting {
  conversation: Conversation
  inputs: Inputs
  vehicle: ChildVehicle
}

/** Stands for the child until there is one. */
class ChildVehicle {
  child: ChildProcess | null = null

  send(message: MessageToChild): void {
    // A child that has just died has ended the conversation, or is about to.
    if (this.child?.connected) this.child.send(message, () => {})
  }

  kill(): void {
    this.child?.kill('SIGKILL')
  }
}

export class ProcessPool implements Pool {
  private readonly children = new Set<ChildProcess>()
  private readonly idle: ChildProcess[] = []
  private readonly idleSince = new Map<ChildProcess, number>()
  private readonly waiting: Waiting[] = []
  private starting = 0
  private failures = 0
  private stopped = false
  private min: number
  private max: number
  private readonly reaper: NodeJS.Timeout

  constructor(private readonly options: ProcessPoolOptions) {
    this.min = options.min
    this.max = options.max
    this.reaper = setInterval(() => this.shrink(), IDLE_MS / 4)
    this.reaper.unref()
  }

  async start(): Promise<void> {
    await this.spawn()
    for (let n = 1; n < this.min; n++) void this.grow()
  }

  run(attempt: Attempt, inputs: Inputs, call: PoolCall): Promise<PoolEnd> {
    const vehicle = new ChildVehicle()
    const conversation = new Conversation(attempt, call, vehicle)
    if (this.stopped) conversation.gone('the pool was stopped')
    else {
      this.waiting.push({ conversation, inputs, vehicle })
      this.pump()
    }
    return conversation.end
  }

  /** More come when calls wait; those that are too many go when they are idle. */
  resize(max: number): void {
    this.max = max
    this.min = Math.min(this.options.min, max)
    while (this.idle.length > 0 && this.children.size > max) this.dismiss(this.idle.pop() as ChildProcess)
    this.pump()
  }

  private dismiss(child: ChildProcess): void {
    this.idleSince.delete(child)
    this.children.delete(child)
    child.disconnect()
  }

  async stop(): Promise<void> {
    this.stopped = true
    clearInterval(this.reaper)
    const children = [...this.children]
    for (const child of children) child.kill('SIGKILL')
    await Promise.all(children.map((child) => child.exitCode ?? child.signalCode ?? new Promise((resolve) => child.once('exit', resolve))))
    for (const { conversation } of this.waiting.splice(0)) conversation.gone('the pool was stopped')
  }

  private pump(): void {
    while (this.waiting.length > 0) {
      if (this.waiting[0]?.conversation.isRevoked) {
        this.waiting.shift()?.conversation.gone('it was revoked')
        continue
      }
      const child = this.idle.pop()
      if (child === undefined) break
      this.idleSince.delete(child)
      this.give(child, this.waiting.shift() as Waiting)
    }
    for (let n = this.waiting.length - this.starting; n > 0 && this.children.size < this.max && !this.stopped; n--) void this.grow()
  }

  private give(child: ChildProcess, { conversation, inputs, vehicle }: Waiting): void {
    vehicle.child = child
    let over = false
    const received = (message: ChildMessage) => {
      if (message.type === 'done') {
        over = true
        child.off('message', received)
        child.off('exit', exited)
      }
      conversation.receive(message)
      if (message.type === 'done') this.free(child, message.retires)
    }
    const exited = (code: number | null, signal: NodeJS.Signals | null) => {
      if (!over) conversation.gone(`its process ended with ${signal ?? `code ${code}`}`)
    }
    child.on('message', received)
    child.once('exit', exited)
    conversation.open(inputs)
  }

  private free(child: ChildProcess, retires: boolean): void {
    if (retires || this.stopped || this.children.size > this.max) this.dismiss(child)
    else {
      this.idle.push(child)
      this.idleSince.set(child, performance.now())
    }
    this.pump()
    this.fill()
  }

  /** Starts a child; one that cannot start is tried again while calls wait for it. */
  private async grow(): Promise<void> {
    try {
      await this.spawn()
      this.failures = 0
    } catch (error) {
      if (this.stopped) return
      this.failures++
      this.options.logger.error({ err: error }, 'a process of the pool did not start')
      await sleep(RESTART_MS * 2 ** Math.min(this.failures - 1, 5), undefined, { ref: false })
      // Others may run what waits here.
      for (const { conversation } of this.waiting.splice(0)) conversation.gone('no process of the pool starts')
      this.fill()
    }
  }

  private async spawn(): Promise<void> {
    this.starting++
    // Node's flags are those of the worker (loaders), but not its debugger's port.
    const execArgv = process.execArgv.filter((flag) => !flag.startsWith('--inspect'))
    const child = fork(ENTRY, [JSON.stringify(this.options.settings)], { execArgv })
    this.children.add(child)
    child.once('exit', () => this.exited(child))
    child.on('error', (error) => this.options.logger.debug({ err: error }, 'a process of the pool'))
    try {
      await booted(child)
    } finally {
      this.starting--
    }
    if (this.stopped) return void child.kill('SIGKILL')
    this.free(child, false)
  }

  private exited(child: ChildProcess): void {
    this.children.delete(child)
    this.idleSince.delete(child)
    const at = this.idle.indexOf(child)
    if (at >= 0) this.idle.splice(at, 1)
    this.pump()
    this.fill()
  }

  /** As many as there should be at least. */
  private fill(): void {
    for (let n = this.min - this.children.size; n > 0 && !this.stopped && this.failures === 0; n--) void this.grow()
  }

  private shrink(): void {
    for (const [child, since] of this.idleSince) {
      if (this.children.size <= this.min) return
      if (performance.now() - since < IDLE_MS) continue
      this.idle.splice(this.idle.indexOf(child), 1)
      this.dismiss(child)
    }
  }
}

/** Resolves when a child has loaded its tasks. */
function booted(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('message', function heard(message: BootMessage) {
      child.off('message', heard)
      if (message.type === 'ready') resolve()
      else reject(revived(message.error))
    })
    child.once('exit', (code, signal) =>
      reject(new Error(`a process of the pool ended with ${signal ?? `code ${code}`} before it was ready`)),
    )
  })
}

const revived = ({ type, message, code, stack }: WireError): Error =>
  Object.assign(new Error(message), { name: type, ...(code === undefined ? {} : { code }), ...(stack === undefined ? {} : { stack }) })
