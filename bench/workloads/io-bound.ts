/** Tasks that wait 20 ms, one worker process at concurrency 200: tasks per second, and the share of the ideal 10,000. */
import { workload } from '../contract.js'
import { SLEEP_MS } from '../lib/tally.js'

const CONCURRENCY = 200

export const ioBound = workload({
  name: 'io-20ms-c200',
  rows: { 'io-20ms-c200': { unit: '% of ideal', better: 'more' } },
  rounds: { full: 3, quick: 1 },
  needs: ['tasks'],
  async run(session, { size }) {
    const count = size === 'quick' ? 4_000 : 20_000
    await session.tasks(count, { kind: 'sleep' })
    await session.startWorkers({ concurrency: CONCURRENCY, processes: 1 })
    const from = performance.now()
    await session.tally.until(count)
    const idealMs = (count / CONCURRENCY) * SLEEP_MS
    return { 'io-20ms-c200': (100 * idealMs) / (performance.now() - from) }
  },
})
