/** What one idle worker process costs: requests and commands per second in Redis, and its CPU. */
import { setTimeout as sleep } from 'node:timers/promises'
import { workload } from '../contract.js'

const SETTLE_MS = 1_000

export const idle = workload({
  name: 'idle',
  rows: {
    'idle-requests': { unit: 'requests/s', better: 'less' },
    'idle-commands': { unit: 'commands/s', better: 'less' },
    'idle-cpu': { unit: '% of a core', better: 'less' },
  },
  rounds: { full: 2, quick: 1 },
  needs: ['tasks'],
  async run(session, { size, redis, workersCpuSeconds }) {
    await session.startWorkers({ concurrency: 100, processes: 1 })
    await session.tasks(1, { kind: 'late', stamp: 0 })
    await session.tally.until(1)
    await sleep(SETTLE_MS)
    const [before, cpuBefore, from] = [await redis.served(), workersCpuSeconds(), performance.now()]
    await sleep(size === 'quick' ? 2_000 : 10_000)
    const [after, cpuAfter, seconds] = [await redis.served(), workersCpuSeconds(), (performance.now() - from) / 1_000]
    return {
      // The second look itself is one request.
      'idle-requests': (after.requests - before.requests - 1) / seconds,
      'idle-commands': (after.commands - before.commands - 1) / seconds,
      'idle-cpu': (100 * (cpuAfter - cpuBefore)) / seconds,
    }
  },
})
