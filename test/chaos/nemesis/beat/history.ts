/** The lines that a run of schedules adds to a history. Wall times are Unix ms by the clock of this machine, which is Redis's too. */
import type { OverlapPolicy, RunKind } from '../../../../src/engine/index.js'

interface Timed {
  t: number
}

/** What the wall clock said at `t`. */
export interface ClockEntry extends Timed {
  op: 'clock'
  wallMs: number
}

/** A grid of nominal times: all whose remainder by `periodMs` is `offsetMs`. */
export interface Grid {
  periodMs: number
  offsetMs: number
}

/** A schedule was made, before the first fault. */
export interface ScheduleEntry extends Timed {
  op: 'schedule'
  schedule: string
  /** Nobody changes when it is due: every nominal time from `first` on is counted. Of others, only that none is fired twice. */
  watched: boolean
  overlap: OverlapPolicy
  /** When it may be due: one grid, or, of one that is changed, several. */
  grids: Grid[]
  /** The nominal time that came next when it was made, wall ms. */
  first: number
}

/** What a beat heard of an item that it had sent; a beat that dies, or whose answer is lost, hears nothing. */
export interface HeardEntry extends Timed {
  op: 'heard'
  beat: string
  schedule: string
  /** Null: of ticks that were passed over. */
  kind: RunKind | null
  nominal: number | null
  answer: string
  latenessMs: number
  passed: number
}

export type ChangeKind = 'same' | 'note' | 'times' | 'pause' | 'resume' | 'trigger' | 'backfill' | 'delete' | 'make'

/** Somebody changes a schedule: `invoke` sent, `ok` answered, `fail` refused, `info` no answer (it is sent again, as another one). */
export interface ChangeEntry extends Timed {
  op: 'change'
  type: 'invoke' | 'ok' | 'fail' | 'info'
  id: number
  kind: ChangeKind
  schedule: string
  answer?: string
  /** Of a trigger that was answered. */
  workflow?: string
  error?: string
}

/** Up to here all ticks of watched schedules are counted, wall ms. */
export interface UntilEntry extends Timed {
  op: 'until'
  wallMs: number
}

/** A workflow of a schedule, as Redis holds it at the end. `t` is when it was submitted. */
export interface FiredEntry extends Timed {
  op: 'fired'
  schedule: string
  kind: RunKind
  nominal: number
  workflow: string
  state: string
  ended: boolean
  latenessMs: number
  /** When it was submitted, wall ms. */
  at: number
  /** Which beat heard that it had; null when none did. */
  beat: string | null
}

/** The counters of a schedule at the end. */
export interface CountsEntry extends Timed {
  op: 'counts'
  schedule: string
  fired: number
  skipped: number
  missed: number
  /** Runs that still waited for an earlier one. */
  waiting: number
}

export type BeatEntry = ClockEntry | ScheduleEntry | HeardEntry | ChangeEntry | UntilEntry | FiredEntry | CountsEntry
