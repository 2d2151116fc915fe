/** Redis memory that a node of an ended chord still takes, until retention: 40 bytes of distinct text as its argument, a number as its result. */
import { type Figures, type Row, workload } from '../contract.js'

const WIDTHS = [100, 1_000, 10_000]
const row = (width: number): string => `bytes-finished-node-${width}`

export const bytesFinished = workload({
  name: 'bytes-finished-node',
  rows: Object.fromEntries(WIDTHS.map((width): [string, Row] => [row(width), { unit: 'bytes', better: 'less' }])),
  rounds: { full: 2, quick: 0 },
  only: ['chordis', 'bullmq'],
  needs: ['chordOfTexts'],
  async run(session, { scaled, redis }) {
    const figures: Figures = {}
    await session.startWorkers({ concurrency: 100 })
    const end = async (count: number, width: number): Promise<void> => {
      for (let k = 0; k < count; k++) await (await session.chordOfTexts(width)).ended
    }
    for (const width of WIDTHS) {
      await end(1, width)
      const count = scaled(50_000 / width, 1)
      const before = await redis.usedMemory()
      await end(count, width)
      figures[row(width)] = ((await redis.usedMemory()) - before) / (count * (width + 1))
    }
    return figures
  },
})
