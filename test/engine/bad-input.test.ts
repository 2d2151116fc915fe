import { describe, expect, test } from 'vitest'
import { type Canvas, ChordisError, chain, chord, group, type Json } from '../../src/engine/index.js'
import { keysOf } from '../support/dead-letters.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { COMMON, call, end, errorOf, Gate, TestEngine } from './harness.js'

const redis = useRedis()

const refusalOf = (promise: Promise<unknown>): Promise<{ code: string; message: string; path: string | undefined }> =>
  promise.then(
    () => ({ code: 'accepted', message: '', path: undefined }),
    (error: unknown) => {
      if (!(error instanceof ChordisError)) throw error
      return { code: error.code, message: error.message, path: error.path }
    },
  )

describe('a canvas that is not one', () => {
  test.each<[string, unknown, string, string]>([
    ['nothing', null, 'canvas-invalid', 'canvas'],
    ['a text', 'echo', 'canvas-invalid', 'canvas'],
    ['a list', [{ task: 'echo' }], 'canvas-invalid', 'canvas'],
    ['an empty object', {}, 'canvas-invalid', 'canvas'],
    ['two forms at once', { task: 'echo', chain: [] }, 'canvas-invalid', 'canvas'],
    ['a chain of a number', { chain: [{ task: 'echo' }, 7] }, 'canvas-invalid', 'canvas.chain[1]'],
    ['arguments that are no list', { chain: [{ task: 'echo', args: 'x' }] }, 'canvas-invalid', 'canvas.chain[0].args'],
    ['keyword arguments that are a list', { task: 'echo', kwargs: [1] }, 'canvas-invalid', 'canvas.kwargs'],
    ['a field that nobody knows', { task: 'echo', kwarg: {} }, 'canvas-invalid', 'canvas.kwarg'],
    ['an option that nobody knows', { task: 'echo', options: { cuontdown: 1 } }, 'canvas-invalid', 'canvas.options.cuontdown'],
    ['a priority of ten', { task: 'echo', options: { priority: 10 } }, 'canvas-invalid', 'canvas.options.priority'],
    ['a name with a colon', { task: 'a:b' }, 'canvas-invalid', 'canvas.task'],
    ['a queue with a space', { task: 'a', options: { queue: 'my queue' } }, 'canvas-invalid', 'canvas.options.queue'],
    ['a chord without a body', { chord: { header: [{ task: 'a' }] } }, 'canvas-invalid', 'canvas.chord.body'],
    ['a callback that is none', { task: 'a', options: { link: [{ nope: 1 }] } }, 'canvas-invalid', 'canvas.options.link[0]'],
  ])('%s is refused with its path', async (_what, canvas, code, path) => {
    const engine = await TestEngine.open(redis.url)
    const refusal = await refusalOf(engine.client.submit(canvas))
    expect(refusal).toMatchObject({ code })
    expect(refusal.path?.startsWith(path) ? path : refusal.path).toBe(path)
    expect(await redis.connect().keys(`${engine.namespace}:*:w:*`)).toEqual([])
  })

  test('64 groups in one another are taken and 65 are refused', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const deep = (levels: number): object => {
      let canvas: object = { task: 'echo', args: [1] }
      for (let i = 0; i < levels; i++) canvas = { group: [canvas, { task: 'echo', args: [i] }] }
      return canvas
    }
    expect((await engine.run(deep(64))).nodes).toHaveLength(65)
    expect(await refusalOf(engine.client.submit(deep(65)))).toMatchObject({ code: 'limit-exceeded' })
  })

  test('more nodes or deeper JSON than allowed are refused, and the limit can be raised', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const wide = group(Array.from({ length: 11 }, (_, i) => call('echo', [i])))
    expect(await refusalOf(engine.client.submit(wide, { limits: { nodes: 10 } }))).toMatchObject({ code: 'limit-exceeded' })
    let deep: Json = 1
    for (let i = 0; i < 600; i++) deep = [deep]
    expect(await refusalOf(engine.client.submit({ task: 'echo', args: [deep] }))).toMatchObject({ code: 'limit-exceeded' })
    const cycle: unknown[] = []
    cycle.push(cycle)
    expect(await refusalOf(engine.client.submit({ task: 'echo', args: cycle }))).toMatchObject({ code: 'limit-exceeded' })
  })

  test.each<[string, unknown]>([
    ['a BigInt', 1n],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
  ])('%s among the arguments is refused by path', async (_what, value) => {
    const engine = await TestEngine.open(redis.url)
    expect(await refusalOf(engine.client.submit(chain(call('echo'), call('echo', [{ deep: [value] }]))))).toMatchObject({
      code: 'canvas-invalid',
      path: expect.stringMatching(/chain\[1\]\.args\[0\]\.deep\[0\]/),
    })
  })

  test.each<[string, object]>([
    ['an id with a slash', { id: 'a/b' }],
    ['an empty id', { id: '' }],
    ['an id that is no text', { id: 7 }],
    ['a tenant with a colon', { tenant: 'a:b' }],
    ['tags that are no list', { tags: 'x' }],
    ['an endless retention', { retentionMs: Number.POSITIVE_INFINITY }],
    ['an empty idempotency key', { idempotencyKey: '' }],
  ])('%s is refused', async (_what, options) => {
    const engine = await TestEngine.open(redis.url)
    const { code } = await refusalOf(engine.client.submit(call('echo'), options))
    expect(['name-invalid', 'request-invalid']).toContain(code)
  })
})

describe('what users write reaches the handler as it was', () => {
  const ODD = [
    '{"__proto__":{"polluted":true},"constructor":{"prototype":[1]},"toString":null,"":"empty","a b":1}',
    '{"hasOwnProperty":"x","__defineGetter__":[[]],"prototype":{}}',
    '{"1":"one","-1":"minus","0":[],"nested":{"__proto__":{"__proto__":{}}}}',
  ]

  test.each(ODD)('keyword arguments %s, byte for byte there and back', async (text) => {
    const engine = await TestEngine.open(redis.url)
    let seen = ''
    await engine.worker({
      keep: (ctx) => {
        seen = JSON.stringify(ctx.kwargs)
        return ctx.kwargs
      },
    })
    const handle = await engine.client.submit({ task: 'keep', kwargs: JSON.parse(text) as Json })
    const result = await handle.result()
    expect(seen).toBe(JSON.stringify(JSON.parse(text)))
    expect(JSON.stringify(result)).toBe(seen)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test('a step gets from the one before it what that gave, whatever its keys are called', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const value = JSON.parse(ODD[0] as string) as Json
    const result = await (await engine.client.submit(chain(call('echo', [value]), call('echo'), call('args', [value])))).result()
    expect(JSON.stringify(result)).toBe(`[${ODD[0]},${ODD[0]}]`)
  })

  test.each<[string, Json]>([
    ['numbers at their ends', [0, 1e21, 1.7976931348623157e308, 5e-324, 9007199254740991, -9007199254740991, 0.1, -1.5e-7]],
    ['empty lists and objects', [[], {}, [[]], [{}], { a: [] }, '']],
    ['text of every kind', ['\u0000\u001f"\\/', 'é', '日本', '😀', '\ud800 alone', '\u2028\u2029', 'a|b;c,d:e@f\n[g]']],
  ])('%s', async (_what, value) => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const { outcome } = await engine.run(chord([call('echo', [value]), chain(call('echo', [value]), call('echo'))], call('echo')))
    expect(JSON.stringify(outcome)).toBe(JSON.stringify({ state: 'SUCCESS', result: [value, value] }))
  })

  test('arguments and results of five megabytes, also through a chord', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const text = 'ünï'.repeat(1_000_000)
    expect(await (await engine.client.submit(call('echo', [text]))).result()).toBe(text)
    const list = Array.from({ length: 20 }, (_, i) => `${i}`.repeat(100_000))
    expect(
      await (
        await engine.client.submit(
          chord(
            list.map((one) => call('echo', [one])),
            call('echo'),
          ),
        )
      ).result(),
    ).toEqual(list)
  })

  test('a result larger than a worker takes fails the task and says so', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({ big: () => 'x'.repeat(10_000) }, { maxResultBytes: 1_000 })
    const { outcome } = await engine.run(call('big'))
    expect(errorOf(outcome)).toMatchObject({ code: 'result-invalid', message: expect.stringContaining('1000') })
  })
})

describe('a task that no worker knows', () => {
  test('is parked as PENDING, keeps nobody else waiting, and runs when a worker that knows it starts', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const parked = await engine.client.submit(chain(call('echo', [20]), call('unknown'), call('add', [1])))
    const others = await Promise.all(Array.from({ length: 20 }, (_, i) => engine.client.submit(call('echo', [i]))))
    expect(await Promise.all(others.map((handle) => handle.result()))).toHaveLength(20)
    await until(async () => (await redis.connect().keys(`${engine.namespace}:*:k:*`)).length === 1, { what: 'the task is parked' })
    expect((await parked.results()).map(({ state }) => state)).toEqual(['SUCCESS', 'PENDING', 'PENDING'])
    await engine.worker({ unknown: (_ctx, [x]) => Number(x) * 2 })
    expect(await parked.result()).toBe(41)
    await until(async () => (await redis.connect().keys(`${engine.namespace}:*:k:*`)).length === 0, { what: 'nothing is parked' })
  })

  test('still ends REVOKED when it expires', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const { outcome, nodes } = await engine.run(chain(call('unknown', [], { expiresInMs: 300 }), call('echo')))
    expect(outcome).toMatchObject({ state: 'REVOKED', error: { code: 'expired' } })
    expect(nodes.map(({ state }) => state)).toEqual(['REVOKED', 'SKIPPED'])
  })

  test('is nothing that an entry by hand can name: one of a virtual node is dropped, and leaves no list behind', async () => {
    const engine = await TestEngine.open(redis.url)
    const connection = redis.connect()
    const handle = await engine.client.submit(chain(group([call('echo', [1]), call('echo', [2])]), group([call('echo'), call('echo')])))
    const keys = await keysOf(connection, engine.namespace, handle.id)
    const fields = await connection.hgetall(keys.of('workflow', handle.id))
    const [virtual = ''] = Object.keys(fields).filter((name) => /^t\d+$/.test(name) && fields[name]?.split(' ')[5]?.includes('v'))
    await connection.lpush(keys.of('ready', 'default:0'), `${handle.id}:1:${virtual.slice(1)}::2:1:1`)
    await engine.worker(COMMON)
    expect((await end(handle)).outcome.state).toBe('GROUP')
    await handle.forget()
    expect(await connection.keys(`${engine.namespace}:*:k:*`)).toEqual([])
    expect(await connection.hlen(keys.of('parkedlists'))).toBe(0)
  })

  test('a whole group of it is parked and runs, with its chord', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const handle = await engine.client.submit(
      chord(
        Array.from({ length: 300 }, (_, i) => call('unknown', [i])),
        call('add'),
      ),
    )
    const parked = async () => (await redis.connect().keys(`${engine.namespace}:*:k:*`)).length
    await until(parked, { what: 'the group is parked' })
    await engine.worker({ unknown: (_ctx, [x]) => x })
    expect(await handle.result()).toBe((299 * 300) / 2)
  })
})

describe('a result that is no JSON', () => {
  const cycle = (): unknown => {
    const value: { self?: unknown } = {}
    value.self = value
    return value
  }
  const throwing = (): unknown => ({
    toJSON: () => {
      throw new Error('no')
    },
  })

  test.each<[string, RegExp, () => unknown]>([
    ['a BigInt', /BigInt/, () => 10n],
    ['a cycle', /circular/i, cycle],
    ['a function', /function/, () => () => 1],
    ['a symbol', /symbol/, () => Symbol('s')],
    ['what throws in toJSON', /no/, throwing],
    ['what gives undefined in toJSON', /JSON/, () => ({ toJSON: () => undefined })],
  ])('%s fails the task with result-invalid', async (_what, message, make) => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({ bad: make, badLater: async () => make(), ...COMMON })
    const { outcome } = await engine.run(call('bad'))
    expect(errorOf(outcome)).toMatchObject({ code: 'result-invalid', message: expect.stringMatching(message) })
    const { outcome: later, nodes } = await engine.run(chain(call('badLater'), call('echo')))
    expect(errorOf(later)).toMatchObject({ code: 'result-invalid' })
    expect(nodes.map(({ state }) => state)).toEqual(['FAILURE', 'SKIPPED'])
  })

  test('nothing at all is null', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({ nothing: () => undefined, later: async () => undefined, ...COMMON })
    expect((await engine.run(chain(call('nothing'), call('args', [1])))).outcome).toEqual({ state: 'SUCCESS', result: [null, 1] })
    expect((await engine.run(call('later'))).outcome).toEqual({ state: 'SUCCESS', result: null })
  })

  test('a thenable that throws in then fails the task', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({
      trap: () => ({
        // biome-ignore lint/suspicious/noThenProperty: it is the trap
        get then(): never {
          throw new RangeError('trap')
        },
      }),
    })
    expect(errorOf((await engine.run(call('trap'))).outcome)).toMatchObject({ type: 'RangeError', message: 'trap' })
  })
})

describe('a handler that throws', () => {
  const trap = (): never => {
    throw new Error('trap')
  }
  const withGetters = (): unknown => {
    const get = { get: trap }
    const error = new Error('x')
    // V8 makes the stack's text when it is first touched, from name and message.
    void error.stack
    return Object.defineProperties(error, { name: get, message: get, stack: get, code: get, cause: get })
  }
  const revokedProxy = (): unknown => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  }
  const ownCause = (): unknown => {
    const error = new Error('loop')
    error.cause = error
    return error
  }
  const cycle = (): unknown => {
    const list: unknown[] = []
    list.push(list)
    return list
  }

  // Made in the test: a runner that prints its parameters would fall into the traps.
  const THROWN: [string, RegExp, () => unknown][] = [
    ['null', /null/, () => null],
    ['undefined', /undefined/, () => undefined],
    ['a text', /plain text/, () => 'plain text'],
    ['a number', /42/, () => 42],
    ['a symbol', /sym/, () => Symbol('sym')],
    ['an object', /odd/, () => ({ reason: 'odd' })],
    ['a cycle', /./, cycle],
    ['a Proxy that throws', /./, () => new Proxy(new Error('inner'), { get: trap, getPrototypeOf: trap, has: trap, ownKeys: trap })],
    ['a revoked Proxy', /./, revokedProxy],
    ['an error with throwing getters', /^$/, withGetters],
    ['an error that is its own cause', /loop/, ownCause],
    ['an error with an endless message', /^m{4000}…$/, () => new Error('m'.repeat(1_000_000))],
  ]

  test.each(THROWN)('%s fails the task alone', async (_what, message, make) => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker({
      ...COMMON,
      throws: () => {
        throw make()
      },
      rejects: () => Promise.reject(make()),
    })
    expect(errorOf((await engine.run(call('throws'), 5_000)).outcome).message).toMatch(message)
    expect(errorOf((await engine.run(call('rejects'), 5_000)).outcome).message).toMatch(message)
    expect(await (await engine.client.submit(call('echo', ['still here']))).result()).toBe('still here')
  })
})

describe('a damaged workflow', () => {
  /** What a vandal does to the hash of a workflow that runs. */
  const VANDALS: [string, (key: string) => Promise<unknown>][] = [
    ['its template is gone', async (key) => redis.connect().hdel(key, 't0', 't1', 't2')],
    ['its control field is garbage', async (key) => redis.connect().hset(key, 's', 'what is this')],
    ['its key is a text', async (key) => redis.connect().set(key, 'a text')],
    ['its records are garbage', async (key) => overwrite(key, 'garbage')],
    ['its records are cut off leases', async (key) => overwrite(key, 'L ')],
    ['its definitions are gone', async (key) => redis.connect().hdel(key, 'b0', 'b1', 'b2')],
    ['its template is garbage', async (key) => redis.connect().hset(key, 't0', 'nonsense', 't1', 'nonsense')],
    ['its definitions are garbage', async (key) => redis.connect().hset(key, 'b0', 'nonsense')],
  ]

  async function overwrite(key: string, record: string): Promise<void> {
    const names = await redis.connect().hkeys(key)
    const records = Object.fromEntries([...Array(12).keys()].map((i) => [String(i), record]))
    expect(names.length).toBeGreaterThan(0)
    await redis.connect().hset(key, records)
  }

  const pipeline = (): Canvas => chain(call('slow', [1]), group(Array.from({ length: 8 }, () => call('slow'))), call('add'), call('slow'))

  test.each(VANDALS)('when %s, it fails as workflow-corrupt and every other one ends right', async (_what, vandalise) => {
    const engine = await TestEngine.open(redis.url)
    const waiting: (() => void)[] = []
    let open = false
    const slow = async (_ctx: unknown, [x = null]: Json[]): Promise<Json> => {
      if (!open) await new Promise<void>((resolve) => waiting.push(resolve))
      return x
    }
    await engine.worker({ ...COMMON, slow })
    const victim = await engine.client.submit(pipeline())
    const others = await Promise.all(Array.from({ length: 10 }, () => engine.client.submit(pipeline())))
    await until(() => waiting.length === 11, { what: 'all have begun' })
    const heard = victim.outcome({ waitMs: 15_000 })
    await vandalise((await redis.connect().keys(`*:w:${victim.id}`))[0] as string)
    open = true
    for (const go of waiting) go()
    expect(await Promise.all(others.map((handle) => handle.result()))).toEqual(Array(10).fill(8))
    expect(errorOf(await heard)).toMatchObject({ type: 'WorkflowCorruptError', code: 'workflow-corrupt' })
    expect(await victim.status()).toMatchObject({ state: 'FAILURE', ended: true })
    for (const handle of others) await end(handle)
    await until(async () => (await redis.connect().keys(`${engine.namespace}:*:q:*`)).length === 0, { what: 'no ready list is left' })
  })

  test('when a stored result is no JSON, what would read it fails as workflow-corrupt, the client too', async () => {
    const engine = await TestEngine.open(redis.url)
    const gate = new Gate()
    await engine.worker({ ...COMMON, hold: gate.handler })
    const handle = await engine.client.submit(chord([call('echo', [1]), call('hold', [2])], call('add')))
    await gate.entries(1)
    await until(async () => (await handle.results())[0]?.state === 'SUCCESS', { what: 'the first member is done' })
    const key = (await redis.connect().keys(`*:w:${handle.id}`))[0] as string
    await redis.connect().hset(key, '0', 'S|{"a":')
    gate.open()
    expect(errorOf(await handle.outcome({ waitMs: 10_000 }))).toMatchObject({ code: 'workflow-corrupt' })
    const single = await engine.client.submit(call('echo', [1]))
    await single.result()
    await redis.connect().hset((await redis.connect().keys(`*:w:${single.id}`))[0] as string, '0', 'S|[1')
    expect(errorOf(await single.outcome())).toMatchObject({ code: 'workflow-corrupt' })
  })

  test('when it is gone altogether, others end right and it is not found', async () => {
    const engine = await TestEngine.open(redis.url)
    await engine.worker(COMMON)
    const victim = await engine.client.submit(chain(call('echo', [1], { countdownMs: 200 }), call('echo')))
    await redis.connect().del((await redis.connect().keys(`*:w:${victim.id}`))[0] as string)
    expect(await (await engine.client.submit(call('echo', ['fine'], { countdownMs: 400 }))).result()).toBe('fine')
    expect(await refusalOf(victim.status())).toMatchObject({ code: 'not-found' })
  })
})
