/** `chordis queues`: what people see, and the shapes that programs get. */
import { expect, test } from 'vitest'
import { type Shell, useCli, way } from './harness.js'

const shell = useCli()

const mail = (text: string) => ({ task: 'words', args: [text], options: { queue: 'mail' } })

/** Two tasks in a queue that is paused, and one that is more urgent than they are in no way. */
async function waiting(sh: Shell): Promise<void> {
  await sh.run(['queues', 'pause', 'mail', '--reason', 'the relay is down'])
  await sh.submit(mail('a b'), '--id', 'one')
  await sh.submit({ group: [mail('c'), mail('d e f')] }, '--id', 'two')
}

test('a queue is paused, listed, looked into and resumed', async () => {
  const sh = await shell()
  expect((await sh.run(['queues'])).out).toBe('no queue\n')
  expect((await sh.run(['queues', 'pause', 'mail', '--reason', 'the relay is down'])).out).toBe('mail is paused\n')
  await waiting(sh)
  await sh.worker('-Q', 'default,mail')
  expect((await sh.run(['queues', 'list'])).out.split('\n')).toEqual([
    expect.stringMatching(/^ {2}QUEUE {4}READY {2}PARKED {2}WORKERS$/),
    expect.stringMatching(/^ {2}default {2}0 {6}0 {7}1$/),
    expect.stringMatching(/^ {2}mail {5}3 {6}0 {7}1 {8}paused for .+ by \S+: the relay is down$/),
    '',
  ])
  expect((await sh.run(['queues', 'peek', 'mail', '--args', '--limit', '2'])).out.split('\n')).toEqual([
    expect.stringMatching(/^ {2}ID {5}TASK {3}PRIORITY {2}SUBMITTED$/),
    expect.stringMatching(/^ {2}one:0 {2}words {2}0 {9}\d{4}-\S+Z {2}\["a b"\]$/),
    expect.stringMatching(/^ {2}two:0 {2}words {2}0 {9}\d{4}-\S+Z {2}\["c"\]$/),
    '',
  ])
  expect((await sh.run(['queues', 'resume', 'mail'])).out).toBe('mail is not paused\n')
  expect(JSON.parse((await sh.run(['run', 'result', 'two', '--wait', '20'])).out)).toEqual([1, 3])
})

test.skipIf(way.service)('a queue is drained when nothing of it is left, and what is left is told', async () => {
  const sh = await shell()
  await waiting(sh)
  await sh.worker('-Q', 'default,mail')
  expect(await sh.run(['queues', 'drain', 'mail', '--timeout', '0.3'])).toMatchObject({
    code: 4,
    err: expect.stringContaining('not drained'),
  })
  await sh.run(['queues', 'resume', 'mail'])
  expect(await sh.json('queues', 'drain', 'mail', '--timeout', '20')).toEqual({ queue: 'mail', drained: true })
  expect(JSON.parse((await sh.run(['run', 'result', 'two'])).out)).toEqual([1, 3])
})

test('what waits is moved and purged; programs get objects', async () => {
  const sh = await shell()
  await waiting(sh)
  expect((await sh.run(['queues', 'move', 'mail', 'post', '--dry-run'])).out).toBe('3 tasks would be moved to post\n')
  expect((await sh.run(['queues', 'move', 'mail', 'post', '--limit', '1'])).out).toBe('1 task moved to post\n')
  expect(await sh.json('queues', 'move', 'mail', 'post')).toEqual({ queue: 'mail', tasks: 2, dryRun: false })
  expect(await sh.json('queues', 'list')).toMatchObject({
    queues: [
      { name: 'mail', ready: 0, paused: { reason: 'the relay is down' } },
      { name: 'post', ready: 3 },
    ],
  })
  expect(await sh.json('queues', 'peek', 'post')).toMatchObject({
    tasks: [{ id: 'one:0', task: 'words' }, { id: 'two:0' }, { id: 'two:1' }],
  })
  expect(await sh.run(['queues', 'purge', 'post'])).toMatchObject({ code: 2, err: expect.stringContaining('--all') })
  expect(await sh.json('queues', 'purge', 'post', '--task', 'other')).toEqual({ queue: 'post', tasks: 0, dryRun: false })
  expect((await sh.run(['queues', 'purge', 'post', '--all'])).out).toBe('3 tasks ended\n')
  expect(await sh.run(['run', 'result', 'one'])).toMatchObject({ code: 1, err: expect.stringContaining('purged') })
  expect((await sh.run(['queues', 'move', 'post', 'post'])).code).toBe(2)
})
