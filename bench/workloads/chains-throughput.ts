/** 1,000 chains of 10 at once, submit to last end, in tasks per second. */
import { workload } from '../contract.js'

const LENGTH = 10

export const chainsThroughput = workload({
  name: 'chains-1000',
  rows: { 'chains-1000': { unit: 'tasks/s', better: 'more' } },
  rounds: { full: 5, quick: 0 },
  needs: ['chains'],
  async run(session, { scaled }) {
    const count = scaled(1_000, 20)
    const submitFrom = performance.now()
    const running = await session.chains(count, LENGTH)
    const submitMs = performance.now() - submitFrom
    await session.startWorkers({ concurrency: 100 })
    const workFrom = performance.now()
    await running.ended
    return { 'chains-1000': (count * LENGTH * 1_000) / (submitMs + performance.now() - workFrom) }
  },
})
