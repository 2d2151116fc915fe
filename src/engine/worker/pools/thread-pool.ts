/**
 * Threads, on piscina: one attempt at a time each, memory of their own, a main loop of their own. A thread in an endless loop can be ended; one in
 * native code, or that exhausts the process's memory, takes the process along.
 */
import { MessageChannel } from 'node:worker_threads'
import type { Piscina } from 'piscina'
import type { Attempt } from '../attempt.js'
import type { Inputs } from '../call.js'
import { Conversation } from './conversation.js'
import type { CallMessage, ChildMessage } from './messages.js'
import { entryOf, IDLE_MS, type Pool, type PoolCall, type PoolEnd, type PoolSize } from './pool.js'

/** A call that its thread never began, because the thread was on its way out, is given to another one this often. */
const TRIES = 3
const ENTRY = entryOf('child-thread')

export class ThreadPool implements Pool {
  private threads: Piscina | undefined
  private stopped = false

  constructor(private readonly size: PoolSize) {}

  /** Who has no task for threads does not load what makes them. */
  async start(): Promise<void> {
    const { Piscina } = await import('piscina')
    if (this.stopped) return
    const { min, max, settings } = this.size
    this.threads = new Piscina({
      filename: ENTRY.href,
      workerData: settings,
      minThreads: min,
      maxThreads: max,
      idleTimeout: IDLE_MS,
      concurrentTasksPerWorker: 1,
      // The loop of an idle thread goes on: applications keep connections there.
      atomics: 'disabled',
      recordTiming: false,
    })
    await this.threads.run({})
  }

  async run(attempt: Attempt, inputs: Inputs, call: PoolCall): Promise<PoolEnd> {
    let end: PoolEnd = { back: 'the pool was stopped' }
    const { threads } = this
    for (let n = 0; n < TRIES && 'back' in end && threads !== undefined && !this.stopped; n++)
      end = await this.once(threads, attempt, inputs, call)
    return end
  }

  private once(threads: Piscina, attempt: Attempt, inputs: Inputs, call: PoolCall): Promise<PoolEnd> {
    const { port1, port2 } = new MessageChannel()
    const killing = new AbortController()
    // The first message is the call itself, which takes the port along.
    let first: CallMessage | null = null
    const conversation = new Conversation(attempt, call, {
      send: (message) => {
        if (message.type === 'call') first = message
        else port1.postMessage(message)
      },
      kill: () => killing.abort(),
    })
    conversation.open(inputs)
    port1.on('message', (message: ChildMessage) => conversation.receive(message))
    const settled = threads.run({ call: first, port: port2 }, { transferList: [port2], signal: killing.signal })
    const gone = (reason: string) => {
      // What was said before the end is heard first.
      setImmediate(() => {
        conversation.gone(reason)
        port1.close()
      })
    }
    settled.then(
      () => gone('its thread ended'),
      (error: Error) => gone(`its thread ended: ${error.message}`),
    )
    return conversation.end
  }

  async stop(): Promise<void> {
    this.stopped = true
    await this.threads?.destroy()
  }
}
