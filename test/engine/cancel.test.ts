import { describe, expect, test } from 'vitest'
import { chain, chord, group, type SubmitOptions, signature, TaskRevokedError } from '../../src/engine/index.js'
import { keysOf } from '../support/dead-letters.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { COMMON, call, end, errorOf, Gate, type Handlers, TestEngine } from './harness.js'

const redis = useRedis()

const CANCEL = { onFailure: 'cancel' } as const
const late = (task = 'echo') => call(task, [], { countdownMs: 3_600_000 })

/** `fails` fails once so many attempts of the gate have begun; `waits` notes with what its signal fires. */
async function open(more: Handlers = {}) {
  const gate = new Gate()
  const reasons: unknown[] = []
  const engine = await TestEngine.open(redis.url)
  await engine.worker({
    ...COMMON,
    gate: gate.handler,
    fails: async (_ctx, [after = 0]) => {
      await gate.entries(Number(after))
      throw new TypeError('the first')
    },
    waits: async (ctx) => {
      gate.entered++
      await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve, { once: true }))
      reasons.push(ctx.signal.reason)
      return 'late'
    },
    ...more,
  })
  // A worker that has time mends what was left open: then it was, and that is a fault.
  const run = async (canvas: unknown, options?: SubmitOptions) => {
    const ended = await end(await engine.client.submit(canvas, options), 60_000)
    expect((await engine.client.doctor()).repairs).toEqual({})
    return ended
  }
  return { engine, gate, reasons, run }
}

describe("the first failure in a chord with onFailure 'cancel'", () => {
  test('revokes what runs or may run, skips what waits, and is the cause that the body names', async () => {
    const { engine, reasons, run } = await open()
    const header = [call('waits'), late(), chain(call('waits'), call('echo')), call('fails', [2]), call('echo', ['done'])]
    const { outcome, nodes } = await run(chord(header, call('echo'), CANCEL))
    expect(errorOf(outcome)).toMatchObject({ type: 'ChordError', cause: { type: 'TypeError', message: 'the first' } })
    expect(nodes.map(({ state }) => state)).toEqual(['REVOKED', 'REVOKED', 'REVOKED', 'SKIPPED', 'FAILURE', 'SUCCESS', 'FAILURE'])
    const why = { type: 'TaskRevokedError', message: 'task 4 did not succeed: what it was to end with was cancelled', code: 'revoked' }
    expect(nodes.slice(0, 4).map(({ error }) => error)).toEqual([why, why, why, why])
    await until(() => reasons.length === 2, { what: 'what ran was told' })
    expect(reasons.every((reason) => reason instanceof TaskRevokedError)).toBe(true)
    expect(engine.complaints).toEqual([])
  })

  test('leaves nothing running or delayed behind, and counts every task once', async () => {
    const { engine, run } = await open()
    const { handle } = await run(chord([late(), late(), call('fails')], call('echo'), CANCEL))
    expect((await handle.status()).counts).toEqual({ total: 4, success: 0, failure: 2, revoked: 2, skipped: 0, remaining: 0 })
    const db = redis.connect()
    expect(await db.zrange(`${engine.namespace}:{0}:timers`, '0', '-1')).toEqual([])
  })

  test('ends chords and groups inside of the header without an error callback of theirs', async () => {
    const called: string[] = []
    const { run } = await open({ note: (ctx) => void called.push(String(ctx.kwargs.of)) })
    const note = (of: string) => signature('note', [], { of })
    const inner = chord([late(), call('waits')], call('echo').onError(note('inner body'))).link(note('inner link'))
    const canvas = chord([inner, call('fails', [1]).onError(note('failed'))], call('echo').onError(note('body')), CANCEL)
    const { outcome, nodes } = await run(canvas)
    expect(errorOf(outcome).cause).toMatchObject({ message: 'the first' })
    expect(nodes.filter(({ task }) => task !== 'note').map(({ state }) => state)).toEqual([
      'REVOKED',
      'REVOKED',
      'SKIPPED',
      'FAILURE',
      'FAILURE',
    ])
    expect(called.sort()).toEqual(['body', 'failed'])
  })

  test('does not end callbacks that were called', async () => {
    const gate = new Gate()
    const { engine } = await open({
      slow: gate.handler,
      fails: async () => gate.entries(1).then(() => Promise.reject(new TypeError('now'))),
    })
    const handle = await engine.client.submit(chord([call('echo', [1]).link(call('slow')), call('fails'), late()], call('echo'), CANCEL))
    expect(errorOf(await handle.outcome({ waitMs: 20_000 })).cause).toMatchObject({ message: 'now' })
    gate.open()
    const { nodes } = await end(handle)
    expect(nodes.filter(({ task }) => task === 'slow').map(({ state }) => state)).toEqual(['SUCCESS'])
  })

  test('is an expiry too, and a revocation', async () => {
    const { run, engine } = await open()
    const expires = call('echo', [], { queue: 'nobody', expiresInMs: 40 })
    expect((await run(chord([late(), expires], call('echo'), CANCEL))).nodes.map(({ state }) => state)).toEqual([
      'REVOKED',
      'REVOKED',
      'FAILURE',
    ])
    const handle = await engine.client.submit(chord([late(), late(), late()], call('echo'), CANCEL))
    await handle.task('1').revoke()
    const { nodes, outcome } = await end(handle)
    expect(nodes.map(({ state }) => state)).toEqual(['REVOKED', 'REVOKED', 'REVOKED', 'FAILURE'])
    expect(errorOf(outcome).cause).toMatchObject({ type: 'TaskRevokedError', message: 'revoked' })
  })

  test('ends what members replaced themselves by and added, however deep', async () => {
    const { run, gate } = await open({
      becomes: (ctx, [depth = 0]) =>
        ctx.replace(Number(depth) > 0 ? call('becomes', [Number(depth) - 1]) : chain(call('waits'), call('echo'))),
      grows: (ctx) => {
        ctx.addToChord(call('waits'))
        ctx.addToChord(chord([call('waits'), late()], call('echo')))
        return 'grown'
      },
    })
    const canvas = chord([call('becomes', [12]), call('grows'), call('fails', [3])], call('echo'), CANCEL)
    const { outcome, nodes } = await run(canvas)
    expect(gate.entered).toBe(3)
    expect(errorOf(outcome).cause).toMatchObject({ message: 'the first' })
    expect(nodes.filter(({ task }) => task === 'waits').map(({ state }) => state)).toEqual(['REVOKED', 'REVOKED', 'REVOKED'])
    expect(nodes.filter(({ task }) => task === 'becomes').every(({ state }) => state === 'REVOKED')).toBe(true)
  })

  test('is the end of the chord: what a member that was requeued adds to it does not run', async () => {
    let broken = true
    const { run, engine } = await open({
      grows: (ctx) => {
        if (broken) throw new TypeError('the first')
        ctx.addToChord(call('added'))
        return 'grown'
      },
    })
    const { handle } = await run(chord([late(), call('grows')], call('echo'), CANCEL))
    broken = false
    await engine.client.deadLetters.requeue({ workflow: handle.id })
    const { nodes } = await end(handle)
    expect(nodes.map(({ task, state }) => `${task} ${state}`)).toEqual(['echo REVOKED', 'grows SUCCESS', 'echo FAILURE', 'added REVOKED'])
  })

  test('ends nothing outside of the header', async () => {
    const { run, gate } = await open()
    const inner = chord([late(), call('fails', [1])], call('echo'), CANCEL)
    const running = run(group(inner, call('gate', ['outside']), chain(call('echo', ['next']), call('echo'))))
    await gate.entries(1)
    await until(() => gate.entered > 0)
    gate.open()
    const { outcome } = await running
    expect(outcome).toMatchObject({ results: [{ state: 'FAILURE' }, { state: 'SUCCESS', result: 'outside' }, { state: 'SUCCESS' }] })
  })

  test('lets a chord around go on by its own policy', async () => {
    const { run } = await open()
    const inner = chord([late(), call('fails')], call('echo'), CANCEL)
    const { outcome } = await run(chord([inner, call('echo', [1])], call('args'), { onFailure: 'collect' }))
    expect(outcome).toMatchObject({
      state: 'SUCCESS',
      result: [
        [
          { state: 'FAILURE', error: { type: 'ChordError' } },
          { state: 'SUCCESS', result: 1 },
        ],
      ],
    })
  })

  test('of a header that was not reached cancels nothing', async () => {
    const { run, engine } = await open()
    const { outcome, nodes, handle } = await run(chain(call('fails'), chord([call('echo'), call('echo')], call('echo'), CANCEL)))
    expect(errorOf(outcome)).toMatchObject({ type: 'TypeError', message: 'the first' })
    expect(nodes.map(({ state }) => state)).toEqual(['FAILURE', 'SKIPPED', 'SKIPPED', 'SKIPPED'])
    const db = redis.connect()
    const fields = await db.hkeys((await keysOf(db, engine.namespace, handle.id)).of('workflow', handle.id))
    expect(fields.filter((field) => field.startsWith('*'))).toEqual([])
  })

  test('can come again: a member that is requeued runs again, a retry runs those that were ended too', async () => {
    const broken = new Set(['a', 'b'])
    const shaky = (name: string) => call('shaky', [name])
    const { run, engine } = await open({
      shaky: (_ctx, [name]) => {
        if (broken.has(String(name))) throw new TypeError(`${name} is broken`)
        return name ?? null
      },
    })
    const { handle } = await run(chord([late(), shaky('a'), call('echo', [1], { countdownMs: 3_600_000 })], call('args'), CANCEL))
    broken.delete('a')
    await engine.client.deadLetters.requeue({ workflow: handle.id })
    const requeued = await end(handle)
    expect(requeued.nodes.map(({ state }) => state)).toEqual(['REVOKED', 'SUCCESS', 'REVOKED', 'FAILURE'])
    expect(errorOf(requeued.outcome).cause).toMatchObject({ type: 'TaskRevokedError', code: 'revoked' })

    const again = await run(chord([shaky('b'), call('fails'), call('hold')], call('args'), CANCEL))
    await again.handle.retry()
    const retried = await end(again.handle)
    expect(retried.nodes.map(({ state }) => state)).toContain('REVOKED')
    expect(errorOf(retried.outcome).cause).toMatchObject({ type: 'TypeError' })
  })

  test('ends 20,000 members in steps, without that one of them runs again', async () => {
    const { run } = await open()
    const header = Array.from({ length: 20_000 }, () => late())
    const { handle, outcome } = await run(chord([call('fails'), ...header], call('echo'), CANCEL))
    expect(errorOf(outcome).cause).toMatchObject({ message: 'the first' })
    expect((await handle.status()).counts).toMatchObject({ failure: 2, revoked: 20_000, remaining: 0 })
  }, 60_000)
})

describe("the first failure of a workflow that was submitted with onFailure 'cancel'", () => {
  test('ends all that is open, and the workflow with its error', async () => {
    const { run, reasons } = await open()
    const canvas = chain(chord([call('waits'), call('fails', [1]), late(), chain(late(), call('echo'))], call('echo')), call('echo'))
    const { outcome, nodes } = await run(canvas, CANCEL)
    expect(errorOf(outcome)).toMatchObject({ type: 'TypeError', message: 'the first' })
    expect(nodes.map(({ state }) => state)).toEqual(['REVOKED', 'FAILURE', 'REVOKED', 'REVOKED', 'SKIPPED', 'SKIPPED', 'SKIPPED'])
    await until(() => reasons.length === 1)
  })

  test('shows in a group beside what had succeeded', async () => {
    const { run } = await open()
    const canvas = group(chain(call('echo', [0]), call('fails')), late(), late())
    const { outcome, handle } = await run(canvas, CANCEL)
    expect(outcome).toMatchObject({ state: 'GROUP', results: [{ state: 'FAILURE' }, { state: 'REVOKED' }, { state: 'REVOKED' }] })
    expect(await handle.state()).toBe('FAILURE')
  })

  test('calls error callbacks of what failed, and lets callbacks that run go on', async () => {
    const called: string[] = []
    const { run, gate } = await open({ note: (ctx) => void called.push(String(ctx.kwargs.of)) })
    const note = (of: string) => signature('note', [], { of })
    const linked = call('echo', ['x']).link(call('gate'))
    const canvas = group(linked, call('fails', [1]).onError(chain(note('error'), note('behind it'))), late().link(note('never')))
    const running = run(canvas, CANCEL)
    await until(() => called.includes('behind it'))
    gate.open()
    const { nodes } = await running
    expect(called).toEqual(['error', 'behind it'])
    expect(nodes.find(({ task }) => task === 'gate')?.state).toBe('SUCCESS')
  })

  test('is not the failure of a callback', async () => {
    const { run } = await open()
    const { outcome } = await run(chain(call('echo', [1]).link(call('boom')), call('echo', [], { countdownMs: 50 })), CANCEL)
    expect(outcome).toEqual({ state: 'SUCCESS', result: 1 })
  })

  test('is told by the body of the chord that it fails, whoever comes first', async () => {
    // So wide that the move which fails the body comes before the walk that skips it.
    let done = 0
    const { run } = await open({
      counts: () => ++done,
      last: async () => {
        await until(() => done === 1_700, { what: 'all others have ended' })
        throw new TypeError('the last')
      },
    })
    const header = [call('last'), ...Array.from({ length: 1_700 }, () => call('counts'))]
    const { outcome, node } = await run(chord(header, signature('args')), CANCEL)
    expect(errorOf(outcome)).toMatchObject({ type: 'TypeError', message: 'the last' })
    expect(node('args').state).toBe('SKIPPED')
  })

  test('is forgotten when the task that failed is requeued', async () => {
    let broken = true
    const { run, engine } = await open({
      shaky: () => {
        if (broken) throw new TypeError('the first')
        return 'mended'
      },
    })
    const { handle, outcome } = await run(chain(chord([call('shaky'), late()], call('echo')), call('echo')), CANCEL)
    expect(errorOf(outcome)).toMatchObject({ type: 'TypeError', message: 'the first' })
    broken = false
    await engine.client.deadLetters.requeue({ workflow: handle.id })
    const { nodes, outcome: then } = await end(handle)
    expect(nodes.map(({ state }) => state)).toEqual(['SUCCESS', 'REVOKED', 'FAILURE', 'SKIPPED'])
    expect(errorOf(then)).toMatchObject({ type: 'ChordError', cause: { type: 'TaskRevokedError' } })
  })

  test('ends 20,000 tasks of a canvas that was stored in pieces', async () => {
    const { run } = await open()
    const { handle, outcome } = await run(chord([call('fails'), ...Array.from({ length: 20_000 }, () => late())], call('echo')), CANCEL)
    expect(errorOf(outcome)).toMatchObject({ type: 'TypeError', message: 'the first' })
    expect((await handle.status()).counts).toMatchObject({ failure: 1, revoked: 20_000, skipped: 1, remaining: 0 })
  }, 60_000)

  test('is refused when it is anything else', async () => {
    const { engine } = await open()
    const wrong = engine.client.submit(call('echo'), { onFailure: 'collect' as 'cancel' })
    await expect(wrong).rejects.toMatchObject({ code: 'request-invalid', path: 'options.onFailure' })
  })
})
