import { expect, onTestFinished, test } from 'vitest'
import { ChordisError, Client, chord, signature } from '../../src/engine/index.js'
import { Namespace } from '../../src/engine/redis/namespace.js'
import { type ProxyRequest, RedisProxy, type Verdict } from '../support/proxy.js'
import { useRedis } from '../support/redis-server.js'
import { COMMON, call, end, TestEngine } from './harness.js'

const redis = useRedis()

// The first answer is lost, and what is sent again surely does not run: the first may have run all the same.
test.each([
  ['a plain task', 'enqueue', () => signature('work', [1])],
  ['a chord', 'submit', () => chord([signature('work'), signature('work')], signature('work'))],
])('%s that ran without an answer, and whose repetition is refused, is in doubt under its id', async (_what, script, canvas) => {
  const namespace = redis.ns()
  const proxy = await RedisProxy.start(redis.server)
  const client = await Client.connect({ redis: proxy.url, namespace })
  const direct = await Client.connect({ redis: redis.url, namespace })
  onTestFinished(async () => {
    await Promise.all([client.close(), direct.close()])
    await proxy.close()
  })
  // The library is there: the first answer is not that it is missing.
  await direct.submit(signature('work'))
  proxy.intercept(
    ({ key }) => key === `script:${script}`,
    'reply',
    () => {
      proxy.refuse()
      return 'cut'
    },
  )
  const error = await client.submit(canvas()).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'outcome-unknown', workflow: expect.any(String) })
  const id = (error as { workflow: string }).workflow
  expect(await direct.workflow(id).state()).toBe('PENDING')
  expect(await direct.submit(canvas(), { id })).toMatchObject({ id, duplicate: true })
})

// It ran without an answer, and Redis is full when it is sent again: what is there is known, and what may be is not called refused.
test.each([
  ['plain tasks', 'enqueue', () => call('echo', [1])],
  ['chords', 'submit', () => chord([call('echo', [1])], call('echo'))],
])('of %s whose answer was lost before Redis was full nothing is said that is not so', async (_what, script, canvas) => {
  const proxy = await RedisProxy.start(redis.server)
  onTestFinished(() => proxy.close())
  const engine = await TestEngine.open(proxy.url)
  const db = redis.connect()
  const { meta } = new Namespace({ namespace: engine.namespace }).keys(0)
  const cut = proxy.intercept(
    ({ key }) => key === `script:${script}`,
    'reply',
    async (): Promise<Verdict> => {
      cut.off()
      await db.hset(meta, 'memory', 'full')
      return 'cut'
    },
  )
  const answers = await engine.client.submitMany([canvas(), canvas()].map((one) => ({ canvas: one })))
  const ids = answers.map((answer) => (answer instanceof ChordisError ? [answer.code, answer.workflow] : ['there', answer.id]))
  expect(ids.map(([what]) => what)).toEqual(Array(2).fill(script === 'enqueue' ? 'outcome-unknown' : 'there'))
  for (const [, id] of ids) {
    expect(await engine.client.submit(canvas(), { id: id as string })).toMatchObject({ id, duplicate: true })
    await expect(engine.client.submit(canvas(), { id: `${id}-new` })).rejects.toMatchObject({ code: 'redis-full' })
  }
  await db.hdel(meta, 'memory')
  await engine.worker(COMMON)
  for (const [, id] of ids) expect((await end(engine.client.workflow(id as string))).outcome.state).toBe('SUCCESS')
})

// A client that gave a connection up sends again on another one, and a Cluster's client does so by itself: what was sent first may arrive last.
test.each([
  ['a plain task', 'enqueue', () => call('echo', [1])],
  ['a chord', 'submit', () => chord([call('echo', [1])], call('echo'))],
])('%s whose submission arrives again when it has ended stays ended, and runs once', async (_what, script, canvas) => {
  const proxy = await RedisProxy.start(redis.server)
  onTestFinished(() => proxy.close())
  const engine = await TestEngine.open(proxy.url)
  const sent: ProxyRequest[] = []
  proxy.intercept(
    ({ key }) => key === `script:${script}`,
    'reply',
    (request) => void sent.push(request),
  )
  const handle = await engine.client.submit(canvas())
  await engine.worker(COMMON)
  expect((await end(handle)).outcome.state).toBe('SUCCESS')
  const before = [await handle.status(), await handle.results()]
  for (const { name, args } of sent) await redis.server.call(name, ...args)
  expect([await handle.status(), await handle.results()]).toEqual(before)
})
