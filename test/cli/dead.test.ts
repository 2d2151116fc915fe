/** `chordis dead`: what people see, and the shapes that programs get. */
import { expect, test } from 'vitest'
import { type Shell, useCli } from './harness.js'

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

async function failed(sh: Shell): Promise<void> {
  sh.write('tasks.ts', TASKS)
  await sh.worker()
  await sh.submit({ chain: [{ task: 'words', args: ['a b'] }, { task: 'shaky' }, { task: 'shaky' }] }, '--id', 'one')
  await sh.run(['run', 'result', 'one', '--wait', '20'])
}

test('a dead letter is listed, shown, requeued once, and its workflow ends', async () => {
  const sh = await shell()
  await failed(sh)
  const { out } = await sh.run(['dead', 'list'])
  expect(out.split('\n')).toEqual([
    '1 dead letters',
    '',
    expect.stringMatching(/^ {2}ID {5}TASK {3}FAILED +TRIES {2}ERROR$/),
    expect.stringMatching(/^ {2}one:1 {2}shaky {2}\d{4}-\S+Z {2}1 {6}TypeError: not fixed$/),
    '',
  ])
  expect((await sh.run(['dead', 'show', 'one:1'])).out.split('\n')).toEqual([
    'one:1  shaky',
    '  queue  default',
    '  args   [2]',
    expect.stringMatching(/^ {2}try 1 {2}\d{4}-\S+Z {2}TypeError: not fixed$/),
    '',
  ])
  expect((await sh.run(['dead', 'requeue', '--task', 'shaky', '--dry-run'])).out).toBe('one:1\n1 would be requeued\n')
  sh.write('fixed', '')
  expect((await sh.run(['dead', 'requeue', 'one:1'])).out).toBe('1 of 1 requeued\n')
  expect((await sh.run(['run', 'result', 'one', '--wait', '20'])).out).toBe('200\n')
  expect((await sh.run(['dead', 'requeue', 'one:1'])).out).toBe('0 of 0 requeued\n')
  expect(await sh.json('dead', 'list')).toEqual({ total: 0, letters: [], cursor: null })
})

test('programs get objects; filters choose; what is dropped is not listed', async () => {
  const sh = await shell()
  await failed(sh)
  const letter = { id: 'one:1', task: 'shaky', queue: 'default', workflow: 'one', tenant: '-', attempts: 1 }
  expect(await sh.json('dead', 'list', '--error', 'TypeError')).toMatchObject({ total: 1, letters: [letter], cursor: null })
  expect(await sh.json('dead', 'list', '--before', '2020-01-01T00:00:00Z')).toMatchObject({ total: 1, letters: [] })
  expect(await sh.json('dead', 'show', 'one:1')).toMatchObject({ ...letter, args: [2], kwargs: {}, errors: [] })
  expect(await sh.json('dead', 'drop', '--all')).toEqual({ matched: 1, changed: 1, ids: ['one:1'], dryRun: false })
  expect(await sh.json('dead', 'list')).toMatchObject({ total: 0 })
})

test('what is not there, or not said, is told with its exit code', async () => {
  const sh = await shell()
  expect(await sh.run(['dead', 'requeue'])).toMatchObject({ code: 2, err: expect.stringContaining('--all') })
  expect(await sh.run(['dead', 'requeue', 'one:1', '--all'])).toMatchObject({ code: 2, err: expect.stringContaining('not both') })
  expect(await sh.run(['dead', 'show', 'nobody:0'])).toMatchObject({ code: 5, err: expect.stringContaining('not-found') })
  expect(await sh.run(['dead', 'list', '--before', 'soon'])).toMatchObject({ code: 2, err: expect.stringContaining('must be a time') })
})
