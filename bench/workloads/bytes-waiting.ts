/** Redis memory of a chord's member that waits for a worker: 40 bytes of distinct text as its argument, no worker. */
import { type Figures, type Row, workload } from '../contract.js'

const WIDTHS = [100, 500, 1_000, 10_000]
const row = (width: number): string => `bytes-waiting-member-${width}`

export const bytesWaiting = workload({
  name: 'bytes-waiting-member',
  rows: Object.fromEntries(WIDTHS.map((width): [string, Row] => [row(width), { unit: 'bytes', better: 'less' }])),
  rounds: { full: 2, quick: 1 },
  needs: ['chordOfTexts'],
  async run(session, { scaled, redis }) {
    const figures: Figures = {}
    for (const width of WIDTHS) {
      // The first makes what the contestant keeps once.
      await session.chordOfTexts(width)
      const count = scaled(100_000 / width, 2)
      const before = await redis.usedMemory()
      for (let k = 0; k < count; k++) await session.chordOfTexts(width)
      figures[row(width)] = ((await redis.usedMemory()) - before) / (count * width)
    }
    return figures
  },
})
