/** A thread of a worker's pool: piscina loads this module once per thread and calls its default export once per attempt. */
import { getHeapStatistics } from 'node:v8'
import type { MessagePort } from 'node:worker_threads'
import { workerData } from 'piscina'
import { Child } from './child.js'
import type { CallMessage, ChildMessage, ChildSettings, MessageToRunning } from './messages.js'

const child = await Child.boot(workerData as ChildSettings, () => getHeapStatistics().used_heap_size)

/** It ends as soon as its last answer has left. */
let retires = false

/** `port`: what is said while the call runs. Without a call it only shows that the tasks could be loaded. */
export default async function run({ call, port }: { call?: CallMessage; port?: MessagePort }): Promise<void> {
  if (call === undefined || port === undefined) return
  // Given to it meanwhile: it never begins here, and is given to another one.
  if (retires) return port.close()
  port.on('message', (message: MessageToRunning) => child.hear(message))
  await child.run(call, (message: ChildMessage) => {
    if (message.type === 'done') retires = message.retires
    port.postMessage(message)
  })
  port.close()
  // After the answer has left.
  if (retires) setImmediate(() => process.exit(0))
}
