/** `Chordis`, the application object: it connects late and once, defines typed tasks, and closes in order. */
import { expect, onTestFinished, test } from 'vitest'
import { Chordis, ChordisError, chain, type Logger, signature, type Task, type TaskContext, task } from '../../src/engine/index.js'
import { freePort } from '../support/children.js'
import { RedisServer, useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { Gate } from './harness.js'

const redis = useRedis()

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

function open(options: { redis?: string; partitions?: number; namespace?: string } = {}): Chordis {
  const app = new Chordis({ redis: redis.url, namespace: redis.ns(), logger: silent, ...options })
  onTestFinished(() => app.close())
  return app
}

/** Connections to a server but for the one that asks. */
async function clientsOf(server: RedisServer): Promise<number> {
  const own = `id=${await server.call('CLIENT', 'ID')} `
  const lines = String(await server.call('CLIENT', 'LIST')).split('\n')
  return lines.filter((line) => line !== '' && !line.startsWith(own)).length
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'no error'
  } catch (error) {
    return error instanceof ChordisError ? error.code : String(error)
  }
}

test('a chain of its tasks runs in its worker, with types from the first argument to the result', async () => {
  const app = open()
  const split = app.task('split', (text: string) => text.split(' '))
  const count = app.task('count', { bind: true }, (ctx, words: string[], unit: string) => `${words.length} ${unit} in ${ctx.task}`)
  await app.worker().start()
  const handle = await app.submit(chain(split.s('a b c'), count.s('words')))
  const result: string = await handle.result()
  expect(result).toBe('3 words in count')
  expect(await app.workflow<string>(handle.id).result()).toBe('3 words in count')
})

test('options may stand before the handler too, as task() has them', async () => {
  const app = open()
  const before: Task<TaskContext, [n: number], number> = app.task('before', { bind: true, queue: 'q' }, (ctx, n: number) => n + ctx.attempt)
  const plain = app.task('plain', { queue: 'q' }, (n: number) => n + 1)
  await app.worker().start()
  expect(await (await app.submit(chain(before.s(1), plain.s()))).result()).toBe(3)
})

test('no connection is made before the first use, and one by many first uses at once', async () => {
  const server = await RedisServer.start()
  onTestFinished(() => server.stop())
  const app = open({ redis: server.url })
  app.task('a', () => 1)
  app.worker()
  const handle = app.workflow('nobody')
  expect(await clientsOf(server)).toBe(0)
  const codes = await Promise.all([
    codeOf(app.ping()),
    codeOf(handle.status()),
    codeOf(app.submit(signature('a'))),
    codeOf(app.submitMany([])),
  ])
  expect(codes).toEqual(['no error', 'not-found', 'no error', 'no error'])
  expect(await clientsOf(server)).toBe(1)
})

test('a connection that failed is tried again by the next use, also of a handle that is there already', async () => {
  const server = await RedisServer.start()
  onTestFinished(() => server.stop())
  await server.kill9()
  const app = open({ redis: server.url })
  const handle = app.workflow('later')
  expect(await codeOf(app.ping())).toBe('redis-unavailable')
  expect(await codeOf(handle.status())).toBe('redis-unavailable')
  expect(await codeOf(handle.outcome({ waitMs: 50 }))).toBe('redis-unavailable')
  await server.restart()
  await app.submit(signature('a'), { id: 'later' })
  expect((await handle.status()).state).toBe('PENDING')
})

test('a worker serves `default` and every queue that a task names', () => {
  const app = open()
  app.task('a', { queue: 'slow' }, () => 1)
  app.register(
    task('b', { queue: 'pages' }, () => 2),
    { name: 'c', handler: () => 3 },
  )
  expect(app.worker().queues).toEqual(['default', 'slow', 'pages'])
  expect(app.worker({ queues: ['pages'] }).queues).toEqual(['pages'])
  expect(app.worker().tasks).toEqual(['a', 'b', 'c'])
})

test('what no worker would run is refused: no tasks, a name taken, a task after the first worker, a bad namespace', () => {
  const app = open()
  expect(() => app.worker()).toThrow('tasks: a worker needs a task')
  const a = app.task('a', () => 1)
  expect(() => app.task('a', () => 2)).toThrow('task a is registered twice')
  app.worker()
  expect(() => app.task('b', () => 1)).toThrow('task b comes after a worker was made')
  expect(app.register(a)).toBe(app)
  expect(() => new Chordis({ redis: redis.url, namespace: 'a:b' })).toThrow('namespace: must be')
})

test('close waits for running tasks, which may still submit, and lets go of Redis after them', async () => {
  const server = await RedisServer.start()
  onTestFinished(() => server.stop())
  const app = open({ redis: server.url })
  const gate = new Gate()
  const ends: string[] = []
  app.task('after', () => 1)
  app.task('held', { bind: true }, async (ctx) => {
    await gate.handler(ctx, [])
    ends.push((await app.submit(signature('after'), { id: 'late' })).id)
  })
  await app.worker().start()
  await app.submit(signature('held'))
  await gate.entries(1)
  const closing = app.close().then(() => ends.push('closed'))
  expect(() => app.worker()).toThrow('is closed')
  gate.open()
  await closing
  expect(ends).toEqual(['late', 'closed'])
  await until(async () => (await clientsOf(server)) === 0, { what: 'no connection is left' })
  expect(await codeOf(app.submit(signature('after')))).toBe('closed')
  expect(await codeOf(app.ping())).toBe('closed')
  await app.close()
})

test('a second stop may shorten the grace time, and ends when the first one does', async () => {
  const app = open()
  const gate = new Gate()
  app.task('held', { bind: true }, (ctx) => gate.handler(ctx, []))
  const worker = app.worker({ graceMs: 600_000 })
  await worker.start()
  const handle = await app.submit(signature('held'))
  await gate.entries(1)
  const ended: string[] = []
  const first = worker.stop().then(() => ended.push('first'))
  await Promise.all([worker.stop({ graceMs: 0 }), first])
  expect(ended).toEqual(['first'])
  expect((await handle.results())[0]).toMatchObject({ state: 'PENDING', attempts: 0 })
})

test('close ends a worker that waits for a Redis which is not there', async () => {
  const app = open({ redis: `redis://127.0.0.1:${await freePort()}` })
  app.task('a', () => 1)
  const errors: unknown[] = []
  const starting = app.worker({ logger: { ...silent, debug: (fields) => errors.push(fields) } }).start()
  await until(() => errors.length > 0, { what: 'the first try has failed' })
  await app.close()
  expect(await codeOf(starting)).toBe('closed')
  expect(await codeOf(app.ping())).toBe('closed')
})

test('a worker that is stopped while it starts leaves nothing behind', async () => {
  const server = await RedisServer.start()
  onTestFinished(() => server.stop())
  const app = open({ redis: server.url, partitions: 4 })
  app.task('a', () => 1)
  const worker = app.worker()
  const starting = codeOf(worker.start())
  await Promise.all([worker.stop(), worker.stop()])
  expect(['no error', 'closed']).toContain(await starting)
  await until(async () => (await clientsOf(server)) === 0, { what: 'no connection is left' })
  expect(await codeOf(worker.start())).toBe('closed')
})

test('`await using` closes it', async () => {
  const app = open()
  await app.ping()
  await app[Symbol.asyncDispose]()
  expect(await codeOf(app.ping())).toBe('closed')
})
