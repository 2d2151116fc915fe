/** Queues as people see and change them: `client.queues`. */
import { ChordisError } from '../protocol/errors.js'
import { checkName } from '../protocol/ids.js'
import { explain, type RedisConnection } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { writePause } from '../redis/queues.js'

/** Longest reason, and longest name of who paused a queue, in characters. */
const MAX_TEXT = 500

/** What waits for workers, by queue: `client.queues`. */
export class Queues {
  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
  ) {}

  /**
   * Nothing of a queue is given to any worker any more, until {@link resume}. Attempts that were granted go on; submits, retries and what was delayed
   * come into the queue and wait there; what expires while it waits ends REVOKED. When this returns, every partition knows.
   * A queue that is paused stays as it is: who paused it first, and why, is kept.
   * @param options `reason` and `by`: for people, up to 500 characters each
   * @throws ChordisError `name-invalid`, `request-invalid`, `limit-exceeded` (1,000 queues are paused), `redis-unavailable`, and `outcome-unknown` when
   * Redis went away meanwhile: then some partitions may know and the upkeep of workers tells the others within seconds; it may be called again
   */
  async pause(queue: string, { reason, by }: { reason?: string; by?: string } = {}): Promise<void> {
    checkName(queue, 'queue')
    await this.write(queue, { reason: textOf(reason, 'reason'), by: textOf(by, 'by') })
  }

  /**
   * What waits in a queue is given to workers again. A queue that is not paused stays as it is.
   * @throws ChordisError as {@link pause}
   */
  async resume(queue: string): Promise<void> {
    checkName(queue, 'queue')
    await this.write(queue, null)
  }

  private async write(queue: string, details: Parameters<typeof writePause>[3]): Promise<void> {
    try {
      await writePause(this.connection, this.namespace, queue, details)
    } catch (error) {
      throw explain(error)
    }
  }
}

function textOf(text: string | undefined, path: string): string | null {
  if (text === undefined) return null
  if (typeof text === 'string' && text.length <= MAX_TEXT) return text
  throw new ChordisError('request-invalid', `must be a text of at most ${MAX_TEXT} characters`, { path })
}
