/** Plain tasks with an argument of 100 kB, stored and then worked off by one worker process, in tasks per second. */
import { workload } from '../contract.js'

const BYTES = 100_000

export const payload = workload({
  name: 'payload-100kB',
  rows: { 'payload-100kB': { unit: 'tasks/s', better: 'more' } },
  rounds: { full: 3, quick: 0 },
  needs: ['tasks'],
  async run(session, { scaled }) {
    const count = scaled(1_000, 200)
    const submitFrom = performance.now()
    await session.tasks(count, { kind: 'noop', bytes: BYTES })
    const submitMs = performance.now() - submitFrom
    await session.startWorkers({ concurrency: 100, processes: 1 })
    const workFrom = performance.now()
    await session.tally.until(count)
    return { 'payload-100kB': (count * 1_000) / (submitMs + performance.now() - workFrom) }
  },
})
