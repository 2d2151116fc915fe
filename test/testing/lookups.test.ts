/** What handles of workflows in Redis can be asked, those of inline ones can be asked too; and listeners hear the same. */
import { expect, test } from 'vitest'
import { chain, chord, group, type Json, signature, type TaskContext, type TaskDefinition } from '../../src/engine/index.js'
import { InlineChordis } from '../../src/engine/testing/index.js'

const handlers: { [name: string]: TaskDefinition['handler'] } = {
  echo: (_ctx, [x = null]) => x,
  boom: () => {
    throw new TypeError('no')
  },
  become: (ctx: TaskContext) => ctx.replace(chain(signature('echo', ['new']), signature('echo'))),
  grow: (ctx: TaskContext) => ctx.addToChord(signature('echo', ['added'])),
  wait: async (ctx: TaskContext) => {
    ctx.updateState('WAITING', { for: 'ever' })
    await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve))
  },
}
const tasks = Object.entries(handlers).map(([name, handler]) => ({ name, handler }))
const call = (task: string, ...args: Json[]) => signature(task, args)

test('task calls, their neighbours and pages of them', async () => {
  const chordis = new InlineChordis({ tasks })
  const handle = await chordis.submit(chain(call('echo', 1).set({ taskId: 'first' }), call('become'), group(call('echo'), call('echo'))))
  expect(await handle.get()).toEqual(['new', 'new'])
  const first = handle.task('first')
  expect([await first.get(), await first.state(), await first.ready(), await first.successful()]).toEqual([1, 'SUCCESS', true, true])
  expect((await first.children()).map(({ id }) => id)).toEqual([`${handle.id}:1`])
  expect((await handle.task('1').children()).map(({ id }) => id.split(':')[1])).toEqual(['1/0', '2', '3'])
  expect(await chordis.result(`${handle.id}:1/1`).get()).toBe('new')
  const page = await handle.tasks({ limit: 3 })
  expect(page.tasks.map(({ id }) => id)).toEqual(['0', '1', '2'])
  expect((await handle.tasks({ cursor: page.cursor ?? '' })).tasks.map(({ id }) => id)).toEqual(['3', '1/0', '1/1'])
})

test('groups, as they arrive, and graphs', async () => {
  const chordis = new InlineChordis({ tasks })
  const handle = await chordis.submit(group(call('echo', 'a'), call('boom'), call('echo', 'c')))
  const seen: string[] = []
  for await (const { index, outcome } of handle.group()) seen.push(`${index} ${outcome.state}`)
  expect(seen.sort()).toEqual(['0 SUCCESS', '1 FAILURE', '2 SUCCESS'])
  const grown = await chordis.submit(chord([call('become'), call('grow')], call('echo')))
  expect(await grown.result()).toEqual(['new', null, 'added'])
  const { nodes, edges } = await grown.graph()
  expect(nodes.map(({ id, task, parent, states }) => [id, task, parent, Object.keys(states)])).toEqual([
    ['0', 'become', undefined, ['SUCCESS']],
    ['1', 'grow', undefined, ['SUCCESS']],
    ['2', 'echo', undefined, ['SUCCESS']],
    ['0/0', 'echo', '0', ['SUCCESS']],
    ['0/1', 'echo', '0', ['SUCCESS']],
    ['0/2', null, '0', ['SUCCESS']],
    ['1.1/0', 'echo', '1', ['SUCCESS']],
    ['1.1/1', null, '1', ['SUCCESS']],
  ])
  expect(edges).toContainEqual({ from: '1.1/1', to: '2', when: 'success' })
})

test('states of running tasks, and forgetting', async () => {
  const chordis = new InlineChordis({ tasks })
  const handle = await chordis.submit(call('wait'))
  while ((await handle.task('0').state()) !== 'WAITING') await new Promise(setImmediate)
  expect(await handle.task('0').info()).toEqual({ for: 'ever' })
  await expect(handle.forget()).rejects.toMatchObject({ code: 'not-ended' })
  await expect(handle.task('0').get({ timeoutMs: 30 })).rejects.toMatchObject({ code: 'timeout' })
  const done = await chordis.submit(call('echo', 1))
  await done.result()
  expect([await done.forget(), await done.forget()]).toEqual([true, false])
  await expect(done.status()).rejects.toMatchObject({ code: 'not-found' })
  await chordis.close()
})

test('the tasks that are known, and those that calls wait for', async () => {
  const chordis = new InlineChordis({ tasks: [{ name: 'echo', handler: () => 1 }] })
  await chordis.submit(group(call('echo'), call('nobody'), call('nobody')))
  await chordis.idle()
  expect(await chordis.tasks()).toEqual([
    { name: 'echo', workers: 1, queues: ['default'], parked: 0 },
    { name: 'nobody', workers: 0, queues: [], parked: 2 },
  ])
})

test('a listener hears of attempts and of workflows', async () => {
  const heard: string[] = []
  const chordis = new InlineChordis({
    tasks,
    listener: {
      task: ({ type, task }) => void heard.push(`${task} ${type}`),
      workflow: ({ type, state }) => void heard.push(`${type} ${state}`),
    },
  })
  await (await chordis.submit(chain(call('echo', 1), call('boom')))).outcome({ waitMs: 1_000 })
  await chordis.idle()
  expect(heard).toEqual(['echo started', 'echo succeeded', 'boom started', 'boom failed', 'failed FAILURE', 'ended FAILURE'])
})
