import { describe, expect, test } from 'vitest'
import { check, isSound } from './nemesis/checker.js'
import type { ControlEntry, DumpEntry, Entry, HandlerEntry, OutcomeEntry, SubmitEntry } from './nemesis/history.js'

/**
 * A chord of three members whose body is `3`. Run 1: member 0 succeeds, member 1 is being run when the workflow is revoked. A retry opens run 2, which is
 * paused for a while and ends right.
 */
function sound(): Entry[] {
  return [
    { t: 0, op: 'run', seed: 1, seconds: 1, leaseMs: 1_000, topology: 'single' },
    submit('invoke', 1),
    submit('ok', 2),
    ...ran('0', 10),
    handler('invoke', '1', 19, 1, 1, 'two'),
    asked(1, 20, { kind: 'revoke' }),
    answered(1, 22, { kind: 'revoke', answer: true }),
    handler('ok', '1', 23, 1, 1, 'two'),
    outcome(25, 1, 'REVOKED', 'TaskRevokedError'),
    asked(2, 30, { kind: 'retry' }),
    answered(2, 32, { kind: 'retry', answer: 2 }),
    ...ran('1', 40, 2),
    asked(3, 42, { kind: 'pause', run: 2 }),
    answered(3, 44, { kind: 'pause', run: 2, answer: true }),
    asked(4, 60, { kind: 'resume', run: 2 }),
    answered(4, 62, { kind: 'resume', run: 2, answer: true }),
    ...ran('2', 65, 2),
    ...ran('3', 70, 2),
    outcome(80, 2, 'SUCCESS'),
    dump(),
    { t: 100, op: 'keys', left: [] },
  ]
}

const submit = (type: SubmitEntry['type'], t: number, more: Partial<SubmitEntry> = {}): SubmitEntry => ({
  ...{ t, op: 'submit', type, workflow: 'w', shape: 'chord', tasks: 4, controlled: true },
  ...{ expected: { state: 'SUCCESS', result: 3 }, joins: [{ node: '3', after: ['0-2'] }], ...more },
})

function handler(type: HandlerEntry['type'], node: string, t: number, run = 1, attempt = 1, worker = 'one', since = t - 1): HandlerEntry {
  const at = type === 'invoke' ? { since } : {}
  return { t, op: 'handler', type, workflow: 'w', node, run, attempt, worker, task: 'work', ...at }
}

const ran = (node: string, t: number, run = 1, attempt = 1, since = t - 1): Entry[] => [
  handler('invoke', node, t, run, attempt, 'one', since),
  handler('ok', node, t + 1, run, attempt),
]

type Said = Pick<ControlEntry, 'kind'> & Partial<ControlEntry>

const control = (type: ControlEntry['type'], id: number, t: number, said: Said): ControlEntry => ({
  ...{ t, op: 'control', type, id, workflow: 'w', run: 1 },
  ...said,
})
const asked = (id: number, t: number, said: Said): ControlEntry => control('invoke', id, t, said)
const answered = (id: number, t: number, said: Said): ControlEntry => control('ok', id, t, said)

const outcome = (t: number, run: number, state: string, error?: string): OutcomeEntry => ({
  ...{ t, op: 'outcome', workflow: 'w', run, state },
  ...(state === 'SUCCESS' ? { result: 3 } : {}),
  ...(error === undefined ? {} : { error }),
})

function dump(changes: Partial<DumpEntry> = {}): DumpEntry {
  const nodes: DumpEntry['nodes'] = ['0', '1', '2', '3'].map((node) => [node, 'SUCCESS', 1])
  const counts = { success: 4, failure: 0, revoked: 0, skipped: 0 }
  const runs: DumpEntry['runs'] = [
    [1, 'REVOKED', true],
    [2, 'SUCCESS', true],
  ]
  return { t: 90, op: 'dump', workflow: 'w', found: true, ended: true, remaining: 0, counts, nodes, runs, ...changes }
}

const dumped = (changes: Partial<DumpEntry>): Entry[] => sound().map((entry) => (entry.op === 'dump' ? dump(changes) : entry))
/** Without what was done and heard in or for run 2. */
const firstRun = (): Entry[] => [
  ...sound().filter((entry) => entry.t < 26),
  dump({ runs: [[1, 'REVOKED', true]], nodes: revoked(), counts: { success: 1, failure: 0, revoked: 2, skipped: 1 } }),
]
const revoked = (): DumpEntry['nodes'] => [
  ['0', 'SUCCESS', 1],
  ['1', 'REVOKED', 1],
  ['2', 'REVOKED', 0],
  ['3', 'SKIPPED', 0],
]
const without = (id: number, entries = sound()): Entry[] => entries.filter((entry) => entry.op !== 'control' || entry.id !== id)
const forgot = (since: number, t: number): Entry => ({ t, op: 'redis', type: 'forgot', since })
const invariants = (entries: Entry[]): string[] => [...new Set(check(entries).violations.map(({ invariant }) => invariant))]

test('a sound history of operations has nothing against it, in whatever order its lines come', () => {
  for (const entries of [sound(), firstRun()]) {
    const verdict = check(entries)
    expect(verdict.violations).toEqual([])
    expect(isSound(verdict)).toBe(true)
    expect(check([...entries].reverse())).toEqual(verdict)
  }
})

test('operations are counted by kind: sent, answered, of effect, refused, unanswered', () => {
  const more: Entry[] = [
    asked(5, 81, { kind: 'revoke', run: 2 }),
    answered(5, 82, { kind: 'revoke', run: 2, answer: false }),
    asked(6, 83, { kind: 'revoke', run: 2 }),
    control('info', 6, 84, { kind: 'revoke', run: 2, error: 'outcome-unknown' }),
    asked(7, 85, { kind: 'rerun', run: 2 }),
    control('fail', 7, 86, { kind: 'rerun', run: 2, error: 'not-rerunnable' }),
  ]
  const { operations, violations } = check([...sound(), ...more])
  expect(violations).toEqual([])
  expect(operations).toEqual([
    { kind: 'pause', sent: 1, answered: 1, effective: 1, refused: 0, unanswered: 0 },
    { kind: 'rerun', sent: 1, answered: 0, effective: 0, refused: 1, unanswered: 0 },
    { kind: 'resume', sent: 1, answered: 1, effective: 1, refused: 0, unanswered: 0 },
    { kind: 'retry', sent: 1, answered: 1, effective: 1, refused: 0, unanswered: 0 },
    { kind: 'revoke', sent: 3, answered: 2, effective: 1, refused: 0, unanswered: 1 },
  ])
})

describe('after a revocation was answered', () => {
  test('no lease of that run is granted: what the turn shows that granted it', () => {
    expect(invariants([...sound(), ...ran('2', 28, 1)])).toEqual(['I13 lease after revoke'])
  })

  test('an attempt that had been granted before may begin, and how much later is told', () => {
    const verdict = check([...sound(), ...ran('2', 28, 1, 1, 21)])
    expect(verdict.violations).toEqual([])
    expect(verdict.lateBegins).toEqual({ count: 1, ms: { p50: 6, p95: 6, max: 6 } })
  })

  test('a lease that nobody knows the turn of says nothing', () => {
    expect(invariants([...sound(), { ...handler('invoke', '2', 28), since: undefined } as Entry, handler('ok', '2', 29)])).toEqual([])
  })

  test('of one that was not answered, or changed nothing, nothing follows for leases', () => {
    const unanswered = without(1, firstRun())
    expect(invariants([...unanswered, asked(1, 20, { kind: 'revoke' }), ...ran('2', 24, 1)])).toEqual([])
    const idle = answered(1, 22, { kind: 'revoke', answer: false })
    expect(invariants([...unanswered, asked(1, 20, { kind: 'revoke' }), idle, ...ran('2', 24, 1)])).toEqual([])
  })

  test('of a task, only it and what it became is meant', () => {
    const node = (id: string): Entry[] => [
      asked(5, 66, { kind: 'revoke-task', run: 2, node: id }),
      answered(5, 67, { kind: 'revoke-task', run: 2, node: id, answer: true }),
    ]
    const failed = sound().filter((entry) => entry.op !== 'outcome' || entry.run === 1)
    const ended = [...failed, outcome(80, 2, 'FAILURE', 'ChordError')].map((entry) =>
      entry.op === 'dump'
        ? dump({
            runs: [
              [1, 'REVOKED', true],
              [2, 'FAILURE', true],
            ],
          })
        : entry,
    )
    expect(invariants([...ended, ...node('1')])).toEqual([])
    expect(invariants([...ended, ...node('3')])).toEqual(['I13 lease after revoke'])
    expect(invariants([...ended, ...node('1'), ...ran('1/0', 72, 2)])).toEqual(['I13 lease after revoke'])
  })

  test('it ends REVOKED, or FAILURE where something had failed before', () => {
    const withEnd = (state: string, error?: string): Entry[] =>
      firstRun().map((entry) =>
        entry.op === 'outcome'
          ? outcome(25, 1, state, error)
          : entry.op === 'dump'
            ? { ...entry, runs: [[1, state, true]] as DumpEntry['runs'] }
            : entry,
      )
    expect(invariants(withEnd('SUCCESS'))).toEqual(['I4 value'])
    expect(invariants(withEnd('FAILURE', 'ChordError'))).toEqual(['I4 value'])
    expect(invariants([...withEnd('FAILURE', 'ChordError'), handler('invoke', '2', 12), handler('fail', '2', 13)])).toEqual([])
  })

  test('only what somebody revoked ends REVOKED', () => {
    expect(invariants(without(1))).toEqual(['I4 value'])
  })
})

describe('while a workflow is paused', () => {
  test('no lease of it is granted', () => {
    expect(invariants([...sound(), ...ran('4', 50, 2)])).toEqual(['I13 lease while paused'])
  })

  test('it goes on once it was resumed, and is not found paused later', () => {
    expect(invariants(dumped({ paused: true }))).toEqual(['I1 resume'])
    const again = [asked(5, 63, { kind: 'resume', run: 2 }), answered(5, 64, { kind: 'resume', run: 2, answer: true })]
    expect(invariants([...sound(), ...again])).toEqual(['I1 resume'])
    expect(invariants([...dumped({ paused: true }), ...again, forgot(61, 62)])).toEqual([])
    const late = asked(0, 41, { kind: 'pause', run: 2 })
    expect(invariants([...dumped({ paused: true }), late, control('info', 0, 41.5, { kind: 'pause', run: 2 })])).toEqual([])
  })

  test('an attempt that had been granted before may begin, and what is granted once it may go on', () => {
    expect(invariants([...sound(), ...ran('4', 50, 2, 1, 43)])).toEqual([])
    expect(invariants([...sound(), ...ran('4', 61, 2, 1, 59)])).toEqual([])
    const late = [asked(0, 41, { kind: 'resume', run: 2 }), control('info', 0, 41.5, { kind: 'resume', run: 2 })]
    expect(invariants([...sound(), ...ran('4', 50, 2), ...late])).toEqual([])
  })
})

describe('a run', () => {
  test('that nobody heard of otherwise ends as it is stored, once', () => {
    expect(invariants([...sound(), outcome(81, 2, 'REVOKED')])).toEqual(['I8 one end'])
    expect(invariants(dumped({ runs: [[1, 'REVOKED', true]] }))).toEqual(['I8 one end'])
    expect(
      invariants(
        dumped({
          runs: [
            [1, 'FAILURE', true],
            [2, 'SUCCESS', true],
          ],
        }),
      ),
    ).toEqual(['I8 one end'])
    expect(
      invariants(
        dumped({
          runs: [
            [1, 'REVOKED', false],
            [2, 'SUCCESS', true],
          ],
        }),
      ),
    ).toEqual(['I8 one end'])
  })

  test('that succeeds has the value of a run without faults', () => {
    expect(invariants(sound().map((entry) => (entry.op === 'outcome' && entry.run === 2 ? { ...entry, result: 4 } : entry)))).toEqual([
      'I4 value',
    ])
  })

  test('repeats no attempt of its own without a reason; an attempt of another run is another one', () => {
    expect(check(sound()).duplicates).toBe(0)
    const twice = check([...sound(), ...ran('1', 68, 2)])
    expect(twice).toMatchObject({ duplicates: 1, unexplainedDuplicates: 1 })
  })

  test('counts attempts on from the runs before, or anew, and no further', () => {
    const withAttempt = (attempt: number): Entry[] =>
      sound().map((entry) => (entry.op === 'handler' && entry.node === '1' && entry.run === 2 ? { ...entry, attempt } : entry))
    expect(invariants(withAttempt(2))).toEqual([])
    expect(invariants(withAttempt(4))).toEqual(['I9 attempts'])
  })

  test('begins a join when what runs again before it has succeeded again', () => {
    const again = [
      ...sound().filter((entry) => entry.op !== 'dump' && entry.op !== 'keys'),
      asked(5, 82, { kind: 'rerun', run: 2 }),
      answered(5, 83, { kind: 'rerun', run: 2, answer: 3 }),
      ...ran('3', 88, 3),
      outcome(89, 3, 'SUCCESS'),
      dump({
        runs: [
          [1, 'REVOKED', true],
          [2, 'SUCCESS', true],
          [3, 'SUCCESS', true],
        ],
      }),
    ]
    expect(invariants([...again, ...ran('2', 85, 3)])).toEqual([])
    expect(invariants([...again, ...ran('2', 88, 3)])).toEqual(['I6 early join'])
  })
})

describe('a timeout', () => {
  const timed = (timeoutMs: number): Entry[] =>
    without(1, firstRun()).map((entry) => (entry.op === 'submit' ? { ...entry, timeoutMs } : entry))

  test('ends a workflow that nobody revoked, and not before its time', () => {
    expect(invariants(timed(20))).toEqual([])
    expect(invariants(timed(200))).toEqual(['I4 timeout'])
  })

  test('is the end of leases, as a revocation is', () => {
    expect(invariants([...timed(20), ...ran('2', 28, 1)])).toEqual(['I13 lease after timeout'])
  })
})

describe('a repeat of an attempt is explained', () => {
  const twice = (...why: Entry[]): Entry[] => [
    ...sound(),
    handler('invoke', '2', 66, 2, 1, 'two', 64),
    handler('ok', '2', 67, 2, 1, 'two'),
    ...why,
  ]

  test('when the lease of the first one had been taken before it began', () => {
    expect(invariants(twice())).toEqual(['I10 duplicate'])
    expect(invariants(twice({ t: 64.5, op: 'lost', worker: 'one', by: 'two' }))).toEqual([])
    expect(invariants(twice({ t: 63, op: 'lost', worker: 'one', by: 'three' }))).toEqual(['I10 duplicate'])
  })

  test('when Redis forgot its grant before it began', () => {
    expect(invariants(twice(forgot(63, 64.5)))).toEqual([])
  })
})

test('of a workflow in whose life Redis lost a moment, only its end and its value are judged', () => {
  const late = [...sound(), ...ran('2', 28, 1)]
  expect(invariants([...late, forgot(21, 27)])).toEqual([])
  expect(invariants([...late, forgot(95, 96)])).toEqual(['I13 lease after revoke'])
  // Run 2 had begun its join when Redis forgot that, and was opened again under the same number.
  expect(invariants([...sound(), ...ran('1', 76, 2), forgot(39, 75)])).toEqual([])
  const wrong = sound().map((entry) => (entry.op === 'outcome' && entry.run === 2 ? { ...entry, result: 4 } : entry))
  expect(invariants([...wrong, forgot(21, 27)])).toEqual(['I4 value'])
})
