import { expect, onTestFinished, test } from 'vitest'
import { Client, chord, signature } from '../../src/engine/index.js'
import { type ProxyRequest, RedisProxy } from '../support/proxy.js'
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
