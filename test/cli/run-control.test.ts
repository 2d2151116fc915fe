/** `chordis run`: a workflow's course is changed from the command line. */
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { confirm } from '../../src/cli/confirm.js'
import { useCli } from './harness.js'

const shell = useCli()

const TASKS = `
import { existsSync } from 'node:fs'
import { task } from 'chordis'

export const words = task('words', (line: string) => line.split(' ').length)
export const shaky = task('shaky', (count: number) => {
  if (!existsSync('fixed')) throw new TypeError('not fixed')
  return count * 10
})
`

test('a workflow is paused, resumed, retried from its failure, run again with another argument, and forgotten', async () => {
  const sh = await shell()
  sh.write('tasks.ts', TASKS)
  await sh.submit({ chain: [{ task: 'words', args: ['a b'] }, { task: 'shaky' }] }, '--id', 'one')
  expect((await sh.run(['run', 'pause', 'one', '--reason', 'look first'])).out).toBe('one is paused; what runs may end\n')
  expect((await sh.run(['run', 'show', 'one'])).out).toContain('look first')
  expect((await sh.run(['run', 'resume', 'one'])).out).toBe('one goes on\n')
  await sh.worker()
  await sh.run(['run', 'result', 'one', '--wait', '20'])
  sh.write('fixed', '')
  expect((await sh.run(['run', 'retry', 'one'])).out).toBe('one runs again from its failures: run 2\n')
  expect((await sh.run(['run', 'result', 'one', '--wait', '20'])).out).toBe('20\n')
  expect((await sh.run(['run', 'retry', 'one'])).out).toBe('nothing of one had failed\n')
  expect(await sh.json('run', 'rerun', 'one', '0', '--args', '["a b c"]')).toEqual({ id: 'one', run: 3 })
  expect((await sh.run(['run', 'result', 'one', '--wait', '20'])).out).toBe('30\n')
  expect((await sh.run(['run', 'history', 'one'])).out.split('\n').map((line) => line.trim().split(/ {2,}/))).toMatchObject([
    ['RUN', 'OPENED', 'BY', 'STATE', 'TOOK', 'OK', 'FAILED', 'REVOKED', 'SKIPPED', 'OPEN'],
    ['1', expect.any(String), 'submit', 'FAILURE', expect.any(String), '1', '1', '0', '0', '0'],
    ['2', expect.any(String), 'retry', 'SUCCESS', expect.any(String), '2', '0', '0', '0', '0'],
    ['3', expect.any(String), 'rerun of 0', 'SUCCESS', expect.any(String), '2', '0', '0', '0', '0'],
    [''],
  ])
  expect((await sh.run(['run', 'forget', 'one'])).out).toBe('one is gone\n')
  expect((await sh.run(['run', 'retry', 'one'])).code).toBe(5)
})

test('a workflow, and a task of one, get another priority', async () => {
  const sh = await shell()
  await sh.submit({ group: [{ task: 'nobody' }, { task: 'nobody' }] }, '--id', 'late')
  expect((await sh.run(['run', 'priority', 'late', '7'])).out).toBe('what waits of late has the priority 7\n')
  expect(await sh.json('run', 'priority', 'late', '2', '--task', '1')).toEqual({ id: 'late', changed: true })
  await sh.run(['run', 'revoke', 'late'])
  expect((await sh.run(['run', 'priority', 'late', '7'])).out).toBe('late has ended, or was revoked\n')
  expect((await sh.run(['run', 'priority', 'late', '10'])).code).toBe(2)
})

test('what a filter means is counted, and revoked when somebody has said yes', async () => {
  const sh = await shell()
  for (const n of [1, 2, 3]) await sh.submit({ task: n === 3 ? 'other' : 'nobody' }, '--id', `w${n}`, '--tag', n === 1 ? 'eu' : 'us')
  const [dry, refused] = [await sh.run(['run', 'revoke', '--tag', 'us', '--dry-run']), await sh.run(['run', 'revoke', '--tag', 'us'])]
  expect(dry.out).toBe('2 workflows would be revoked\n')
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('say --yes')])
  expect((await sh.run(['run', 'revoke', '--task', 'nobody', '--state', 'pending', '--tag', 'us', '--yes', '--reason', 'no'])).out).toBe(
    '1 workflow revoked\n',
  )
  expect((await sh.run(['run', 'show', 'w2'])).out).toContain('TaskRevokedError: no')
  expect(await sh.json('run', 'revoke', '--since', '1h', '--yes')).toEqual({ matched: 2, revoked: 2, dryRun: false })
  expect(await sh.json('run', 'revoke', '--state', 'PENDING,STARTED', '--dry-run')).toEqual({ matched: 0, revoked: 0, dryRun: true })
  expect((await sh.run(['run', 'revoke', 'w1', '--tag', 'us'])).err).toContain('an id, or a filter')
  expect((await sh.run(['run', 'revoke', '--yes'])).err).toContain('must say which')
})

test('who is asked says y or yes, or it is a no', async () => {
  const answer = async (text: string | null): Promise<boolean> => {
    const [input, output] = [new PassThrough(), new PassThrough()]
    const answered = confirm('Revoke 2 workflows?', { input, output })
    if (text === null) input.end()
    else input.write(`${text}\n`)
    expect(await answered.finally(() => output.end())).toBe(/^y/i.test(text ?? ''))
    expect(output.read()?.toString()).toContain('Revoke 2 workflows? [y/N] ')
    return answered
  }
  expect(await Promise.all(['y', 'YES', 'n', '', 'maybe', null].map(answer))).toEqual([true, true, false, false, false, false])
})

test('a workflow and a task of one are revoked, with a reason', async () => {
  const sh = await shell()
  await sh.submit({ group: [{ task: 'nobody' }, { task: 'nobody' }] }, '--id', 'two')
  expect((await sh.run(['run', 'revoke', 'two', '--task', '0', '--task', '0', '--reason', 'not this'])).out).toBe(
    '1 of 2 tasks of two revoked\n',
  )
  expect(await sh.json('run', 'revoke', 'two', '--terminate')).toEqual({ id: 'two', revoked: true })
  const { out } = await sh.run(['run', 'show', 'two'])
  expect(out).toContain('TaskRevokedError: not this')
  expect(out).toContain('TaskRevokedError: terminated')
  expect((await sh.run(['run', 'revoke', 'two'])).out).toBe('two had ended\n')
  expect((await sh.run(['run', 'rerun', 'two', '0', '--args', '{'])).err).toContain('--args: must be JSON')
})
