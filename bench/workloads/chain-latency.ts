/** A chain of 10 on an idle system, submit to result, one after another; also in bare round trips of the same minute. */
import { workload } from '../contract.js'
import { quantile } from '../lib/stats.js'

const LENGTH = 10
/** Round trips measured after each chain, in the same state of caches and clocks. */
const PINGS = 12

export const chainLatency = workload({
  name: 'chain-10',
  rows: {
    'chain-10-p50': { unit: 'ms', better: 'less' },
    'chain-10-p99': { unit: 'ms', better: 'less' },
    'chain-10-p50-round-trips': { unit: 'round trips', better: 'less' },
    'round-trip-p50': { unit: 'ms', better: 'neither' },
  },
  rounds: { full: 5, quick: 2 },
  needs: ['chains'],
  async run(session, { scaled, redis }) {
    await session.startWorkers({ concurrency: 100 })
    const one = async (): Promise<number> => {
      const from = performance.now()
      const { ended } = await session.chains(1, LENGTH)
      await ended
      return performance.now() - from
    }
    const count = scaled(500, 40)
    for (let k = 0; k < count / 3; k++) await one()
    const times: number[] = []
    const pings: number[] = []
    for (let k = 0; k < count; k++) {
      times.push(await one())
      for (let p = 0; p < PINGS; p++) pings.push(await redis.roundTripMs())
    }
    const p50 = quantile(times, 0.5)
    const roundTrip = quantile(pings, 0.5)
    return {
      'chain-10-p50': p50,
      'chain-10-p99': quantile(times, 0.99),
      'chain-10-p50-round-trips': p50 / roundTrip,
      'round-trip-p50': roundTrip,
    }
  },
})
