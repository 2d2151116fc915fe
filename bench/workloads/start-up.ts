/** From starting a worker process to the start of a task that waits for it, ms: loading, connecting and fetching. */
import { workload } from '../contract.js'
import { unixMs } from '../lib/tally.js'

export const startUp = workload({
  name: 'start-up',
  rows: { 'start-up': { unit: 'ms', better: 'less' } },
  rounds: { full: 5, quick: 0 },
  needs: ['tasks'],
  async run(session) {
    const stamp = unixMs()
    await session.tasks(1, { kind: 'late', stamp })
    const storedMs = unixMs() - stamp
    await session.startWorkers({ concurrency: 100, processes: 1 })
    await session.tally.until(1)
    return { 'start-up': (session.tally.lateness[0] as number) - storedMs }
  },
})
