/** What only the grant of an attempt knows: its run, and how old its lease can be at most. For tests that judge attempts by it. */
import type { TaskContext } from '../../src/engine/index.js'
import { Namespace } from '../../src/engine/redis/namespace.js'
import type { Attempt } from '../../src/engine/worker/attempt.js'

const grantOf = (ctx: TaskContext): Attempt['grant'] => (ctx as Attempt).grant

/** The run of its workflow that an attempt of a worker belongs to. */
export const runOf = (ctx: TaskContext): number => Number(grantOf(ctx).run)

/** Turns whose time is kept; of an attempt that was granted longer ago, it is not known. */
const TURNS = 20_000

/**
 * From now on, when each turn of this process was first sent, by `now`: what a turn grants is granted after that. A turn that is repeated answers what the
 * first one granted, so only the first one counts. The answer tells it of an attempt; undefined when it is not known.
 */
export function turnTimes(now: () => number): (ctx: TaskContext) => number | undefined {
  const times = new Map<string, number>()
  const run = Namespace.prototype.runAtEpoch
  Namespace.prototype.runAtEpoch = function (connection, partition, make) {
    return run.call(this, connection, partition, (epoch) => {
      const call = make(epoch)
      // Arguments: epoch, process, lane, sequence number.
      if (call.script === 'turn') note(`${partition} ${call.args[2]}:${call.args[3]}`)
      return call
    })
  }
  return (ctx) => {
    const { partition, batch } = grantOf(ctx)
    return times.get(`${partition.number} ${batch.name}`)
  }

  function note(turn: string): void {
    if (times.has(turn)) return
    times.set(turn, now())
    if (times.size > TURNS) times.delete(times.keys().next().value as string)
  }
}
