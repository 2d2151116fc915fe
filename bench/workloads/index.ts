/** All workloads, in the order of the table. */
import type { Workload } from '../contract.js'
import { bytesFinished } from './bytes-finished.js'
import { bytesPlain } from './bytes-plain.js'
import { bytesWaiting } from './bytes-waiting.js'
import { chainLatency } from './chain-latency.js'
import { chainsThroughput } from './chains-throughput.js'
import { chord } from './chord.js'
import { delayed } from './delayed.js'
import { enqueueBulk } from './enqueue-bulk.js'
import { bigGroup } from './group.js'
import { httpNdjson, httpSubmit } from './http.js'
import { idle } from './idle.js'
import { ioBound } from './io-bound.js'
import { linear } from './linear.js'
import { nested } from './nested.js'
import { payload } from './payload.js'
import { plain } from './plain.js'
import { revoke } from './revoke.js'
import { scale } from './scale.js'
import { schedules } from './schedules.js'
import { startUp } from './start-up.js'
import { wakeUp } from './wake-up.js'

export const workloads: Workload[] = [
  enqueueBulk,
  plain('plain-c1', 1, 1, 20_000),
  plain('plain-c10', 10, 1, 50_000),
  plain('plain-c100', 100, 1, 100_000),
  plain('plain-2p', 100, 2, 100_000),
  chord(10),
  chord(100),
  chord(250),
  chord(500),
  chord(1_000),
  chord(10_000),
  chord(100_000),
  linear,
  chainLatency,
  chainsThroughput,
  nested,
  delayed,
  ioBound,
  payload,
  wakeUp,
  startUp,
  idle,
  bytesWaiting,
  bytesPlain,
  bytesFinished,
  bigGroup,
  revoke,
  schedules,
  httpSubmit,
  httpNdjson,
  scale(1),
  scale(2),
  scale(4),
]
/** What `npm run bench -- floor` runs. */
export const FLOOR_WORKLOADS = ['chord-100', 'chord-500', 'chord-1000', 'chain-10', 'bytes-waiting-member']
