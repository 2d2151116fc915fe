/** Connections that are made again: to a Redis that still loads its data, and by a client that was cut off or has left a former master. */
import { type Redis, ReplyError } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { Worker } from '../../src/engine/index.js'
import { type ConnectionRole, connect, listenOn, ready, throughReconnects } from '../../src/engine/redis/connection.js'
import { keysOf } from '../support/dead-letters.js'
import { RedisProxy, type Verdict } from '../support/proxy.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { COMMON, call, registryOf, TestEngine } from './harness.js'

const redis = useRedis()

async function open(role: ConnectionRole): Promise<Redis> {
  const connection = (await connect(redis.url, role)) as Redis
  onTestFinished(() => connection.disconnect())
  return connection
}

test.each(['client', 'worker', 'blocking', 'subscriber'] as const)(
  'a connection of a %s asks a Redis that loads again soon, whatever that estimates',
  async (role) => {
    expect((await open(role)).options.maxLoadingRetryTime).toBe(200)
  },
)

// ioredis calls it ready until its socket has closed.
test('a connection that is about to be made again is waited for', async () => {
  const connection = await open('client')
  connection.disconnect(true)
  await expect(connection.ping()).rejects.toThrow('writeable')
  await ready(connection)
  expect(await connection.ping()).toBe('PONG')
})

test('what is cut off twice is done a third time', async () => {
  const connection = await open('client')
  let tries = 0
  await throughReconnects(connection, async () => {
    if (++tries < 3) connection.disconnect(true)
    await connection.ping()
  })
  expect(tries).toBe(3)
})

test('what Redis answers is not asked again', async () => {
  const connection = await open('client')
  await connection.set('reconnects', 'text')
  let tries = 0
  const work = async (): Promise<void> => {
    tries++
    await connection.hgetall('reconnects')
  }
  await expect(throughReconnects(connection, work)).rejects.toThrow(ReplyError)
  expect(tries).toBe(1)
})

test('a connection that has been given up is not waited for', async () => {
  const connection = await open('client')
  connection.disconnect()
  await expect(throughReconnects(connection, async () => void (await connection.ping()))).rejects.toThrow(/writeable|closed/i)
})

// ioredis subscribes again by itself, and nobody hears of what that is answered: a refusal ended the process.
test('who listens, connects again, and meets a Redis that is busy with a script listens when it has ended', async () => {
  const proxy = await RedisProxy.start(redis.server)
  onTestFinished(() => proxy.close())
  const [db, other] = [redis.connect(), redis.connect()]
  await db.config('SET', 'busy-reply-threshold', 1)
  const listener = (await connect(proxy.url, 'subscriber')) as Redis
  onTestFinished(() => listener.disconnect())
  const heard: string[] = []
  listener.on('message', (_channel, text) => void heard.push(text))
  let listening = 0
  await listenOn(listener, ['busy'], () => void listening++)
  const isBusy = async (): Promise<boolean> =>
    db.ping().then(
      () => false,
      (error: Error) => error.message.startsWith('BUSY'),
    )
  let loop: Promise<unknown> | undefined
  const refused = proxy.intercept(
    ({ name }) => name === 'SUBSCRIBE',
    'request',
    async (): Promise<Verdict> => {
      if (loop === undefined) {
        loop = other.eval('while true do end', 0).catch(() => 'killed')
        await until(isBusy, { intervalMs: 1, what: 'Redis is busy' })
      }
      return 'pass'
    },
  )
  const answers: string[] = []
  proxy.intercept(
    ({ name }) => name === 'SUBSCRIBE',
    'reply',
    async (_request, reply): Promise<Verdict> => {
      answers.push(reply.toString().slice(0, 5))
      if (answers.length === 1) await db.script('KILL')
      return 'pass'
    },
  )
  listener.disconnect(true)
  await until(() => listening === 2, { what: 'it listens again' })
  refused.off()
  expect(answers[0]).toBe('-BUSY')
  expect(await loop).toBe('killed')
  await db.publish('busy', 'there')
  await until(() => heard.includes('there'), { what: 'it hears' })
  await db.config('SET', 'busy-reply-threshold', 5_000)
})

test('a worker that is refused when it begins to listen for signals listens as soon as it may', async () => {
  const admin = await open('client')
  await admin.call('ACL', 'SETUSER', 'deaf', 'on', '>word', '~*', '&*', '+@all', '-subscribe')
  const engine = await TestEngine.open(redis.url)
  const channel = (await keysOf(admin, engine.namespace, '-')).of('signals')
  const listeners = async (): Promise<number> => ((await admin.call('PUBSUB', 'NUMSUB', channel)) as [string, number])[1]
  const deaf = { redis: redis.url.replace('//', '//deaf:word@'), namespace: engine.namespace, tasks: registryOf(COMMON) }
  const worker = new Worker({ ...deaf, logger: { debug() {}, info() {}, warn() {}, error() {} } })
  onTestFinished(() => worker.stop())
  await worker.start()
  expect((await engine.run(call('echo', [1]))).outcome).toEqual({ state: 'SUCCESS', result: 1 })
  expect(await listeners()).toBe(0)
  await admin.call('ACL', 'SETUSER', 'deaf', '+subscribe')
  await until(async () => (await listeners()) === 1, { what: 'it listens' })
})
