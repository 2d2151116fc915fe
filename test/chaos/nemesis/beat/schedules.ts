/** The schedules of a run: made from a seed, each with the grid on which its nominal times must lie, told without the engine's own timetables. Pure. */
import { type Canvas, chain, group, type OverlapPolicy, type ScheduleDefinition, signature } from '../../../../src/engine/index.js'
import { SeededRandom } from '../../../support/random.js'
import type { Grid } from './history.js'

export interface PlannedSchedule {
  definition: ScheduleDefinition
  grid: Grid
}

/** How many are due how often: 109 ticks a second in all. */
const RATES: readonly (readonly [count: number, seconds: number])[] = [
  [80, 1],
  [40, 2],
  [30, 5],
  [20, 10],
  [15, 30],
  [15, 60],
]

/** Offsets from UTC in whole minutes: none moves the seconds of a line. */
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Chatham'] as const

/** Under which some runs may be left out; each in turn for the schedules of every tenth number. */
const POLICIES: readonly OverlapPolicy[] = ['skip', 'bufferOne', 'bufferAll', 'cancelOther', 'terminateOther']

/** Everything that was missed is caught up: beats and Redis may be away for as long as a run takes. */
const CATCH_UP = { mode: 'all', windowMs: 86_400_000, max: 10_000 } as const
/** Members and characters of what is too large for one call, 512 kB. */
const WIDE = { members: 60, characters: 10_000 }

/** Nobody changes when these are due. */
export function watchedSchedules(seed: number): PlannedSchedule[] {
  const random = new SeededRandom(seed)
  return RATES.flatMap(([count, seconds]) => Array.from({ length: count }, () => seconds)).map((seconds, n) => watched(n, seconds, random))
}

function watched(n: number, seconds: number, random: SeededRandom): PlannedSchedule {
  const id = `watched-${n}`
  const overlap = n % 10 === 9 ? (POLICIES[Math.floor(n / 10) % POLICIES.length] as OverlapPolicy) : 'allowAll'
  const jitter = n % 7 === 3 && seconds < 10 ? { jitterMs: 400 } : {}
  const { rules, offsetMs } = timesOf(seconds, random)
  const definition = { id, rules, canvas: canvasOf(id, n), overlap, catchUp: CATCH_UP, timeZone: random.pick(ZONES), ...jitter }
  return { definition, grid: { periodMs: seconds * 1_000, offsetMs } }
}

/** A line with seconds, two lines, or an interval. */
function timesOf(seconds: number, random: SeededRandom): { rules: ScheduleDefinition['rules']; offsetMs: number } {
  const periodMs = seconds * 1_000
  if (random.chance(0.5)) {
    const offsetMs = random.int(0, 9) * (periodMs / 10)
    return { rules: { everyMs: periodMs, offsetMs }, offsetMs }
  }
  const offset = random.int(0, seconds - 1)
  const all = Array.from({ length: 60 / seconds }, (_, k) => offset + k * seconds)
  return { rules: linesOf(all, random), offsetMs: offset * 1_000 }
}

function linesOf(seconds: readonly number[], random: SeededRandom): string | string[] {
  if (seconds.length === 60) return '* * * * * *'
  if (seconds.length === 1 && seconds[0] === 0) return '* * * * *'
  const line = (some: readonly number[]): string => `${some.join(',')} * * * * *`
  const half = Math.floor(seconds.length / 2)
  return half > 0 && random.chance(0.3) ? [line(seconds.slice(0, half)), line(seconds.slice(half))] : line(seconds)
}

function canvasOf(id: string, n: number): Canvas {
  const tick = signature('tick', [id], n % 10 === 9 ? { ms: 20 } : {})
  if (n === 150) {
    const wide = Array.from({ length: WIDE.members }, (_, k) => signature('echo', [`${k} ${'x'.repeat(WIDE.characters)}`]))
    return chain(tick, group(wide))
  }
  return n % 5 === 1 ? chain(tick, signature('echo')) : tick
}

/** Those that are changed from outside. */
export const CHANGED = 24
const VARIANTS: readonly Grid[] = [
  { periodMs: 1_000, offsetMs: 0 },
  { periodMs: 1_000, offsetMs: 300 },
  { periodMs: 2_000, offsetMs: 300 },
  { periodMs: 3_000, offsetMs: 0 },
]

export const changedId = (n: number): string => `changed-${n}`

/** One of these, as it is in one of its variants. */
export function changedSchedule(n: number, variant: number): PlannedSchedule {
  const grid = VARIANTS[variant % VARIANTS.length] as Grid
  const id = changedId(n)
  const rules = { everyMs: grid.periodMs, offsetMs: grid.offsetMs }
  return { definition: { id, rules, canvas: signature('tick', [id]), overlap: 'allowAll', catchUp: CATCH_UP }, grid }
}

/** All grids that one of these may be on. */
export const changedGrids = (): Grid[] => [...VARIANTS]
