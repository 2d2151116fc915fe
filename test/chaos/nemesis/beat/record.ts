/** A history of schedules sorted by what it is about. Pure. */
import type { Entry, FaultEntry, WorkerEntry } from '../history.js'
import { HistoryRecord } from '../record.js'
import type { ChangeEntry, CountsEntry, FiredEntry, HeardEntry, ScheduleEntry } from './history.js'

/** One schedule: what it is, what it submitted, what beats heard of it. */
export interface ScheduleRecord {
  id: string
  made?: ScheduleEntry
  /** By nominal time: of its ticks, whoever asked for them. */
  ticks: Map<number, FiredEntry[]>
  triggers: FiredEntry[]
  heard: HeardEntry[]
  counts?: CountsEntry
}

/** From when to when a fault was on; `until` is infinite when the history does not say. */
export interface FaultWindow {
  id: number
  name: string
  from: number
  until: number
}

export class BeatRecord {
  readonly schedules = new Map<string, ScheduleRecord>()
  readonly workflows = new Map<string, FiredEntry>()
  readonly changes: ChangeEntry[] = []
  readonly windows: FaultWindow[]
  /** Moments in which a beat was killed or frozen. */
  readonly strikes: WorkerEntry[] = []
  /** What tasks did, and what became of faults and workers. */
  readonly general: HistoryRecord
  /** When the sweep gave a worker up: what it held runs elsewhere. By worker. */
  readonly givenUp = new Map<string, number[]>()
  untilMs = 0
  /** Wall clock at `t` 0. */
  wallOrigin = 0

  constructor(given: Iterable<Entry>) {
    const entries = [...given].sort((a, b) => a.t - b.t)
    this.general = new HistoryRecord(entries)
    for (const entry of entries) this.add(entry)
    this.windows = windowsOf(this.general.faults)
  }

  private add(entry: Entry): void {
    if (entry.op === 'clock') this.wallOrigin = entry.wallMs - entry.t
    else if (entry.op === 'until') this.untilMs = entry.wallMs
    else if (entry.op === 'schedule') this.of(entry.schedule).made = entry
    else if (entry.op === 'counts') this.of(entry.schedule).counts = entry
    else if (entry.op === 'heard') this.of(entry.schedule).heard.push(entry)
    else if (entry.op === 'fired') this.fired(entry)
    else if (entry.op === 'change') this.changes.push(entry)
    else if (entry.op === 'lost') this.givenUp.set(entry.worker, [...(this.givenUp.get(entry.worker) ?? []), entry.t])
    else if (entry.op === 'worker' && entry.type === 'phase') this.strikes.push(entry)
  }

  private fired(entry: FiredEntry): void {
    const { ticks, triggers } = this.of(entry.schedule)
    this.workflows.set(entry.workflow, entry)
    if (entry.kind === 'trigger') return void triggers.push(entry)
    const same = ticks.get(entry.nominal)
    if (same === undefined) ticks.set(entry.nominal, [entry])
    else same.push(entry)
  }

  private of(id: string): ScheduleRecord {
    let found = this.schedules.get(id)
    if (found === undefined) {
      found = { id, ticks: new Map(), triggers: [], heard: [] }
      this.schedules.set(id, found)
    }
    return found
  }
}

function windowsOf(faults: readonly FaultEntry[]): FaultWindow[] {
  const found = new Map<number, FaultWindow>()
  for (const { t, type, id, name } of faults) {
    if (type === 'invoke') found.set(id, { id, name, from: t, until: Number.POSITIVE_INFINITY })
    else Object.assign(found.get(id) ?? {}, { until: t })
  }
  return [...found.values()]
}
