import { describe, expect, test } from 'vitest'
import { type BeatVerdict, checkBeat, isSoundBeat } from './nemesis/beat/checker.js'
import type { ChangeEntry, CountsEntry, FiredEntry, HeardEntry, ScheduleEntry } from './nemesis/beat/history.js'
import { beatExitCode, beatFigures, beatShortfalls } from './nemesis/beat/report.js'
import type { Entry, HandlerEntry } from './nemesis/history.js'

/** Wall clock at `t` 0: a whole second. */
const WALL = 1_800_000_000_000
const SECONDS = 5

const schedule = (more: Partial<ScheduleEntry> = {}): ScheduleEntry => ({
  ...{ t: 10, op: 'schedule', schedule: 's', watched: true, overlap: 'allowAll' },
  ...{ grids: [{ periodMs: 1_000, offsetMs: 0 }], first: WALL + 1_000, ...more },
})

const nominal = (n: number): number => WALL + n * 1_000

/** The tick of second `n`, submitted 5 ms late. */
const fired = (n: number, more: Partial<FiredEntry> = {}): FiredEntry => ({
  ...{ t: n * 1_000 + 5, op: 'fired', schedule: 's', kind: 'tick', nominal: nominal(n), workflow: `w${n}`, state: 'SUCCESS', ended: true },
  ...{ latenessMs: 5, at: nominal(n) + 5, beat: 'one', ...more },
})

const heard = (n: number, more: Partial<HeardEntry> = {}): HeardEntry => ({
  ...{ t: n * 1_000 + 6, op: 'heard', beat: 'one', schedule: 's', kind: 'tick', nominal: nominal(n), answer: 'fired', latenessMs: 5 },
  ...{ passed: 0, ...more },
})

const handler = (type: HandlerEntry['type'], n: number, more: Partial<HandlerEntry> = {}): HandlerEntry => ({
  ...{ t: n * 1_000 + (type === 'invoke' ? 7 : 8), op: 'handler', type, workflow: `w${n}`, node: '0', run: 1, attempt: 1 },
  ...{ worker: 'worker', task: 'tick', schedule: 's', ...more },
})

const counts = (more: Partial<CountsEntry> = {}): CountsEntry => ({
  ...{ t: 6_000, op: 'counts', schedule: 's', fired: SECONDS, skipped: 0, missed: 0, waiting: 0, ...more },
})

const change = (type: ChangeEntry['type'], more: Partial<ChangeEntry> = {}): ChangeEntry => ({
  ...{ t: 2_500, op: 'change', type, id: 0, kind: 'trigger', schedule: 's', ...more },
})

const fault = (id: number, name: string, from: number, until: number): Entry[] => [
  { t: from, op: 'fault', type: 'invoke', id, name },
  { t: until, op: 'fault', type: 'ok', id, name, recoveryMs: until - from },
]

const killed = (t: number): Entry => ({ t, op: 'worker', type: 'phase', worker: 'one', slot: 0, signal: 'SIGKILL' })

const tick = (n: number): Entry[] => [fired(n), heard(n), handler('invoke', n), handler('ok', n)]

/** A schedule of every second, five of them, and nothing wrong. */
const sound = (): Entry[] => [
  { t: 0, op: 'run', seed: 1, seconds: SECONDS, leaseMs: 1_000, topology: 'single' },
  { t: 0, op: 'clock', wallMs: WALL },
  schedule(),
  ...Array.from({ length: SECONDS }, (_, k) => tick(k + 1)).flat(),
  { t: 5_500, op: 'until', wallMs: WALL + 5_500 },
  counts(),
]

const without = (n: number): Entry[] => sound().filter((entry) => !tick(n).some((one) => JSON.stringify(one) === JSON.stringify(entry)))
const instead = <E extends Entry>(op: E['op'], entry: E): Entry[] => [...sound().filter((one) => one.op !== op), entry]
const kinds = (entries: Entry[]): string[] => [...new Set(checkBeat(entries).violations.map(({ invariant }) => invariant))]
const counted = ({ ticks, missed, duplicated }: BeatVerdict) => ({ ticks, missed, duplicated })

test('a sound history of schedules has nothing against it, in whatever order its lines come', () => {
  const verdict = checkBeat(sound())
  expect(verdict).toMatchObject({ schedules: 1, ticks: 5, missed: 0, duplicated: 0, leftOut: 0, violations: [] })
  expect(verdict.latenessMs).toEqual({ count: 5, p50: 5, p99: 5, max: 5 })
  expect(isSoundBeat(verdict)).toBe(true)
  expect(checkBeat([...sound()].reverse())).toEqual(verdict)
})

test('a tick that is not there is missed, whichever it is', () => {
  for (let n = 1; n <= SECONDS; n++) {
    const verdict = checkBeat(without(n))
    expect(counted(verdict)).toEqual({ ticks: 5, missed: 1, duplicated: 0 })
    expect(verdict.violations).toEqual([{ invariant: 'S1 missed', what: `s: ${nominal(n)}` }])
    expect(beatExitCode(verdict, [])).toBe(1)
  }
})

describe('two workflows for one nominal time', () => {
  test('are found in what Redis holds', () => {
    const verdict = checkBeat([...sound(), fired(3, { workflow: 'other' })])
    expect(counted(verdict)).toEqual({ ticks: 5, missed: 0, duplicated: 1 })
    expect(isSoundBeat(verdict)).toBe(false)
  })

  test('are found when one of them is gone, by what two beats heard', () => {
    expect(checkBeat([...sound(), heard(3, { beat: 'two' })]).duplicated).toBe(1)
  })

  test('are found when no schedule lists one of them, by what ran', () => {
    const entries = [...sound(), handler('invoke', 3, { workflow: 'stranger' }), handler('ok', 3, { workflow: 'stranger' })]
    expect(checkBeat(entries).duplicated).toBe(1)
  })

  test('count of a schedule that is changed as well, also when one was a backfill', () => {
    const entries = [...instead('schedule', schedule({ watched: false })), fired(2, { workflow: 'other', kind: 'backfill' })]
    expect(counted(checkBeat(entries))).toEqual({ ticks: 0, missed: 0, duplicated: 1 })
  })
})

test('a schedule that is changed may leave out times', () => {
  const entries = without(3).map((entry) => (entry.op === 'schedule' ? schedule({ watched: false }) : entry))
  expect(isSoundBeat(checkBeat(entries))).toBe(true)
})

describe('an overlap policy', () => {
  const skipping = (skipped: number): Entry[] =>
    without(3).map((entry) =>
      entry.op === 'schedule' ? schedule({ overlap: 'skip' }) : entry.op === 'counts' ? counts({ skipped }) : entry,
    )

  test('leaves out what it counts', () => {
    expect(checkBeat(skipping(1))).toMatchObject({ missed: 0, leftOut: 1, violations: [] })
  })

  test('leaves out nothing that it does not count', () => {
    expect(checkBeat(skipping(0))).toMatchObject({ missed: 1, leftOut: 0 })
  })

  test('may end workflows when it revokes; no other may', () => {
    const revoked = (overlap: ScheduleEntry['overlap']): Entry[] =>
      sound().map((entry) =>
        entry.op === 'schedule'
          ? schedule({ overlap })
          : entry.op === 'fired' && entry.workflow === 'w2'
            ? fired(2, { state: 'REVOKED' })
            : entry,
      )
    expect(kinds(revoked('cancelOther'))).toEqual([])
    expect(kinds(revoked('skip'))).toEqual(['S5 end'])
  })
})

describe('is noticed:', () => {
  const CASES: [name: string, invariant: string, entries: () => Entry[]][] = [
    ['a nominal time that is none of the timetable', 'S3 time', () => [...sound(), fired(2, { nominal: nominal(2) + 1, workflow: 'odd' })]],
    ['a nominal time from before the schedule', 'S3 time', () => [...sound(), fired(0)]],
    ['a first time that is not the next one', 'S3 time', () => instead('schedule', schedule({ first: WALL + 3_000 }))],
    ['a tick that is taken up once more', 'S4 step back', () => [...sound(), heard(2, { beat: 'two', answer: 'known' })]],
    ['a count of missed ticks', 'S4 step back', () => instead('counts', counts({ missed: 2 }))],
    [
      'a workflow that failed',
      'S5 end',
      () => [...sound().filter((entry) => entry.op !== 'fired' || entry.workflow !== 'w2'), fired(2, { state: 'FAILURE' })],
    ],
    ['a workflow that has not ended', 'S5 end', () => [...sound(), fired(6, { state: 'STARTED', ended: false })]],
    ['a submission that a beat heard of and that is gone', 'S5 lost', () => [...sound(), heard(6)]],
    ['a trigger that was answered and is not there', 'S5 lost', () => [...sound(), change('ok', { answer: 'fired', workflow: 'none' })]],
    ['a workflow that ran twice', 'S6 ran twice', () => [...sound(), handler('invoke', 2, { t: 2_100, worker: 'other' })]],
    [
      'a workflow that ended right without a task that ran',
      'S6 never ran',
      () => sound().filter((entry) => entry.op !== 'handler' || entry.workflow !== 'w2'),
    ],
    ['a change that was refused', 'S7 change', () => [...sound(), change('fail', { kind: 'pause', error: 'not-found: …' })]],
    [
      'a fault after which no tick fired',
      'I18 recovery',
      () => [...sound(), { t: 1, op: 'fault', type: 'fail', id: 1, name: 'x', error: 'no' }],
    ],
  ]

  test.each(CASES)('%s (%s)', (_name, invariant, entries) => {
    expect(kinds(entries())).toContain(invariant)
  })
})

test('a repeated execution is explained when its worker was given up, and by nothing else', () => {
  const repeated: Entry[] = [
    ...sound(),
    { t: 2_050, op: 'late', worker: 'worker' },
    handler('invoke', 2, { t: 2_100, worker: 'other' }),
    handler('ok', 2, { t: 2_110, worker: 'other' }),
  ]
  expect(kinds(repeated)).toEqual(['S6 ran twice'])
  expect(kinds([...repeated, { t: 2_060, op: 'lost', worker: 'worker', by: 'other' }])).toEqual([])
})

describe('lateness', () => {
  test('counts no tick that was due or fired while a fault was on, or shortly after', () => {
    const { latenessMs } = checkBeat([...sound(), ...fault(1, 'redis-kill', 1_900, 2_600)])
    expect(latenessMs.count).toBe(3)
  })

  test('is that of ticks which need not wait for an earlier run', () => {
    expect(checkBeat(instead('schedule', schedule({ overlap: 'bufferAll' }))).latenessMs.count).toBe(0)
  })
})

describe('take-over', () => {
  const late = (): Entry[] =>
    sound().map((entry) => (entry.op === 'fired' && entry.workflow === 'w3' ? fired(3, { t: 4_100, latenessMs: 1_100 }) : entry))

  test('is the longest wait of a tick that came due around the loss of a beat', () => {
    const { takeOverMs } = checkBeat([...late(), ...fault(1, 'beat-kill', 2_800, 4_500), killed(2_900)])
    expect(takeOverMs).toEqual({ count: 1, p50: 1_100, p99: 1_100, max: 1_100 })
  })

  test('of a tick that was due before counts from the loss on', () => {
    const { takeOverMs } = checkBeat([...late(), ...fault(1, 'beat-kill', 2_800, 4_500), killed(3_100)])
    expect(takeOverMs.max).toBe(1_000)
  })

  test('is not told where something else was broken as well', () => {
    const { takeOverMs } = checkBeat([
      ...late(),
      ...fault(1, 'beat-kill', 2_800, 4_500),
      ...fault(2, 'redis-kill', 3_000, 3_500),
      killed(2_900),
    ])
    expect(takeOverMs.count).toBe(0)
  })
})

test('a run proves too little with few ticks, few kinds of faults, or without one that was named', () => {
  const verdict = checkBeat([...sound(), ...fault(1, 'beat-kill', 1, 2)])
  const chosen = Array.from({ length: 20 }, (_, k) => ({
    name: `f${k}`,
    lane: 'worker' as const,
    doc: '',
    inject: () => Promise.resolve(0),
  }))
  expect(beatShortfalls(45, verdict, chosen, false)).toEqual(['5 ticks, fewer than 2,000', '1 kinds of faults were injected, fewer than 8'])
  expect(beatShortfalls(0.1, verdict, chosen.slice(0, 1), true)).toEqual(['never injected: f0'])
  expect(beatExitCode(verdict, ['too little'])).toBe(2)
  expect(beatExitCode(verdict, [])).toBe(0)
})

test('the figures are those of the verdict', () => {
  expect(beatFigures(7, 45, checkBeat(sound()))).toMatchObject({
    ...{ seed: 7, seconds: 45, schedules: 1, ticks: 5, missed: 0, duplicated: 0, leftOut: 0, violations: 0, faults: [] },
    ...{ latenessMs: { count: 5, p50: 5, p99: 5, max: 5 }, takeOverMs: { count: 0, p50: 0, p99: 0, max: 0 }, changes: 0 },
  })
})
