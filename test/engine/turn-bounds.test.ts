import { expect, test } from 'vitest'
import { chord } from '../../src/engine/index.js'
import { useRedis } from '../support/redis-server.js'
import { allOf, Hand } from './hand.js'
import { call, TestEngine } from './harness.js'

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
