/** Child workflows that a handler in a thread or process asks its worker to start: the worker has the connection and the lease. */
import type { Canvas } from '../../canvas/types.js'
import { ChordisError, ERROR_RULES, type ErrorCode, type WireError } from '../../protocol/errors.js'
import type { ChildOptions, StartedChild } from '../child-options.js'
import type { ChildMessage, StartedMessage } from './messages.js'

interface Waiting {
  resolve(child: StartedChild): void
  reject(error: Error): void
}

/** Those of one call that wait for their answer. */
export class Starts {
  private readonly waiting = new Map<number, Waiting>()

  constructor(private readonly send: (message: ChildMessage) => void) {}

  /** Asks; resolves or rejects with what the worker answers. */
  ask(number: number, canvas: Canvas, options: ChildOptions): Promise<StartedChild> {
    return new Promise((resolve, reject) => {
      this.send({ type: 'start', number, canvas: JSON.stringify(canvas), options })
      this.waiting.set(number, { resolve, reject })
    })
  }

  answered({ number, child, error }: StartedMessage): void {
    const waiting = this.waiting.get(number)
    this.waiting.delete(number)
    if (child !== undefined) waiting?.resolve(child)
    else waiting?.reject(revived(error ?? { type: 'Error', message: 'the child workflow was not started' }))
  }
}

/** Errors of ours keep their class, so that a handler may ask for their code. */
function revived({ type, message, code }: WireError): Error {
  if (code !== undefined && code in ERROR_RULES) return new ChordisError(code as ErrorCode, message)
  return Object.assign(new Error(message), { name: type })
}
