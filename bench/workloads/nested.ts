/** Canvases of 1,000 tasks, chords and chains nested three deep (shapes.ts), submit to end, in tasks per second. */
import { workload } from '../contract.js'
import { NESTED } from './shapes.js'

export const nested = workload({
  name: 'nested-1000',
  rows: { 'nested-1000': { unit: 'tasks/s', better: 'more' } },
  rounds: { full: 3, quick: 0 },
  needs: ['nested'],
  async run(session, { scaled }) {
    const count = scaled(20)
    const submitFrom = performance.now()
    const running = await session.nested(count)
    const submitMs = performance.now() - submitFrom
    await session.startWorkers({ concurrency: 100 })
    const workFrom = performance.now()
    await running.ended
    return { 'nested-1000': (count * NESTED.tasks * 1_000) / (submitMs + performance.now() - workFrom) }
  },
})
