/** The plan of a seed: which fault when, in each lane. Pure: the same seed and faults make the same plan. */
import { SeededRandom } from '../../support/random.js'
import type { Fault, Lane } from './fault.js'

export interface Step {
  fault: Fault
  /** Pause before it, ms. */
  gapMs: number
  /** What the fault chooses from. */
  random: SeededRandom
}

const LANES: readonly Lane[] = ['worker', 'redis', 'client']
/** Between two faults of a lane, ms. While Redis is away nothing moves, so that it is left alone for longer. */
const GAP_MS: { [lane in Lane]: { least: number; most: number } } = {
  worker: { least: 50, most: 600 },
  redis: { least: 600, most: 2_400 },
  client: { least: 50, most: 600 },
}

/** The lanes that have faults, each an endless plan. Every fault of a lane comes once before any comes again. */
export function plan(seed: number, faults: readonly Fault[]): Map<Lane, Generator<Step>> {
  const random = new SeededRandom(seed)
  const lanes = LANES.map(
    (lane) =>
      [
        lane,
        steps(
          faults.filter((fault) => fault.lane === lane),
          random.fork(),
        ),
      ] as const,
  )
  return new Map(lanes.filter(([lane]) => faults.some((fault) => fault.lane === lane)))
}

function* steps(faults: readonly Fault[], random: SeededRandom): Generator<Step> {
  for (;;) {
    for (const fault of random.shuffle(faults))
      yield { fault, gapMs: random.int(GAP_MS[fault.lane].least, GAP_MS[fault.lane].most), random: random.fork() }
  }
}
