/** All contestants, in the order of the table. Ours is the first: ratios are to it. */
import type { Contestant } from '../contract.js'
import { beeQueue } from './bee-queue.js'
import { bullmq } from './bullmq.js'
import { celery } from './celery.js'
import { chordis } from './chordis.js'
import { floor } from './floor.js'

export const contestants: Contestant[] = [chordis, bullmq, beeQueue, celery, floor]
