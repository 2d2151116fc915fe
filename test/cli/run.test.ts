/** `chordis run show` and `chordis run result`: what people see, and the shapes that programs get. */
import { expect, test } from 'vitest'
import { type Shell, useCli } from './harness.js'

const shell = useCli()

const FAILS = { chain: [{ task: 'words', args: ['a b'] }, { task: 'boom', immutable: true }, { task: 'words' }] }

async function ended(sh: Shell, canvas: unknown): Promise<void> {
  await sh.worker()
  await sh.submit(canvas, '--id', 'one')
  await sh.run(['run', 'result', 'one', '--wait', '20'])
}

test('run show prints state, times, error and tasks in columns', async () => {
  const sh = await shell()
  await ended(sh, FAILS)
  const { code, out, err } = await sh.run(['run', 'show', 'one'])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out.split('\n')).toEqual([
    'one  FAILURE  3 of 3 tasks  1 failed  1 skipped',
    expect.stringMatching(/^ {2}created {2}\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    expect.stringMatching(/^ {2}started {2}\+\d+ ms$/),
    expect.stringMatching(/^ {2}outcome {2}\+\d+ ms$/),
    expect.stringMatching(/^ {2}error {4}\w+: /),
    '  because  RangeError: inner',
    '',
    '  NODE  TASK   STATE    TRIES  RESULT',
    '  0     words  SUCCESS  1      2',
    '  1     boom   FAILURE  1      TypeError: outer',
    expect.stringMatching(/^ {2}2 {5}words {2}SKIPPED {2}0 {6}TypeError: outer$/),
    '',
  ])
})

test('--limit and --state choose the tasks, and more are announced', async () => {
  const sh = await shell()
  await ended(sh, { group: [...Array.from({ length: 1_500 }, () => ({ task: 'words', args: ['a'] })), { task: 'boom' }] })
  const listed = async (...args: string[]) => (await sh.run(['run', 'show', 'one', ...args])).out.split('\n').slice(5)
  expect(await listed('--limit', '2')).toEqual([
    expect.stringContaining('NODE'),
    '  0     words  SUCCESS  1      1',
    '  1     words  SUCCESS  1      1',
    '  … and more; --limit 20 shows up to that many',
    '',
  ])
  expect((await listed()).filter((line) => line.includes('words'))).toHaveLength(50)
  expect(await listed('--state', 'failure,revoked')).toEqual([
    expect.stringContaining('NODE'),
    '  1500  boom  FAILURE  1      TypeError: outer',
    '',
  ])
  expect(await listed('--state', 'retry')).toEqual(['  no task is RETRY', ''])
  const { tasks, more } = (await sh.json('run', 'show', 'one', '--limit', '3')) as { tasks: unknown[]; more: boolean }
  expect({ tasks: tasks.length, more }).toEqual({ tasks: 3, more: true })
  expect(await sh.json('run', 'show', 'one', '--limit', '0')).toMatchObject({ tasks: [], more: false })
})

test('run show --json has everything in one object', async () => {
  const sh = await shell()
  await ended(sh, { chord: { header: [{ task: 'words', args: ['a b'] }], body: { task: 'total' } } })
  const at = expect.any(Number)
  expect(await sh.json('run', 'show', 'one')).toEqual({
    id: 'one',
    tags: [],
    tenant: '-',
    partition: 0,
    rootId: 'one',
    children: 0,
    run: 1,
    state: 'SUCCESS',
    ended: true,
    counts: { total: 2, success: 2, failure: 0, revoked: 0, skipped: 0, remaining: 0 },
    createdAt: at,
    startedAt: at,
    outcomeAt: at,
    endedAt: at,
    durationMs: at,
    outcome: { state: 'SUCCESS', result: '2 words' },
    tasks: [
      { id: '0', task: 'words', state: 'SUCCESS', attempts: 1, result: 2 },
      { id: '1', task: 'total', state: 'SUCCESS', attempts: 1, result: '2 words' },
    ],
    more: false,
  })
})

test('run result prints the value as JSON; no outcome is exit 4, a failure exit 1, no workflow exit 5', async () => {
  const sh = await shell()
  await sh.submit(
    {
      group: [
        { task: 'words', args: ['a b'] },
        { task: 'words', args: ['c'] },
      ],
    },
    '--id',
    'good',
  )
  await sh.submit({ group: [{ task: 'words', args: ['a b'] }, { task: 'boom' }] }, '--id', 'bad')
  const early = await sh.run(['run', 'result', 'good'])
  expect(early).toEqual({ code: 4, out: '', err: 'chordis: workflow good is PENDING: no outcome yet (timeout)\n' })
  expect((await sh.run(['run', 'result', 'good', '--wait', '0.1'])).err).toContain('no outcome within 0.1 s')
  await sh.worker()
  expect(await sh.run(['run', 'result', 'good', '--wait', '20'])).toEqual({ code: 0, out: '[\n  2,\n  1\n]\n', err: '' })
  expect(await sh.json('run', 'result', 'good')).toEqual({ id: 'good', state: 'SUCCESS', result: [2, 1] })
  const bad = await sh.run(['run', 'result', 'bad', '--wait', '20'])
  expect({ code: bad.code, out: bad.out }).toEqual({ code: 1, out: '' })
  expect(bad.err).toContain('chordis: workflow bad: TypeError: outer (workflow-failed)\n  because RangeError: inner\n')
  const json = await sh.run(['run', 'result', 'bad', '--json'])
  expect(json.code).toBe(1)
  expect(JSON.parse(json.out)).toMatchObject({ id: 'bad', state: 'FAILURE', results: [{ result: 2 }, { error: { type: 'TypeError' } }] })
  const none = await sh.run(['run', 'show', 'nobody', '--json'])
  expect({ code: none.code, out: none.out }).toEqual({ code: 5, out: '' })
  expect(JSON.parse(none.err)).toEqual({ code: 'not-found', message: 'there is no workflow nobody', exit: 5, workflow: 'nobody' })
})

test('what is more than a pipe holds arrives whole; a reader that has read enough (`| head`) is no error', async () => {
  const sh = await shell()
  // With a stack each: megabytes.
  await ended(sh, { group: Array.from({ length: 2_000 }, () => ({ task: 'boom' })) })
  const whole = await sh.run(['run', 'show', 'one', '--json', '--limit', '2000'])
  expect((JSON.parse(whole.out) as { tasks: unknown[] }).tasks).toHaveLength(2_000)
  const show = sh.start(['run', 'show', 'one', '--json', '--limit', '2000'])
  show.child.process.stdout?.once('data', () => show.child.process.stdout?.destroy())
  expect(await show.ended()).toMatchObject({ code: 0, err: '' })
})
