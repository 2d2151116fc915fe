/** Arguments are checked before a handler is called; what does not fit is never tried again. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  type Json,
  map,
  signature,
  starmap,
  TaskArgumentsInvalidError,
  type TaskContext,
  TaskRegistry,
  task,
  UnrecoverableError,
} from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { call, errorOf, type Handlers, TestEngine } from './harness.js'

const redis = useRedis()
const Page = z.object({ url: z.url('must be a URL address'), depth: z.int().default(1) })
const ALWAYS = { auto: true, maxRetries: null, factorMs: 1 } as const

async function engineWith(handlers: Handlers): Promise<TestEngine> {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(handlers)
  return engine
}

describe('schemas by position', () => {
  test('what a schema makes of an argument takes its place; positions without one pass as they are', async () => {
    const engine = await engineWith({ page: { handler: (_ctx, args) => args, options: { args: [Page, null] } } })
    const { outcome } = await engine.run(call('page', [{ url: 'http://a.example' }, 'free', 3]))
    expect(outcome).toEqual({ state: 'SUCCESS', result: [{ url: 'http://a.example', depth: 1 }, 'free', 3] })
  })

  test('all faults are named by path, and the attempt is the last one whatever the retry policy says', async () => {
    let calls = 0
    const handler = () => ++calls
    const engine = await engineWith({ page: { handler, options: { args: [Page, z.string('must be text')], retry: ALWAYS } } })
    const { outcome, nodes } = await engine.run(call('page', [{ url: 'nowhere', depth: 1.5 }, 5]))
    expect(errorOf(outcome)).toMatchObject({ type: 'TaskArgumentsInvalidError', code: 'arguments-invalid' })
    expect(errorOf(outcome).message).toMatch(/^args\[0\]\.url: must be a URL address; args\[0\]\.depth: .+; args\[1\]: must be text$/)
    expect([nodes[0]?.attempts, calls]).toEqual([1, 0])
  })

  test('a missing argument is a fault, and a default fills one', async () => {
    const engine = await engineWith({
      two: { handler: (_ctx, args) => args, options: { args: [z.string(), z.string().default('b')] } },
    })
    expect((await engine.run(call('two', ['a']))).outcome).toEqual({ state: 'SUCCESS', result: ['a', 'b'] })
    expect(errorOf((await engine.run(call('two'))).outcome).message).toMatch(/^args\[0\]: /)
  })

  test('an asynchronous schema is waited for', async () => {
    const known = z.string().refine(async (name) => name === 'Ada', 'must be known')
    const engine = await engineWith({ greet: { handler: (_ctx, [name]) => `Dear ${name}`, options: { args: [known] } } })
    expect((await engine.run(call('greet', ['Ada']))).outcome).toEqual({ state: 'SUCCESS', result: 'Dear Ada' })
    expect(errorOf((await engine.run(call('greet', ['Bob']))).outcome).message).toBe('args[0]: must be known')
  })

  test('keyword arguments have a schema of their own', async () => {
    const options = { kwargs: z.object({ size: z.coerce.number() }) }
    const engine = await engineWith({ sized: { handler: (ctx) => ctx.kwargs, options } })
    expect((await engine.run(signature('sized', [], { size: '5' }))).outcome).toEqual({ state: 'SUCCESS', result: { size: 5 } })
    expect(errorOf((await engine.run(signature('sized', [], { size: 'x' }))).outcome).message).toMatch(/^kwargs\.size: /)
  })

  test('at most twenty faults are named', async () => {
    const args = [z.array(z.string('no'))]
    const engine = await engineWith({ list: { handler: () => null, options: { args } } })
    const { outcome } = await engine.run(call('list', [Array.from({ length: 50 }, (_, k) => k)]))
    expect(errorOf(outcome).message.split('; ')).toHaveLength(20)
  })

  test('map and starmap check every item, and keyword arguments once', async () => {
    const half = z.string().transform((text) => text.length)
    const definition = { name: 'measure', handler: (ctx: TaskContext, [n]: Json[]) => [n ?? null, ctx.kwargs.by ?? null] }
    const options = { args: [half], kwargs: z.object({ by: half.optional() }) }
    const engine = await engineWith({ measure: { ...definition, options } })
    expect((await engine.run(map('measure', ['a', 'bb']))).outcome).toMatchObject({
      result: [
        [1, null],
        [2, null],
      ],
    })
    expect(errorOf((await engine.run(map('measure', ['a', 5]))).outcome).type).toBe('TaskArgumentsInvalidError')
    expect(errorOf((await engine.run(starmap('measure', [['a'], [5]]))).outcome).type).toBe('TaskArgumentsInvalidError')
    const run = new TaskRegistry().register({ ...definition, options }).get('measure')?.handler
    const ctx = { kwargs: { by: 'xyz' } } as unknown as TaskContext
    expect([run?.(ctx, ['a']), run?.(ctx, ['bb'])]).toEqual([
      [1, 3],
      [2, 3],
    ])
  })

  test('a schema that is none is refused when the task is registered, with the place', () => {
    const schema = { parse: () => 1 } as never
    expect(() => new TaskRegistry().register({ name: 't', handler: () => 1, options: { args: [null, schema] } })).toThrow(
      't: args[1]: must be a Standard Schema',
    )
  })

  test('a task without schemas is called by its own handler: nothing stands between', () => {
    const definition = { name: 't', handler: () => 1, options: { args: [null] } }
    expect(new TaskRegistry().register(definition).get('t')?.handler).toBe(definition.handler)
  })
})

test('task() takes schemas, and its handler their types', async () => {
  const crawl = task('crawl', { args: [Page, z.number()] }, (page, times) => page.url.length * times)
  const engine = await TestEngine.open(redis.url)
  await engine.worker({ crawl: { handler: crawl.definition.handler as never, options: crawl.definition.options ?? {} } })
  expect(await (await engine.client.submit(crawl.s({ url: 'http://a.example' }, 2))).result({ timeoutMs: 20_000 })).toBe(32)
})

test('wrong defaults are refused when the task is registered', () => {
  const registry = new TaskRegistry()
  expect(() => registry.register({ name: 't', handler: () => 1, options: { queue: 'a b' } })).toThrow(/^queue: /)
  expect(() => registry.register({ name: 't', handler: () => 1, options: { retry: { maxRetries: -1 } } })).toThrow(/^retry\.maxRetries: /)
  expect(() => registry.register({ name: 't', handler: () => 1, options: { retry: { max: 1 } as never } })).toThrow(/^retry\.max/)
})

test('UnrecoverableError, and what extends it, ends the task at once', async () => {
  class NoSuchCustomer extends UnrecoverableError {
    override readonly name = 'NoSuchCustomer'
  }
  const engine = await engineWith({
    bill: {
      handler: () => {
        throw new NoSuchCustomer('nobody')
      },
      options: { retry: ALWAYS },
    },
  })
  const { outcome, nodes } = await engine.run(call('bill'))
  expect([errorOf(outcome).type, nodes[0]?.attempts]).toEqual(['NoSuchCustomer', 1])
  expect(new TaskArgumentsInvalidError([{ path: 'args[0]', rule: 'no' }])).toBeInstanceOf(UnrecoverableError)
})
