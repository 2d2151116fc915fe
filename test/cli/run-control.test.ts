/** `chordis run`: a workflow's course is changed from the command line. */
import { expect, test } from 'vitest'
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
  const sh = shell()
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

test('a workflow and a task of one are revoked, with a reason', async () => {
  const sh = shell()
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
