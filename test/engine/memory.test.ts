import { expect, test } from 'vitest'
import { ChordisError, chain } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { until } from '../support/wait.js'
import { COMMON, call, Gate, TestEngine } from './harness.js'

const redis = useRedis({ maxmemory: '24mb' })

/** Fills Redis to this share of its memory. */
async function fillTo(share: number): Promise<void> {
  const used = async () => Number((await redis.server.info('memory')).get('used_memory')) / (24 * 1024 * 1024)
  for (let i = 0; (await used()) < share; i++) {
    const stored = await redis.server.call('SET', `filler:${share}:${i}`, Buffer.alloc(64 * 1024)).catch((error: Error) => error.message)
    if (stored !== 'OK') return
  }
}

async function empty(): Promise<void> {
  const keys = (await redis.server.call('KEYS', 'filler:*')) as string[]
  if (keys.length > 0) await redis.server.call('UNLINK', ...keys)
}

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'accepted',
    (error: unknown) => (error instanceof ChordisError ? error.code : error),
  )

test('a Redis that is nearly full refuses submits with redis-full and goes on with what it has', async () => {
  const engine = await TestEngine.open(redis.url)
  const gate = new Gate()
  await engine.worker({ ...COMMON, hold: gate.handler })
  const handle = await engine.client.submit(chain(call('hold', ['first']), call('args', ['second'])))
  await gate.entries(1)
  await fillTo(0.85)
  await until(async () => (await codeOf(engine.client.submit(call('echo')))) === 'redis-full', { what: 'submits are refused' })
  const many = await engine.client.submitMany([{ canvas: call('echo') }, { canvas: call('echo') }])
  expect(many.map((one) => (one as ChordisError).code)).toEqual(['redis-full', 'redis-full'])
  gate.open()
  expect(await handle.result()).toEqual(['first', 'second'])
  await empty()
  await until(async () => (await codeOf(engine.client.submit(call('echo')))) === 'accepted', { what: 'submits are accepted again' })
})

test('a Redis that is full takes what running tasks finish with, starts nothing more, and goes on when it has room', async () => {
  const engine = await TestEngine.open(redis.url)
  const gate = new Gate()
  let later = 0
  await engine.worker({ ...COMMON, hold: gate.handler, later: (_ctx, [x]) => (++later > 0 ? x : null) })
  const handle = await engine.client.submit(chain(call('hold', ['done']), call('later')))
  await gate.entries(1)
  await fillTo(2)
  // Above maxmemory Redis refuses by itself whatever may write more.
  expect(await codeOf(engine.client.submit(call('echo', ['x'.repeat(100_000)])))).toBe('redis-full')
  const flag = async () => redis.connect().hget((await redis.connect().keys(`${engine.namespace}:*:meta`))[0] as string, 'memory')
  await until(async () => (await flag()) === 'stop', { what: 'the upkeep has seen that there is no room' })
  gate.open()
  await until(async () => (await handle.results())[0]?.state === 'SUCCESS', { what: 'the running task has finished' })
  expect(later).toBe(0)
  await empty()
  expect(await handle.result()).toBe('done')
  expect(later).toBe(1)
  expect(engine.complaints).toEqual([])
})
