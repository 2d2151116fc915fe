/** `chordis schedules`: what people see, and the shapes that programs get. */
import { expect, test } from 'vitest'
import { until } from '../support/wait.js'
import { ASK_MS, type Shell, useCli } from './harness.js'

const shell = useCli()

const NIGHTLY = { id: 'nightly', rules: '0 3 * * *', timeZone: 'Europe/Berlin', canvas: { task: 'words', args: ['a b'] } }
const ISO_BERLIN = String.raw`\d{4}-\d\d-\d\dT03:00:00\+0[12]:00`

async function upsert(sh: Shell, schedules: unknown, ...args: string[]) {
  return sh.run(['schedules', 'upsert', '-', ...args], { input: JSON.stringify(schedules) })
}

test('a schedule is made, changed, left alone and deleted; a dry run says which and writes nothing', async () => {
  const sh = await shell()
  expect((await upsert(sh, NIGHTLY, '--dry-run')).out).toBe('  created  nightly\n')
  expect((await sh.run(['schedules'])).out).toBe('no schedule\n')
  expect((await upsert(sh, NIGHTLY)).out).toMatch(new RegExp(`^ {2}created {2}nightly {2}next ${ISO_BERLIN}, in \\d+ .+\n$`))
  expect((await upsert(sh, NIGHTLY)).out).toMatch(/^ {2}unchanged {2}nightly/)
  const other = { ...NIGHTLY, overlap: 'allowAll', note: 'counts' }
  expect((await upsert(sh, other, '--dry-run')).out).toBe('  changed  nightly  note, overlap\n')
  expect(JSON.parse((await upsert(sh, [other, { ...NIGHTLY, id: 'b', tenant: 't' }], '--json')).out)).toEqual({
    schedules: [
      { id: 'nightly', tenant: '-', outcome: 'changed', changed: ['note', 'overlap'], next: expect.any(Number), timeZone: 'Europe/Berlin' },
      { id: 'b', tenant: 't', outcome: 'created', changed: [], next: expect.any(Number), timeZone: 'Europe/Berlin' },
    ],
    dryRun: false,
  })
  expect((await sh.json('schedules', 'list', '--tenant', 't')).schedules).toMatchObject([{ id: 'b', lastState: null }])
  expect((await sh.run(['schedules', 'delete', 'b'])).out).toBe('there was no b\n')
  expect((await sh.run(['schedules', 'delete', 'b', '--tenant', 't'])).out).toBe('b is gone; its workflows go on\n')
  expect(await sh.run(['schedules', 'show', 'b', '--tenant', 't'])).toMatchObject({ code: 5, err: expect.stringContaining('not-found') })
})

test('lines, and the settings of Celery, are schedules too; one that is wrong is told by its place, before any is written', async () => {
  const sh = await shell()
  const lines = `${JSON.stringify(NIGHTLY)}\n\n${JSON.stringify({ ...NIGHTLY, id: 'second' })}\n`
  const ran = await sh.run(['schedules', 'upsert', '-'], { input: lines })
  expect(ran.out.match(/created/g)).toHaveLength(2)
  const broken = await sh.run(['schedules', 'upsert', '-'], { input: `${lines}{"id": }\n` })
  expect(broken).toMatchObject({ code: 2, err: expect.stringContaining('standard input:4:9: ') })
  const settings = {
    timezone: 'Europe/Paris',
    beat_schedule: { 'every monday': { task: 'words', schedule: { hour: 7, minute: 30, day_of_week: 1 } } },
  }
  expect((await upsert(sh, settings)).out).toMatch(/^ {2}created {2}every-monday {2}next \S+T07:30:00\+/)
  const wrong = await upsert(sh, [
    { ...NIGHTLY, id: 'third' },
    { ...NIGHTLY, id: 'fourth', overlap: 'never' },
  ])
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('schedules[1].overlap: must be one of skip') })
  expect((await sh.json('schedules', 'list')).schedules).toMatchObject([{ id: 'every-monday' }, { id: 'nightly' }, { id: 'second' }])
  expect(await upsert(sh, [])).toMatchObject({ code: 2, err: expect.stringContaining('has no schedule') })
})

test('a schedule is triggered, listed with its last run, paused, shown and resumed', async () => {
  const sh = await shell()
  await sh.worker()
  await upsert(sh, { ...NIGHTLY, canvas: { task: 'held', args: ['a'] } })
  const { workflow } = await sh.json('schedules', 'trigger', 'nightly', '--request-id', 'r1')
  expect((await sh.run(['schedules', 'trigger', 'nightly', '--request-id', 'r1'])).out).toBe(
    `${workflow}  was submitted before, by the same request\n`,
  )
  expect((await sh.run(['schedules', 'trigger', 'nightly'])).out).toBe('left out: an earlier run goes on\n')
  expect(await sh.json('schedules', 'trigger', 'nightly', '--overlap', 'bufferOne')).toMatchObject({ id: 'nightly', outcome: 'waiting' })
  expect(await sh.run(['schedules', 'trigger', 'nightly', '--overlap', 'none'])).toMatchObject({ code: 2 })
  sh.write('go', '')
  await sh.run(['run', 'result', workflow as string, '--wait', '20'])
  expect((await sh.run(['schedules', 'pause', 'nightly', '--reason', 'the database moves'])).out).toBe(
    'nightly is paused; what runs goes on\n',
  )
  expect(await sh.json('schedules', 'pause', 'nightly')).toEqual({ id: 'nightly', paused: true, changed: false })
  expect((await sh.run(['schedules'])).out.split('\n')).toEqual([
    expect.stringMatching(/^ {2}ID {7}NEXT +WHEN +LAST +FIRED {2}SKIPPED {2}MISSED$/),
    expect.stringMatching(/^ {2}nightly {2}paused .+ SUCCESS {2}(now|\d+ s ago) +1 +1 +0 +paused .+: the database moves$/),
    '',
  ])
  const { out } = await sh.run(['schedules', 'show', 'nightly'])
  expect(out).toMatch(/^nightly {2}/)
  expect(out).toMatch(/\n {2}next +not while it is paused\n {2}paused +.+: the database moves\n/)
  expect(out).toMatch(/\n {2}waiting +trigger of \S+\n/)
  expect(out).toMatch(new RegExp(`\\n {2}FOR +WHY +LATE +STATE +WORKFLOW\\n.+ trigger +0 ms +SUCCESS +${workflow}\\n`))
  expect((await sh.run(['schedules', 'resume', 'nightly'])).out).toBe('nightly goes on with its next time\n')
  expect((await sh.run(['schedules', 'resume', 'nightly'])).out).toBe('nightly was not paused\n')
})

test('times to come are shown in the zone and in UTC; those of a cron line without Redis', async () => {
  const sh = await shell()
  await upsert(sh, NIGHTLY)
  expect((await sh.run(['schedules', 'preview', 'nightly', '-n', '2'])).out.split('\n')).toEqual([
    expect.stringMatching(/^ {2}Europe\/Berlin {14}UTC$/),
    expect.stringMatching(new RegExp(`^ {2}${ISO_BERLIN} {2}\\S+T0[12]:00:00\\.000Z {2}in \\d+ .+$`)),
    expect.stringMatching(new RegExp(`^ {2}${ISO_BERLIN} {2}\\S+T0[12]:00:00\\.000Z {2}in 1 d.*$`)),
    '',
  ])
  const offline = { env: { CHORDIS_REDIS_URL: 'redis://127.0.0.1:1' } }
  const ran = await sh.run(['schedules', 'preview', '--cron', '0 0 1 1 *', '--tz', 'Asia/Tokyo', '-n', '1', '--json'], offline)
  expect(JSON.parse(ran.out)).toEqual({
    timeZone: 'Asia/Tokyo',
    times: [
      {
        time: expect.any(Number),
        utc: expect.stringMatching(/-12-31T15:00:00\.000Z$/),
        local: expect.stringMatching(/-01-01T00:00:00\+09:00$/),
      },
    ],
  })
  expect(await sh.run(['schedules', 'preview', '--cron', '61 * * * *'], offline)).toMatchObject({
    code: 2,
    err: expect.stringContaining('schedule-invalid'),
  })
  expect(await sh.run(['schedules', 'preview'], offline)).toMatchObject({ code: 2 })
  expect(await sh.run(['schedules', 'preview', 'nightly', '--tz', 'UTC'], offline)).toMatchObject({ code: 2 })
})

test('times that have passed are run in their order, each once; a limit says where to go on', async () => {
  const sh = await shell()
  await sh.worker('--beat')
  await upsert(sh, { ...NIGHTLY, timeZone: 'UTC' })
  const range = ['--from', '2026-01-01T00:00:00Z', '--to', '2026-01-04']
  const dry = (await sh.run(['schedules', 'backfill', 'nightly', ...range, '--dry-run'])).out
  expect(dry).toMatch(/^ {2}UTC +UTC\n {2}2026-01-01T03:00:00\+00:00 {2}2026-01-01T03:00:00\.000Z {2}.+ ago\n/)
  expect(dry).toMatch(/\n3 runs would be submitted, but for those that were before\n$/)
  expect((await sh.json('schedules', 'show', 'nightly')).counts).toMatchObject({ fired: 0 })
  const first = await sh.run(['schedules', 'backfill', 'nightly', ...range, '--limit', '2'])
  expect(first.out).toBe(
    '2 runs: 1 submitted, 1 waiting for earlier ones to end\nthere may be more: --from 2026-01-02T03:00:00.001Z goes on\n',
  )
  const shown = async () => (await sh.json('schedules', 'show', 'nightly')) as { counts: { fired: number }; runs: { state: string }[] }
  await until(async () => (await shown()).runs.filter(({ state }) => state === 'SUCCESS').length === 2, {
    timeoutMs: 20_000,
    intervalMs: ASK_MS,
  })
  expect(await sh.json('schedules', 'backfill', 'nightly', ...range)).toMatchObject({ id: 'nightly', known: 2, fired: 1, more: null })
  expect(await sh.run(['schedules', 'backfill', 'nightly', '--from', '2026-01-01T00:00', '--to', '1h'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('must say its offset'),
  })
})
