/** `chordis doctor`: what people see, the shape that programs get, and the exit codes. */
import { expect, test } from 'vitest'
import { type Shell, useCli } from './harness.js'

const shell = useCli()

/** A shell over a Redis with which nothing is wrong. */
async function sound(): Promise<Shell> {
  const sh = await shell()
  await sh.redis.server.call('CONFIG', 'SET', 'appendonly', 'yes')
  return sh
}

/** A task is ready, and its entry is gone. */
async function vandalised(sh: Shell): Promise<string> {
  const id = await sh.submit({ task: 'words', args: ['a b'] })
  for (const key of (await sh.redis.server.call('KEYS', `${sh.namespace}:*:q:*`)) as string[]) await sh.redis.server.call('DEL', key)
  return id
}

test('it says what is wrong, why, and what to do, and exits with 1', async () => {
  const sh = await shell()
  await sh.redis.server.call('CONFIG', 'SET', 'appendonly', 'no')
  await sh.submit({ task: 'words', args: ['a b'] })
  const { code, out, err } = await sh.run(['doctor'])
  expect({ code, err }).toEqual({ code: 1, err: '' })
  expect(out.split('\n')).toEqual([
    expect.stringMatching(/^1 server, \d+ keys, 1 workflow at redis:/),
    '',
    expect.stringMatching(/^redis-not-persistent {2}server 127\.0\.0\.1:\d+: Redis keeps neither/),
    '  why  a restart loses every workflow',
    expect.stringMatching(/^ {2}do {3}CONFIG SET appendonly yes/),
    '',
    '1 for you',
    '',
  ])
})

test('it names a workflow that would wait for ever, and with --fix repairs it: then it runs', async () => {
  const sh = await sound()
  const id = await vandalised(sh)
  const looked = await sh.run(['doctor'])
  expect(looked.code).toBe(1)
  expect(looked.out).toContain(`entry-missing  workflow ${id}, node 0: a task is ready and stands in no list\n`)
  expect(looked.out).toMatch(/\n1 to be repaired with --fix\n$/)
  const fixed = await sh.run(['doctor', '--fix', '--workflow', id])
  expect(fixed.code).toBe(0)
  expect(fixed.out.split('\n')).toEqual([
    expect.stringMatching(`^workflow ${id} at redis:`),
    '',
    `entry-missing  workflow ${id}, node 0: a task is ready and stands in no list`,
    '  why   no worker would ever run it',
    '  done  it gets a ready entry again',
    '',
    '1 repaired',
    '',
    'repaired so far, by workers and doctors:',
    '  entry-missing  1',
    '',
  ])
  await sh.worker()
  expect((await sh.run(['run', 'result', id, '--wait', '20'])).out).toBe('2\n')
})

test('with --json it prints findings, what was looked at, and what was repaired so far', async () => {
  const sh = await sound()
  expect(await sh.json('doctor')).toMatchObject({ findings: [], checked: { servers: 1, workflows: 0 }, repairs: {} })
  const id = await vandalised(sh)
  const { code, out } = await sh.run(['doctor', '--json'])
  expect(code).toBe(1)
  expect(JSON.parse(out)).toMatchObject({
    findings: [
      {
        code: 'entry-missing',
        state: 'found',
        workflow: id,
        node: '0',
        partition: 0,
        message: expect.any(String),
        why: expect.any(String),
      },
    ],
  })
})

test('where nothing is wrong it says so; a workflow that is not there is exit code 5', async () => {
  const sh = await sound()
  const { code, out } = await sh.run(['doctor'])
  expect(code).toBe(0)
  expect(out).toMatch(/\n\nnothing is wrong\n$/)
  expect(await sh.run(['doctor', '--workflow', 'nobody'])).toMatchObject({ code: 5, err: expect.stringContaining('not-found') })
  expect(await sh.run(['doctor', '--redis', 'redis://127.0.0.1:1'])).toMatchObject({ code: 3 })
})
