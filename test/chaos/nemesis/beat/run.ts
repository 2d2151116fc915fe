/** One run of schedules: they are fired while the plan's faults happen and people change them; then all is healed, and the history is judged. */
import type { Fault } from '../fault.js'
import { clockFrom, type Entry, type Event, monotonicMs } from '../history.js'
import { Injection } from '../injection.js'
import { plan } from '../plan.js'
import type { BeatArena } from './arena.js'
import { type BeatVerdict, checkBeat } from './checker.js'
import { caughtUp, dumpSchedules, tickName } from './dump.js'
import { BEAT_GAPS } from './faults.js'
import { type BeatStage, setBeatStage } from './stage.js'

export interface BeatRunOptions {
  seed: number
  seconds: number
  faults: readonly Fault<BeatArena>[]
  /** Beat processes. */
  beats: number
  /** Worker processes: they are left alone, and run what is submitted. */
  workers: number
  leaseMs: number
  /** A guard of the library that is broken on purpose, in all processes. */
  library?: { find: string; replacement: string }
  /** Told of every entry as it comes, for a file. */
  onEntry?: (entry: Entry) => void
  /** Told now and then how far the run is. */
  onProgress?: (progress: BeatProgress) => void
}

export interface BeatProgress {
  elapsedMs: number
  /** Ticks of which a beat heard that it had submitted them. */
  fired: number
  faults: number
  /** Names of the faults that are on. */
  now: string[]
}

const LOOK_MS = 50
const TELL_MS = 500

/** Everything that is written down, and who fired what. */
class Log {
  readonly entries: Entry[] = []
  /** The beat that heard of a tick that it had submitted it. */
  readonly beats = new Map<string, string>()

  constructor(private readonly onEntry: ((entry: Entry) => void) | undefined) {}

  take(entry: Entry): void {
    this.entries.push(entry)
    this.onEntry?.(entry)
    if (entry.op === 'heard' && entry.answer === 'fired' && entry.nominal !== null)
      this.beats.set(tickName(entry.schedule, entry.nominal), entry.beat)
  }
}

export async function runBeatNemesis(options: BeatRunOptions): Promise<BeatVerdict> {
  const { seed, seconds, leaseMs, beats, workers, onEntry } = options
  const origin = monotonicMs()
  const now = clockFrom(origin)
  const log = new Log(onEntry)
  const write = (event: Event): void => log.take({ t: now(), ...event } as Entry)
  write({ op: 'run', seed, seconds, leaseMs, topology: 'single' })
  const stage = await setBeatStage({ seed, beats, workers, leaseMs, origin, now, write, library: options.library })
  const pump = (): void => {
    const news = [stage.arena.parts.beats, stage.arena.parts.workers].flatMap((crew) => crew.news())
    for (const entry of news) log.take(entry)
    stage.arena.heard(news)
  }
  const pumping = setInterval(pump, LOOK_MS)
  try {
    await perform(stage, options, log)
    await stage.arena.parts.beats.stop()
    pump()
    for (const entry of await dumpSchedules(stage.arena, stage.watched, log.beats)) log.take(entry)
  } finally {
    await Promise.all([stage.arena.parts.beats.stop(), stage.arena.parts.workers.stop()])
    clearInterval(pumping)
    pump()
    await stage.stop()
  }
  return checkBeat(log.entries)
}

/** Changes and faults until the time is over; then what is due is waited for. */
async function perform(
  { arena, changes, watched }: BeatStage,
  { seed, seconds, faults, onProgress }: BeatRunOptions,
  log: Log,
): Promise<void> {
  const injection = new Injection(arena)
  const tell = (): void => onProgress?.({ fired: log.beats.size, ...injection.progress() })
  const telling = setInterval(tell, TELL_MS)
  changes.start()
  try {
    await injection.perform(plan(seed, faults, BEAT_GAPS), seconds)
    await changes.end()
    arena.parts.write({ op: 'until', wallMs: await caughtUp(arena, watched) })
  } finally {
    clearInterval(telling)
    tell()
  }
}
