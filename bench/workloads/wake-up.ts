/** From the call that submits one plain task to its start in an idle worker process, ms. */
import { setTimeout as sleep } from 'node:timers/promises'
import { workload } from '../contract.js'
import { quantile } from '../lib/stats.js'
import { unixMs } from '../lib/tally.js'

const PAUSE_MS = 15
const WARM_UP = 30

export const wakeUp = workload({
  name: 'wake-up',
  rows: { 'wake-up-p50': { unit: 'ms', better: 'less' }, 'wake-up-p99': { unit: 'ms', better: 'less' } },
  rounds: { full: 3, quick: 1 },
  needs: ['tasks'],
  async run(session, { size }) {
    const count = size === 'quick' ? 50 : 200
    await session.startWorkers({ concurrency: 100, processes: 1 })
    for (let k = 1; k <= WARM_UP + count; k++) {
      await sleep(PAUSE_MS)
      await session.tasks(1, { kind: 'late', stamp: unixMs() })
      await session.tally.until(k)
    }
    const late = session.tally.lateness.slice(WARM_UP)
    return { 'wake-up-p50': quantile(late, 0.5), 'wake-up-p99': quantile(late, 0.99) }
  },
})
