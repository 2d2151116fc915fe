import { describe, expect, test } from 'vitest'
import {
  type Canvas,
  type ChordisError,
  chain,
  chord,
  group,
  type Json,
  type StartedChild,
  type WorkflowHandle,
} from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { allOf, type Grant, Hand } from './hand.js'
import { COMMON, call, end, errorOf, Gate, type Handlers, stateOf, TestEngine } from './harness.js'

const redis = useRedis()

/** `parent`: a task that waits for the canvas that `make` gives for its arguments. */
const waiting = (make: (args: Json[]) => Canvas): Handlers => ({ ...COMMON, parent: (ctx, args) => ctx.executeChild(make(args)) })

const isGone = (handle: WorkflowHandle) =>
  handle.status().then(
    () => false,
    (error: ChordisError) => error.code === 'not-found',
  )

const only = async (handle: WorkflowHandle): Promise<WorkflowHandle> => {
  const children = await handle.childWorkflows()
  expect(children).toHaveLength(1)
  return children[0] as WorkflowHandle
}

describe('a task that waits for a child', () => {
  test('ends with its value, holds no worker meanwhile, and the next step gets the value', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    await engine.worker({ ...waiting(([x]) => chain(call('gate', [x]), call('add', [1]))), gate: gate.handler }, { concurrency: 1 })
    const handle = await engine.client.submit(chain(call('echo', [5]), call('parent'), call('add', [100])))
    await gate.entries(1)
    const child = await only(handle)
    const { node } = { node: await handle.task('1').status() }
    expect(node).toMatchObject({ task: 'parent', state: 'STARTED', attempts: 1, child: child.id })
    expect(await handle.status()).toMatchObject({ rootId: handle.id, children: 1 })
    expect(await child.status()).toMatchObject({ parentId: handle.id, rootId: handle.id, children: 0, state: 'STARTED' })
    const listed = await engine.client.workflows.list({ parent: handle.id })
    expect(listed.workflows.map(({ id, state }) => [id, state])).toEqual([[child.id, 'STARTED']])
    gate.open()
    const { outcome, nodes } = await end(handle)
    expect(outcome).toEqual({ state: 'SUCCESS', result: 106 })
    expect(nodes.map(stateOf)).toEqual([
      { state: 'SUCCESS', attempts: 1, result: 5 },
      { state: 'SUCCESS', attempts: 1, result: 6 },
      { state: 'SUCCESS', attempts: 1, result: 106 },
    ])
    expect(await child.result()).toBe(6)
  })

  test.each<[string, Canvas, Json]>([
    ['of one task', call('echo', ['x']), 'x'],
    ['that is a group', group(call('echo', [1]), call('echo', [2])), [1, 2]],
    ['that is an empty group', group(), []],
    ['that is a chord', chord([call('echo', [1]), call('echo', [2])], call('add')), 3],
    ['whose task was replaced', call('swap'), ['swapped']],
    ['with a result of 100 kB', call('echo', ['x'.repeat(100_000)]), 'x'.repeat(100_000)],
    ['that ignores its result', call('echo', [7], { ignoreResult: true }), null],
  ])('%s gets its value', async (_what, canvas, value) => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({ ...waiting(() => canvas), swap: (ctx) => ctx.replace(call('args', ['swapped'])) })
    const { outcome, node } = await engine.run(call('parent'))
    expect(outcome).toEqual({ state: 'SUCCESS', result: value })
    expect(node('parent')).toMatchObject({ state: 'SUCCESS', attempts: 1 })
  })

  test('that fails: FAILURE, with the id of the child and its error as the cause, and the next step is skipped', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(waiting(([how]) => (how === 'one' ? call('boom', ['inside']) : chain(call('boom', ['inside']), call('echo')))))
    for (const how of ['one', 'two']) {
      const { outcome, handle, nodes } = await engine.run(chain(call('parent', [how]), call('echo')))
      const child = await only(handle)
      expect(errorOf(outcome)).toMatchObject({
        type: 'ChildWorkflowError',
        code: 'child-failed',
        message: `the child workflow ${child.id} failed`,
        workflow: child.id,
        cause: { type: 'TypeError', message: 'inside' },
      })
      expect(nodes.map(({ state }) => state)).toEqual(['FAILURE', 'SKIPPED'])
    }
  })

  test('that is revoked ends REVOKED with the id of the child', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(waiting(() => call('echo', [1], { queue: 'unserved', expires: 0.05 })))
    const { handle, nodes } = await engine.run(chain(call('parent'), call('echo')))
    const child = await only(handle)
    expect(await child.state()).toBe('REVOKED')
    expect(nodes.map(({ state }) => state)).toEqual(['REVOKED', 'SKIPPED'])
    expect(nodes[0]?.error).toMatchObject({ type: 'TaskRevokedError', code: 'child-revoked', workflow: child.id })
  })

  test('of whom 300 stand in a chord fire its body once, with their values in order', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(waiting(([n]) => (Number(n) % 2 === 0 ? call('echo', [n]) : group(call('echo', [n]), call('echo', [n])))))
    const header = Array.from({ length: 300 }, (_, n) => call('parent', [n]))
    const { outcome, handle } = await engine.run(chord(header, call('echo')))
    expect(outcome).toEqual({ state: 'SUCCESS', result: header.map((_, n) => (n % 2 === 0 ? n : [n, n])) })
    expect(await handle.status()).toMatchObject({ children: 300, counts: { total: 301, success: 301 } })
    expect((await engine.client.doctor()).findings.filter(({ state }) => state !== 'manual')).toEqual([])
  })

  test('keeps the value when the child is removed, which is kept no longer than it was to be once its value was taken', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    await engine.worker({ ...COMMON, gate: gate.handler, parent: (ctx) => ctx.executeChild(call('gate', ['kept']), { retentionMs: 0 }) })
    const handle = await engine.client.submit(call('parent'))
    await gate.entries(1)
    const child = await only(handle)
    await until(async () => (await handle.task('0').status()).child === child.id, { what: 'it waits' })
    gate.open()
    await until(() => isGone(child), { what: 'the child is gone' })
    expect(await handle.result()).toBe('kept')
    expect(await handle.status()).toMatchObject({ children: 1 })
  })

  test('in a child of a child: the value comes up, and all know the root', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({
      ...COMMON,
      down: (ctx, [n]) => (n === 0 ? 'ground' : ctx.executeChild(chain(call('down', [Number(n) - 1]), call('args', [n])))),
    })
    const { outcome, handle } = await engine.run(call('down', [3]))
    expect(outcome).toEqual({ state: 'SUCCESS', result: [[['ground', 1], 2], 3] })
    const lineage: unknown[] = []
    for (let at = handle, parentId = ''; ; ) {
      const status = await at.status()
      lineage.push([status.parentId ?? '', status.rootId])
      expect(lineage.at(-1)).toEqual([parentId, handle.id])
      const [child] = await at.childWorkflows()
      if (child === undefined) break
      parentId = at.id
      at = child
    }
    expect(lineage).toHaveLength(4)
  })

  test('that starts itself again and again ends: workflows start each other 100 deep at most', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({ ...COMMON, endless: (ctx) => ctx.executeChild(call('endless')) })
    const { outcome } = await engine.run(call('endless'))
    let root = errorOf(outcome)
    while (root.cause) root = root.cause
    expect(root).toMatchObject({ code: 'limit-exceeded', message: 'workflows start each other 100 deep at most' })
  })

  test('that is larger than one call is stored in pieces', async () => {
    const engine = await TestEngine.open(redis.url)
    const values = Array.from({ length: 40 }, (_, k) => String(k % 10).repeat(20_000))
    await engine.worker({
      ...waiting(() =>
        chord(
          values.map((value) => call('echo', [value])),
          call('echo'),
        ),
      ),
    })
    expect((await engine.run(chain(call('parent'), call('echo')))).outcome).toEqual({ state: 'SUCCESS', result: values })
  })

  test('whose own result is to be ignored passes it on and shows null', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(waiting(([how]) => (how === 'group' ? group(call('echo', [4])) : call('echo', [4]))))
    for (const how of ['one', 'group']) {
      const { outcome, node } = await engine.run(chain(call('parent', [how], { ignoreResult: true }), call('args', [1])))
      expect(outcome).toEqual({ state: 'SUCCESS', result: [how === 'group' ? [4] : 4, 1] })
      expect(node('parent')).toMatchObject({ result: null, ignored: true })
    }
  })

  test('that cannot be started fails the task by its retry policy: a canvas that is not valid, an option that is none', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({
      ...COMMON,
      invalid: (ctx) => ctx.executeChild({ kind: 'task', task: '', args: [], kwargs: {}, options: {}, immutable: false }),
      option: (ctx) => ctx.executeChild(call('echo'), { id: 'mine' } as object),
      spread: (ctx) => ctx.startChild(call('echo'), { spread: true } as object),
      policy: (ctx) => ctx.startChild(call('echo'), { cancelPolicy: 'never' as never }),
    })
    expect(errorOf((await engine.run(call('invalid'))).outcome)).toMatchObject({ code: 'canvas-invalid' })
    expect(errorOf((await engine.run(call('option'))).outcome).message).toBe('options.id: is no option of a child workflow')
    expect(errorOf((await engine.run(call('spread'))).outcome).message).toMatch(/^options\.spread: is not supported/)
    expect(errorOf((await engine.run(call('policy'))).outcome).message).toBe('options.cancelPolicy: must be one of cancel, abandon')
    const again = await engine.run(call('option', [], { retry: { auto: true, maxRetries: 1, factorMs: 1 } }))
    expect(again.node('option').attempts).toBe(2)
  })
})

describe('a child that ends before its parent waits for it', () => {
  test('is found ended: the task ends with its value, and the child is kept until then, whatever its retention', async () => {
    const engine = await TestEngine.open(redis.url)
    const hand = await Hand.open(redis.connect(), engine, ['parent'], 'hand')
    const handle = await engine.client.submit(chain(call('parent', [], { queue: 'hand' }), call('args', [1])))
    const [, , , , [grant]] = await hand.turn(0, 1, [], ',hand,')
    const child = await hand.spawn(handle.id, call('echo', ['early']), 0)
    await engine.worker(COMMON)
    const ended = engine.client.workflow(child)
    await until(async () => (await ended.status()).ended, { what: 'the child has ended' })
    const later = await engine.client.submit(call('echo'), { retentionMs: 0 })
    await until(() => isGone(later), { what: 'what ended after the child, and was to be kept 0 ms as well, is gone' })
    expect(await hand.spawn(handle.id, call('echo', ['another']), 0)).toBe(child)
    await hand.turn(0, 0, allOf(grant as Grant, 1, `Y|${child}`), ',hand,')
    expect(await handle.result()).toEqual(['early', 1])
    await until(() => isGone(ended), { what: 'the child is gone' })
    expect(await handle.result()).toEqual(['early', 1])
  })

  test('and is removed by hand: the task fails and says so', async () => {
    const engine = await TestEngine.open(redis.url)
    const hand = await Hand.open(redis.connect(), engine, ['parent'], 'hand')
    const handle = await engine.client.submit(chain(call('parent', [], { queue: 'hand' }), call('args', [1])))
    const [, , , , [grant]] = await hand.turn(0, 1, [], ',hand,')
    const child = await hand.spawn(handle.id, call('echo', ['early']), 0)
    await engine.worker(COMMON)
    await end(engine.client.workflow(child))
    await engine.client.workflow(child).forget()
    expect(await hand.spawn(handle.id, call('echo', ['another']), 0)).toBe(child)
    await hand.turn(0, 0, allOf(grant as Grant, 1, `Y|${child}`), ',hand,')
    expect(errorOf(await handle.outcome({ waitMs: 5_000 }))).toMatchObject({ type: 'ChildWorkflowError', code: 'not-found' })
  })

  test('is started by nobody else: an attempt that lost its node starts no child', async () => {
    const engine = await TestEngine.open(redis.url)
    const hand = await Hand.open(redis.connect(), engine, ['parent'], 'hand')
    const handle = await engine.client.submit(chain(call('parent', [], { queue: 'hand' }), call('args', [1])))
    const [, , , , [grant]] = await hand.turn(0, 1, [], ',hand,')
    await hand.turn(0, 0, allOf(grant as Grant, 1, 'b|'), ',hand,')
    expect(await hand.spawn(handle.id, call('echo'), 0)).toBe('lost')
    expect(await handle.childWorkflows()).toEqual([])
  })
})

describe('a task that starts children and goes on', () => {
  test('gets their ids, which later attempts find by the order of the calls', async () => {
    const engine = await TestEngine.open(redis.url)
    const seen: StartedChild[][] = []
    await engine.worker({
      ...COMMON,
      starter: async (ctx) => {
        const children = [
          await ctx.startChild(call('echo', [ctx.attempt]), { name: 'first', tags: ['a'] }),
          await ctx.startChild(call('echo', ['b'])),
        ]
        seen.push(children)
        return ctx.attempt < 3 ? ctx.retry({ countdownMs: 0 }) : children.map(({ id }) => id)
      },
    })
    const { outcome, handle } = await end(await engine.client.submit(call('starter'), { tenant: 'acme' }))
    const ids = seen[0]?.map(({ id }) => id)
    expect(outcome).toEqual({ state: 'SUCCESS', result: ids })
    expect(seen.map((children) => children.map(({ duplicate }) => duplicate))).toEqual([
      [false, false],
      [true, true],
      [true, true],
    ])
    const children = await handle.childWorkflows()
    expect(children.map(({ id }) => id)).toEqual(ids)
    expect(await Promise.all(children.map((child) => child.result()))).toEqual([1, 'b'])
    expect(await children[0]?.status()).toMatchObject({
      name: 'first',
      tags: ['a'],
      tenant: 'acme',
      parentId: handle.id,
      rootId: handle.id,
    })
  })

  test('does not wait for them, and may be gone when they end', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    await engine.worker({ ...COMMON, gate: gate.handler, starter: async (ctx) => (await ctx.startChild(call('gate', ['late']))).id })
    const { outcome, handle } = await engine.run(call('starter'))
    const child = engine.client.workflow((outcome as { result: string }).result)
    await gate.entries(1)
    await handle.forget()
    gate.open()
    expect(await child.result()).toBe('late')
    expect(await child.status()).toMatchObject({ parentId: handle.id })
  })

  test('may start 1,000 of them', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({
      ...COMMON,
      starter: async (ctx) => {
        const all = Array.from({ length: 1_001 }, () => ctx.startChild(call('echo', [1])))
        const settled = await Promise.allSettled(all)
        return settled.flatMap((one) => (one.status === 'rejected' ? [(one.reason as ChordisError).message] : []))
      },
    })
    const { outcome, handle } = await engine.run(call('starter'))
    expect(outcome).toEqual({ state: 'SUCCESS', result: ['a workflow starts 1000 children at most'] })
    expect((await handle.status()).children).toBe(1_000)
  })
})

describe('what goes wrong around children', () => {
  test('a requeued task starts another child, and its next step gets the value of that one', async () => {
    const engine = await TestEngine.open(redis.url)
    let broken = true
    await engine.worker({
      ...waiting(() => chain(call('shaky'), call('echo'))),
      shaky: () => {
        if (broken) throw new Error('broken')
        return 'fixed'
      },
    })
    const { handle } = await engine.run(chain(call('parent'), call('args', [1])))
    expect(await handle.state()).toBe('FAILURE')
    broken = false
    await engine.client.deadLetters.requeue(`${handle.id}:0`)
    await until(async () => (await handle.state()) === 'SUCCESS', { what: 'it succeeds' })
    expect(await handle.result()).toEqual(['fixed', 1])
    expect(await handle.childWorkflows()).toHaveLength(2)
  })

  test('an error callback that waits for a child and fails by it is called for the same failure when it is requeued', async () => {
    const engine = await TestEngine.open(redis.url)
    const heard: Json[] = []
    let broken = true
    await engine.worker({
      ...COMMON,
      callback: (ctx, [request]) => {
        heard.push((request as { task: string }).task)
        return ctx.executeChild(group(call('shaky')))
      },
      shaky: () => {
        if (broken) throw new Error('broken')
        return 'fixed'
      },
    })
    const { handle, node } = await engine.run(chain(call('echo', ['no']), call('boom').onError(call('callback'))))
    expect(node('callback').state).toBe('FAILURE')
    broken = false
    await engine.client.deadLetters.requeue(`${handle.id}:${node('callback').id}`)
    await until(async () => (await handle.task(node('callback').id).status()).state === 'SUCCESS', { what: 'the callback succeeds' })
    expect(heard).toEqual(['boom', 'boom'])
  })

  test('a child that is damaged fails the task that waits for it', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    await engine.worker({ ...waiting(() => chain(call('gate'), call('echo'))), gate: gate.handler })
    const handle = await engine.client.submit(call('parent'))
    await gate.entries(1)
    const child = await only(handle)
    const db = redis.connect()
    const [key = ''] = await db.keys(`${engine.namespace}:*:w:${child.id}`)
    await db.hset(key, '0', 'nonsense')
    gate.open()
    expect(errorOf(await handle.outcome({ waitMs: 10_000 }))).toMatchObject({ type: 'ChildWorkflowError', code: 'workflow-corrupt' })
    expect(errorOf(await child.outcome())).toMatchObject({ code: 'workflow-corrupt' })
  })
})
