/** What the command line draws: pure functions from facts to text. */
import { expect, test } from 'vitest'
import { parse } from '../../src/cli/canvas-file.js'
import { showLines } from '../../src/cli/commands/run.js'
import { CliError, failureLines, failureOf } from '../../src/cli/failure.js'
import { barDisplay, countsText, progressLine } from '../../src/cli/follow.js'
import { createLogger, type Level } from '../../src/cli/log.js'
import { placedMoment } from '../../src/cli/parse.js'
import { listLines, showLines as scheduleLines } from '../../src/cli/schedule-lines.js'
import { redisFrom, shownUrl } from '../../src/cli/target.js'
import { away, bar, columns, cut, duration, paint, roughly, safe, wantsColours } from '../../src/cli/terminal.js'
import { ChordisError, type ScheduleView, type WorkflowStatus } from '../../src/engine/index.js'

const plain = paint(false)

function status(counts: Partial<WorkflowStatus['counts']> = {}): WorkflowStatus {
  return {
    id: 'w',
    tags: [],
    tenant: '-',
    partition: 0,
    rootId: 'w',
    children: 0,
    state: 'STARTED',
    run: 1,
    ended: false,
    counts: { total: 42, success: 20, failure: 0, revoked: 0, skipped: 0, remaining: 22, ...counts },
    createdAt: 0,
    startedAt: null,
    outcomeAt: null,
    endedAt: null,
  }
}

test('colours are for terminals without NO_COLOR', () => {
  expect([wantsColours(true, undefined), wantsColours(true, ''), wantsColours(true, '1'), wantsColours(false, undefined)]).toEqual([
    true,
    true,
    false,
    false,
  ])
  expect([paint(true).bad('x'), paint(true).bad(''), paint(false).bad('x')]).toEqual(['\x1b[31mx\x1b[0m', '', 'x'])
})

test('durations in the unit that fits', () => {
  expect([0, 3, 3.14, 420.4, 1_430, 59_999, 61_000, 7_500_000].map(duration)).toEqual([
    '0 ms',
    '3 ms',
    '3.1 ms',
    '420 ms',
    '1.43 s',
    '60.00 s',
    '1 min 1 s',
    '2 h 5 min',
  ])
})

test('instants as people count: in the greatest unit, and which way', () => {
  const now = 1_000_000_000
  expect([0, 999, -12_000, 190_000, 5 * 3_600_000, 11 * 3_600_000 + 65_000, -100 * 3_600_000].map((ms) => away(now + ms, now))).toEqual([
    'now',
    'now',
    '12 s ago',
    'in 3 min',
    'in 5 h',
    'in 11 h 1 min',
    '4 d 4 h ago',
  ])
  expect([600_000, 366 * 86_400_000].map(roughly)).toEqual(['10 min', '366 d'])
})

test('a time of day says its offset where a schedule has a zone', () => {
  expect(['2026-01-02', '2026-01-02T03:04Z', '2026-01-02T03:04:05.6+02:00', '1700000000000'].map(placedMoment)).toEqual([
    Date.UTC(2026, 0, 2),
    Date.UTC(2026, 0, 2, 3, 4),
    Date.UTC(2026, 0, 2, 1, 4, 5, 600),
    1_700_000_000_000,
  ])
  for (const text of ['2026-01-02T03:04', '2026-01-02 03:04', '2026-01-02T03:04:05', 'tomorrow', '2026-13-01'])
    expect(() => placedMoment(text)).toThrow(/must/)
})

test('schedules in a list: tenants only where there are some, what is over, what was missed', () => {
  const view = {
    id: 'a',
    tenant: '-',
    timing: { rules: ['@daily'], timeZone: 'Europe/Berlin' },
    description: 'at 00:00 every day',
    next: Date.UTC(2026, 0, 1, 23),
    paused: null,
    runs: [],
    counts: { fired: 1_234, skipped: 0, missed: 2 },
    lastState: null,
  } as unknown as ScheduleView & { lastState: null }
  const now = Date.UTC(2026, 0, 1, 20)
  expect(listLines([view, { ...view, id: 'b', next: null }], 'c', plain, now)).toEqual([
    '  ID  NEXT                               WHEN                LAST    FIRED  SKIPPED  MISSED',
    '  a   2026-01-02T00:00:00+01:00  in 3 h  at 00:00 every day  -       1,234  0        2',
    '  b   over                               at 00:00 every day  -       1,234  0        2',
    '  … and more; --cursor c goes on',
  ])
  expect(listLines([{ ...view, tenant: 'acme' }], null, plain, now)[0]).toMatch(/^ {2}ID {2}TENANT {2}NEXT/)
  const more = {
    ...view,
    note: 'a\nb',
    source: 'shop',
    nextDue: view.next,
    paused: { by: 'failure', at: now - 60_000, workflow: 'w1' },
    jitterMs: 60_000,
    overlap: 'bufferAll',
    catchUp: { mode: 'all', windowMs: 7_200_000, max: 100 },
    maxRuns: 3,
    pauseOnFailure: true,
    running: ['w2'],
    waiting: Array.from({ length: 7 }, (_, k) => ({ kind: 'tick', nominalTime: now + k * 60_000 })),
    canvas: { task: 'x' },
    submit: { tags: ['t'] },
  } as unknown as ScheduleView
  expect(scheduleLines({ ...more, next: null }, [], plain, now)).toEqual([
    'a  at 00:00 every day',
    '  next        not while it is paused',
    '  paused      1 min ago because w1 failed',
    '  note        a\\nb',
    '  source      shop',
    '  jitter      up to 1 min 0 s',
    '  overlap     bufferAll',
    '  catch-up    all of the last 2 h, 100 at most',
    '  runs        1,234 fired, 0 skipped, 2 missed',
    '  limit       3 times, and what people ask for',
    '  on failure  it is paused',
    '  running     w2',
    expect.stringMatching(/^ {2}waiting {5}tick of 2026-01-01T21:00:00\+01:00, .+, and 2 more$/),
    '  canvas      {"task":"x"}',
    '  submit      {"tags":["t"]}',
  ])
})

test('a bar is full only when all is done', () => {
  expect([bar(0, 4, 8), bar(1, 3, 8), bar(999, 1_000, 8), bar(3, 3, 8), bar(5, 3, 4), bar(0, 0, 4)]).toEqual([
    '░░░░░░░░',
    '██░░░░░░',
    '███████░',
    '████████',
    '████',
    '░░░░',
  ])
})

test('the progress line has the bar, what is done, what went wrong and the time, and fits the terminal', () => {
  expect(progressLine(status(), 1_449, 80, plain)).toBe(`${bar(20, 42, 32)}  20 of 42 tasks  1.4 s`)
  const bad = status({ failure: 1, revoked: 2, skipped: 3, remaining: 16 })
  expect(progressLine(bad, 75_000, 120, plain)).toBe(`${bar(26, 42, 32)}  26 of 42 tasks  1 failed  2 revoked  3 skipped  1 min 15 s`)
  expect(progressLine(status(), 1_449, 40, plain)).toBe(`${bar(20, 42, 16)}  20 of 42 tasks  1.4 s`)
  expect(progressLine(status(), 1_449, 24, plain)).toBe('20 of 42 tasks  1.4 s')
  expect(countsText(status({ total: 1, remaining: 0 }), plain)).toBe('1 of 1 task')
})

test('colours do not count as width', () => {
  const width = (text: string) => text.replace(/\x1b\[\d+m/g, '').length
  const bad = status({ failure: 1, remaining: 21 })
  expect(width(progressLine(bad, 1_000, 50, paint(true)))).toBe(progressLine(bad, 1_000, 50, plain).length)
  const cell = { text: 'a', colour: paint(true).bad }
  expect(
    columns([
      [cell, 'x'],
      ['bbb', 'y'],
    ]),
  ).toEqual(['  \x1b[31ma\x1b[0m    x', '  bbb  y'])
})

test('the bar is drawn in place and taken away at the end', () => {
  const written: string[] = []
  const stream = { columns: 60, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream
  const display = barDisplay(stream, plain)
  display.end()
  display.update(status(), 100)
  display.end()
  expect(written).toEqual([`\r\x1b[2K${progressLine(status(), 100, 60, plain)}`, '\r\x1b[2K'])
})

test('nothing that comes from a workflow moves the cursor', () => {
  expect(safe('a\x1b[31mb\r\n\tc\x9b')).toBe('a\\x1b[31mb\\x0d\\n c\\x9b')
  const shape = { state: 'FAILURE' as const, error: { type: 'E\x1b', message: 'm\x07' } }
  const tasks = [{ id: '0', task: 't', state: 'FAILURE' as const, attempts: 1, error: { type: 'E\x1b', message: 'm' } }]
  const lines = showLines({ status: { ...status(), name: '\x1b[2J' }, shape, tasks, more: false, limit: 50 }, plain, 100)
  expect(lines.join('')).not.toMatch(/[\x00-\x1f]/)
})

test('lines of run show end at the edge of the screen', () => {
  const tasks = [{ id: '0', task: 'a', state: 'SUCCESS' as const, attempts: 1, result: 'x'.repeat(500) }]
  const shape = { state: 'SUCCESS' as const, result: 'y'.repeat(500) }
  const lines = showLines({ status: status(), shape, tasks, more: true, limit: 50 }, plain, 60)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60)
  expect(lines.filter((line) => line.endsWith('…'))).toHaveLength(2)
  expect([cut('abc', 3), cut('abcd', 3), cut('abcd', 0)]).toEqual(['abc', 'ab…', '…'])
})

test('a task that runs shows how far it is', () => {
  const running = { id: '0', task: 'a', state: 'PROGRESS', attempts: 1, info: { current: 3, total: 10 } }
  const lines = showLines({ status: status(), shape: null, tasks: [running], more: false, limit: 50 }, plain, 100)
  expect(lines.at(-1)).toBe('  0     a     PROGRESS  1      {"current":3,"total":10}')
})

test('a fault in JSON is shown where it is, also in a long line', () => {
  const fault = (text: string) => {
    try {
      return parse(text, 'c.json')
    } catch (error) {
      return error as CliError
    }
  }
  const long = fault(`{"a": "${'x'.repeat(300)}" "b"}`) as CliError
  expect(long.message).toMatch(/^c\.json:1:310: /)
  expect(long.detail[1]?.indexOf('^')).toBe(long.detail[0]?.indexOf('"b"'))
  expect((fault('{"a":\t\x01') as CliError).detail[0]).not.toMatch(/[\x00-\x1f]/)
  expect(fault('{}')).toEqual({})
})

test('errors are one line with a code; the workflow is named once', () => {
  const lines = (error: unknown) => failureLines(failureOf(error)!, plain)
  expect(lines(new ChordisError('not-found', 'there is no workflow w', { workflow: 'w' }))).toEqual([
    'chordis: there is no workflow w (not-found)',
  ])
  expect(lines(new ChordisError('outcome-unknown', 'no answer', { workflow: '00-abc' }))).toEqual([
    'chordis: no answer; workflow 00-abc (outcome-unknown)',
  ])
  expect(lines(new CliError('usage', 'no\x1b', ['  more']))).toEqual(['chordis: no\\x1b (usage)', '  more'])
  expect(failureOf(new TypeError('bug'))).toMatchObject({ code: 'unexpected', message: 'TypeError: bug', exit: 1 })
})

test('one URL is a server, several are a Cluster, and Sentinel has a form of its own', () => {
  expect(redisFrom('redis://u:a,b@h:1/0')).toBe('redis://u:a,b@h:1/0')
  expect(redisFrom('unix:///tmp/r.sock')).toBe('unix:///tmp/r.sock')
  expect(redisFrom('redis://a:1,rediss://b:2')).toEqual({ cluster: ['redis://a:1', 'rediss://b:2'] })
  expect(redisFrom('sentinel://a:1,b:2/main')).toEqual({ sentinel: { hosts: ['a:1', 'b:2'], name: 'main' } })
  expect(() => redisFrom('http://u:secret@h')).toThrow('sentinel://, not "http://u:***@h"')
  expect(() => redisFrom('redis://')).toThrow('must be redis://')
})

test('a Redis is shown without its password', () => {
  expect(shownUrl('redis://me:p@ss@h:1/0')).toBe('redis://me:***@h:1/0')
  expect(shownUrl('rediss://:secret@h')).toBe('rediss://:***@h')
  expect(shownUrl('unix:///tmp/r.sock')).toBe('unix:///tmp/r.sock')
  expect(shownUrl({ cluster: ['redis://a:b@h:1', 'redis://h:2'] })).toBe('cluster redis://a:***@h:1 redis://h:2')
  expect(shownUrl({ sentinel: { hosts: ['h:1'], name: 'm', password: 'x' } })).toBe('sentinel m at h:1')
})

test('a logger for people, and one for machines', () => {
  const lines: string[] = []
  const log = (json: boolean, level: Level) =>
    createLogger({ level, json, style: plain, write: (line) => lines.push(line), now: () => new Date('2026-01-02T03:04:05.678Z') })
  log(false, 'info').debug({}, 'not shown')
  log(false, 'info').warn({ count: 3, name: 'a b', err: new RangeError('x\ny') }, 'lost\x1b')
  log(true, 'debug').debug({ err: new RangeError('x') }, 'seen')
  expect(lines[0]).toMatch(/^\d\d:\d\d:05 {2}warn {2}lost\\x1b {2}count=3 name="a b" err="RangeError: x\\ny"$/)
  expect(JSON.parse(lines[1] ?? '')).toEqual({
    time: '2026-01-02T03:04:05.678Z',
    level: 'debug',
    message: 'seen',
    err: { type: 'RangeError', message: 'x', stack: expect.stringContaining('RangeError') },
  })
  expect(lines).toHaveLength(2)
})
