/** All contestants, in the order of the table. Ours is the first: ratios are to it. */
import type { Contestant } from '../contract.js'
import { chordis } from './chordis.js'
import { floor } from './floor.js'

export const contestants: Contestant[] = [chordis, floor]
