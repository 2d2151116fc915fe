import { expect, test } from 'vitest'
import { chain, chord, group } from '../../src/engine/index.js'
import { keysOf } from '../support/dead-letters.js'
import { useRedis } from '../support/redis-server.js'
import { allOf, Hand } from './hand.js'
import { COMMON, call, TestEngine } from './harness.js'

const redis = useRedis()
const WIDTH = 500
const CHORDS = 20

test('a turn that could grant many bodies of chords reads some thousand results and leaves the rest to the next one', async () => {
  const engine = await TestEngine.open(redis.url)
  const hand = await Hand.open(redis.connect(), engine, ['member', 'body'], 'hand')
  const canvas = () =>
    chord(
      Array.from({ length: WIDTH }, () => call('member')),
      call('body'),
    )
  await Promise.all(Array.from({ length: CHORDS }, () => engine.client.submit(canvas())))
  let [, , , , grants] = await hand.turn(2, WIDTH * CHORDS, [])
  // All members end in one turn each chord, and nothing is taken meanwhile: then all bodies are ready.
  const { sequence } = hand
  for (const grant of grants) await hand.turn(2, 0, allOf(grant, sequence, 'S|1'))
  const turns: number[] = []
  for (;;) {
    const [, more, , , some] = await hand.turn(2, 128, [])
    grants = some
    turns.push(some.length)
    if (some.length === 0 || more === 0) break
  }
  expect(turns.reduce((sum, n) => sum + n, 0)).toBe(CHORDS)
  expect(Math.max(...turns) * WIDTH).toBeLessThanOrEqual(5_000)
})

test('a turn that took as many spread items as one may says that others may wait', async () => {
  const engine = await TestEngine.open(redis.url)
  const hand = await Hand.open(redis.connect(), engine, ['member'], 'hand')
  const wide = () => group(Array.from({ length: 501 }, () => call('member')))
  const handles = await Promise.all(Array.from({ length: 30 }, () => engine.client.submit(wide())))
  await Promise.all(handles.map((handle) => handle.revoke()))
  const connection = redis.connect()
  const spread = (await keysOf(connection, engine.namespace, '-')).of('spread')
  let looks = 0
  for (let left = await connection.llen(spread); left > 0; left = await connection.llen(spread), looks++) {
    const [, more] = await hand.turn(2, 1, [])
    if ((await connection.llen(spread)) > 0) expect([left, more]).toEqual([left, 1])
  }
  expect(looks).toBe(2)
})

test('a wide group with chords without members in no order, which begins in steps, calls their bodies with empty lists', async () => {
  const engine = await TestEngine.open(redis.url)
  const empty = (k: number) => (k * k) % 7 < 3
  const members = Array.from({ length: 4_000 }, (_, k) => (empty(k) ? chain(group([]), call('echo')) : call('echo', [1])))
  const handle = await engine.client.submit(group(members))
  await engine.worker(COMMON)
  expect(await handle.result()).toEqual(members.map((_, k) => (empty(k) ? [] : 1)))
})
