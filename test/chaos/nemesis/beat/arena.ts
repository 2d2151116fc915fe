/** Where a run of schedules takes place: a real Redis, beats, workers, and somebody who changes schedules. Faults see only this. */
import type { Client } from '../../../../src/engine/index.js'
import type { RedisProxy } from '../../../support/proxy.js'
import type { SeededRandom } from '../../../support/random.js'
import type { Crew, Slot } from '../crew.js'
import { Ground, type GroundParts } from '../ground.js'
import type { Entry } from '../history.js'

export interface BeatParts extends GroundParts {
  namespace: string
  beats: Crew
  workers: Crew
  /** In front of Redis for who changes schedules. */
  changesProxy: RedisProxy
  /** Goes around every proxy. */
  control: Client
  /** The wall clock of this machine when the run began, Unix ms. */
  wallOrigin: number
}

export class BeatArena extends Ground<BeatParts> {
  /** A beat by chance. */
  victim(random: SeededRandom): Promise<Slot> {
    return this.parts.beats.victim((slots) => random.pick(slots))
  }

  /** Ms from `since` until a tick that became due after that had been fired, as a beat heard. */
  async probe(since: number): Promise<number> {
    let at: number | undefined
    const stop = this.listen((entry) => {
      if (isFiredTick(entry) && (entry.nominal ?? 0) - this.parts.wallOrigin >= since) at ??= entry.t
    })
    try {
      await this.fact('a tick fires', () => at !== undefined)
      return Math.max(0, (at ?? since) - since)
    } finally {
      stop()
    }
  }
}

const isFiredTick = (entry: Entry): entry is Entry & { op: 'heard' } =>
  entry.op === 'heard' && entry.kind === 'tick' && entry.answer === 'fired'
