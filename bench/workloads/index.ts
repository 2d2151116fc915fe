/** All workloads, in the order of the table. */
import type { Workload } from '../contract.js'
import { bytesWaiting } from './bytes-waiting.js'
import { chainLatency } from './chain-latency.js'
import { chord } from './chord.js'

export const workloads: Workload[] = [chord(100), chord(500), chord(1_000), chainLatency, bytesWaiting]
/** What `npm run bench -- floor` runs. */
export const FLOOR_WORKLOADS = ['chord-100', 'chord-500', 'chord-1000', 'chain-10', 'bytes-waiting-member']
