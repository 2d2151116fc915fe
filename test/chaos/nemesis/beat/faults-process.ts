/** Faults of beat processes: killed, frozen and asked to leave, at any moment and between their two calls; with wrong clocks. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProxyRequest, Verdict } from '../../../support/proxy.js'
import type { SeededRandom } from '../../../support/random.js'
import type { Slot } from '../crew.js'
import type { Fault } from '../fault.js'
import type { BeatArena } from './arena.js'

/** Longer than every timeout of a beat: its claim (1 s), a call without an answer (5 s), and the time for which a tick counts as on time (10 s). */
const FROZEN_MS = { least: 10_500, most: 12_000 }
const MOMENT_MS = 5_000

type Deed = 'kill' | 'freeze'
type Moment = 'any' | 'claimed' | 'fired'

const MOMENTS: { [moment in Moment]: string } = {
  any: 'at any moment',
  claimed: 'that has just been told what is due: others are not for a second',
  fired: 'whose `fire` was executed, before it hears so',
}

/** `due` answered schedules: `['ok', now, wait, schedule…]`. */
const hasRows = (reply: Buffer): boolean => Number(/^\*(\d+)/.exec(reply.toString('latin1', 0, 12))?.[1] ?? 0) > 3

/** Waits for the moment and strikes in it, before the beat reads the answer. False: it did not come. */
async function strikeAt(slot: Slot, moment: Moment, strike: () => void): Promise<boolean> {
  if (moment === 'any') {
    strike()
    return true
  }
  let done = false
  const key = moment === 'claimed' ? 'script:due' : 'script:fire'
  const decide = (_request: ProxyRequest, reply: Buffer): Verdict => {
    if (done || (moment === 'claimed' && !hasRows(reply))) return 'pass'
    done = true
    strike()
    return 'pass'
  }
  const fault = slot.proxy?.intercept((request) => request.key === key, 'reply', decide)
  const until = performance.now() + MOMENT_MS
  while (!done && performance.now() < until) await sleep(5)
  fault?.off()
  return done
}

/** When it was, for who reckons how long others took to take over. */
const note = ({ parts }: BeatArena, { name, number }: Slot, signal: NodeJS.Signals): void =>
  parts.write({ op: 'worker', type: 'phase', worker: name, slot: number, signal })

async function killed(arena: BeatArena, slot: Slot, moment: Moment): Promise<number | null> {
  const { name } = slot
  const strike = (): void => {
    note(arena, slot, 'SIGKILL')
    void slot.process?.kill9()
  }
  if (!(await strikeAt(slot, moment, strike))) return null
  const recoveryMs = await arena.probe(arena.now())
  await arena.parts.beats.replaced(slot, name)
  return recoveryMs
}

/** The others go on; when it wakes it goes on with what it had in hand. */
async function frozen(arena: BeatArena, slot: Slot, moment: Moment, random: SeededRandom): Promise<number | null> {
  const { process } = slot
  const strike = (): void => {
    note(arena, slot, 'SIGSTOP')
    process?.stop()
  }
  if (!(await strikeAt(slot, moment, strike))) return null
  const since = arena.now()
  const recoveryMs = await arena.probe(since)
  await sleep(Math.max(0, random.int(FROZEN_MS.least, FROZEN_MS.most) - (arena.now() - since)))
  process?.cont()
  await arena.probe(arena.now())
  return recoveryMs
}

function phased(deed: Deed, moment: Moment, alone = false): Fault<BeatArena> {
  const what = deed === 'kill' ? 'kill -9' : 'SIGSTOP for more than 10 s, then SIGCONT,'
  return {
    name: moment === 'any' ? `beat-${deed}` : `beat-${deed}-${moment}`,
    lane: 'worker',
    alone,
    doc: `${what} of a beat ${MOMENTS[moment]}`,
    async inject(arena, random) {
      const slot = await arena.victim(random)
      return deed === 'kill' ? killed(arena, slot, moment) : frozen(arena, slot, moment, random)
    },
  }
}

/** Nobody is left to fire. */
async function killAll(arena: BeatArena): Promise<number> {
  const { beats } = arena.parts
  const slots = beats.running().map((slot) => ({ slot, name: slot.name }))
  await Promise.all(slots.map(({ slot }) => slot.process?.kill9()))
  const recoveryMs = await arena.probe(arena.now())
  await Promise.all(slots.map(({ slot, name }) => beats.replaced(slot, name)))
  return recoveryMs
}

/** @returns how long no tick fired after it had been asked to leave, ms */
async function asked(arena: BeatArena, random: SeededRandom, next: Slot['next'] = {}): Promise<number> {
  const slot = await arena.victim(random)
  const { name, process } = slot
  slot.next = next
  const since = arena.now()
  const [recoveryMs] = await Promise.all([arena.probe(since), process?.term(10_000)])
  await arena.parts.beats.replaced(slot, name)
  return recoveryMs
}

const CLOCKS: readonly (readonly [name: string, ms: number, doc: string])[] = [
  ['beat-clock-ahead-1-hour', 3_600_000, 'a beat whose clock is an hour fast'],
  ['beat-clock-ahead-1-day', 86_400_000, 'a beat whose clock is a day fast'],
  ['beat-clock-behind-1-day', -86_400_000, 'a beat whose clock is a day slow'],
]

function clock([name, ms, doc]: (typeof CLOCKS)[number]): Fault<BeatArena> {
  const shim = new URL('../../../support/clock-offset.js', import.meta.url).href
  const next = { env: { CHORDIS_CLOCK_OFFSET_MS: String(ms) }, nodeArgs: ['--import', shim] }
  return { name, lane: 'worker', doc, inject: (arena, random) => asked(arena, random, next) }
}

export const processFaults: Fault<BeatArena>[] = [
  phased('kill', 'any', true),
  phased('kill', 'claimed', true),
  phased('kill', 'fired'),
  phased('freeze', 'any'),
  phased('freeze', 'claimed', true),
  { name: 'beat-kill-all', lane: 'worker', doc: 'kill -9 of every beat at once', inject: killAll },
  { name: 'beat-term', lane: 'worker', doc: 'SIGTERM of a beat', inject: (arena, random) => asked(arena, random) },
  ...CLOCKS.map(clock),
]
