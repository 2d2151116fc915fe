import { expect, test } from 'vitest'
import { useRedis } from '../../support/redis-server.js'
import { COMMON, call, TestEngine } from '../harness.js'

const redis = useRedis()

const daily = (id: string, tenant?: string) => ({ id, rules: '@daily', canvas: call('echo', [1]), ...(tenant ? { tenant } : {}) })

test('schedules are listed by tenant and id, page by page', async () => {
  const { schedules } = (await TestEngine.open(redis.url)).client
  for (const [id, tenant] of [['b'], ['a'], ['c', 't'], ['a', 't'], ['b', 'tt'], ['b', 't']] as const)
    await schedules.upsert(daily(id, tenant))
  const names = async (options?: Parameters<typeof schedules.list>[0]) => {
    const page = await schedules.list(options)
    return [page.schedules.map(({ tenant, id }) => `${tenant}:${id}`).join(' '), page.cursor]
  }
  expect(await names()).toEqual(['-:a -:b t:a t:b t:c tt:b', null])
  expect(await names({ limit: 4 })).toEqual(['-:a -:b t:a t:b', 't:b'])
  expect(await names({ limit: 4, cursor: 't:b' })).toEqual(['t:c tt:b', null])
  expect(await names({ tenant: 't', limit: 2 })).toEqual(['t:a t:b', 't:b'])
  expect(await names({ tenant: 't', cursor: 't:b' })).toEqual(['t:c', null])
  expect(await names({ tenant: 'nobody' })).toEqual(['', null])
  await expect(schedules.list({ tenant: 't', cursor: 'tt:b' })).rejects.toThrow('cursor: must be one that was answered')
})

test('a schedule whose hash is gone, or is none, is left out of the list and ends no page', async () => {
  const engine = await TestEngine.open(redis.url)
  const { schedules } = engine.client
  for (const id of ['a', 'b', 'c', 'd']) await schedules.upsert(daily(id))
  const connection = redis.connect()
  const [gone, other] = await Promise.all(
    ['a', 'b'].map(async (id) => (await connection.keys(`${engine.namespace}:*:s:-:${id}`))[0] as string),
  )
  await connection.del(gone as string, other as string)
  await connection.set(other as string, 'text')
  const first = await schedules.list({ limit: 3 })
  expect([first.schedules.map(({ id }) => id), first.cursor]).toEqual([['c'], '-:c'])
  const last = await schedules.list({ limit: 3, cursor: first.cursor as string })
  expect([last.schedules.map(({ id }) => id), last.cursor]).toEqual([['d'], null])
  await expect(schedules.get('a')).rejects.toMatchObject({ code: 'not-found' })
  expect((await schedules.upsert(daily('a'))).outcome).toBe('created')
})

test('a comparison says what upsert would do, and writes nothing', async () => {
  const engine = await TestEngine.open(redis.url)
  const { schedules } = engine.client
  await engine.worker(COMMON)
  expect(await schedules.compare(daily('x'))).toEqual({ outcome: 'created', changed: [] })
  await expect(schedules.get('x')).rejects.toMatchObject({ code: 'not-found' })
  const { schedule } = await schedules.upsert(daily('x'))
  expect(await schedules.compare(daily('x'))).toEqual({ outcome: 'unchanged', changed: [] })
  expect(await schedules.compare({ ...daily('x'), rules: '@hourly', jitterMs: 5 })).toEqual({
    outcome: 'changed',
    changed: ['jitterMs', 'timing'],
  })
  expect(await schedules.get('x')).toEqual(schedule)
  await expect(schedules.compare({ ...daily('x'), rules: '61 * * * *' })).rejects.toMatchObject({ code: 'schedule-invalid' })
})

test('a schedule whose definition is damaged is left out of the list, told of by itself, and mended by an upsert', async () => {
  const engine = await TestEngine.open(redis.url)
  const { schedules } = engine.client
  for (const id of ['a', 'b']) await schedules.upsert(daily(id))
  const [key = ''] = await redis.connect().keys(`${engine.namespace}:*:s:-:a`)
  await redis.connect().hset(key, 'd', '{"timing"')
  expect((await schedules.list()).schedules.map(({ id }) => id)).toEqual(['b'])
  await expect(schedules.get('a')).rejects.toMatchObject({ code: 'workflow-corrupt' })
  expect((await schedules.upsert(daily('a'))).outcome).toBe('changed')
  expect((await schedules.list()).schedules.map(({ id }) => id)).toEqual(['a', 'b'])
})
