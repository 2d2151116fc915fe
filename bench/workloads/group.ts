/** A group of 1,000,000 tasks with one task behind it, limits raised: tasks per second from submit to end, and the most memory that Redis used. */
import { workload } from '../contract.js'

export const bigGroup = workload({
  name: 'group-1000000',
  rows: { 'group-1000000': { unit: 'tasks/s', better: 'more' }, 'group-1000000-peak': { unit: 'MB of Redis', better: 'less' } },
  rounds: { full: 1, quick: 0 },
  limitMs: 300_000,
  needs: ['group'],
  async run(session, { size, redis }) {
    const width = size === 'quick' ? 100_000 : 1_000_000
    let ms = 0
    const peak = await redis.peakMemory(async () => {
      const from = performance.now()
      const running = await session.group(width)
      await session.startWorkers({ concurrency: 100 })
      await running.ended
      ms = performance.now() - from
    })
    return { 'group-1000000': (width * 1_000) / ms, 'group-1000000-peak': peak / 1e6 }
  },
})
