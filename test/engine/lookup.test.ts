/** Task calls of a workflow by id: Celery's AsyncResult. */
import { describe, expect, test } from 'vitest'
import {
  type Canvas,
  chain,
  chord,
  group,
  type Json,
  type TaskFailedError,
  TaskHandle,
  WorkflowFailedError,
} from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { COMMON, call, callAlone, Gate, type Handlers, TestEngine } from './harness.js'

const redis = useRedis()

const HANDLERS: Handlers = {
  ...COMMON,
  id: (ctx) => ctx.id,
  become: (ctx, [n = 2]) => ctx.replace(group(Array.from({ length: Number(n) }, (_, i) => call('echo', [i])))),
  grow: (ctx, [n = 0]) => {
    ctx.addToChord(chain(call('echo', ['added']), call('echo')))
    return n
  },
}

const named = (task: string, args: unknown[], taskId: string) => call(task, args, { taskId })

async function open() {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(HANDLERS)
  return engine
}

describe('a task is found', () => {
  test('by its node, by ctx.id, and by the id that its signature was given, from a handle and from the client', async () => {
    const engine = await open()
    const { handle } = await engine.run(chain(call('id'), named('args', [2], 'second-1'), call('args')))
    const first = (await handle.task('0').get()) as string
    expect(first).toBe(`${handle.id}:0`)
    for (const task of [handle.task(first), engine.client.result(first), engine.client.result(`${handle.id}:0`)]) {
      expect(await task.get()).toBe(first)
      expect(await task.successful()).toBe(true)
    }
    for (const task of [handle.task('second-1'), engine.client.result(`${handle.id}:second-1`)])
      expect(await task.get()).toEqual([first, 2])
    expect((await handle.results()).map(({ taskId }) => taskId)).toEqual([undefined, 'second-1', undefined])
  })

  test("by the outermost signature's id, which is the workflow's", async () => {
    const engine = await open()
    await engine.run(named('echo', ['outer'], 'outermost'))
    expect(await engine.client.result('outermost').get()).toBe('outer')
    expect(await engine.client.workflow('outermost').task('outermost').get()).toBe('outer')
  })

  test('by ids on every node, as Celery writes them, also deep in a wide canvas and on long arguments', async () => {
    const engine = await open()
    const members = Array.from({ length: 2_500 }, (_, i) => named('echo', [i === 2_400 ? 'y'.repeat(2_000) : i], `member-${i}`))
    const { handle } = await engine.run(chord(members, named('args', [], 'body')))
    expect(await handle.task('member-0').get()).toBe(0)
    expect(await handle.task('member-2499').get()).toBe(2_499)
    expect(await handle.task('member-2400').get()).toBe('y'.repeat(2_000))
    expect(await handle.task('body').successful()).toBe(true)
    const both = await Promise.all(['member-7', 'member-1999'].map((id) => engine.client.workflow(handle.id).task(id).get()))
    expect(both).toEqual([7, 1_999])
  })

  test('among what a running task added, by node and by the id given', async () => {
    const engine = await open()
    await engine.worker({ spawn: (ctx) => ctx.replace(chain(named('echo', ['in'], 'inner'), call('echo'))) })
    const { handle } = await engine.run(chain(call('spawn'), call('args')))
    expect(await handle.task('inner').get()).toBe('in')
    expect(await handle.task('0/1').get()).toBe('in')
    expect(await handle.task('0').get()).toBe('in')
  })

  test.each(['99', '0/0', '7/3', 'no-such', 'constructor', '', '1:2', '-1'])('not under %j', async (id) => {
    const engine = await open()
    const { handle } = await engine.run(chord([call('echo', [1])], call('echo')))
    await expect(handle.task(id).state()).rejects.toMatchObject({ code: 'not-found', workflow: handle.id })
    await expect(handle.task(id).get()).rejects.toMatchObject({ code: 'not-found' })
    await expect(engine.client.result(`nobody:${id}`).ready()).rejects.toMatchObject({ code: 'not-found' })
  })

  test('not when it is a join that no worker runs', async () => {
    const engine = await open()
    const { handle, nodes } = await engine.run(chord([call('echo', [1]), call('echo', [2])], group(call('args'), call('args'))))
    const ids = new Set(nodes.map(({ id }) => id))
    const hidden = ['0', '1', '2', '3', '4'].filter((id) => !ids.has(id))
    expect(hidden).not.toEqual([])
    for (const id of hidden) await expect(handle.task(id).state()).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('get', () => {
  test('waits for a task in the middle of a workflow, and for one that comes after the outcome', async () => {
    const engine = await open()
    const [gate, callback] = [new Gate(), new Gate()]
    await engine.worker({ gate: gate.handler, callback: callback.handler })
    const handle = await engine.client.submit(chain(call('gate', ['a']), call('echo').link(call('callback'))))
    const waiting = ['0', '1', '2'].map((id) => handle.task(id).get())
    await expect(handle.task('1').get({ timeoutMs: 60 })).rejects.toMatchObject({ code: 'timeout' })
    gate.open()
    expect(await handle.get()).toBe('a')
    await callback.entries(1)
    callback.open()
    expect(await Promise.all(waiting)).toEqual(['a', 'a', 'a'])
  })

  test('throws what the task ended with: its own error, a ChordError, or that it was skipped', async () => {
    const engine = await open()
    const { handle } = await engine.run(chain(chord([call('boom', ['why']), call('echo', [1])], call('echo')), call('args')))
    const errors = await Promise.all(
      ['0', '2', '3'].map((id) =>
        handle
          .task(id)
          .get()
          .catch((error: TaskFailedError) => error),
      ),
    )
    for (const error of errors) expect(error).toBeInstanceOf(WorkflowFailedError)
    expect(errors).toMatchObject([
      { name: 'TaskFailedError', task: `${handle.id}:0`, outcome: { state: 'FAILURE', error: { type: 'TypeError', message: 'why' } } },
      { outcome: { state: 'FAILURE', error: { type: 'ChordError', cause: { message: 'why' } } } },
      { outcome: { state: 'FAILURE', error: { type: 'ChordError' } } },
    ])
    expect(await handle.task('0').info()).toMatchObject({ type: 'TypeError' })
    expect(await handle.task('0').failed()).toBe(true)
    expect(await handle.task('3').state()).toBe('SKIPPED')
    expect(await handle.task('3').failed()).toBe(false)
    expect(await handle.task('3').ready()).toBe(true)
    expect(await handle.failed()).toBe(true)
    expect(await handle.info()).toMatchObject({ type: 'ChordError' })
  })

  test('costs a waiter of a long task a look a second at most', async () => {
    const engine = await open()
    const gate = new Gate()
    await engine.worker({ gate: gate.handler })
    const handle = await engine.client.submit(chain(call('gate', [1]), call('echo')))
    await gate.entries(1)
    await redis.server.call('CONFIG', 'RESETSTAT')
    await expect(handle.task('0').get({ timeoutMs: 3_000 })).rejects.toMatchObject({ code: 'timeout' })
    const stats = String(await redis.server.call('INFO', 'commandstats'))
    // 20 ms, half as long again each time, up to 1 s: a dozen looks in 3 s.
    const calls = Number(/cmdstat_fcall_ro:calls=(\d+)/.exec(stats)?.[1] ?? 0) + Number(/cmdstat_fcall:calls=(\d+)/.exec(stats)?.[1] ?? 0)
    expect(calls).toBeLessThan(60)
    gate.open()
    await handle.result()
  })
})

test('a workflow answers under the same names', async () => {
  const engine = await open()
  const gate = new Gate()
  await engine.worker({ gate: gate.handler })
  const handle = await engine.client.submit(call('gate', [[1]]))
  await gate.entries(1)
  const shown = async () => [
    await handle.state(),
    await handle.ready(),
    await handle.successful(),
    await handle.failed(),
    await handle.info(),
  ]
  expect(await shown()).toEqual(['STARTED', false, false, false, null])
  gate.open()
  expect(await handle.get()).toEqual([1])
  expect(await shown()).toEqual(['SUCCESS', true, true, false, [1]])
  expect(await handle.parent()).toBeNull()
})

describe('children and parent', () => {
  /** The tree around each task, by node: what comes after it, what stands before it. */
  async function around(canvas: Canvas): Promise<{ [id: string]: [after: string[], before: string[]] }> {
    const engine = await open()
    const { handle, nodes } = await engine.run(canvas)
    const short = ({ id }: { id: string }) => id.slice(handle.id.length + 1)
    const out: { [id: string]: [string[], string[]] } = { start: [(await handle.children()).map(short), []] }
    for (const { id } of nodes) {
      const task = handle.task(id)
      const parent = await task.parent()
      let before: string[] = []
      if (parent instanceof TaskHandle) before = [short(parent)]
      else if (parent) before = Array.from({ length: await parent.size() }, () => 'many')
      out[id] = [(await task.children()).map(short), before]
    }
    return out
  }

  test('of a chain with a callback', async () => {
    expect(await around(chain(call('echo', [1]), call('echo').link(call('args')), call('args')))).toEqual({
      start: [['0'], []],
      0: [['1'], []],
      1: [['2', '3'], ['0']],
      2: [[], ['1']],
      3: [[], ['1']],
    })
  })

  test('of a chord between two tasks', async () => {
    expect(await around(chain(call('echo', [1]), group(call('echo'), call('echo')), call('args'), callAlone('echo')))).toEqual({
      start: [['0'], []],
      0: [['1', '2'], []],
      1: [['3'], ['0']],
      2: [['3'], ['0']],
      3: [['4'], ['many', 'many']],
      4: [[], ['3']],
    })
  })

  test('of a chord whose body is a group: the barrier between them is looked through', async () => {
    const found = await around(chord([call('echo', [1]), call('echo', [2])], group(callAlone('echo'), call('args'))))
    const tasks = Object.keys(found).filter((id) => id !== 'start')
    const [a = '', b = '', x = '', y = ''] = tasks
    expect(found).toEqual({
      start: [[a, b], []],
      [a]: [[x, y], []],
      [b]: [[x, y], []],
      [x]: [[], ['many', 'many']],
      [y]: [[], ['many', 'many']],
    })
  })

  test('of a task that was replaced: what it added first, then what comes after its place', async () => {
    expect(await around(chain(call('become'), call('args')))).toEqual({
      start: [['0'], []],
      0: [['0/0', '0/1', '1'], []],
      '0/0': [['1'], ['0']],
      '0/1': [['1'], ['0']],
      1: [[], ['0']],
    })
  })

  test('of a member that added another one to its chord', async () => {
    expect(await around(chord([call('grow', [5])], call('args')))).toEqual({
      start: [['0'], []],
      0: [['0.1/0', '1'], []],
      '0.1/0': [['0.1/1'], ['0']],
      '0.1/1': [['1'], ['0.1/0']],
      1: [[], ['many', 'many']],
    })
  })

  test('of a task that a group of 3,000 different calls follows, through the fans between', async () => {
    const engine = await open()
    const wide = group(Array.from({ length: 3_000 }, (_, i) => call('echo', [i], { retry: { factorMs: (i % 700) + 1 } })))
    const { handle } = await engine.run(chain(call('echo', [0]), wide, callAlone('echo', ['end'])))
    const children = await handle.task('0').children()
    expect(new Set(children.map(({ id }) => id)).size).toBe(3_000)
    const last = children.at(-1) as TaskHandle
    expect(((await last.parent()) as TaskHandle).id).toBe(`${handle.id}:0`)
  })
})

test('tasks are listed part by part, without results, with what was added behind', async () => {
  const engine = await open()
  const { handle, nodes } = await engine.run(
    chain(group(Array.from({ length: 25 }, () => call('echo', ['r']))), call('become'), call('args')),
  )
  expect(nodes).toHaveLength(25 + 2 + nodes.filter(({ id }) => id.includes('/')).length)
  const seen: unknown[] = []
  let cursor: string | null = ''
  let parts = 0
  while (cursor !== null) {
    const part: Awaited<ReturnType<typeof handle.tasks>> = await handle.tasks({ cursor, limit: 4 })
    expect(part.tasks.length).toBeLessThanOrEqual(4)
    seen.push(...part.tasks)
    cursor = part.cursor
    parts++
  }
  expect(seen).toEqual(nodes.map(({ id, task, state, attempts }) => ({ id, task, state, attempts })))
  expect(parts).toBeGreaterThan(6)
  const wrong: [Json, string][] = [
    [{ limit: 0 }, 'limit'],
    [{ limit: 1_001 }, 'limit'],
    [{ limit: 1.5 }, 'limit'],
    [{ cursor: 'x' }, 'cursor'],
    [{ cursor: '1' }, 'cursor'],
  ]
  for (const [options, path] of wrong)
    await expect(handle.tasks(options as object)).rejects.toMatchObject({ code: 'request-invalid', path })
  expect(await handle.tasks({ cursor: '99.0' })).toEqual({ tasks: [], cursor: null })
})
