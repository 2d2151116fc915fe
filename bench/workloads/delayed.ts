/** 10,000 delayed tasks that come due at one instant, one worker process: how late they start, and when the last one does. */
import { workload } from '../contract.js'
import { quantile } from '../lib/stats.js'

const LEAD_MS = 3_000

export const delayed = workload({
  name: 'delayed-10000',
  rows: { 'delayed-10000-p50': { unit: 'ms late', better: 'less' }, 'delayed-10000-p99': { unit: 'ms late', better: 'less' } },
  rounds: { full: 3, quick: 0 },
  // Celery's worker takes delayed tasks in one by one, under 1,000 a second, and starts them minutes late.
  only: ['chordis', 'bullmq', 'bee-queue'],
  needs: ['tasks'],
  async run(session, { size }) {
    // The same for everyone: how late the last one is depends on how many there are.
    const count = size === 'quick' ? 1_000 : 10_000
    await session.startWorkers({ concurrency: 100, processes: 1 })
    const began = Date.now()
    await session.tasks(200, { kind: 'late', stamp: began, dueMs: began })
    const perTask = (Date.now() - began) / 200
    const dueMs = Math.ceil(Date.now() + LEAD_MS + 1.5 * count * perTask)
    await session.tally.until(200)
    await session.tasks(count, { kind: 'late', stamp: dueMs, dueMs })
    if (Date.now() > dueMs) throw new Error('storing them took longer than they were delayed')
    await session.tally.until(200 + count)
    const late = session.tally.lateness.slice(200)
    return { 'delayed-10000-p50': quantile(late, 0.5), 'delayed-10000-p99': quantile(late, 0.99) }
  },
})
