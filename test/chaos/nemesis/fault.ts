/** What a fault is. The table of all of them: faults.ts. */
import type { SeededRandom } from '../../support/random.js'
import type { Arena, Topology } from './arena.js'

/** Faults of one lane follow one another; those of different lanes overlap. */
export type Lane = 'worker' | 'redis' | 'client'

/** `A`: where it happens. */
export interface Fault<A = Arena> {
  name: string
  lane: Lane
  /** One line: what is done. */
  doc: string
  /** Where it can be injected; default: with a single Redis. */
  topologies?: readonly Topology[]
  /** What it does to others is measured: no other fault is on while it begins. */
  alone?: boolean
  /** Injects it, heals it, and answers how long what it hit took to work again, ms; null when there was nothing to hit. */
  inject(arena: A, random: SeededRandom): Promise<number | null>
}
