/**
 * Whether a task costs the same in a wide chord: the time per task of one chord of 100,000 over that of 200 chords of 500, submit to end, both with the
 * worker running. Taken in turns in one process, so that a machine that slows down slows both.
 */
import { workload } from '../contract.js'

const WIDE = 100_000
const NARROW = 500
const TURNS = 2

export const linear = workload({
  name: 'linear-100000',
  rows: { 'linear-100000': { unit: 'x the time per task at 500', better: 'less' } },
  rounds: { full: 3, quick: 0 },
  only: ['chordis'],
  needs: ['chords'],
  async run(session) {
    await session.startWorkers({ concurrency: 100 })
    const ms = async (width: number): Promise<number> => {
      const from = performance.now()
      const { ended } = await session.chords(WIDE / width, width)
      await ended
      return (performance.now() - from) / ((WIDE / width) * (width + 1))
    }
    await ms(NARROW)
    let [wide, narrow] = [0, 0]
    for (let k = 0; k < TURNS; k++) {
      narrow += await ms(NARROW)
      wide += await ms(WIDE)
    }
    return { 'linear-100000': wide / narrow }
  },
})
