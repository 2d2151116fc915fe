/** Plain tasks stored per second by one producer, no worker. */
import { workload } from '../contract.js'

export const enqueueBulk = workload({
  name: 'enqueue-bulk',
  rows: { 'enqueue-bulk': { unit: 'tasks/s', better: 'more' } },
  rounds: { full: 5, quick: 1 },
  needs: ['tasks'],
  async run(session, { scaled }) {
    const count = scaled(100_000, 500)
    await session.tasks(200, { kind: 'noop' })
    const from = performance.now()
    await session.tasks(count, { kind: 'noop' })
    return { 'enqueue-bulk': (count * 1_000) / (performance.now() - from) }
  },
})
