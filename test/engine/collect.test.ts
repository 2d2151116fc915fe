import { describe, expect, test } from 'vitest'
import { chain, chord, group, type Outcome, type Settled, signature } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { COMMON, call, end, errorOf, Gate, type Handlers, stateOf, TestEngine } from './harness.js'

const redis = useRedis()

/** `seen` gives its outcomes without stacks. */
const handlers: Handlers = {
  ...COMMON,
  seen: (_ctx, [outcomes]) => (outcomes as unknown as Settled[]).map(withoutStack) as never,
}

function withoutStack(outcome: Settled | Outcome): object {
  if (outcome.state === 'GROUP') return { ...outcome, results: (outcome.results as Settled[]).map(withoutStack) }
  if (!('error' in outcome) || !outcome.error) return outcome
  const { stack: _, ...error } = outcome.error
  return { ...outcome, error }
}

const COLLECT = { onFailure: 'collect' } as const
const seen = call('seen')
const failed = (message: string) => ({ state: 'FAILURE', error: { type: 'TypeError', message } })
const ok = (result: unknown) => ({ state: 'SUCCESS', result })

async function open(more: Handlers = {}): Promise<TestEngine> {
  const engine = await TestEngine.open(redis.url)
  await engine.worker({ ...handlers, ...more })
  return engine
}

describe("the body of a chord with onFailure 'collect'", () => {
  test('runs when every member has ended, with an outcome per member in definition order', async () => {
    const engine = await open()
    const late = signature('echo', ['late'], {}, { queue: 'nobody', expiresInMs: 40 })
    const { outcome, nodes } = await engine.run(chord([call('boom', ['a']), call('echo', [1]), late, call('echo', [2])], seen, COLLECT))
    const expired = { type: 'TaskRevokedError', message: 'expired', code: 'expired' }
    expect(outcome).toEqual(ok([failed('a'), ok(1), { state: 'REVOKED', error: expired }, ok(2)]))
    expect(nodes.map(({ state }) => state)).toEqual(['FAILURE', 'SUCCESS', 'REVOKED', 'SUCCESS', 'SUCCESS'])
  })

  test('is told of a member that is a chain by the step that failed, of one that ends in a group by its members', async () => {
    const engine = await open()
    const steps = chain(call('echo', [1]), call('boom', ['step']), call('echo'))
    const fans = chain(call('echo', [1]), group(call('add', [1]), call('boom', ['member'])))
    const never = chain(call('boom', ['before']), group(call('echo'), call('echo')))
    const inner = chord([call('echo', [1]), call('boom', ['inner'])], call('echo'))
    const { outcome } = await engine.run(chord([steps, fans, never, inner], seen, COLLECT))
    const grouped = { state: 'GROUP', results: [ok(2), { state: 'FAILURE', error: { type: 'TypeError', message: '1' } }] }
    const chordError = {
      type: 'ChordError',
      message: 'a member of the chord did not succeed',
      cause: expect.objectContaining({ message: 'inner' }),
    }
    expect(outcome).toEqual(ok([failed('1'), grouped, failed('before'), { state: 'FAILURE', error: chordError }]))
  })

  test('may be a group, each member of which gets the outcomes, and a chain, whose first step does', async () => {
    const engine = await open()
    const header = [call('echo', [1]), call('boom', ['b'])]
    const outcomes = [ok(1), failed('b')]
    expect((await engine.run(chord(header, group(seen, call('seen')), COLLECT))).outcome).toEqual({
      state: 'GROUP',
      results: [ok(outcomes), ok(outcomes)],
    })
    expect((await engine.run(chord(header, chain(seen, call('echo')), COLLECT))).outcome).toEqual(ok(outcomes))
  })

  test('of a header of one runs with a list of one, of none with the empty list', async () => {
    const engine = await open()
    expect((await engine.run(chord([call('boom', ['one'])], seen, COLLECT))).outcome).toEqual(ok([failed('one')]))
    expect((await engine.run(chord([call('echo', [1])], seen, COLLECT))).outcome).toEqual(ok([ok(1)]))
    expect((await engine.run(chord([], seen, COLLECT))).outcome).toEqual(ok([]))
  })

  test('does not run when the header was not reached: it is skipped, or fails as the header before it', async () => {
    const engine = await open()
    const collecting = chord([call('echo'), call('echo')], seen, COLLECT)
    const behindStep = await engine.run(chain(call('boom', ['first']), collecting))
    expect(behindStep.nodes.map(({ state }) => state)).toEqual(['FAILURE', 'SKIPPED', 'SKIPPED', 'SKIPPED'])
    expect(errorOf(behindStep.outcome).message).toBe('first')
    const behindGroup = await engine.run(chain(group(call('boom', ['first']), call('echo')), collecting))
    expect(behindGroup.node('seen')).toMatchObject({ state: 'FAILURE', attempts: 0 })
    expect(errorOf(behindGroup.outcome)).toMatchObject({ type: 'ChordError', cause: { type: 'ChordError', cause: { message: 'first' } } })
  })

  test('does not run when a task was replaced by a chain that fails before the header', async () => {
    const engine = await open({
      become: (ctx) => ctx.replace(chain(call('boom', ['first']), chord([call('echo'), call('echo')], seen, COLLECT))),
    })
    const { outcome, nodes } = await engine.run(call('become'))
    expect(errorOf(outcome)).toMatchObject({ type: 'TypeError', message: 'first' })
    expect(nodes.map(({ state }) => state)).toEqual(['FAILURE', 'FAILURE', 'SKIPPED', 'SKIPPED', 'SKIPPED'])
  })

  test('gets added members behind the others: the error of one that failed, the list of one that is a group', async () => {
    const engine = await open({
      grow: (ctx) => {
        ctx.addToChord(call('boom', ['added']))
        ctx.addToChord(chain(call('boom', ['step']), call('echo')))
        ctx.addToChord(group(call('echo', [1]), call('echo', [2])))
        ctx.addToChord(group(call('echo', [1]), call('boom', ['of a group'])))
        return 'grown'
      },
    })
    const { outcome } = await engine.run(chord([call('grow')], seen, COLLECT))
    const ofGroup = { type: 'ChordError', message: expect.any(String), cause: expect.objectContaining({ message: 'of a group' }) }
    const added = [failed('added'), failed('step'), ok([1, 2]), { state: 'FAILURE', error: ofGroup }]
    expect(outcome.state === 'SUCCESS' && outcome.result).toEqual([ok('grown'), ...added])
  })

  test('takes results that are ignored, and null for a task that ends with ignore()', async () => {
    const engine = await open({ skip: (ctx) => ctx.ignore() })
    const ignored = signature('echo', [7], {}, { ignoreResult: true })
    expect((await engine.run(chord([ignored, call('skip')], seen, COLLECT))).outcome).toEqual(ok([ok(7), ok(null)]))
  })

  test('gets the outcomes of 1,500 members, a third of them failed', async () => {
    const engine = await open()
    const header = Array.from({ length: 1_500 }, (_, k) => (k % 3 === 0 ? call('boom', [String(k)]) : call('echo', [k])))
    const { outcome } = await engine.run(chord(header, seen, COLLECT), 60_000)
    expect(outcome).toEqual(ok(header.map((_, k) => (k % 3 === 0 ? failed(String(k)) : ok(k)))))
  })

  test('runs once: a member that failed and is requeued behind it runs again, and nothing else', async () => {
    let broken = true
    const runs: string[] = []
    const engine = await open({
      shaky: () => {
        runs.push('shaky')
        if (broken) throw new TypeError('shaky')
        return 'mended'
      },
      body: (_ctx, [outcomes]) => {
        runs.push('body')
        return (outcomes as { state: string }[]).map(({ state }) => state)
      },
    })
    const { handle, outcome } = await engine.run(chain(chord([call('shaky'), call('echo', [1])], call('body'), COLLECT), call('echo')))
    expect(outcome).toEqual(ok(['FAILURE', 'SUCCESS']))
    broken = false
    await engine.client.deadLetters.requeue({ workflow: handle.id })
    const ended = await end(handle)
    expect(ended.nodes.map(stateOf)).toEqual([
      { state: 'SUCCESS', attempts: 2, result: 'mended' },
      { state: 'SUCCESS', attempts: 1, result: 1 },
      { state: 'SUCCESS', attempts: 1, result: ['FAILURE', 'SUCCESS'] },
      { state: 'SUCCESS', attempts: 1, result: ['FAILURE', 'SUCCESS'] },
    ])
    expect(ended.outcome).toEqual(outcome)
    expect(runs).toEqual(['shaky', 'body', 'shaky'])
    expect((await handle.status()).counts).toEqual({ total: 4, success: 4, failure: 0, revoked: 0, skipped: 0, remaining: 0 })
  })

  test('runs again in a retry, with what the members ended as then', async () => {
    let broken = true
    const engine = await open({
      shaky: () => {
        if (broken) throw new TypeError('shaky')
        return 'mended'
      },
    })
    for (const header of [[call('shaky'), call('echo', [1])], [call('shaky')]]) {
      broken = true
      const { handle, outcome } = await engine.run(chord(header, call('seen'), COLLECT))
      expect(outcome).toMatchObject({ state: 'SUCCESS', result: [{ state: 'FAILURE' }, ...header.slice(1).map(() => ok(1))] })
      broken = false
      await handle.retry()
      expect((await end(handle)).outcome).toEqual(ok([ok('mended'), ...header.slice(1).map(() => ok(1))]))
    }
  })

  test('waits for a member that is requeued while others run', async () => {
    let broken = true
    const gate = new Gate()
    const engine = await open({
      gate: gate.handler,
      shaky: () => {
        if (broken) throw new TypeError('shaky')
        return 'mended'
      },
    })
    const handle = await engine.client.submit(chord([call('shaky'), call('gate', ['held'])], seen, COLLECT))
    await gate.entries(1)
    await until(async () => (await engine.client.deadLetters.count()) === 1)
    broken = false
    await engine.client.deadLetters.requeue(`${handle.id}:0`)
    gate.open()
    expect((await end(handle)).outcome).toEqual(ok([ok('mended'), ok('held')]))
  })

  test('tells of a member that was requeued and has not ended again what it had ended with', async () => {
    const gate = new Gate()
    const engine = await TestEngine.open(redis.url)
    let broken = true
    await engine.worker({
      ...handlers,
      shaky: (ctx, args) => {
        if (broken) throw new TypeError('shaky')
        return gate.handler(ctx, args)
      },
    })
    const body = signature('seen', [], {}, { queue: 'later' })
    const handle = await engine.client.submit(chord([call('shaky'), call('echo', [1])], body, COLLECT))
    await until(async () => (await handle.status()).counts.remaining === 1, { what: 'only the body is left' })
    broken = false
    await engine.client.deadLetters.requeue(`${handle.id}:0`)
    await gate.entries(1)
    await engine.worker(handlers, { queues: ['later'] })
    expect(await handle.result()).toEqual([failed('shaky'), ok(1)])
    gate.open()
    expect((await end(handle)).nodes.map(({ state }) => state)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS'])
  })
})
