import { describe, expect, test } from 'vitest'
import {
  chain,
  chord,
  group,
  type Json,
  readCanvas,
  signature,
  type TaskContext,
  type TaskDefinition,
  task,
  type WireError,
  WorkflowFailedError,
  WorkflowHandle,
} from '../../src/engine/index.js'
import { InlineChordis, VirtualClock } from '../../src/engine/testing/index.js'

const HOUR = 3_600_000

const define = (handlers: { [name: string]: TaskDefinition['handler'] }): TaskDefinition[] =>
  Object.entries(handlers).map(([name, handler]) => ({ name, handler }))

const add = task('add', (...numbers: number[]) => numbers.flat().reduce((sum, n) => sum + n, 0))

describe('an inline client', () => {
  test('runs a canvas and answers through the handle of the real client', async () => {
    await using chordis = new InlineChordis({ tasks: [add] })
    const handle = await chordis.submit(chain(add.s(1, 2), add.s(3)), { name: 'sum', tags: ['a'], tenant: 't' })
    expect(handle).toBeInstanceOf(WorkflowHandle)
    expect(await handle.result()).toBe(6)
    expect(await handle.outcome()).toEqual({ state: 'SUCCESS', result: 6 })
    const status = await handle.status()
    expect(status).toMatchObject({ state: 'SUCCESS', ended: true, name: 'sum', tags: ['a'], tenant: 't', partition: 0 })
    expect(status.counts).toEqual({ total: 2, success: 2, failure: 0, revoked: 0, skipped: 0, remaining: 0 })
    expect((await handle.results()).map(({ id, result }) => [id, result])).toEqual([
      ['0', 3],
      ['1', 6],
    ])
    expect(await chordis.workflow(handle.id).result()).toBe(6)
  })

  test('runs children too: started, found by later attempts, waited for, failed', async () => {
    await using chordis = new InlineChordis({
      tasks: define({
        add: (_ctx, args) => (args.flat() as number[]).reduce((sum, n) => sum + n, 0),
        boom: () => {
          throw new TypeError('inside')
        },
        starter: async (ctx) => {
          const { id, duplicate } = await ctx.startChild(signature('add', [1, 1]), { name: 'side' })
          return duplicate ? id : ctx.retry({ countdownMs: HOUR })
        },
        parent: (ctx, [canvas]) => ctx.executeChild(canvas as never),
      }),
    })
    const nested = signature('parent', [signature('parent', [chain(signature('add', [1, 2]), signature('add', [3]))])])
    const handle = await chordis.submit(chain(nested, signature('add', [10])), { tenant: 'acme' })
    expect(await handle.result()).toBe(16)
    const [child] = await handle.childWorkflows()
    expect(await child?.status()).toMatchObject({ parentId: handle.id, rootId: handle.id, children: 1, tenant: 'acme', state: 'SUCCESS' })
    const lists = await chordis.submit(signature('parent', [group(signature('add', [1]), signature('add', [2]))]))
    expect(await lists.result()).toEqual([1, 2])
    const side = await chordis.submit(signature('starter'))
    expect(await chordis.workflow(String(await side.result())).result()).toBe(2)
    const fails = await chordis.submit(chain(signature('parent', [signature('boom')]), signature('add')))
    expect(await fails.outcome({ waitMs: 1_000 })).toMatchObject({
      state: 'FAILURE',
      error: { type: 'ChildWorkflowError', code: 'child-failed', cause: { type: 'TypeError', message: 'inside' } },
    })
  })

  test('throws WorkflowFailedError with the error as it crosses the wire', async () => {
    const chordis = new InlineChordis({
      tasks: define({
        boom: () => {
          throw Object.assign(new TypeError('no'), { code: 'E1', cause: new Error('why') })
        },
      }),
    })
    const handle = await chordis.submit(signature('boom'))
    const error = await handle.result().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(WorkflowFailedError)
    expect((error as WorkflowFailedError).outcome).toMatchObject({
      state: 'FAILURE',
      error: { type: 'TypeError', message: 'no', code: 'E1', cause: { type: 'Error', message: 'why' }, stack: expect.any(String) },
    })
  })

  test.each([
    ['canvas-invalid', { chain: [{ task: 'x', args: 7 }] }, {}],
    ['limit-exceeded', { group: [{ task: 'x' }, { task: 'x' }] }, { limits: { nodes: 1 } }],
    ['name-invalid', { task: 'x' }, { id: 'not a name' }],
    ['request-invalid', { task: 'x' }, { retentionMs: -1 }],
  ])('refuses with %s what the real one refuses so', async (code, canvas, options) => {
    const chordis = new InlineChordis()
    await expect(chordis.submit(canvas, options)).rejects.toMatchObject({ code })
    const [answer] = await chordis.submitMany([{ canvas, options }])
    expect(answer).toMatchObject({ code })
    expect(chordis.submitted).toEqual([])
  })

  test('knows the same id and the same key again, and refuses another canvas under them', async () => {
    const chordis = new InlineChordis({ tasks: [add] })
    const first = await chordis.submit(add.s(1), { id: 'one' })
    expect([first.duplicate, (await chordis.submit(add.s(1), { id: 'one' })).duplicate]).toEqual([false, true])
    await expect(chordis.submit(add.s(2), { id: 'one' })).rejects.toMatchObject({ code: 'id-conflict' })
    const keyed = await chordis.submit(add.s(1), { idempotencyKey: 'k' })
    const again = await chordis.submit(add.s(1), { idempotencyKey: 'k' })
    expect([again.id, again.duplicate]).toEqual([keyed.id, true])
    await expect(chordis.submit(add.s(2), { idempotencyKey: 'k' })).rejects.toMatchObject({ code: 'idempotency-conflict' })
    expect((await chordis.submit(add.s(2), { idempotencyKey: 'k', tenant: 'other' })).duplicate).toBe(false)
  })

  test('forgets a workflow when its retention is over', async () => {
    const chordis = new InlineChordis({ tasks: [add] })
    const handle = await chordis.submit(add.s(1), { retentionMs: HOUR })
    await handle.result()
    await chordis.clock.advance(HOUR)
    expect(await handle.result()).toBe(1)
    await chordis.clock.advance(1)
    await expect(handle.status()).rejects.toMatchObject({ code: 'not-found' })
  })

  test('hands arguments and results over as JSON, so that what production loses is lost here', async () => {
    class Money {
      constructor(readonly cents: number) {}
      toJSON(): number {
        return this.cents
      }
    }
    const seen: Json[][] = []
    const chordis = new InlineChordis({
      tasks: define({
        make: () => ({ date: new Date(0), gone: undefined, money: new Money(5), nan: Number.NaN }),
        see: (_ctx, args) => void seen.push(args),
        cycle: () => {
          const loop: { self?: unknown } = {}
          loop.self = loop
          return loop
        },
      }),
    })
    await (await chordis.submit(chain(signature('make'), signature('see')))).result()
    expect(seen).toEqual([[{ date: '1970-01-01T00:00:00.000Z', money: 5, nan: null }]])
    const broken = await (await chordis.submit(signature('cycle'))).outcome({ waitMs: 1_000 })
    expect(broken).toMatchObject({ state: 'FAILURE', error: { code: 'result-invalid' } })
  })

  test('keeps a handler’s changes to its arguments to itself', async () => {
    const chordis = new InlineChordis({
      tasks: define({
        spoil: (_ctx, [list]) => {
          ;(list as Json[]).push('spoilt')
          return list
        },
      }),
    })
    const both = await chordis.submit(chain(signature('spoil', [[1]]), group(signature('spoil'), signature('spoil'))))
    expect(await both.result()).toEqual([
      [1, 'spoilt', 'spoilt'],
      [1, 'spoilt', 'spoilt'],
    ])
    expect(chordis.calls[0]?.args).toEqual([[1]])
  })

  test('gives tasks their context: replace, addToChord, ignore, progress, id', async () => {
    const chordis = new InlineChordis({
      tasks: [
        add,
        ...define({
          swap: (ctx) => ctx.replace(group(add.s(1), add.s(2))),
          grow: (ctx) => {
            ctx.addToChord(add.s(40))
            ctx.progress(1, 2, 'half')
            return 2
          },
          skip: (ctx) => ctx.ignore(),
          id: (ctx) => ctx.id,
        }),
      ],
    })
    expect(await (await chordis.submit(chain(signature('swap'), add.s(10)))).result()).toBe(13)
    const grown = await chordis.submit(chord([signature('grow')], signature('add')))
    expect(await grown.result()).toBe(42)
    expect(await grown.results()).toMatchObject([{ state: 'SUCCESS' }, {}, { id: '0.1/0', result: 40 }])
    expect((await (await chordis.submit(signature('skip'))).results())[0]).toMatchObject({ state: expect.any(String) })
    const named = await chordis.submit(signature('id'))
    expect(await named.result()).toBe(`${named.id}:0`)
    const alone = await (await chordis.submit(signature('grow'))).outcome({ waitMs: 1_000 })
    expect(alone).toMatchObject({ state: 'FAILURE', error: { message: 'addToChord: this task belongs to no chord' } })
  })

  test('members that a task adds are those of its own chord only', async () => {
    const tasks = define({
      args: (_ctx, args) => args,
      grow: (ctx) => ctx.addToChord(signature('echo', ['added'])),
      echo: (_ctx, [x = null]) => x,
    })
    const chordis = new InlineChordis({ tasks })
    const inner = chord([signature('grow')], signature('args'))
    expect(await (await chordis.submit(chord([inner], signature('args')))).result()).toEqual([[[[null, 'added']]]])
    const empty = chord([signature('grow'), signature('echo', [1])], chord([], signature('args')))
    expect(await (await chordis.submit(empty)).result()).toEqual([[]])
  })

  test('starts the most urgent first', async () => {
    const order: Json[] = []
    const chordis = new InlineChordis({ tasks: define({ note: (_ctx, [n]) => void order.push(n as Json) }), concurrency: 1 })
    await chordis.submit(group([5, 0, 9, 0, 3].map((priority, k) => signature('note', [k], {}, { priority }))))
    await chordis.idle()
    expect(order).toEqual([1, 3, 4, 0, 2])
  })

  test('runs as many at a time as its concurrency says', async () => {
    let running = 0
    let most = 0
    const wait: TaskDefinition['handler'] = async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running--
    }
    const chordis = new InlineChordis({ tasks: define({ wait }), concurrency: 3 })
    await (await chordis.submit(group(Array.from({ length: 20 }, () => signature('wait'))))).result()
    expect(most).toBe(3)
  })

  test('says what a workflow waits for when nothing can run, and goes on when it is there', async () => {
    const chordis = new InlineChordis({ tasks: [add] })
    const handle = await chordis.submit(chain(add.s(1), signature('later'), add.s(1)))
    await expect(handle.result()).rejects.toMatchObject({ code: 'timeout', message: expect.stringContaining('the task "later"') })
    expect(await handle.outcome({ waitMs: 60_000 })).toBeNull()
    expect(await handle.status()).toMatchObject({ state: 'STARTED', ended: false })
    chordis.register({ name: 'later', handler: (_ctx, [n]) => Number(n) * 10 })
    expect(await handle.result()).toBe(11)
    const elsewhere = new InlineChordis({ tasks: [add], queues: ['default'] })
    const other = await elsewhere.submit(add.s(1).set({ queue: 'mail' }))
    await expect(other.result()).rejects.toThrow('the queue "mail", which is not served')
  })

  test('stops with close: no handler starts, signals fire, waits end', async () => {
    let signal: AbortSignal | undefined
    const chordis = new InlineChordis({
      tasks: define({
        hang: (ctx) => {
          signal = ctx.signal
          return new Promise(() => undefined)
        },
      }),
    })
    const handle = await chordis.submit(signature('hang'))
    const waiting = handle.result()
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    await chordis.close()
    await expect(waiting).rejects.toThrow('closed')
    expect(signal?.aborted).toBe(true)
    await expect(chordis.submit(signature('hang'))).rejects.toMatchObject({ code: 'closed' })
  })
})

describe('time', () => {
  const flaky = (ctx: TaskContext): string => {
    if (ctx.attempt < 4) ctx.retry({ countdownMs: HOUR })
    return `attempt ${ctx.attempt}`
  }

  test('goes on by itself when nothing else can run: three retries in an hour each take no time', async () => {
    const chordis = new InlineChordis({ tasks: define({ flaky: (ctx) => flaky(ctx) }), clock: new VirtualClock({ now: 0 }) })
    const from = performance.now()
    expect(await (await chordis.submit(signature('flaky'))).result()).toBe('attempt 4')
    expect(performance.now() - from).toBeLessThan(5_000)
    expect(chordis.calls.map(({ at, attempt }) => [attempt, at])).toEqual([
      [1, 0],
      [2, HOUR],
      [3, 2 * HOUR],
      [4, 3 * HOUR],
    ])
  })

  test('stands still with a manual clock until the test moves it', async () => {
    const clock = new VirtualClock({ now: 0, manual: true })
    const chordis = new InlineChordis({ tasks: [add], clock })
    const handle = await chordis.submit(chain(add.s(1).set({ countdownMs: 1_000 }), add.s(1).set({ etaMs: 5_000 })))
    await clock.advance(999)
    expect(chordis.calls).toEqual([])
    await clock.advance(1)
    expect(chordis.calls.map(({ at }) => at)).toEqual([1_000])
    expect(await handle.outcome()).toBeNull()
    await clock.advanceTo(5_000)
    expect(await handle.result()).toBe(2)
    const { createdAt, startedAt, endedAt } = await handle.status()
    expect([createdAt, startedAt, endedAt]).toEqual([0, 1_000, 5_000])
  })

  test('moves within a handler by tick: what takes too long expires instead of being tried again', async () => {
    const clock = new VirtualClock({ now: 0 })
    const slow: TaskDefinition['handler'] = (ctx) => {
      clock.tick(2_000)
      return ctx.attempt === 1 ? ctx.retry({ countdownMs: 0 }) : 'done'
    }
    const chordis = new InlineChordis({ tasks: define({ slow }), clock })
    const late = await chordis.submit(signature('slow').set({ expiresInMs: 1_000 }))
    expect(await late.outcome({ waitMs: 1_000 })).toMatchObject({ state: 'REVOKED', error: { code: 'expired' } })
    const early = await chordis.submit(signature('slow').set({ expiresInMs: 3_000 }))
    expect(await early.result()).toBe('done')
  })

  test('ends what expires before it starts, and skips what follows', async () => {
    const chordis = new InlineChordis({ tasks: [add] })
    const handle = await chordis.submit(chain(add.s(1).set({ countdownMs: 5_000, expiresInMs: 1_000 }), add.s(1)))
    expect(await handle.outcome({ waitMs: 1_000 })).toMatchObject({ state: 'REVOKED', error: { code: 'expired' } })
    expect((await handle.results()).map(({ state }) => state)).toEqual(['REVOKED', 'SKIPPED'])
    expect(chordis.calls).toEqual([])
  })

  test('waits for a task that nobody knows no longer than its expiry', async () => {
    const chordis = new InlineChordis()
    const handle = await chordis.submit(signature('nobody').set({ expiresInMs: HOUR }))
    expect(await handle.outcome({ waitMs: 1_000 })).toMatchObject({ state: 'REVOKED' })
  })

  test('has the same jitter for the same seed, and another for another', async () => {
    const delays = async (seed: number): Promise<number[]> => {
      const boom: TaskDefinition = {
        name: 'boom',
        handler: () => {
          throw new Error('no')
        },
        options: { retry: { auto: true, jitter: true, maxRetries: 5 } },
      }
      const chordis = new InlineChordis({ tasks: [boom], seed, clock: new VirtualClock({ now: 0 }) })
      await (await chordis.submit(signature('boom'))).outcome({ waitMs: 1_000 })
      return chordis.calls.map(({ at }) => at)
    }
    const [a, b, c] = await Promise.all([delays(1), delays(1), delays(2)])
    expect(a).toHaveLength(6)
    expect(a).toEqual(b)
    expect(a).not.toEqual(c)
  })

  test('is shared by two clients of one clock: it goes on when neither is busy', async () => {
    const clock = new VirtualClock({ now: 0 })
    const at: [string, number][] = []
    const client = (name: string) => new InlineChordis({ tasks: define({ note: () => void at.push([name, clock.now]) }), clock })
    const [a, b] = [client('a'), client('b')]
    await a.submit(signature('note').set({ countdownMs: 2_000 }))
    await b.submit(signature('note').set({ countdownMs: 1_000 }))
    await Promise.all([a.idle(), b.idle()])
    await clock.runAll()
    expect(at).toEqual([
      ['b', 1_000],
      ['a', 2_000],
    ])
  })
})

describe('stubs', () => {
  const fetch = task(
    'fetch',
    { bind: true, retry: { auto: true, maxRetries: 2, factorMs: 1_000 } },
    async (_ctx: TaskContext, _url: string) => {
      throw new Error('tests do not fetch')
    },
  )
  const length = task('length', (page: string) => page.length)

  test('run in a task’s place, with its arguments and its retries', async () => {
    const chordis = new InlineChordis({ tasks: [fetch, length] })
    const restore = chordis.stub('fetch', (ctx, url: string) => {
      if (ctx.attempt < 3) throw new Error('busy')
      return `<html>${url}`
    })
    const canvas = chain(signature('fetch', ['u']), length.s())
    expect(await (await chordis.submit(canvas)).result()).toBe(7)
    expect(chordis.callsOf('fetch').map(({ args, attempt, stubbed }) => [args, attempt, stubbed])).toEqual([
      [['u'], 1, true],
      [['u'], 2, true],
      [['u'], 3, true],
    ])
    restore()
    await expect((await chordis.submit(canvas)).result()).rejects.toThrow('tests do not fetch')
  })

  test('may be a value, and stand for a task that nobody registered', async () => {
    const chordis = new InlineChordis({ tasks: [length] })
    chordis.stub('fetch', 'four')
    expect(await (await chordis.submit(chain(signature('fetch', ['u']), length.s()))).result()).toBe(4)
    chordis.clear()
    expect([chordis.calls, chordis.submitted]).toEqual([[], []])
  })
})

describe('recording only', () => {
  test('keeps canvases and runs nothing', async () => {
    const chordis = new InlineChordis({ mode: 'record', tasks: [add] })
    const handle = await chordis.submit({ chain: [{ task: 'add', args: [1] }, { task: 'add' }] }, { name: 'n' })
    await chordis.idle()
    expect(chordis.calls).toEqual([])
    expect(chordis.submitted).toMatchObject([{ id: handle.id, options: { name: 'n' }, duplicate: false }])
    expect(chordis.submitted[0]?.canvas).toEqual(readCanvas(chain(signature('add', [1]), signature('add'))))
    expect(await handle.status()).toMatchObject({ state: 'PENDING' })
    await expect(handle.result()).rejects.toThrow('mode: record')
  })
})

describe('large canvases', () => {
  test('a chain of 10,000 and a chord of 50,000 end in time', async () => {
    const chordis = new InlineChordis({ tasks: [add] })
    const long = await chordis.submit(chain(Array.from({ length: 10_000 }, () => add.s(1))), { limits: { nodes: 20_000 } })
    expect(await long.result()).toBe(10_000)
    chordis.clear()
    const wide = await chordis.submit(
      chord(
        Array.from({ length: 50_000 }, (_, k) => add.s(k)),
        signature('add'),
      ),
    )
    expect(await wide.result()).toBe((50_000 * 49_999) / 2)
    expect((await wide.status()).counts.success).toBe(50_001)
    const failing = await chordis.submit(
      chain([signature('nothing').set({ expiresInMs: 1 }), ...Array.from({ length: 9_999 }, () => add.s(1))]),
    )
    expect(await failing.outcome({ waitMs: 10_000 })).toMatchObject({ state: 'REVOKED' })
    expect((await failing.status()).counts).toMatchObject({ revoked: 1, skipped: 9_999 })
  })

  test('a task that replaces itself for ever fails when its workflow is too large', async () => {
    const members = Array.from({ length: 30_000 }, (_, k) => signature(k === 0 ? 'again' : 'noop'))
    const chordis = new InlineChordis({ tasks: define({ again: (ctx) => ctx.replace(group(members)), noop: () => null }) })
    const again = await chordis.submit(signature('again'))
    const root = (error?: WireError): WireError | undefined => (error?.cause ? root(error.cause) : error)
    const outcome = await again.outcome({ waitMs: 30_000 })
    expect(outcome?.state === 'FAILURE' && root(outcome.error)).toMatchObject({ type: 'LimitExceeded', code: 'limit-exceeded' })
  })
})
