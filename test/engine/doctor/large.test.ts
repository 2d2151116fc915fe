/** Wide and long workflows, and long lists: examined in steps, each as short as any other script. */
import { expect, test } from 'vitest'
import { chain, chord, group } from '../../../src/engine/index.js'
import { useRedis } from '../../support/redis-server.js'
import { until } from '../../support/wait.js'
import { allOf, type Grant, Hand } from '../hand.js'
import { COMMON, call, end, TestEngine } from '../harness.js'

const redis = useRedis({ appendonly: true })
const MEMBERS = process.env.CHORDIS_VERIFY === '1' ? 90_000 : 12_000

async function keyOf(engine: TestEngine, suffix: string): Promise<string> {
  const [meta = ''] = await redis.connect().keys(`${engine.namespace}:*:meta`)
  return meta.replace(/meta$/, suffix)
}

/** Calls of a command so far, those inside scripts too, and their time, µs. */
async function statOf(command: string): Promise<{ calls: number; usec: number }> {
  const found = new RegExp(`cmdstat_${command}:calls=(\\d+),usec=(\\d+)`).exec(String(await redis.server.call('INFO', 'commandstats')))
  return { calls: Number(found?.[1] ?? 0), usec: Number(found?.[2] ?? 0) }
}

test(`the join of a chord of ${MEMBERS} is counted right while half of its members are over, in steps of 500 nodes`, async () => {
  const engine = await TestEngine.open(redis.url)
  const db = redis.connect()
  const canvas = chord(
    Array.from({ length: MEMBERS }, () => call('echo', [1])),
    call('add'),
  )
  const handle = await engine.client.submit(canvas)
  const hand = await Hand.open(db, engine, ['echo', 'add'], 'hand')
  let [, , , , grants] = await hand.turn(2, 128, [])
  for (let done = 0; done < MEMBERS / 2; done += 128)
    [, , , , grants] = await hand.turn(2, 128, allOf(grants[0] as Grant, hand.sequence, 'S|1'))
  const join = String(MEMBERS)
  const key = await keyOf(engine, `w:${handle.id}`)
  const record = (await db.hget(key, join)) ?? ''
  expect(record).toMatch(/^P \d+ /)
  expect((await engine.client.doctor()).findings).toEqual([])

  const [, pending = ''] = /^P (\d+)/.exec(record) ?? []
  await db.hset(key, join, record.replace(pending, String(Number(pending) + 1)))
  await db.config('RESETSTAT')
  const { findings } = await engine.client.doctor({ fix: true })
  expect(findings).toMatchObject([{ code: 'join-miscounts', workflow: handle.id, node: join, state: 'repaired' }])
  expect(await db.hget(key, join)).toBe(record)
  const { calls, usec } = await statOf('fcall')
  // Three pictures: it looks wrong, it still does, nothing is wrong any more.
  expect(calls).toBeGreaterThan(3 * (MEMBERS / 500))
  expect(usec / calls).toBeLessThan(5_000)
  await hand.turn(0, 0, allOf(grants[0] as Grant, hand.sequence, 'S|1'))
  await engine.worker(COMMON)
  expect((await end(handle, 60_000)).outcome).toEqual({ state: 'SUCCESS', result: MEMBERS })
  expect((await engine.client.doctor({ workflow: handle.id })).findings).toEqual([])
})

test('one task among 3,000 in a long list that lost its entry is found, and nobody else gets a second entry', async () => {
  const engine = await TestEngine.open(redis.url)
  const db = redis.connect()
  const handles = await Promise.all(Array.from({ length: 3_000 }, (_, i) => engine.client.submit(call('echo', [i]))))
  const list = await keyOf(engine, 'q:default:0')
  const entry = (await db.lindex(list, 1_500)) ?? ''
  expect(await db.lrem(list, 1, entry)).toBe(1)
  const lost = entry.split(':')[0]
  const { findings } = await engine.client.doctor({ fix: true })
  expect(findings).toMatchObject([{ code: 'entry-missing', workflow: lost, node: '0', state: 'repaired' }])
  expect(await db.llen(list)).toBe(3_000)
  expect(new Set((await db.lrange(list, 0, -1)).map((one) => one.split(':')[0]))).toEqual(new Set(handles.map(({ id }) => id)))
  await engine.worker(COMMON)
  await until(async () => (await engine.client.workflow(lost ?? '').status()).ended)
})

test('a group of 2,000 that is one entry in a list, and its successors, are neither missing nor doubled', async () => {
  const engine = await TestEngine.open(redis.url)
  const handle = await engine.client.submit(
    chain(group(Array.from({ length: 2_000 }, (_, i) => call('echo', [i]))), group([call('add', [1]), call('add', [2])])),
  )
  expect((await engine.client.doctor({ fix: true })).findings).toEqual([])
  await engine.worker(COMMON)
  await end(handle)
  expect((await engine.client.doctor({ workflow: handle.id })).findings).toEqual([])
})
