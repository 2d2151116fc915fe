/** A schedule that fires while somebody changes it: the change is made to what it is then. */
import { expect, onTestFinished, test } from 'vitest'
import { Client, type Fired } from '../../../src/engine/index.js'
import { RedisProxy } from '../../support/proxy.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { COMMON, call, TestEngine } from '../harness.js'

const redis = useRedis()

async function started() {
  const engine = await TestEngine.open(redis.url)
  const proxy = await RedisProxy.start(redis.server)
  onTestFinished(() => proxy.close())
  const slow = await Client.connect({ redis: proxy.url, namespace: engine.namespace })
  onTestFinished(() => slow.close())
  const heard: Fired[] = []
  await engine.worker(COMMON)
  await engine.beat({ onFired: (fired) => heard.push(fired) })
  const definition = { id: 's', rules: { everyMs: 1_000 }, canvas: call('echo', [1]), submit: { retentionMs: 0 } }
  await engine.client.schedules.upsert(definition)
  const fired = async (): Promise<number> => (await engine.client.schedules.get('s')).counts.fired
  return { proxy, slow, heard, definition, fired }
}

test('a tick that fires between the look and the write of a change is not fired again, though its workflow is gone', async () => {
  const { proxy, slow, heard, definition, fired } = await started()
  const held = proxy.intercept(
    ({ key }) => key === 'script:setschedule',
    'request',
    async () => {
      held.off()
      const before = await fired()
      await until(async () => (await fired()) > before, { what: 'it fires meanwhile' })
      return undefined
    },
  )
  const { outcome } = await slow.schedules.upsert({ ...definition, note: 'changed' })
  expect({ outcome, hits: held.hits }).toEqual({ outcome: 'changed', hits: 1 })
  const now = await fired()
  await until(async () => (await fired()) > now + 1, { what: 'it fires on' })
  const times = heard.filter(({ answer }) => answer === 'fired' || answer === 'known').map(({ run }) => run?.nominalTime)
  expect(times).toEqual([...new Set(times)])
})

test('a schedule that vanished from those that are due is found by the slow walk, and fires', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(COMMON)
  const { schedules } = engine.client
  await schedules.upsert({ id: 'lost', rules: { everyMs: 1_000 }, canvas: call('echo', [1]) })
  await schedules.upsert({ id: 'gone', rules: '@yearly', canvas: call('echo', [1]) })
  const connection = redis.connect()
  const [due = ''] = await connection.keys(`${engine.namespace}:*:due`)
  await connection.del(due)
  await connection.del(due.replace(/due$/, 's:-:gone'))
  await engine.beat()
  await until(async () => (await schedules.get('lost')).counts.fired > 0, { what: 'it fires' })
  expect((await schedules.list()).schedules.map(({ id }) => id)).toEqual(['lost'])
  expect(await connection.hget(due.replace(/due$/, 'repairs'), 'schedule-undue')).toBe('2')
  expect(engine.complaints).toContain('schedules had vanished from those that are due, and are back')
})

test('a run whose pieces cannot be read fails alone, and the next one starts', async () => {
  const engine = await TestEngine.open(redis.url)
  await engine.worker(COMMON)
  const { schedules } = engine.client
  const members = Array.from({ length: 2_000 }, (_, k) => call('echo', [`${k}-${'x'.repeat(400)}`]))
  await schedules.upsert({ id: 'wide', rules: '@yearly', canvas: { group: members } })
  const connection = redis.connect()
  // Between the pieces and the run somebody takes out what says where it begins.
  const proxy = await RedisProxy.start(redis.server)
  onTestFinished(() => proxy.close())
  const slow = await Client.connect({ redis: proxy.url, namespace: engine.namespace })
  onTestFinished(() => slow.close())
  let broken = ''
  proxy.intercept(
    ({ key }) => key === 'script:fire',
    'request',
    async () => {
      broken = (await connection.keys(`${engine.namespace}:*:w:*`))[0] ?? ''
      await connection.hdel(broken, 'r')
      return undefined
    },
  )
  await slow.schedules.trigger('wide', { overlap: 'allowAll' })
  const id = broken.slice(broken.indexOf(':w:') + 3)
  expect((await engine.client.workflow(id).outcome({ waitMs: 5_000 }))?.state).toBe('FAILURE')
  const { workflow } = await schedules.trigger('wide')
  expect((await engine.client.workflow(workflow).outcome({ waitMs: 30_000 }))?.state).toBe('GROUP')
})
