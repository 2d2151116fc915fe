/**
 * Ten and more states that no script leaves behind. Each is made by hand in a workflow that runs, named by the doctor with its code, workflow and node,
 * mended by it, and then the workflow ends as if nothing had been.
 */
import { describe, expect, test } from 'vitest'
import { chain, chord, type FindingCode, group, type WorkflowHandle } from '../../../src/engine/index.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { allOf, type Grant, Hand } from '../hand.js'
import { COMMON, call, callAlone, end, Gate, type Handlers, TestEngine, type WorkerSettings } from '../harness.js'

const redis = useRedis({ appendonly: true })
const FAST: WorkerSettings = { leaseMs: 600 }

/** A namespace with a vandal in it. */
class Scene {
  readonly gate = new Gate()

  private constructor(readonly engine: TestEngine) {}

  static async open(): Promise<Scene> {
    return new Scene(await TestEngine.open(redis.url))
  }

  readonly db = redis.connect()

  async key(suffix: string): Promise<string> {
    const [base = ''] = await this.db.keys(`${this.engine.namespace}:*:meta`)
    return base.replace(/meta$/, suffix)
  }

  worker(handlers: Handlers = {}, settings: WorkerSettings = FAST) {
    return this.engine.worker({ ...COMMON, hold: this.gate.handler, ...handlers }, settings)
  }

  submit(canvas: unknown): Promise<WorkflowHandle> {
    return this.engine.client.submit(canvas)
  }

  field(handle: WorkflowHandle, name: string): Promise<string | null> {
    return this.key(`w:${handle.id}`).then((key) => this.db.hget(key, name))
  }

  async set(handle: WorkflowHandle, name: string, value: string): Promise<void> {
    await this.db.hset(await this.key(`w:${handle.id}`), name, value)
  }

  async unset(handle: WorkflowHandle, name: string): Promise<void> {
    expect(await this.db.hdel(await this.key(`w:${handle.id}`), name)).toBe(1)
  }

  /** Waits until the record of a node begins with that. */
  async record(handle: WorkflowHandle, node: string, begins: string): Promise<void> {
    await until(async () => (await this.field(handle, node))?.startsWith(begins), { what: `node ${node} is ${begins}` })
  }

  /** The doctor names this and nothing else, mends it, and finds nothing any more. */
  async mend(code: FindingCode, place: { workflow?: string; node?: string; subject?: unknown } = {}): Promise<void> {
    const looked = await this.engine.client.doctor()
    expect(looked.findings).toMatchObject([{ code, state: 'found', ...place }])
    expect(looked.repairs).toEqual({})
    const mended = await this.engine.client.doctor({ fix: true })
    expect(mended.findings).toMatchObject([{ code, state: 'repaired', ...place }])
    expect(mended.repairs).toEqual({ [code]: 1 })
    expect((await this.engine.client.doctor()).findings).toEqual([])
  }

  async result(handle: WorkflowHandle): Promise<unknown> {
    const { outcome, nodes } = await end(handle)
    expect(nodes.filter(({ state }) => !['SUCCESS', 'FAILURE', 'REVOKED', 'SKIPPED'].includes(state))).toEqual([])
    expect((await this.engine.client.doctor({ workflow: handle.id })).findings).toEqual([])
    return outcome.state === 'SUCCESS' ? outcome.result : outcome
  }
}

describe('children', () => {
  const waits = async (scene: Scene) => {
    await scene.worker({ parent: (ctx) => ctx.executeChild(call('hold', [1])) })
    const handle = await scene.submit(chain(call('parent'), call('add', [2])))
    await scene.gate.entries(1)
    const [child] = (await handle.childWorkflows()) as [WorkflowHandle]
    await scene.record(handle, '0', 'W')
    return { handle, child }
  }

  test('a child that ended without telling the task that waits for it is child-unheard', async () => {
    const scene = await Scene.open()
    const { handle, child } = await waits(scene)
    const control = (await scene.field(child, 's')) as string
    await scene.set(child, 's', control.replace(/ -c(l?)$/, ' -$1'))
    scene.gate.open()
    await end(child)
    await scene.mend('child-unheard', { workflow: handle.id, node: '0' })
    expect(await scene.result(handle)).toBe(3)
  })

  test('a child that is gone is child-unheard, and the task that waits for it fails', async () => {
    const scene = await Scene.open()
    const { handle, child } = await waits(scene)
    await scene.db.del(await scene.key(`w:${child.id}`))
    for (const index of ['l:-', 'labels']) {
      const key = await scene.key(index)
      const named = (await scene.db.zrange(key, '0', '-1')).filter((name) => name.endsWith(child.id))
      await scene.db.zrem(key, ...named)
    }
    await scene.mend('child-unheard', { workflow: handle.id, node: '0' })
    scene.gate.open()
    expect(await scene.result(handle)).toMatchObject({ state: 'FAILURE', error: { type: 'ChildWorkflowError', code: 'not-found' } })
  })
})

describe('revoked workflows', () => {
  test('one whose walk was lost is sweep-missing, and ends', async () => {
    const scene = await Scene.open()
    const handle = await scene.submit(group(Array.from({ length: 3_000 }, (_, n) => call('echo', [n]))))
    await handle.revoke()
    await scene.db.del(await scene.key('spread'))
    await scene.mend('sweep-missing', { workflow: handle.id })
    await scene.worker()
    await end(handle)
    expect((await handle.status()).counts).toMatchObject({ revoked: 3_000, remaining: 0 })
  })
})

describe('entries', () => {
  test('a ready task whose entry is gone is entry-missing', async () => {
    const scene = await Scene.open()
    const handle = await scene.submit(chain(call('echo', [1]), call('add', [2])))
    await scene.db.del(await scene.key('q:default:0'))
    await scene.mend('entry-missing', { workflow: handle.id, node: '0' })
    await scene.worker()
    expect(await scene.result(handle)).toBe(3)
  })

  test('a task that was given back and whose entry is gone is entry-missing', async () => {
    const scene = await Scene.open()
    const handle = await scene.submit(chain(call('hold', [5]), call('add', [2])))
    const first = await scene.worker()
    await scene.gate.entries(1)
    await first.stop({ graceMs: 0 })
    await scene.record(handle, '0', 'Q ')
    await scene.db.del(await scene.key('q:default:0'))
    await scene.mend('entry-missing', { workflow: handle.id, node: '0' })
    scene.gate.open()
    await scene.worker()
    expect(await scene.result(handle)).toBe(7)
  })

  test('a parked task whose entry is gone is entry-missing', async () => {
    const scene = await Scene.open()
    const handle = await scene.submit(call('stranger', [4]))
    await scene.worker()
    const list = await scene.key('k:default:0:stranger')
    await until(() => scene.db.exists(list), { what: 'it is parked' })
    await scene.db.del(list)
    await scene.mend('entry-missing', { workflow: handle.id, node: '0' })
    await scene.worker({ stranger: (_ctx, [x = null]) => x })
    expect(await scene.result(handle)).toBe(4)
  })

  test('of a group whose range is gone, every member is entry-missing', async () => {
    const scene = await Scene.open()
    const handle = await scene.submit(
      chord(
        [1, 2, 3, 4].map((n) => call('echo', [n])),
        call('add'),
      ),
    )
    await scene.db.del(await scene.key('q:default:0'))
    const { findings } = await scene.engine.client.doctor({ fix: true })
    expect(findings.map(({ code, node, state }) => `${code} ${node} ${state}`)).toEqual(
      [0, 1, 2, 3].map((n) => `entry-missing ${n} repaired`),
    )
    await scene.worker()
    expect(await scene.result(handle)).toBe(10)
  })

  test('a ready task that stands in its list twice is entry-doubled, and one entry stays', async () => {
    const scene = await Scene.open()
    const handle = await scene.submit(call('echo', [1]))
    const list = await scene.key('q:default:0')
    const [entry = ''] = await scene.db.lrange(list, 0, 0)
    await scene.db.rpush(list, entry)
    await scene.mend('entry-doubled', { workflow: handle.id, node: '0' })
    expect(await scene.db.lrange(list, 0, -1)).toEqual([entry])
    await scene.worker()
    expect(await scene.result(handle)).toBe(1)
  })

  test('a retry whose timer is gone is timer-missing', async () => {
    const scene = await Scene.open()
    let runs = 0
    const retry = { auto: true, maxRetries: 3, delaysMs: [3_600_000] }
    const handle = await scene.submit(chain(call('flaky', [], { retry }), call('add', [1])))
    await scene.worker({ flaky: () => (++runs === 1 ? Promise.reject(new Error('once')) : 8) })
    await scene.record(handle, '0', 'D ')
    await scene.db.del(await scene.key('timers'))
    await scene.mend('timer-missing', { workflow: handle.id, node: '0' })
    expect(await scene.result(handle)).toBe(9)
  })

  test('a countdown whose timer is gone is timer-missing and begins anew, not at once', async () => {
    const scene = await Scene.open()
    const handle = await scene.submit(call('echo', [3], { countdownMs: 1_500 }))
    const timers = await scene.key('timers')
    await scene.db.del(timers)
    const before = Date.now()
    await scene.mend('timer-missing', { workflow: handle.id, node: '0' })
    expect(Number((await scene.db.zrange(timers, '0', '0', 'WITHSCORES'))[1])).toBeGreaterThanOrEqual(before + 1_400)
    await scene.worker()
    expect(await scene.result(handle)).toBe(3)
  })

  test('a list that the index of lists does not name is list-unlisted', async () => {
    const scene = await Scene.open()
    const handle = await scene.submit(call('echo', [1]))
    await scene.db.del(await scene.key('active'))
    await scene.mend('list-unlisted', { subject: 'list default:0' })
    await scene.worker()
    expect(await scene.result(handle)).toBe(1)
  })
})

describe('leases', () => {
  const held = async (scene: Scene) => {
    const handle = await scene.submit(chain(call('hold', [1]), call('add', [1])))
    const worker = await scene.worker()
    await scene.gate.entries(1)
    return { handle, worker }
  }

  test('a lease of a process that nobody knows is lease-orphaned; the sweep gives it back after a lease', async () => {
    const scene = await Scene.open()
    const { handle } = await held(scene)
    const record = (await scene.field(handle, '0')) ?? ''
    await scene.set(handle, '0', record.replace(/^L \S+?:/, 'L gone00000000aa:'))
    await scene.mend('lease-orphaned', { workflow: handle.id, node: '0' })
    scene.gate.open()
    expect(await scene.result(handle)).toBe(2)
  })

  test('a lease whose grant is gone is grant-missing; the attempt that runs ends as if nothing had been', async () => {
    const scene = await Scene.open()
    const { handle, worker } = await held(scene)
    const process = await scene.key(`p:${worker.process}`)
    const grant = (await scene.db.hkeys(process)).filter((name) => name.startsWith('g'))
    await scene.db.hdel(process, ...grant)
    await scene.mend('grant-missing', { workflow: handle.id, node: '0' })
    scene.gate.open()
    expect(await scene.result(handle)).toBe(2)
    expect(scene.gate.entered).toBe(1)
  })

  test('a process without a heartbeat entry is process-unknown, and what it held runs elsewhere', async () => {
    const scene = await Scene.open()
    const handle = await scene.submit(call('echo', [1]))
    const entry = (await scene.db.lpop(await scene.key('q:default:0'))) ?? ''
    await scene.set(handle, '0', 'L ghost:0:1 1 0 0 - -')
    await scene.db.hset(await scene.key('p:ghost'), 'g0:1', entry, 'q0', '1')
    const { findings } = await scene.engine.client.doctor({ fix: true })
    expect(findings).toMatchObject([{ code: 'process-unknown', subject: 'process ghost', state: 'repaired' }])
    await scene.worker()
    expect(await scene.result(handle)).toBe(1)
  })
})

describe('moves', () => {
  /** A group of two, then two more behind a barrier, which is a virtual node. */
  const barrier = () => chain(group([call('echo', [1]), call('hold', [2])]), group([call('add', [10]), call('add', [20])]))

  test('a virtual node that nothing moves is spread-missing', async () => {
    const scene = await Scene.open()
    // An empty group is a virtual node.
    const handle = await scene.submit({ chain: [{ task: 'hold', args: [1] }, { group: [] }] })
    await scene.worker()
    await scene.gate.entries(1)
    await scene.set(handle, '1', 'S|null')
    scene.gate.open()
    await scene.record(handle, '0', 'S')
    await scene.unset(handle, '1')
    await scene.mend('spread-missing', { workflow: handle.id, node: '1' })
    expect(await scene.result(handle)).toMatchObject({ state: 'GROUP', results: [] })
  })

  test('a spread item that was lost in the middle of a long chain is spread-missing, and the rest is skipped in steps', async () => {
    const scene = await Scene.open()
    const handle = await scene.submit(chain(...Array.from({ length: 3_000 }, () => call('echo'))))
    const hand = await Hand.open(scene.db, scene.engine, ['echo'], 'hand')
    const [, , , , grants] = await hand.turn(0, 1, [])
    await hand.turn(0, 0, allOf(grants[0] as Grant, hand.sequence, 'F|{"type":"Error","message":"no"}'))
    expect(await scene.db.llen(await scene.key('spread'))).toBe(1)
    await scene.db.del(await scene.key('spread'))
    await scene.mend('spread-missing', { workflow: handle.id, node: '501' })
    await scene.worker()
    expect(await scene.result(handle)).toMatchObject({ state: 'FAILURE', error: { message: 'no' } })
  })

  test('a join that has heard of all inputs and did not fire is join-unfired', async () => {
    const scene = await Scene.open()
    const handle = await scene.submit(chord([call('echo', [1]), call('hold', [2])], call('add')))
    await scene.worker()
    await scene.record(handle, '2', 'P 1 ')
    const waiting = (await scene.field(handle, '2')) ?? ''
    await scene.set(handle, '2', 'P 2 4000000000 - 0')
    scene.gate.open()
    await scene.record(handle, '1', 'S')
    expect(await scene.field(handle, '2')).toMatch(/^P 1 /)
    await scene.set(handle, '2', waiting)
    await scene.mend('join-unfired', { workflow: handle.id, node: '2' })
    expect(await scene.result(handle)).toBe(3)
  })

  test('a join that waits for one input too many is join-miscounts', async () => {
    const scene = await Scene.open()
    const handle = await scene.submit(chord([call('echo', [1]), call('hold', [2])], call('add')))
    await scene.worker()
    await scene.record(handle, '2', 'P 1 ')
    await scene.set(handle, '2', ((await scene.field(handle, '2')) ?? '').replace(/^P 1/, 'P 2'))
    await scene.mend('join-miscounts', { workflow: handle.id, node: '2' })
    scene.gate.open()
    expect(await scene.result(handle)).toBe(3)
  })

  test('a join that waits for one input too few is join-miscounts', async () => {
    const scene = await Scene.open()
    const handle = await scene.submit(chord([call('echo', [1]), call('hold', [2]), call('hold', [3])], call('add')))
    await scene.worker()
    await scene.record(handle, '3', 'P 2 ')
    await scene.set(handle, '3', ((await scene.field(handle, '3')) ?? '').replace(/^P 2/, 'P 1'))
    await scene.mend('join-miscounts', { workflow: handle.id, node: '3' })
    scene.gate.open()
    expect(await scene.result(handle)).toBe(6)
  })

  test('a join whose record is gone is join-miscounts, and still says who failed first', async () => {
    const scene = await Scene.open()
    const handle = await scene.submit(chord([call('boom', ['first']), call('hold', [2])], call('add')))
    await scene.worker()
    await scene.record(handle, '2', 'P 1 0 fF0')
    await scene.unset(handle, '2')
    await scene.mend('join-miscounts', { workflow: handle.id, node: '2' })
    expect(await scene.field(handle, '2')).toMatch(/^P 1 0 fF0 /)
    scene.gate.open()
    expect(await scene.result(handle)).toMatchObject({ state: 'FAILURE', error: { type: 'ChordError', cause: { message: 'first' } } })
  })

  test('a barrier whose record is gone is join-miscounts', async () => {
    const scene = await Scene.open()
    const handle = await scene.submit(barrier())
    await scene.worker()
    await scene.gate.entries(1)
    const join = await until(async () => {
      const all = await scene.db.hgetall(await scene.key(`w:${handle.id}`))
      return Object.keys(all).find((name) => /^\d+$/.test(name) && all[name]?.startsWith('P '))
    })
    await scene.unset(handle, join)
    await scene.mend('join-miscounts', { workflow: handle.id, node: join })
    scene.gate.open()
    expect(await scene.result(handle)).toMatchObject({ state: 'GROUP', results: [{ result: 13 }, { result: 23 }] })
  })

  test('what should be skipped and is not is spread-missing', async () => {
    const scene = await Scene.open()
    const handle = await scene.submit(chain(call('boom', ['no']), call('echo'), call('echo')))
    await scene.worker()
    await end(handle)
    // As if the spread item had been lost that skips what is behind the first task.
    await scene.unset(handle, '1')
    await scene.unset(handle, '2')
    const control = (await scene.field(handle, 's')) ?? ''
    const parts = control.split(' ')
    await scene.set(
      handle,
      's',
      ['r', '1', '2', '1', 'S', ...parts.slice(5, 7), '0', '0', '0', '1', '0', '0', ...parts.slice(13)].join(' '),
    )
    await scene.db.zrem(await scene.key('ended'), handle.id)
    await scene.db.zadd(await scene.key('l:-'), `2${parts[5]}`, handle.id)
    await scene.mend('spread-missing', { workflow: handle.id, node: '1' })
    expect(await scene.result(handle)).toMatchObject({ state: 'FAILURE', error: { message: 'no' } })
  })
})

describe('counts and indexes', () => {
  const started = async (scene: Scene) => {
    const handle = await scene.submit(chain(call('hold', [1]), call('add', [1])))
    await scene.worker()
    await scene.gate.entries(1)
    return handle
  }

  test.each([
    [-1, 'one task too few'],
    [1, 'one task too many'],
  ])('a control field off by %i is counts-wrong (%s)', async (by) => {
    const scene = await Scene.open()
    const handle = await started(scene)
    const control = (await scene.field(handle, 's')) ?? ''
    await scene.set(handle, 's', control.replace(/^r 1 2 /, `r 1 ${2 + by} `))
    await scene.mend('counts-wrong', { workflow: handle.id })
    expect(await scene.field(handle, 's')).toBe(control)
    scene.gate.open()
    expect(await scene.result(handle)).toBe(2)
  })

  test('a workflow all of whose tasks are over and that did not end is counts-wrong, and who waits is told', async () => {
    const scene = await Scene.open()
    const handle = await started(scene)
    await scene.set(handle, 's', ((await scene.field(handle, 's')) ?? '').replace(/^r 1 2 1 /, 'r 1 3 2 '))
    scene.gate.open()
    await scene.record(handle, '1', 'S')
    const waiting = handle.outcome({ waitMs: 20_000 })
    await until(async () => (await scene.field(handle, 's'))?.endsWith('w'), { what: 'somebody waits' })
    await scene.mend('counts-wrong', { workflow: handle.id })
    expect(await waiting).toEqual({ state: 'SUCCESS', result: 2 })
  })

  test('a workflow that was taken for ended while a task runs is counts-wrong and goes on', async () => {
    const scene = await Scene.open()
    const handle = await started(scene)
    const control = (await scene.field(handle, 's')) ?? ''
    await scene.set(handle, 's', control.replace(/^r 1 2 1 /, 'e 1 0 1 '))
    await scene.db.zadd(await scene.key('ended'), Date.now() + 60_000, handle.id)
    const { findings } = await scene.engine.client.doctor({ fix: true })
    expect(findings).toMatchObject([{ code: 'counts-wrong', workflow: handle.id, state: 'repaired' }])
    expect(await scene.db.zscore(await scene.key('ended'), handle.id)).toBeNull()
    scene.gate.open()
    expect(await scene.result(handle)).toBe(2)
  })

  test('an ended workflow that the index of ended ones does not name is ended-unlisted, and goes after its retention', async () => {
    const scene = await Scene.open()
    await scene.worker()
    const handle = await scene.engine.client.submit(call('echo', [1]), { retentionMs: 500 })
    await until(async () => (await handle.status()).ended)
    await scene.db.zrem(await scene.key('ended'), handle.id)
    await scene.mend('ended-unlisted', { workflow: handle.id })
    await until(async () => !(await scene.db.exists(await scene.key(`w:${handle.id}`))), { what: 'it is gone' })
  })

  test.each(['ended', 'staging'])('a live workflow in the index `%s` is live-listed, and is not removed', async (index) => {
    const scene = await Scene.open()
    const handle = await scene.submit(call('echo', [1]))
    await scene.db.zadd(await scene.key(index), 1, handle.id)
    await scene.mend('live-listed', { workflow: handle.id })
    await scene.worker()
    expect(await scene.result(handle)).toBe(1)
  })

  test('a workflow that is being stored and stands in no index is staging-unlisted', async () => {
    const scene = await Scene.open()
    const handle = await scene.submit(call('echo', [1]))
    await scene.set(handle, 's', `g 1 1 1 S ${Date.now()} 0 0 0 0 0 0 0 1000 -`)
    await scene.mend('staging-unlisted', { workflow: handle.id })
    expect(await scene.db.zscore(await scene.key('staging'), handle.id)).not.toBeNull()
  })
})

describe('replacements', () => {
  const replaced = async (scene: Scene) => {
    const handle = await scene.submit(chain(call('expand', [1]), call('add', [100])))
    await scene.worker({ expand: (ctx, [x = null]) => ctx.replace(chain(callAlone('hold', [x]), call('add', [10]))) })
    await scene.gate.entries(1)
    return handle
  }

  test('a replacement that is not part of the graph any more is segment-unattached', async () => {
    const scene = await Scene.open()
    const handle = await replaced(scene)
    await scene.unset(handle, 'G')
    await scene.mend('segment-unattached', { workflow: handle.id, node: '0' })
    expect(await scene.field(handle, 'G')).toBe('0/ 3\n')
    scene.gate.open()
    expect(await scene.result(handle)).toBe(111)
  })

  test('a place whose replacement has ended and that nothing settles is spread-missing', async () => {
    const scene = await Scene.open()
    const handle = await replaced(scene)
    const place = (await scene.field(handle, '0')) ?? ''
    // Its place cannot be settled while it is taken for something else.
    await scene.set(handle, '0', 'P 1 0 - 0')
    scene.gate.open()
    await scene.record(handle, '0/1', 'S')
    await until(async () => (await scene.field(handle, '0/2')) !== null, { what: 'the end of the replacement is over' })
    await scene.set(handle, '0', place)
    await scene.mend('spread-missing', { workflow: handle.id, node: '0' })
    expect(await scene.result(handle)).toBe(111)
  })

  test('a member that was added to a chord counts among the inputs of its join', async () => {
    const scene = await Scene.open()
    const handle = await scene.submit(chord([call('grow', [1]), call('hold', [2])], call('add')))
    await scene.worker({
      grow: (ctx, [x = null]) => {
        ctx.addToChord(callAlone('hold', [40]))
        return x
      },
    })
    await scene.gate.entries(2)
    await scene.record(handle, '2', 'P 2 ')
    expect((await scene.engine.client.doctor()).findings).toEqual([])
    await scene.set(handle, '2', ((await scene.field(handle, '2')) ?? '').replace(/^P 2/, 'P 1'))
    await scene.mend('join-miscounts', { workflow: handle.id, node: '2' })
    scene.gate.open()
    expect(await scene.result(handle)).toBe(43)
  })
})

describe('damage', () => {
  test.each<[string, string, string]>([
    ['a record', '1', 'garbage'],
    ['a record of a lease that is cut off', '1', 'L '],
    ['a template', 't1', 'nonsense'],
    ['a block of definitions', 'b0', '\x02nonsense'],
    ['the control field', 's', 'what is this'],
  ])('%s that no script writes is workflow-damaged, and the workflow ends FAILURE', async (_what, field, value) => {
    const scene = await Scene.open()
    const handle = await scene.submit(chain(call('hold', [1]), call('add', [1])))
    await scene.set(handle, field, value)
    await scene.mend('workflow-damaged', { workflow: handle.id })
    expect(await handle.outcome()).toMatchObject({ state: 'FAILURE', error: { code: 'workflow-corrupt' } })
  })

  test('a workflow whose key is no hash is workflow-damaged', async () => {
    const scene = await Scene.open()
    const handle = await scene.submit(call('echo'))
    await scene.db.set(await scene.key(`w:${handle.id}`), 'a text')
    await scene.db.del(await scene.key('q:default:0'), await scene.key('active'))
    await scene.mend('workflow-damaged', { workflow: handle.id })
    expect(await handle.outcome()).toMatchObject({ state: 'FAILURE' })
  })

  test('a join that asks for an input that it does not have is workflow-stuck when all others are over', async () => {
    const scene = await Scene.open()
    const handle = await scene.submit(chord([call('echo', [1]), call('hold', [2])], call('add')))
    const template = await until(async () => {
      const all = await scene.db.hgetall(await scene.key(`w:${handle.id}`))
      return Object.entries(all).find(([name, text]) => name.startsWith('t') && text.startsWith('c 2 '))
    })
    await scene.set(handle, template[0], template[1].replace('c 2 ', 'c 3 '))
    await scene.worker()
    await scene.gate.entries(1)
    expect((await scene.engine.client.doctor()).findings).toEqual([])
    scene.gate.open()
    await scene.record(handle, '1', 'S')
    const { findings } = await scene.engine.client.doctor({ fix: true })
    expect(findings).toMatchObject([{ code: 'workflow-stuck', workflow: handle.id, state: 'manual' }])
  })

  test('what was set aside from a workflow that is gone is damage-orphaned, and goes', async () => {
    const scene = await Scene.open()
    const key = await scene.key('x:gone')
    await scene.db.set(key, 'bytes')
    await scene.mend('damage-orphaned', { workflow: 'gone' })
    expect(await scene.db.exists(key)).toBe(0)
  })

  test('a key that is none of ours is key-unknown, and stays', async () => {
    const scene = await Scene.open()
    const keys = [await scene.key('mine'), `${scene.engine.namespace}:cache`]
    for (const key of keys) await scene.db.set(key, '1')
    const { findings } = await scene.engine.client.doctor({ fix: true })
    expect(findings.map(({ code, subject, state }) => [code, subject, state]).sort()).toEqual(
      keys.map((key) => ['key-unknown', `key ${key}`, 'manual']).sort(),
    )
    expect(await scene.db.exists(...keys)).toBe(2)
  })
})
