/** The schedules that a beat has met, each in its newest version: read, compiled and with a timetable. Bounded. */
import { splitName } from '../protocol/schedules.js'
import type { RedisConnection } from '../redis/connection.js'
import type { Namespace } from '../redis/namespace.js'
import { type DueSchedule, readSchedules } from '../redis/schedules.js'
import type { Logger } from '../worker/logger.js'
import { parseSchedule } from './definition.js'
import { Ticks } from './plan.js'
import { type ReadySchedule, readySchedule } from './submissions.js'
import { timetableOf } from './timing/index.js'

export interface KnownSchedule extends ReadySchedule {
  ticks: Ticks
}

/** Bytes of compiled canvases and their timetables that are kept. */
const MOST_BYTES = 64 * 1_024 * 1_024
const OWN_BYTES = 2_000
/** Definitions that one call reads. */
const READ_AT_ONCE = 100

export class KnownSchedules {
  private readonly known = new Map<string, KnownSchedule>()
  private bytes = 0
  /** Versions that cannot be read, by name: each is told of once. */
  private readonly broken = new Map<string, string>()

  constructor(
    private readonly connection: RedisConnection,
    private readonly namespace: Namespace,
    private readonly logger: Logger,
  ) {}

  /** Those of these that can be fired; what is not known in that version is read. */
  async of(partition: number, due: readonly DueSchedule[]): Promise<Map<string, KnownSchedule>> {
    const found = new Map<string, KnownSchedule>()
    const missing: string[] = []
    for (const { name, state } of due) {
      const known = this.known.get(name)
      if (known?.version === state.version) found.set(name, known)
      else missing.push(name)
    }
    for (let from = 0; from < missing.length; from += READ_AT_ONCE) {
      for (const known of await this.read(partition, missing.slice(from, from + READ_AT_ONCE))) found.set(known.name, known)
    }
    return found
  }

  private async read(partition: number, names: readonly string[]): Promise<KnownSchedule[]> {
    const { found } = await readSchedules(this.connection, this.namespace, partition, names)
    return found.flatMap(({ name, state, definition }) => {
      try {
        const schedule = parseSchedule(splitName(name), definition)
        const ready = readySchedule(schedule, state.version)
        const known = { ...ready, ticks: new Ticks(name, schedule, timetableOf(schedule.timing)) }
        this.keep(known)
        return [known]
      } catch (error) {
        if (this.broken.get(name) !== state.version)
          this.logger.error({ err: error, schedule: name }, 'a schedule cannot be read; it does not fire')
        this.broken.set(name, state.version)
        return []
      }
    })
  }

  private keep(known: KnownSchedule): void {
    const before = this.known.get(known.name)
    if (before !== undefined) this.forget(before)
    this.known.set(known.name, known)
    this.bytes += bytesOf(known)
    for (const oldest of this.known.values()) {
      if (this.bytes <= MOST_BYTES || oldest === known) break
      this.forget(oldest)
    }
  }

  private forget(known: KnownSchedule): void {
    this.known.delete(known.name)
    this.bytes -= bytesOf(known)
  }
}

const bytesOf = ({ stored }: KnownSchedule): number => stored.bytes + OWN_BYTES
