/** The plan of a seed: which fault when, in each lane. Pure: the same seed and faults make the same plan. */
import { SeededRandom } from '../../support/random.js'
import type { Arena } from './arena.js'
import type { Fault, Lane } from './fault.js'

export interface Step<A = Arena> {
  fault: Fault<A>
  /** Pause before it, ms. */
  gapMs: number
  /** What the fault chooses from. */
  random: SeededRandom
}

const LANES: readonly Lane[] = ['worker', 'redis', 'client']
/** Pauses between two faults of a lane, ms. */
export type Gaps = { [lane in Lane]: { least: number; most: number } }

/** While Redis is away nothing moves, so that it is left alone for longer. */
const GAPS: Gaps = {
  worker: { least: 50, most: 600 },
  redis: { least: 600, most: 2_400 },
  client: { least: 50, most: 600 },
}

/** The lanes that have faults, each an endless plan. Every fault of a lane comes once before any comes again. */
export function plan<A = Arena>(seed: number, faults: readonly Fault<A>[], gaps: Gaps = GAPS): Map<Lane, Generator<Step<A>>> {
  const random = new SeededRandom(seed)
  const lanes = LANES.map(
    (lane) =>
      [
        lane,
        steps(
          faults.filter((fault) => fault.lane === lane),
          random.fork(),
          gaps,
        ),
      ] as const,
  )
  return new Map(lanes.filter(([lane]) => faults.some((fault) => fault.lane === lane)))
}

function* steps<A>(faults: readonly Fault<A>[], random: SeededRandom, gaps: Gaps): Generator<Step<A>> {
  for (;;) {
    for (const fault of random.shuffle(faults))
      yield { fault, gapMs: random.int(gaps[fault.lane].least, gaps[fault.lane].most), random: random.fork() }
  }
}
