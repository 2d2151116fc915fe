/** Results that are not kept for readers: hidden from them, given to what comes after, and not stored where nobody takes them (canvas-semantics 4.5). */
import { describe, expect, test } from 'vitest'
import { type Canvas, chain, chord, group, type Json } from '../../src/engine/index.js'
import { PartitionKeys } from '../../src/engine/redis/keys.js'
import { useRedis } from '../support/redis-server.js'
import { COMMON, call, callAlone, type Handlers, TestEngine } from './harness.js'

const redis = useRedis()
const QUIET = { ignoreResult: true }
const LONG = 'x'.repeat(1_000)

const HANDLERS: Handlers = {
  ...COMMON,
  quiet: { handler: (_ctx, [value = LONG]) => value, options: QUIET },
  grow: {
    handler: (ctx, [n]) => {
      ctx.addToChord(call('quiet', [`${n} more`]))
      return n ?? null
    },
    options: QUIET,
  },
  long: () => LONG,
  length: (_ctx, [value]) => JSON.stringify(value).length,
  late: { handler: (ctx) => (ctx.attempt < 2 ? ctx.retry({ countdownMs: 0 }) : LONG), options: QUIET },
}

async function open() {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(HANDLERS)
  const stored = async (id: string) =>
    String(await redis.server.call('HVALS', new PartitionKeys(engine.namespace, 0).of('workflow', id))).includes(LONG)
  return { engine, stored }
}

describe('an ignored result', () => {
  test.each<[string, Canvas]>([
    ['by the call', call('long').set(QUIET)],
    ['by the task', call('quiet', [7])],
    ['of a named workflow', chain(call('quiet', [7]))],
    ['after a retry', call('late')],
    ['of the last step', chain(call('echo', [1]), call('quiet'))],
  ])('%s is SUCCESS with null, marked as ignored', async (_name, canvas) => {
    const { engine, stored } = await open()
    const { handle, outcome, nodes } = await engine.run(canvas)
    expect(outcome).toEqual({ state: 'SUCCESS', result: null, ignored: true })
    expect(await handle.outcome()).toEqual(outcome)
    expect(await handle.get()).toBeNull()
    expect(await handle.info()).toBeNull()
    expect(nodes.at(-1)).toMatchObject({ state: 'SUCCESS', result: null, ignored: true })
    expect(await handle.task(String(nodes.length - 1)).get()).toBeNull()
    expect(await stored(handle.id)).toBe(false)
  })

  test.each<[string, Canvas, Json]>([
    ['the next step', chain(call('quiet'), call('length')), 1_002],
    ['the next two steps', chain(call('quiet'), call('quiet'), call('length')), 1_002],
    ['the body of a chord', chord([call('quiet'), call('echo', [1])], call('length')), 1_006],
    ['a group that comes next', chain(call('quiet'), group(call('length'), call('echo', [1]))), [1_002, LONG]],
    ['a body that is a group', chord([call('quiet'), call('quiet')], group(call('length'), call('length', [1]))), [2_007, 2_007]],
    ['the body, when a member that is ignored adds one that is ignored', chord([call('grow', ['one'])], call('echo')), ['one', 'one more']],
  ])('still reaches %s', async (_name, canvas, result) => {
    const { engine } = await open()
    const { handle, outcome, nodes } = await engine.run(canvas)
    expect(await handle.result()).toEqual(result)
    expect(outcome.state).toBe(Array.isArray(result) && nodes.length > 2 && !JSON.stringify(canvas).includes('grow') ? 'GROUP' : 'SUCCESS')
    for (const node of nodes.filter(({ task }) => task === 'quiet')) expect(node).toMatchObject({ result: null, ignored: true })
  })

  test('reaches its callback, and the outcome that waiters are told hides it', async () => {
    const { engine } = await open()
    const handle = await engine.client.submit(call('quiet', ['secret']).link(call('echo')))
    expect(await handle.outcome({ waitMs: 10_000 })).toEqual({ state: 'SUCCESS', result: null, ignored: true })
    expect(await handle.task('1').get()).toBe('secret')
  })

  test('is not stored when what comes after takes nothing', async () => {
    const { engine, stored } = await open()
    const steps = await engine.run(chain(call('quiet'), callAlone('echo', [1])))
    expect(await stored(steps.handle.id)).toBe(false)
    const body = await engine.run(chord([call('quiet'), call('quiet')], callAlone('echo', [1])))
    expect(await stored(body.handle.id)).toBe(false)
    const failing = await engine.run(chain(call('quiet').onError(call('args')), callAlone('echo')))
    expect(await stored(failing.handle.id)).toBe(false)
    const taken = await engine.run(chain(call('quiet'), call('length')))
    expect(await stored(taken.handle.id)).toBe(true)
  })

  test('is kept when the call says so, whatever the task says', async () => {
    const { engine } = await open()
    expect((await engine.run(call('quiet', [1], { ignoreResult: false }))).outcome).toEqual({ state: 'SUCCESS', result: 1 })
  })

  test('of a member of the group that the canvas ends in is null in the list, and a failure is shown as ever', async () => {
    const { engine } = await open()
    const { handle, outcome } = await engine.run(group(call('quiet'), call('echo', [2])))
    expect(outcome).toEqual({
      state: 'GROUP',
      results: [
        { state: 'SUCCESS', result: null, ignored: true },
        { state: 'SUCCESS', result: 2 },
      ],
    })
    expect(await handle.get()).toEqual([null, 2])
    expect((await engine.run(call('boom', ['seen'], QUIET))).outcome).toMatchObject({ state: 'FAILURE', error: { message: 'seen' } })
  })

  test('costs a group of 500 not more Redis memory than results of one character', async () => {
    const { engine } = await open()
    const bytes = async (task: string, args: unknown[]) => {
      const { handle } = await engine.run(group(Array.from({ length: 500 }, () => call(task, args))))
      return Number(
        await redis.server.call('MEMORY', 'USAGE', new PartitionKeys(engine.namespace, 0).of('workflow', handle.id), 'SAMPLES', 0),
      )
    }
    const ignored = await bytes('quiet', [])
    const kept = await bytes('length', [''])
    expect(ignored).toBeLessThan(kept * 1.05)
    expect(await bytes('echo', [LONG])).toBeGreaterThan(kept * 5)
  })
})
