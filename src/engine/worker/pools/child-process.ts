/**
 * A process of a worker's pool. Started with its settings as JSON; says `ready`, then runs one call at a time. It lives as long as its worker: a signal
 * from the terminal is the worker's business, and when the worker is gone so is it, even in the middle of an endless loop.
 */
import { Worker as Thread } from 'node:worker_threads'
import { toWireError } from '../wire-error.js'
import { Child } from './child.js'
import type { BootMessage, ChildMessage, ChildSettings, MessageToChild } from './messages.js'

/** Runs in a thread: the main one may be in an endless loop when the worker dies. */
const ORPHAN_WATCH = `
const parent = process.ppid
setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL') }, 1000)`

async function main(settings: ChildSettings): Promise<void> {
  const send = (message: ChildMessage | BootMessage) => void process.send?.(message)
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {})
  process.on('disconnect', () => process.exit(0))
  new Thread(ORPHAN_WATCH, { eval: true, execArgv: [] }).unref()
  try {
    const child = await Child.boot(settings, () => process.memoryUsage.rss())
    process.on('message', (message: MessageToChild) => {
      if (message.type === 'call') void child.run(message, send)
      else child.hear(message)
    })
    send({ type: 'ready' })
  } catch (error) {
    process.send?.({ type: 'failed', error: toWireError(error) } satisfies BootMessage, () => process.exit(1))
  }
}

await main(JSON.parse(process.argv[2] ?? '{}') as ChildSettings)
