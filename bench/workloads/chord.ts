/**
 * Chords from submit to end, in tasks per second, bodies included: as the floor, all are stored first and then worked off by one process.
 * The clock stands still while the worker connects; no handler runs in that time.
 */
import { type Size, type Workload, workload } from '../contract.js'

const TASKS: Record<Size, number> = { full: 100_000, quick: 20_000 }
const QUICK = [100, 500, 1_000]

export const widthOf = (workload: string): number | null => {
  const width = /^chord-(\d+)$/.exec(workload)?.[1]
  return width === undefined ? null : Number(width)
}

/** How many chords of this width make one measurement of the floor. */
export const chordsOf = (width: number, size: Size): number => Math.max(2, Math.round(TASKS[size] / width))

/** A chord of 10,000 takes Celery half a minute; beyond, the question is only whether our own cost per task grows with the width. */
function onlyFor(width: number): { only?: string[] } {
  if (width > 10_000) return { only: ['chordis'] }
  return width > 1_000 ? { only: ['chordis', 'bullmq', 'floor'] } : {}
}

export function chord(width: number): Workload {
  const name = `chord-${width}`
  return workload({
    name,
    rows: { [name]: { unit: 'tasks/s', better: 'more' } },
    rounds: { full: width > 1_000 ? 3 : 5, quick: QUICK.includes(width) ? 2 : 0 },
    ...onlyFor(width),
    needs: ['chords'],
    async run(session, { scaled }) {
      const count = scaled(TASKS.full / width, width > 200 ? 1 : 2)
      const submitFrom = performance.now()
      const running = await session.chords(count, width)
      const submitMs = performance.now() - submitFrom
      await session.startWorkers({ concurrency: 100 })
      const workFrom = performance.now()
      await running.ended
      const workMs = performance.now() - workFrom
      return { [name]: ((width + 1) * count * 1_000) / (submitMs + workMs) }
    },
  })
}
