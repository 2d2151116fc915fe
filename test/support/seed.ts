/**
 * Seeded randomness for tests. A test that fails prints its seed; CHORDIS_SEED=<seed> replays it.
 */
import { onTestFailed } from 'vitest'
import { SeededRandom } from './random.js'

export { SeededRandom }

/** The seed of this run: CHORDIS_SEED, or a fresh one (32-bit). */
export function pickSeed(): number {
  const given = process.env.CHORDIS_SEED
  if (given === undefined || given === '') return Math.floor(Math.random() * 2 ** 32)
  const seed = Number(given)
  if (!Number.isInteger(seed)) throw new Error(`CHORDIS_SEED must be an integer, got ${JSON.stringify(given)}`)
  return seed >>> 0
}

/** Random numbers for the running test; prints the seed if the test fails. Call it inside a test only. */
export function seeded(seed: number = pickSeed()): SeededRandom {
  onTestFailed(({ task }) => console.error(`[seed] "${task.name}" failed; replay with CHORDIS_SEED=${seed}`))
  return new SeededRandom(seed)
}
