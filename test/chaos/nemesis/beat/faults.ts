/** The faults of a run of schedules. `npm run chaos -- --workload beat --list` prints them. */
import type { Fault } from '../fault.js'
import { chosenOf } from '../faults.js'
import { redisFaults } from '../faults-redis.js'
import type { Gaps } from '../plan.js'
import type { BeatArena } from './arena.js'
import { networkFaults } from './faults-network.js'
import { processFaults } from './faults-process.js'

/** What Redis answered stays true: it is killed with `appendfsync always` only. */
const OF_REDIS = [
  'redis-kill',
  'redis-restart',
  'redis-freeze',
  'redis-debug-sleep',
  'redis-pause-write',
  'redis-pause-all',
  'client-kill-normal',
  'client-kill-pubsub',
  'function-flush',
]

export const BEAT_FAULTS: readonly Fault<BeatArena>[] = [
  ...processFaults,
  ...networkFaults,
  ...redisFaults.filter(({ name }) => OF_REDIS.includes(name)),
]

/** Longer than those of other runs: how late schedules are, and who takes over how fast, is told between faults. */
export const BEAT_GAPS: Gaps = {
  worker: { least: 300, most: 2_500 },
  redis: { least: 2_000, most: 6_000 },
  client: { least: 500, most: 3_000 },
}

/** These faults, or of all. @throws Error */
export const beatFaultsOf = (names: readonly string[] = []): Fault<BeatArena>[] => chosenOf(BEAT_FAULTS, names, 'with schedules')
