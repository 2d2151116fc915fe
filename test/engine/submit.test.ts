import { describe, expect, test } from 'vitest'
import { ChordisError, chain, chord, group, WorkflowFailedError, type WorkflowHandle } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { COMMON, call, end, Gate, TestEngine } from './harness.js'

const redis = useRedis()

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof ChordisError ? error.code : error),
  )

describe('the same submit again', () => {
  test('by id is the same workflow, and another canvas under the id is a conflict', async () => {
    const engine = await TestEngine.open(redis.url, 3)
    await engine.worker(COMMON)
    const options = { id: 'order-4711' }
    const first = await engine.client.submit(call('echo', [1]), options)
    const again = await (await engine.connect()).submit(call('echo', [1]), options)
    expect([first.id, first.duplicate, again.id, again.duplicate]).toEqual(['order-4711', false, 'order-4711', true])
    expect(await codeOf(engine.client.submit(call('echo', [2]), options))).toBe('id-conflict')
    expect(await again.result()).toBe(1)
    expect((await engine.client.submit(call('echo', [1]), options)).duplicate).toBe(true)
  })

  test('under an id that was made for it is the same workflow, whatever its size, and another canvas is a conflict', async () => {
    const engine = await TestEngine.open(redis.url, 3)
    const wide = (n: number) => group(...Array.from({ length: n }, (_, i) => call('echo', [i])))
    const canvases = [
      call('echo', [1]),
      call('echo', [2]),
      chain(call('echo', [1]), call('echo')),
      wide(32),
      wide(64),
      wide(33_000),
      group(),
    ]
    for (const canvas of canvases) {
      const first = await engine.client.submit(canvas)
      const again = await (await engine.connect()).submit(canvas, { id: first.id })
      expect([first.duplicate, again.id, again.duplicate]).toEqual([false, first.id, true])
      for (const other of canvases) {
        if (other !== canvas) expect(await codeOf(engine.client.submit(other, { id: first.id }))).toBe('id-conflict')
      }
    }
  })

  test('by id from many clients at once runs once', async () => {
    const engine = await TestEngine.open(redis.url)
    let runs = 0
    await engine.worker({ count: () => ++runs })
    const clients = [engine.client, await engine.connect(), await engine.connect()]
    const handles = await Promise.all(Array.from({ length: 60 }, (_, i) => clients[i % 3]?.submit(call('count'), { id: 'once' })))
    await handles[0]?.result()
    expect(handles.filter((handle) => handle?.duplicate === false)).toHaveLength(1)
    expect(runs).toBe(1)
  })

  test('by id of a canvas that travels in pieces is the same workflow too', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const large = (last: string) =>
      chord(
        Array.from({ length: 40 }, (_, i) => call('echo', [`${i}`.padEnd(30_000, 'x')])),
        call('echo', [last]).set({ immutable: true }),
      )
    const handles = await Promise.all([1, 2, 3].map(() => engine.client.submit(large('a'), { id: 'large' })))
    expect(new Set(handles.map(({ id }) => id))).toEqual(new Set(['large']))
    expect(await codeOf(engine.client.submit(large('b'), { id: 'large' }))).toBe('id-conflict')
    const { outcome, nodes } = await end(handles[0] as WorkflowHandle)
    expect(outcome).toEqual({ state: 'SUCCESS', result: 'a' })
    expect(nodes.map(({ attempts }) => attempts)).toEqual(Array(41).fill(1))
  })

  test('by one id twice in the same call is one workflow, and a conflict for another canvas', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const submit = (value: number) => engine.client.submit(call('echo', [value]), { id: 'same-call' })
    const [first, again, other] = await Promise.all([submit(1), submit(1), codeOf(submit(2))])
    expect([first.duplicate, again.duplicate, other]).toEqual([false, true, 'id-conflict'])
    expect((await end(again)).outcome).toEqual({ state: 'SUCCESS', result: 1 })
  })

  test('by idempotency key answers the first workflow, another canvas under the key is a conflict, other tenants have keys of their own', async () => {
    const engine = await TestEngine.open(redis.url, 5)
    await engine.worker(COMMON)
    const key = { idempotencyKey: 'invoice 17 / März' }
    const first = await engine.client.submit(call('echo', [1]), key)
    const again = await engine.client.submit(call('echo', [1]), key)
    expect([again.id, again.duplicate]).toEqual([first.id, true])
    expect(await codeOf(engine.client.submit(call('echo', [2]), key))).toBe('idempotency-conflict')
    const other = await engine.client.submit(call('echo', [2]), { ...key, tenant: 'acme' })
    expect(other.id).not.toBe(first.id)
    expect(await other.result()).toBe(2)
    expect(await again.result()).toBe(1)
  })

  test('under one key from many clients at once is one workflow', async () => {
    const engine = await TestEngine.open(redis.url, 4)
    let runs = 0
    await engine.worker({ count: () => ++runs })
    const clients = [engine.client, await engine.connect()]
    const handles = await Promise.all(Array.from({ length: 40 }, (_, i) => clients[i % 2]?.submit(call('count'), { idempotencyKey: 'k' })))
    await handles[0]?.result()
    expect(new Set(handles.map((handle) => handle?.id)).size).toBe(1)
    expect(runs).toBe(1)
  })

  test("a task's own id is the workflow's when none is given", async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    expect((await engine.client.submit(call('echo', [1], { taskId: 'mine' }))).id).toBe('mine')
  })
})

describe('many at once', () => {
  test('a bad item is answered by itself and the others run', async () => {
    const engine = await TestEngine.open(redis.url, 2)
    await engine.worker(COMMON)
    await engine.client.submit(call('echo', ['taken']), { id: 'taken' })
    const answers = await engine.client.submitMany([
      { canvas: call('echo', [1]) },
      { canvas: { task: 'not a name!' } },
      { canvas: { chain: 'no list' } },
      { canvas: call('echo', [2]), options: { id: 'taken' } },
      { canvas: call('echo', [3]), options: { retentionMs: -1 } },
      { canvas: call('echo', [4]) },
    ])
    const codes = answers.map((answer) => (answer instanceof ChordisError ? answer.code : 'handle'))
    expect(codes).toEqual(['handle', 'canvas-invalid', 'canvas-invalid', 'id-conflict', 'request-invalid', 'handle'])
    expect(await (answers[0] as WorkflowHandle).result()).toBe(1)
    expect(await (answers[5] as WorkflowHandle).result()).toBe(4)
  })

  test('two thousand in one call all run', async () => {
    const engine = await TestEngine.open(redis.url, 3)
    await engine.worker(COMMON)
    const answers = await engine.client.submitMany(Array.from({ length: 2_000 }, (_, i) => ({ canvas: call('echo', [i]) })))
    const values = await Promise.all(answers.map((answer) => (answer as WorkflowHandle).result()))
    expect(values).toEqual(Array.from({ length: 2_000 }, (_, i) => i))
  })
})

describe('waiting', () => {
  test('any number of clients hear of the outcome by push', async () => {
    const engine = await TestEngine.open(redis.url, 2)
    const gate = new Gate()
    await engine.worker({ hold: gate.handler })
    const handle = await engine.client.submit(call('hold', ['x']))
    const others = await Promise.all([engine.connect(), engine.connect()])
    const waits = [handle, ...others.map((client) => client.workflow(handle.id)), handle].map((one) => one.result({ timeoutMs: 30_000 }))
    await gate.entries(1)
    const admin = redis.connect()
    const channels = async () => String(await admin.hget((await admin.keys(`*:w:${handle.id}`))[0] as string, 'w')).split(' ').length
    await until(async () => (await channels()) === 3, { what: 'all three clients wait' })
    const from = performance.now()
    gate.open()
    expect(await Promise.all(waits)).toEqual(['x', 'x', 'x', 'x'])
    // A client looks by itself every five seconds; a push takes milliseconds.
    expect(performance.now() - from).toBeLessThan(2_000)
  })

  test('a hundred workflows are waited for over one connection', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const handles = await Promise.all(
      Array.from({ length: 100 }, (_, i) => engine.client.submit(chain(call('echo', [i]), call('add', [1])))),
    )
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
  })

  test('an outcome that is not there in time is null, a result a time-out, a failure an error with the outcome', async () => {
    const engine = await TestEngine.open(redis.url)
    const handle = await engine.client.submit(call('echo', [1]))
    expect(await handle.outcome()).toBeNull()
    expect(await handle.outcome({ waitMs: 60 })).toBeNull()
    expect(await codeOf(handle.result({ timeoutMs: 30 }))).toBe('timeout')
    await engine.worker(COMMON)
    expect(await handle.result()).toBe(1)
    const failed = await (await engine.client.submit(call('boom', ['why']))).result().catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(WorkflowFailedError)
    expect(failed).toMatchObject({ message: 'TypeError: why', outcome: { state: 'FAILURE' } })
  })

  test('a group gives its list, nested groups nested lists', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const inner = chain(call('echo', [0]), group(call('add', [1]), call('add', [2])))
    expect(await (await engine.client.submit(group(call('echo', ['a']), inner))).result()).toEqual(['a', [1, 2]])
  })

  test('an id that nobody knows is not found', async () => {
    const engine = await TestEngine.open(redis.url, 2)
    const handle = engine.client.workflow('nobody')
    expect(await codeOf(handle.status())).toBe('not-found')
    expect(await codeOf(handle.outcome({ waitMs: 1_000 }))).toBe('not-found')
    expect(await codeOf(handle.results())).toBe('not-found')
  })
})

describe('what is kept', () => {
  test('name, tags, tenant and times are shown', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const before = Date.now()
    const handle = await engine.client.submit(chain(call('echo', [1]), call('echo')), {
      name: 'Ünïcode näme',
      tags: ['a', 'b.c'],
      tenant: 'acme',
    })
    await end(handle)
    const status = await handle.status()
    expect(status).toMatchObject({ id: handle.id, name: 'Ünïcode näme', tags: ['a', 'b.c'], tenant: 'acme', state: 'SUCCESS', ended: true })
    expect(status.counts).toEqual({ total: 2, success: 2, failure: 0, revoked: 0, skipped: 0, remaining: 0 })
    const times = [before, status.createdAt, status.startedAt, status.outcomeAt, status.endedAt].map(Number)
    expect(times).toEqual([...times].sort((a, b) => a - b))
  })

  test('a workflow is there for its retention and then no key of it is left', async () => {
    const engine = await TestEngine.open(redis.url, 2)
    await engine.worker(COMMON)
    const kept = await engine.client.submit(call('echo', ['kept']))
    const short = await engine.client.submit(group(call('echo', [1]), call('boom')), { retentionMs: 1 })
    await short.outcome({ waitMs: 5_000 }).catch(() => null)
    await until(async () => (await codeOf(short.status())) === 'not-found', { what: 'the short one is gone' })
    expect(await redis.connect().keys(`*${short.id}*`)).toEqual([])
    expect(await kept.result()).toBe('kept')
  })
})
