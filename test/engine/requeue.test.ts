import { expect, test } from 'vitest'
import { chain, chord, group, type Json, type NodeResult, signature, type TaskContext } from '../../src/engine/index.js'
import { keysOf, requeueOnce } from '../support/dead-letters.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { allOf, type Grant, Hand } from './hand.js'
import { COMMON, call, callAlone, end, Gate, type Handlers, TestEngine } from './harness.js'

const redis = useRedis()

/** `shaky`: fails while its name is among the broken ones, else gives the name and what it got; notes its runs. */
class Shaky {
  readonly broken = new Set<Json>()
  readonly runs: string[] = []
  readonly handlers: Handlers = {
    ...COMMON,
    shaky: (ctx: TaskContext, args: Json[]) => {
      const name = ctx.kwargs.name as string
      this.runs.push(`${name} ${ctx.attempt}`)
      if (this.broken.has(name)) throw new TypeError(`${name} is broken`)
      return [name, ...args.filter((arg) => arg !== null)]
    },
  }

  constructor(...broken: string[]) {
    for (const name of broken) this.broken.add(name)
  }
}

const s = (name: string) => signature('shaky', [], { name })
const states = (nodes: NodeResult[]) => nodes.map(({ state }) => state)

async function broken(shaky: Shaky, canvas: unknown): Promise<{ engine: TestEngine; ended: Awaited<ReturnType<typeof end>> }> {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(shaky.handlers)
  return { engine, ended: await engine.run(canvas) }
}

/** Repairs these, requeues all dead letters, and waits for the end. */
async function repaired(engine: TestEngine, shaky: Shaky, { handle }: Awaited<ReturnType<typeof end>>, ...names: string[]) {
  for (const name of names) shaky.broken.delete(name)
  await engine.client.deadLetters.requeue({ workflow: handle.id })
  return end(handle)
}

test('a step of a chain runs again, and what was skipped behind it runs with its result; what came before does not run again', async () => {
  const shaky = new Shaky('b')
  const { engine, ended } = await broken(shaky, chain(s('a'), s('b'), s('c'), s('d')))
  expect(states(ended.nodes)).toEqual(['SUCCESS', 'FAILURE', 'SKIPPED', 'SKIPPED'])
  const { outcome, nodes, handle } = await repaired(engine, shaky, ended, 'b')
  expect(outcome).toEqual({ state: 'SUCCESS', result: ['d', ['c', ['b', ['a']]]] })
  expect(nodes.map(({ attempts }) => attempts)).toEqual([1, 2, 1, 1])
  expect(shaky.runs).toEqual(['a 1', 'b 1', 'b 2', 'c 1', 'd 1'])
  expect((await handle.status()).counts).toEqual({ total: 4, success: 4, failure: 0, revoked: 0, skipped: 0, remaining: 0 })
})

test('a workflow of one task runs again, and whoever waits then sees the new outcome', async () => {
  const shaky = new Shaky('only')
  const { engine, ended } = await broken(shaky, s('only'))
  expect(ended.outcome.state).toBe('FAILURE')
  shaky.broken.clear()
  expect(await engine.client.deadLetters.requeue(`${ended.handle.id}:0`)).toEqual({ matched: 1, changed: 1, ids: [`${ended.handle.id}:0`] })
  expect(await ended.handle.result()).toEqual(['only'])
})

test('a task that fails again is a dead letter again, with the errors of both', async () => {
  const shaky = new Shaky('a')
  const { engine, ended } = await broken(shaky, chain(s('a'), s('b')))
  const id = `${ended.handle.id}:0`
  await engine.client.deadLetters.requeue(id)
  const { nodes } = await end(ended.handle)
  expect(states(nodes)).toEqual(['FAILURE', 'SKIPPED'])
  const letter = await engine.client.deadLetters.get(id)
  expect(letter).toMatchObject({
    attempts: 2,
    error: { message: 'a is broken' },
    errors: [{ attempt: 1, error: { message: 'a is broken' } }],
  })
  expect((await engine.client.deadLetters.list()).letters).toMatchObject([{ id, attempts: 2 }])
})

test('a call that is repeated changes nothing: the task is requeued for one failure once', async () => {
  const shaky = new Shaky('a')
  const { engine, ended } = await broken(shaky, chain(s('a'), s('b')))
  shaky.broken.clear()
  const { deadLetters } = engine.client
  const answers = await Promise.all([deadLetters.requeue(`${ended.handle.id}:0`), deadLetters.requeue(`${ended.handle.id}:0`)])
  expect(answers.map(({ changed }) => changed).sort()).toEqual([0, 1])
  expect(await deadLetters.requeue(`${ended.handle.id}:0`)).toMatchObject({ changed: 0 })
  await end(ended.handle)
  expect(shaky.runs.filter((run) => run.startsWith('a'))).toEqual(['a 1', 'a 2'])
})

test('the body of a chord waits for the members that failed, each requeued by itself, and takes all results in definition order', async () => {
  const shaky = new Shaky('b', 'd')
  const { engine, ended } = await broken(shaky, chain(chord([s('a'), s('b'), s('c'), s('d')], s('body')), s('after')))
  expect(states(ended.nodes)).toEqual(['SUCCESS', 'FAILURE', 'SUCCESS', 'FAILURE', 'FAILURE', 'SKIPPED'])
  shaky.broken.clear()
  const { deadLetters } = engine.client
  await deadLetters.requeue(`${ended.handle.id}:1`)
  const half = await end(ended.handle)
  expect(states(half.nodes)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS', 'FAILURE', 'FAILURE', 'SKIPPED'])
  expect(half.outcome).toMatchObject({ error: { type: 'ChordError', cause: { message: 'd is broken' } } })
  await deadLetters.requeue(`${ended.handle.id}:3`)
  expect((await end(ended.handle)).outcome).toEqual({ state: 'SUCCESS', result: ['after', ['body', [['a'], ['b'], ['c'], ['d']]]] })
  expect(shaky.runs.filter((run) => run.startsWith('body'))).toEqual(['body 1'])
})

test('of several members that failed, the first that is still failed is the cause', async () => {
  const shaky = new Shaky('a', 'b', 'c')
  const { engine, ended } = await broken(shaky, chord([s('a'), s('b'), s('c')], s('body')))
  expect(ended.outcome).toMatchObject({ error: { cause: { message: 'a is broken' } } })
  shaky.broken.delete('a')
  await engine.client.deadLetters.requeue(`${ended.handle.id}:0`)
  expect((await end(ended.handle)).outcome).toMatchObject({ error: { type: 'ChordError', cause: { message: 'b is broken' } } })
})

test('a group outcome is a group again, and as bad as its worst member', async () => {
  const shaky = new Shaky('a', 'c')
  const { engine, ended } = await broken(shaky, group(s('a'), s('b'), s('c')))
  expect((await ended.handle.status()).state).toBe('FAILURE')
  shaky.broken.clear()
  await engine.client.deadLetters.requeue(`${ended.handle.id}:0`)
  const half = await end(ended.handle)
  expect((await half.handle.status()).state).toBe('FAILURE')
  expect(half.outcome).toMatchObject({ results: [{ state: 'SUCCESS' }, { state: 'SUCCESS' }, { state: 'FAILURE' }] })
  await engine.client.deadLetters.requeue(`${ended.handle.id}:2`)
  expect(await ended.handle.result()).toEqual([['a'], ['b'], ['c']])
  expect((await ended.handle.status()).state).toBe('SUCCESS')
})

test('other branches go on: what runs keeps its lease, and its result counts', async () => {
  const shaky = new Shaky('a')
  const gate = new Gate()
  const engine = await TestEngine.open(redis.url)
  await engine.worker({ ...shaky.handlers, gate: gate.handler })
  const handle = await engine.client.submit(chord([s('a'), call('gate', ['held'])], s('body')))
  await gate.entries(1)
  await until(async () => (await engine.client.deadLetters.count()) === 1)
  shaky.broken.clear()
  await engine.client.deadLetters.requeue(`${handle.id}:0`)
  await until(async () => (await handle.task('0').state()) === 'SUCCESS')
  gate.open()
  expect(await handle.result()).toEqual(['body', [['a'], 'held']])
  expect(engine.complaints).toEqual([])
})

test('a task inside what another one replaced itself by: the place waits for it again', async () => {
  const shaky = new Shaky('inner')
  const engine = await TestEngine.open(redis.url)
  await engine.worker({ ...shaky.handlers, become: (ctx) => ctx.replace(chain(s('inner'), s('last'))) })
  const ended = await engine.run(chord([call('become'), s('b')], s('body')))
  expect(ended.node('become').state).toBe('FAILURE')
  const { outcome, node } = await repaired(engine, shaky, ended, 'inner')
  expect(outcome).toEqual({ state: 'SUCCESS', result: ['body', [['last', ['inner']], ['b']]] })
  expect(node('become').state).toBe('SUCCESS')
})

test('a member that a task added to its chord is waited for again', async () => {
  const shaky = new Shaky('added')
  const engine = await TestEngine.open(redis.url)
  const grow = (ctx: TaskContext): Json => {
    ctx.addToChord(s('added'))
    return 'grown'
  }
  await engine.worker({ ...shaky.handlers, grow })
  const ended = await engine.run(chord([call('grow')], s('body')))
  expect(ended.outcome).toMatchObject({ error: { type: 'ChordError', cause: { message: 'added is broken' } } })
  const { outcome } = await repaired(engine, shaky, ended, 'added')
  expect(outcome).toEqual({ state: 'SUCCESS', result: ['body', ['grown', ['added']]] })
})

test('an error callback that was called is not called again; one that was not needed may still be', async () => {
  const shaky = new Shaky('a', 'c')
  const engine = await TestEngine.open(redis.url)
  const heard: Json[] = []
  const hear = (_ctx: TaskContext, args: Json[]) => void heard.push((args[1] as { message: string }).message)
  await engine.worker({ ...shaky.handlers, hear })
  const ended = await engine.run(chain(s('a').onError(call('hear')), s('b'), s('c').onError(call('hear'))))
  expect(heard).toEqual(['a is broken'])
  await engine.client.deadLetters.requeue(`${ended.handle.id}:0`)
  await end(ended.handle)
  expect(heard).toEqual(['a is broken'])
  await repaired(engine, shaky, ended, 'a')
  expect(heard).toEqual(['a is broken', 'c is broken'])
})

test('an error callback that failed is told the same when it is requeued, also when the task has run again meanwhile', async () => {
  const shaky = new Shaky('a')
  const engine = await TestEngine.open(redis.url)
  const heard: Json[] = []
  let deaf = true
  const hear = (_ctx: TaskContext, [request, error]: Json[]) => {
    if (deaf) throw new RangeError('deaf')
    heard.push([(request as { task: string }).task, (error as { message: string }).message])
  }
  await engine.worker({ ...shaky.handlers, hear })
  const { handle } = await engine.run(s('a').onError(call('hear')))
  deaf = false
  shaky.broken.clear()
  await engine.client.deadLetters.requeue({ workflow: handle.id, task: 'shaky' })
  await handle.result()
  await engine.client.deadLetters.requeue({ workflow: handle.id, task: 'hear' })
  await end(handle)
  expect(heard).toEqual([['shaky', 'a is broken']])
})

test('the retries of a policy count anew, attempts go on', async () => {
  const engine = await TestEngine.open(redis.url)
  const seen: number[] = []
  const failing = (ctx: TaskContext) => {
    seen.push(ctx.attempt)
    if (ctx.attempt < 5) throw new Error('not yet')
    return ctx.attempt
  }
  await engine.worker({ failing: { handler: failing, options: { retry: { auto: true, maxRetries: 2, factorMs: 1 } } } })
  const { handle } = await engine.run(call('failing'))
  expect(seen).toEqual([1, 2, 3])
  await engine.client.deadLetters.requeue(`${handle.id}:0`)
  expect(await handle.result()).toBe(5)
  expect(seen).toEqual([1, 2, 3, 4, 5])
  expect((await handle.task('0').errors()).map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4])
})

test('a failure with 3,000 tasks behind it is taken back in steps of at most 500, and they run', async () => {
  const shaky = new Shaky('a')
  const { engine, ended } = await broken(shaky, chain(s('a'), group(Array.from({ length: 3_000 }, (_, k) => callAlone('echo', [k])))))
  expect((await ended.handle.status()).counts).toMatchObject({ failure: 1, skipped: 3_000 })
  shaky.broken.clear()
  await engine.client.deadLetters.requeue(`${ended.handle.id}:0`)
  const { handle, outcome } = await end(ended.handle)
  expect((await handle.status()).counts).toMatchObject({ success: 3_001, failure: 0, skipped: 0 })
  expect(outcome.state).toBe('GROUP')
})

test('without any worker, requeueing does its steps itself', async () => {
  const shaky = new Shaky('a')
  const engine = await TestEngine.open(redis.url)
  const worker = await engine.worker(shaky.handlers)
  const { handle } = await engine.run(chain(s('a'), group(Array.from({ length: 2_000 }, (_, k) => callAlone('echo', [k])))))
  await worker.stop()
  await engine.client.deadLetters.requeue(`${handle.id}:0`)
  expect((await handle.status()).counts).toMatchObject({ remaining: 2_001, skipped: 0, failure: 0 })
  expect(await handle.task('0').state()).toBe('RETRY')
})

test('10,000 members of a chord of which 300 failed run again by one filter, and the body fires once', async () => {
  const names = Array.from({ length: 300 }, (_, k) => `m${k}`)
  const shaky = new Shaky(...names)
  const others = Array.from({ length: 9_700 }, (_, k) => callAlone('echo', [k]))
  const engine = await TestEngine.open(redis.url)
  await engine.worker({ ...shaky.handlers, size: (_ctx, [list]) => (list as Json[]).length })
  const ended = await engine.run(chord([...names.map(s), ...others], call('size')))
  shaky.broken.clear()
  expect(await engine.client.deadLetters.requeue({ task: 'shaky' })).toMatchObject({ matched: 300, changed: 300 })
  expect(await ended.handle.result()).toBe(10_000)
  expect((await ended.handle.status()).counts).toMatchObject({ success: 10_001, failure: 0 })
})

test('a message of the outcome that was taken back, and comes late, is not taken for the new one', async () => {
  const shaky = new Shaky('only')
  const engine = await TestEngine.open(redis.url)
  const worker = await engine.worker(shaky.handlers)
  const { handle } = await engine.run(s('only'))
  await worker.stop()
  const connection = redis.connect()
  const key = (await keysOf(connection, engine.namespace, handle.id)).of('workflow', handle.id)
  const record = await connection.hget(key, '0')
  shaky.broken.clear()
  expect(await engine.client.deadLetters.requeue({ workflow: handle.id })).toMatchObject({ changed: 1 })
  const result = handle.result()
  const channel = await until(() => connection.hget(key, 'w'))
  const asked = async () => Number(/cmdstat_fcall:calls=(\d+)/.exec(await connection.info('commandstats'))?.[1])
  const before = await asked()
  // As it was sent when the task failed.
  const told = async () => (await connection.publish(channel, `${handle.id}\n0\n${record}`)) === 1 && (await asked()) > before + 2
  await Promise.race([until(told), result])
  await engine.worker(shaky.handlers)
  expect(await result).toEqual(['only'])
})

test('a workflow that is gone, or has never been, is not found; an id that is none is refused', async () => {
  const engine = await TestEngine.open(redis.url)
  const { deadLetters } = engine.client
  await expect(deadLetters.requeue('nobody:0')).rejects.toMatchObject({ code: 'not-found' })
  await expect(deadLetters.requeue('nobody')).rejects.toMatchObject({ code: 'request-invalid', path: 'id' })
})

test('what was decided of a join and is still to be done is passed over, when an input of it is reopened before', async () => {
  const engine = await TestEngine.open(redis.url)
  const connection = redis.connect()
  const many = (count: number) => group(Array.from({ length: count }, () => callAlone('echo', ['m'])))
  const joined = chord([chain(call('x'), many(1_200), callAlone('echo', ['b'])), call('z')], call('echo'))
  const handle = await engine.client.submit(group(joined, chain(call('y'), many(600))))
  const hand = await Hand.open(connection, engine, ['x', 'y', 'z', 'echo'], 'hand')
  const [, , , , grants] = await hand.turn(0, 3, [])
  const of = (task: string) => grants.find(([, , spec]) => (JSON.parse(spec) as { task: string }).task === task) as Grant
  const failure = 'F|{"type":"Error","message":"broken"}'
  await hand.turn(2, 0, allOf(of('x'), 1, failure))
  const keys = await keysOf(connection, engine.namespace, handle.id)
  const spreads = () => connection.llen(keys.of('spread'))
  while ((await spreads()) > 0) await hand.turn(2, 0, [])

  // Some of what x skipped waits again, the join does not know of it yet; then z ends it, in a turn that has more to do than it may.
  expect(await requeueOnce(connection, engine.namespace, handle.id, '0', 1)).toBe('begun')
  await hand.turn(0, 0, [...allOf(of('y'), 1, failure), ...allOf(of('z'), 1, 'S|"z"')])
  expect((await connection.lrange(keys.of('spread'), 0, -1)).map(([kind]) => kind)).toEqual(['u', 'u', 'z', 'k', 'c'])
  while ((await spreads()) > 0) await requeueOnce(connection, engine.namespace, handle.id, '0', 1)
  await engine.worker({ ...COMMON, x: () => 'x', y: () => 'y', z: () => 'z' })
  await engine.client.deadLetters.requeue({ workflow: handle.id })
  const { outcome } = await end(handle)
  expect(outcome).toMatchObject({ state: 'GROUP', results: [{ state: 'SUCCESS', result: ['b', 'z'] }, { state: 'GROUP' }] })
})
