import { describe, expect, test } from 'vitest'
import { check, isSound, percentiles } from './nemesis/checker.js'
import type { DumpEntry, Entry, HandlerEntry, SubmitEntry } from './nemesis/history.js'

/** A chord of three members, `0` to `2`, whose body is `3`: what a sound run of it leaves. Two workers ran it. */
function sound(): Entry[] {
  const member = (node: string, t: number, worker: string) => ran(node, t, worker)
  return [
    { t: 0, op: 'run', seed: 1, seconds: 1, leaseMs: 1_000, topology: 'single' },
    submitted('invoke', 1),
    submitted('ok', 2),
    ...member('0', 10, 'one'),
    ...member('1', 11, 'two'),
    ...member('2', 12, 'one'),
    ...member('3', 20, 'two'),
    { t: 30, op: 'outcome', workflow: 'w', state: 'SUCCESS', result: 3 },
    dump(),
    { t: 50, op: 'keys', left: [] },
  ]
}

const submitted = (type: SubmitEntry['type'], t: number): Entry => ({
  ...{ t, op: 'submit', type, workflow: 'w', shape: 'chord', tasks: 4 },
  ...{ expected: { state: 'SUCCESS', result: 3 }, joins: [{ node: '3', after: ['0-2'] }] },
})

function handler(type: HandlerEntry['type'], node: string, t: number, worker: string, attempt = 1): HandlerEntry {
  return { t, op: 'handler', type, workflow: 'w', node, run: 1, attempt, worker, task: 'work' }
}

const ran = (node: string, t: number, worker: string, attempt = 1): Entry[] => [
  handler('invoke', node, t, worker, attempt),
  handler('ok', node, t + 1, worker, attempt),
]

function dump(changes: Partial<DumpEntry> = {}): DumpEntry {
  const nodes: DumpEntry['nodes'] = ['0', '1', '2', '3'].map((node) => [node, 'SUCCESS', 1])
  const counts = { success: 4, failure: 0, revoked: 0, skipped: 0 }
  return {
    t: 40,
    op: 'dump',
    workflow: 'w',
    found: true,
    ended: true,
    remaining: 0,
    counts,
    nodes,
    runs: [[1, 'SUCCESS', true]],
    ...changes,
  }
}

/** The sound history with its dump as told. */
const dumped = (changes: Partial<DumpEntry>): Entry[] => sound().map((entry) => (entry.op === 'dump' ? dump(changes) : entry))
const withNode = (node: string, state: string): DumpEntry['nodes'] =>
  dump().nodes.map((stored) => (stored[0] === node ? [node, state, 1] : stored))

const invariants = (entries: Entry[]): string[] => [...new Set(check(entries).violations.map(({ invariant }) => invariant))]

test('a sound history has nothing against it, in whatever order its lines come', () => {
  const verdict = check(sound())
  expect(isSound(verdict)).toBe(true)
  expect(verdict).toMatchObject({ accepted: 4, finished: 4, lost: 0, stuck: 0, doubleJoins: 0, duplicates: 0, violations: [] })
  expect(check(sound().reverse())).toEqual(verdict)
})

describe('each broken invariant is named', () => {
  test('an accepted workflow that is not there is lost', () => {
    const entries = dumped({ found: false, nodes: [] })
    expect(check(entries)).toMatchObject({ accepted: 4, finished: 0, lost: 4 })
    expect(invariants(entries)).toContain('I1 lost')
  })

  test('a task that is missing from its workflow is lost', () => {
    expect(check(dumped({ nodes: dump().nodes.slice(1), counts: { success: 3 } })).lost).toBe(1)
  })

  test('a task that has not ended is stuck', () => {
    const entries = dumped({ ended: false, remaining: 1, nodes: withNode('3', 'STARTED') })
    expect(check(entries)).toMatchObject({ stuck: 1, finished: 3 })
    expect(invariants(entries)).toEqual(['I1 stuck'])
  })

  test('a workflow that does not end although its tasks have is stuck', () => {
    expect(check(dumped({ ended: false })).stuck).toBe(1)
  })

  test('a wrong value', () => {
    expect(invariants(sound().map((entry) => (entry.op === 'outcome' ? { ...entry, result: 4 } : entry)))).toEqual(['I4 value'])
  })

  test('an outcome that nobody heard', () => {
    expect(invariants(sound().filter(({ op }) => op !== 'outcome'))).toEqual(['I4 value'])
  })

  test('a second, different outcome', () => {
    expect(invariants([...sound(), { t: 31, op: 'outcome', workflow: 'w', state: 'FAILURE', error: 'Error' }])).toEqual(['I4 value'])
  })

  test('counts that are not those of the nodes', () => {
    expect(invariants(dumped({ counts: { success: 5, failure: 0, revoked: 0, skipped: 0 } }))).toEqual(['I8 counts'])
  })

  test('a join that begins before its last member has ended', () => {
    const entries = sound().map((entry) =>
      entry.op === 'handler' && entry.node === '2' && entry.type === 'ok' ? { ...entry, t: 21 } : entry,
    )
    expect(check(entries).doubleJoins).toBe(1)
    expect(invariants(entries)).toEqual(['I6 early join'])
  })

  test('a join whose member never succeeded', () => {
    const entries = sound().map((entry) =>
      entry.op === 'handler' && entry.node === '2' && entry.type === 'ok' ? { ...entry, type: 'fail' as const } : entry,
    )
    expect(invariants(entries)).toContain('I6 early join')
  })

  test('a join that runs twice without a reason', () => {
    const entries = [...sound(), ...ran('3', 25, 'one')]
    expect(check(entries)).toMatchObject({ duplicates: 1, unexplainedDuplicates: 1, doubleJoins: 1 })
    expect(invariants(entries)).toEqual(['I6 double join'])
  })

  test('an attempt that runs twice without a reason', () => {
    const entries = [...sound(), ...ran('1', 15, 'one')]
    expect(check(entries)).toMatchObject({ duplicates: 1, unexplainedDuplicates: 1, doubleJoins: 0 })
    expect(invariants(entries)).toEqual(['I10 duplicate'])
  })

  test('an attempt that runs twice in the process that has told of it', () => {
    expect(invariants([...sound(), ...ran('1', 15, 'two')])).toEqual(['I10 duplicate'])
  })

  test('an attempt that nothing asked for', () => {
    expect(invariants([...sound(), ...ran('1', 15, 'one', 2)])).toEqual(['I9 attempts'])
  })

  test('a node that succeeded and never ran', () => {
    expect(invariants(sound().filter((entry) => entry.op !== 'handler' || entry.node !== '3'))).toEqual(['I4 first end'])
  })

  test('a node that was skipped and ran', () => {
    const counts = { success: 3, failure: 0, revoked: 0, skipped: 1 }
    expect(invariants(dumped({ nodes: withNode('3', 'SKIPPED'), counts }))).toEqual(['I2 one place'])
  })

  test('a refused workflow that runs', () => {
    const entries = sound().map((entry) => (entry.op === 'submit' && entry.type === 'ok' ? { ...entry, type: 'fail' as const } : entry))
    expect(invariants(entries)).toContain('I12 submission')
  })

  test('a task of a workflow that nobody sent', () => {
    expect(invariants([...sound(), { ...handler('invoke', '0', 5, 'one'), workflow: 'other' }])).toEqual(['I12 submission'])
  })

  test('keys that are left', () => {
    expect(invariants(sound().map((entry) => (entry.op === 'keys' ? { ...entry, left: ['timers'] } : entry)))).toEqual(['I14 keys'])
  })

  test('a fault from which nothing recovered', () => {
    expect(invariants([...sound(), { t: 9, op: 'fault', type: 'fail', id: 0, name: 'half-open', error: 'no progress' }])).toEqual([
      'I18 recovery',
    ])
  })
})

describe('a repeat is explained by what happened to the process that ran it before', () => {
  const twice = (...why: Entry[]): Entry[] => [...sound(), ...ran('1', 15, 'one'), ...why]
  const exit = (t: number, code: number | null, signal: string | null): Entry => ({
    t,
    op: 'worker',
    type: 'exit',
    worker: 'two',
    slot: 0,
    code,
    signal,
  })
  const explains = (entries: Entry[]): boolean => isSound(check(entries)) && check(entries).duplicates === 1

  test('the sweep gave it up, it heard of lost leases, it left without an answer, it was killed, or Redis forgot', () => {
    expect(explains(twice({ t: 14, op: 'lost', worker: 'two', by: 'one' }))).toBe(true)
    expect(explains(twice({ t: 16, op: 'late', worker: 'two' }))).toBe(true)
    expect(explains(twice({ t: 16, op: 'unheard', worker: 'two' }))).toBe(true)
    expect(explains(twice(exit(14, null, 'SIGKILL')))).toBe(true)
    expect(explains(twice(exit(14, 66, null)))).toBe(true)
    expect(explains(twice({ t: 14, op: 'redis', type: 'forgot', since: 12 }))).toBe(true)
  })

  test('the one that ran it again had lost its lease on it before it began', () => {
    expect(explains(twice({ t: 14, op: 'lost', worker: 'one', by: 'two' }))).toBe(true)
    expect(explains(twice({ t: 11_000, op: 'late', worker: 'one' }))).toBe(false)
  })

  test('not that of another process, before it ran, or long after', () => {
    expect(explains(twice({ t: 14, op: 'lost', worker: 'three', by: 'two' }))).toBe(false)
    expect(explains(twice({ t: 9, op: 'lost', worker: 'two', by: 'one' }))).toBe(false)
    expect(explains(twice({ t: 30_000, op: 'lost', worker: 'two', by: 'one' }))).toBe(false)
    expect(explains(twice({ t: 10, op: 'redis', type: 'forgot', since: 5 }))).toBe(false)
  })

  test('who left in good order explains only what had not ended in it', () => {
    expect(explains(twice(exit(14, 0, null)))).toBe(false)
    const unfinished = twice(exit(14, 0, null)).filter(
      (entry) => !(entry.op === 'handler' && entry.worker === 'two' && entry.node === '1' && entry.type === 'ok'),
    )
    expect(explains(unfinished)).toBe(true)
  })
})

/** A member that began in each of these workers, all of which were killed in it, but the one that is named. */
function lostIn(workers: string[], whole?: string): Entry[] {
  const killed = (worker: string, t: number): Entry => ({ t, op: 'worker', type: 'exit', worker, slot: 0, code: null, signal: 'SIGKILL' })
  const nodes: DumpEntry['nodes'] = [
    ['0', 'SUCCESS', 1],
    ['1', 'FAILURE', 1],
    ['2', 'SUCCESS', 1],
    ['3', 'SKIPPED', 1],
  ]
  return [
    ...dumped({ nodes, counts: { success: 2, failure: 1, revoked: 0, skipped: 1 }, runs: [[1, 'FAILURE', true]] }).filter(
      (entry) => entry.op !== 'outcome' && !(entry.op === 'handler' && (entry.node === '1' || entry.node === '3')),
    ),
    ...workers.flatMap((worker, k) => [
      handler('invoke', '1', 13 + 2 * k, worker),
      ...(worker === whole ? [] : [killed(worker, 14 + 2 * k)]),
    ]),
    { t: 30, op: 'outcome', workflow: 'w', state: 'FAILURE', error: 'WorkerLostError' },
  ]
}

test('a task that was lost as often as is allowed fails rightly; one that was lost less often does not', () => {
  expect(invariants(lostIn(['a', 'b', 'c']))).toEqual([])
  expect(invariants(lostIn(['a', 'b']))).toEqual(['I4 value'])
  expect(invariants(lostIn(['a', 'b', 'c'], 'c'))).toEqual(['I4 value'])
})

test('a chord fails rightly when each member that failed was lost as often as is allowed', () => {
  const chordError = (entries: Entry[]): Entry[] =>
    entries.map((entry) => (entry.op === 'outcome' ? { ...entry, error: 'ChordError' } : entry))
  expect(invariants(chordError(lostIn(['a', 'b', 'c'])))).toEqual([])
  expect(invariants(chordError(lostIn(['a', 'b'])))).toEqual(['I4 value'])
  const another = (entry: Entry): Entry =>
    entry.op === 'dump' ? { ...entry, nodes: entry.nodes.map(([node, state, n]) => [node, node === '0' ? 'FAILURE' : state, n]) } : entry
  expect(invariants(chordError(lostIn(['a', 'b', 'c'])).map(another))).toContain('I4 value')
})

test('a task whose handler was about to be called when its worker was lost was delivered; not in one that lives, nor before it was lost at all', () => {
  const about = (worker: string, t: number): Entry => ({ t, op: 'begun', workflow: 'w', node: '1', run: 1, worker })
  const killed = (worker: string, t: number): Entry => ({ t, op: 'worker', type: 'exit', worker, slot: 0, code: null, signal: 'SIGKILL' })
  const [, ...told] = ['a', 'b', 'c'].map((worker, k) => [about(worker, 17 + k), killed(worker, 18 + k)])
  expect(invariants([...lostIn(['a']), ...told.flat()])).toEqual([])
  expect(invariants([...lostIn(['a']), ...(told[0] ?? []), about('c', 19)])).toEqual(['I4 value'])
  expect(invariants([...lostIn(['a']), ...(told[0] ?? []), about('a', 13), killed('c', 20)])).toEqual(['I4 value'])
})

test('what was accepted in a moment that Redis lost is counted apart; what was accepted before is lost', () => {
  const gone = (since: number): Entry[] => [...dumped({ found: false, nodes: [] }), { t: 5, op: 'redis', type: 'forgot', since }]
  expect(check(gone(1))).toMatchObject({ accepted: 0, lost: 0, forgotten: 4, violations: [] })
  expect(check(gone(3))).toMatchObject({ accepted: 4, lost: 4, forgotten: 0 })
})

test('faults are counted by name, with nearest-rank percentiles of their recoveries', () => {
  const faults: Entry[] = [300, 100, 200].map((recoveryMs, id) => ({ t: id, op: 'fault', type: 'ok', id, name: 'flap', recoveryMs }))
  const nothing: Entry = { t: 5, op: 'fault', type: 'info', id: 9, name: 'flap' }
  expect(check([...sound(), ...faults, nothing]).faults).toEqual([{ name: 'flap', count: 3, recoveryMs: { p50: 200, p95: 300, max: 300 } }])
  expect(percentiles([])).toEqual({ p50: 0, p95: 0, max: 0 })
})
