/** Redis memory of a plain task of its own that waits for a worker. */
import { workload } from '../contract.js'

export const bytesPlain = workload({
  name: 'bytes-waiting-plain',
  rows: { 'bytes-waiting-plain': { unit: 'bytes', better: 'less' } },
  rounds: { full: 2, quick: 1 },
  needs: ['tasks'],
  async run(session, { scaled, redis }) {
    const count = scaled(50_000, 1_000)
    await session.tasks(200, { kind: 'noop', bytes: 40 })
    const before = await redis.usedMemory()
    await session.tasks(count, { kind: 'noop', bytes: 40 })
    return { 'bytes-waiting-plain': ((await redis.usedMemory()) - before) / count }
  },
})
